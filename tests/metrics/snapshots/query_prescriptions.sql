-- The number prescriptions, then the rows behind it.

SELECT
  r.region_code AS region,
  t.org_code AS org,
  COALESCE(t.dept_code, '') AS dept,
  CAST(DATE_TRUNC('QUARTER', CAST(t.ordered_at AS DATE)) AS DATE) AS time,
  COUNT(DISTINCT CONCAT(t.org_code, '|', COALESCE(t.prescription_no, t.order_id))) AS value
FROM std.drug_order AS t
LEFT JOIN lookup.org_region AS r
  ON r.org_code = t.org_code
WHERE
  NOT t.ordered_at IS NULL
  AND CAST(t.ordered_at AS DATE) BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-12-31' AS DATE)
  AND t.org_code IN ('A')
  AND r.region_code IN ('511702')
GROUP BY
  r.region_code,
  t.org_code,
  COALESCE(t.dept_code, ''),
  CAST(DATE_TRUNC('QUARTER', CAST(t.ordered_at AS DATE)) AS DATE);

SELECT
  t.*
FROM std.drug_order AS t
LEFT JOIN lookup.org_region AS r
  ON r.org_code = t.org_code
WHERE
  NOT t.ordered_at IS NULL
  AND CAST(t.ordered_at AS DATE) BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-12-31' AS DATE)
  AND t.org_code IN ('A')
  AND r.region_code IN ('511702');
