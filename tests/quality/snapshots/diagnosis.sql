-- Quality passes of diagnosis: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.diagnosed_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.diagnosis_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosis_id IS NULL AND LENGTH(t.diagnosis_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.diagnosis_id IS NULL OR TRIM(t.diagnosis_id) = '') AS f1,
  COUNT(t.encounter_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f2,
  COUNT(t.patient_id) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f3,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f4,
  COUNT(t.diagnosis_type_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosis_type_code IS NULL
    AND (
      v_diagnosis_type_code.code IS NULL AND TRIM(t.diagnosis_type_code) <> ''
    )) AS f5,
  COUNT(t.diagnosis_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosis_code IS NULL AND LENGTH(t.diagnosis_code) > 11) AS f6,
  COUNT(*) FILTER(WHERE
    t.diagnosis_code IS NULL OR TRIM(t.diagnosis_code) = '') AS f7,
  COUNT(t.diagnosis_name) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosis_name IS NULL AND LENGTH(t.diagnosis_name) > 50) AS f8,
  COUNT(*) FILTER(WHERE
    t.diagnosis_name IS NULL OR TRIM(t.diagnosis_name) = '') AS f9,
  COUNT(t.diagnosis_status_code) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosis_status_code IS NULL
    AND (
      v_diagnosis_status_code.code IS NULL AND TRIM(t.diagnosis_status_code) <> ''
    )) AS f10,
  COUNT(t.admission_condition_code) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.admission_condition_code IS NULL
    AND (
      v_admission_condition_code.code IS NULL
      AND TRIM(t.admission_condition_code) <> ''
    )) AS f11
FROM std.diagnosis AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV5502.20'
) AS v_diagnosis_type_code
  ON v_diagnosis_type_code.code = t.diagnosis_type_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV05.01.002'
) AS v_diagnosis_status_code
  ON v_diagnosis_status_code.code = t.diagnosis_status_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV05.10.019'
) AS v_admission_condition_code
  ON v_admission_condition_code.code = t.admission_condition_code
GROUP BY
  t.org_code,
  CAST(t.diagnosed_at AS DATE);

SELECT
  t.org_code,
  CAST(t.diagnosed_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosed_at IS NULL AND NOT t.ended_at IS NULL) AS c0,
  COUNT(*) FILTER(WHERE
    (
      NOT t.diagnosed_at IS NULL AND NOT t.ended_at IS NULL
    )
    AND t.diagnosed_at > t.ended_at) AS f0,
  COUNT(t.diagnosed_at) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosed_at IS NULL AND CAST(t.diagnosed_at AS DATE) > $today) AS f1,
  COUNT(*) FILTER(WHERE
    t.diagnosed_at IS NULL) AS f2,
  COUNT(t.doctor_code) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.doctor_code IS NULL AND LENGTH(t.doctor_code) > 50) AS f3,
  COUNT(t.dept_code) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f4
FROM std.diagnosis AS t
GROUP BY
  t.org_code,
  CAST(t.diagnosed_at AS DATE);

SELECT
  t.org_code,
  CAST(t.diagnosed_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.diagnosis_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.diagnosis_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.diagnosis AS t
LEFT JOIN (
  SELECT
    org_code,
    diagnosis_id
  FROM std.diagnosis
  WHERE
    NOT diagnosis_id IS NULL
  GROUP BY
    org_code,
    diagnosis_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.diagnosis_id = t.diagnosis_id
GROUP BY
  t.org_code,
  CAST(t.diagnosed_at AS DATE);

SELECT
  t.org_code,
  CAST(t.diagnosed_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.diagnosis AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.diagnosed_at AS DATE);

SELECT
  t.org_code,
  CAST(t.diagnosed_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.diagnosis AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.diagnosed_at AS DATE);
