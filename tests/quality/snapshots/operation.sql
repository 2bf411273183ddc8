-- Quality passes of operation: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.operation_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.operation_id IS NULL AND LENGTH(t.operation_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.operation_id IS NULL OR TRIM(t.operation_id) = '') AS f1,
  COUNT(t.encounter_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f2,
  COUNT(t.patient_id) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f3,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f4,
  COUNT(t.operation_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.operation_code IS NULL AND LENGTH(t.operation_code) > 20) AS f5,
  COUNT(*) FILTER(WHERE
    t.operation_code IS NULL OR TRIM(t.operation_code) = '') AS f6,
  COUNT(t.operation_name) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.operation_name IS NULL AND LENGTH(t.operation_name) > 80) AS f7,
  COUNT(*) FILTER(WHERE
    t.operation_name IS NULL OR TRIM(t.operation_name) = '') AS f8,
  COUNT(t.level_code) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.level_code IS NULL
    AND (
      v_level_code.code IS NULL AND TRIM(t.level_code) <> ''
    )) AS f9,
  COUNT(t.body_site) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.body_site IS NULL AND LENGTH(t.body_site) > 50) AS f10,
  COUNT(*) FILTER(WHERE
    NOT t.started_at IS NULL AND NOT t.ended_at IS NULL) AS c11,
  COUNT(*) FILTER(WHERE
    (
      NOT t.started_at IS NULL AND NOT t.ended_at IS NULL
    )
    AND t.started_at > t.ended_at) AS f11
FROM std.operation AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV05.10.024'
) AS v_level_code
  ON v_level_code.code = t.level_code
GROUP BY
  t.org_code,
  CAST(t.started_at AS DATE);

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.started_at) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.started_at IS NULL AND CAST(t.started_at AS DATE) > $today) AS f0,
  COUNT(*) FILTER(WHERE
    t.started_at IS NULL) AS f1,
  COUNT(t.surgeon_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.surgeon_code IS NULL AND LENGTH(t.surgeon_code) > 50) AS f2,
  COUNT(t.anesthesia_code) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.anesthesia_code IS NULL
    AND (
      v_anesthesia_code.code IS NULL AND TRIM(t.anesthesia_code) <> ''
    )) AS f3,
  COUNT(t.incision_code) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.incision_code IS NULL
    AND (
      v_incision_code.code IS NULL AND TRIM(t.incision_code) <> ''
    )) AS f4,
  COUNT(t.healing_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.healing_code IS NULL
    AND (
      v_healing_code.code IS NULL AND TRIM(t.healing_code) <> ''
    )) AS f5,
  COUNT(t.dept_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f6
FROM std.operation AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV06.00.103'
) AS v_anesthesia_code
  ON v_anesthesia_code.code = t.anesthesia_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV05.10.022'
) AS v_incision_code
  ON v_incision_code.code = t.incision_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV05.10.023'
) AS v_healing_code
  ON v_healing_code.code = t.healing_code
GROUP BY
  t.org_code,
  CAST(t.started_at AS DATE);

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.operation_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.operation_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.operation AS t
LEFT JOIN (
  SELECT
    org_code,
    operation_id
  FROM std.operation
  WHERE
    NOT operation_id IS NULL
  GROUP BY
    org_code,
    operation_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.operation_id = t.operation_id
GROUP BY
  t.org_code,
  CAST(t.started_at AS DATE);

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.operation AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.started_at AS DATE);

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.operation AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.started_at AS DATE);
