-- Quality passes of nursing_record: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.recorded_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.record_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.record_id IS NULL AND LENGTH(t.record_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.record_id IS NULL OR TRIM(t.record_id) = '') AS f1,
  COUNT(t.encounter_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f2,
  COUNT(*) FILTER(WHERE
    t.encounter_id IS NULL OR TRIM(t.encounter_id) = '') AS f3,
  COUNT(t.patient_id) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f4,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f5,
  COUNT(t.nursing_level_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.nursing_level_code IS NULL
    AND (
      v_nursing_level_code.code IS NULL AND TRIM(t.nursing_level_code) <> ''
    )) AS f6,
  COUNT(t.nursing_type_code) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.nursing_type_code IS NULL
    AND (
      v_nursing_type_code.code IS NULL AND TRIM(t.nursing_type_code) <> ''
    )) AS f7,
  COUNT(t.content) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.content IS NULL AND LENGTH(t.content) > 2000) AS f8,
  COUNT(t.recorded_at) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.recorded_at IS NULL AND CAST(t.recorded_at AS DATE) > $today) AS f9,
  COUNT(*) FILTER(WHERE
    t.recorded_at IS NULL) AS f10,
  COUNT(t.nurse_code) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.nurse_code IS NULL AND LENGTH(t.nurse_code) > 50) AS f11
FROM std.nursing_record AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV06.00.220'
) AS v_nursing_level_code
  ON v_nursing_level_code.code = t.nursing_level_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV06.00.221'
) AS v_nursing_type_code
  ON v_nursing_type_code.code = t.nursing_type_code
GROUP BY
  t.org_code,
  CAST(t.recorded_at AS DATE);

SELECT
  t.org_code,
  CAST(t.recorded_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.dept_code) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f0
FROM std.nursing_record AS t
GROUP BY
  t.org_code,
  CAST(t.recorded_at AS DATE);

SELECT
  t.org_code,
  CAST(t.recorded_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.record_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.record_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.nursing_record AS t
LEFT JOIN (
  SELECT
    org_code,
    record_id
  FROM std.nursing_record
  WHERE
    NOT record_id IS NULL
  GROUP BY
    org_code,
    record_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.record_id = t.record_id
GROUP BY
  t.org_code,
  CAST(t.recorded_at AS DATE);

SELECT
  t.org_code,
  CAST(t.recorded_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.nursing_record AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.recorded_at AS DATE);

SELECT
  t.org_code,
  CAST(t.recorded_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.nursing_record AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.recorded_at AS DATE);
