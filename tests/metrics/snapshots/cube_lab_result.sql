-- Lines of mart.cube_lab_result.

WITH wide0 AS (
  SELECT
    t.org_code AS org_code,
    '' AS dept_code,
    '' AS encounter_type_code,
    CAST(t.resulted_at AS DATE) AS day,
    COUNT(*) AS n,
    COUNT(*) AS m0
  FROM std.lab_result AS t
  WHERE
    NOT t.resulted_at IS NULL
  GROUP BY
    t.org_code,
    CAST(t.resulted_at AS DATE)
)
SELECT
  '#rows:resulted_at' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(n AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  n > 0
UNION ALL
SELECT
  'lab_results' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m0 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m0 > 0;
