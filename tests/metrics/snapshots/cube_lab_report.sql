-- Lines of mart.cube_lab_report.

WITH wide0 AS (
  SELECT
    t.org_code AS org_code,
    COALESCE(t.dept_code, '') AS dept_code,
    '' AS encounter_type_code,
    CAST(t.reported_at AS DATE) AS day,
    COUNT(*) AS n,
    COUNT(*) AS m0
  FROM std.lab_report AS t
  WHERE
    NOT t.reported_at IS NULL
  GROUP BY
    t.org_code,
    COALESCE(t.dept_code, ''),
    CAST(t.reported_at AS DATE)
)
SELECT
  '#rows:reported_at' AS metric,
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
  'lab_reports' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m0 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m0 > 0;
