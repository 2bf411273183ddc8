-- Lines of mart.cube_encounter.

WITH wide0 AS (
  SELECT
    t.org_code AS org_code,
    COALESCE(t.dept_code, '') AS dept_code,
    COALESCE(t.encounter_type_code, '') AS encounter_type_code,
    CAST(t.started_at AS DATE) AS day,
    COUNT(*) AS n,
    COUNT(*) FILTER(WHERE
      t.encounter_type_code IN ('1', '2')) AS m0,
    COUNT(*) FILTER(WHERE
      t.encounter_type_code IN ('1', '2') AND t.encounter_type_code = '1') AS m1,
    COUNT(*) FILTER(WHERE
      t.encounter_type_code IN ('1', '2') AND t.encounter_type_code = '2') AS m2,
    COUNT(*) FILTER(WHERE
      t.encounter_type_code = '4') AS m3,
    COUNT(*) FILTER(WHERE
      t.encounter_type_code = '3') AS m4,
    SUM(t.total_cost) FILTER(WHERE
      t.encounter_type_code IN ('1', '2')) AS m5,
    SUM(t.drug_cost) FILTER(WHERE
      t.encounter_type_code IN ('1', '2')) AS m6,
    SUM(t.total_cost) FILTER(WHERE
      t.encounter_type_code IN ('1', '2') AND t.encounter_type_code = '1') AS m7,
    SUM(t.total_cost) AS m8,
    SUM(t.drug_cost) AS m9
  FROM std.encounter AS t
  WHERE
    NOT t.started_at IS NULL
  GROUP BY
    t.org_code,
    COALESCE(t.dept_code, ''),
    COALESCE(t.encounter_type_code, ''),
    CAST(t.started_at AS DATE)
), wide1 AS (
  SELECT
    t.org_code AS org_code,
    COALESCE(t.dept_code, '') AS dept_code,
    COALESCE(t.encounter_type_code, '') AS encounter_type_code,
    CAST(t.ended_at AS DATE) AS day,
    COUNT(*) AS n,
    COUNT(*) FILTER(WHERE
      t.encounter_type_code = '3') AS m0,
    SUM(
      GREATEST(DATE_DIFF('DAY', CAST(t.started_at AS DATE), CAST(t.ended_at AS DATE)), 1)
    ) FILTER(WHERE
      t.encounter_type_code = '3' AND t.ended_at >= t.started_at) AS m1,
    SUM(t.total_cost) FILTER(WHERE
      t.encounter_type_code = '3') AS m2,
    SUM(t.drug_cost) FILTER(WHERE
      t.encounter_type_code = '3') AS m3
  FROM std.encounter AS t
  WHERE
    NOT t.ended_at IS NULL
  GROUP BY
    t.org_code,
    COALESCE(t.dept_code, ''),
    COALESCE(t.encounter_type_code, ''),
    CAST(t.ended_at AS DATE)
)
SELECT
  '#rows:started_at' AS metric,
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
  'visits' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m0 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m0 > 0
UNION ALL
SELECT
  'outpatient_visits' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m1 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m1 > 0
UNION ALL
SELECT
  'emergency_visits' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m2 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m2 > 0
UNION ALL
SELECT
  'checkups' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m3 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m3 > 0
UNION ALL
SELECT
  'admissions' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m4 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  m4 > 0
UNION ALL
SELECT
  'outpatient_cost' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m5 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  NOT m5 IS NULL
UNION ALL
SELECT
  'outpatient_drug_cost' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m6 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  NOT m6 IS NULL
UNION ALL
SELECT
  'outpatient_only_cost' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m7 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  NOT m7 IS NULL
UNION ALL
SELECT
  'all_cost' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m8 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  NOT m8 IS NULL
UNION ALL
SELECT
  'all_drug_cost' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m9 AS DECIMAL(28, 4)) AS value
FROM wide0
WHERE
  NOT m9 IS NULL
UNION ALL
SELECT
  '#rows:ended_at' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(n AS DECIMAL(28, 4)) AS value
FROM wide1
WHERE
  n > 0
UNION ALL
SELECT
  'discharges' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m0 AS DECIMAL(28, 4)) AS value
FROM wide1
WHERE
  m0 > 0
UNION ALL
SELECT
  'bed_days' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m1 AS DECIMAL(28, 4)) AS value
FROM wide1
WHERE
  NOT m1 IS NULL
UNION ALL
SELECT
  'inpatient_cost' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m2 AS DECIMAL(28, 4)) AS value
FROM wide1
WHERE
  NOT m2 IS NULL
UNION ALL
SELECT
  'inpatient_drug_cost' AS metric,
  org_code,
  day,
  dept_code,
  encounter_type_code,
  CAST(m3 AS DECIMAL(28, 4)) AS value
FROM wide1
WHERE
  NOT m3 IS NULL;
