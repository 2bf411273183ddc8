-- The number visits, then the rows behind it.

SELECT
  r.region_code AS region,
  c.org_code AS org,
  c.dept_code AS dept,
  CAST(DATE_TRUNC('QUARTER', c.day) AS DATE) AS time,
  SUM(c.value) AS value
FROM mart.cube_encounter AS c
LEFT JOIN lookup.org_region AS r
  ON r.org_code = c.org_code
WHERE
  c.metric = 'visits'
  AND c.day BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-12-31' AS DATE)
  AND c.org_code IN ('A')
  AND r.region_code IN ('511702')
GROUP BY
  r.region_code,
  c.org_code,
  c.dept_code,
  CAST(DATE_TRUNC('QUARTER', c.day) AS DATE);

SELECT
  t.*
FROM std.encounter AS t
LEFT JOIN lookup.org_region AS r
  ON r.org_code = t.org_code
WHERE
  (
    NOT t.started_at IS NULL AND t.encounter_type_code IN ('1', '2')
  )
  AND CAST(t.started_at AS DATE) BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-12-31' AS DATE)
  AND t.org_code IN ('A')
  AND r.region_code IN ('511702');
