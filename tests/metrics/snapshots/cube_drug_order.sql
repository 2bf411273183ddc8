-- Lines of mart.cube_drug_order.

WITH wide0 AS (
  SELECT
    t.org_code AS org_code,
    COALESCE(t.dept_code, '') AS dept_code,
    '' AS encounter_type_code,
    CAST(t.ordered_at AS DATE) AS day,
    COUNT(*) AS n,
    COUNT(*) AS m0
  FROM std.drug_order AS t
  WHERE
    NOT t.ordered_at IS NULL
  GROUP BY
    t.org_code,
    COALESCE(t.dept_code, ''),
    CAST(t.ordered_at AS DATE)
)
SELECT
  '#rows:ordered_at' AS metric,
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
  'drug_orders' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m0 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m0 > 0;
