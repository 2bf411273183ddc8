-- Quality passes of discharge_summary: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.summary_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.summary_id IS NULL AND LENGTH(t.summary_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.summary_id IS NULL OR TRIM(t.summary_id) = '') AS f1,
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
  COUNT(t.admission_no) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.admission_no IS NULL AND LENGTH(t.admission_no) > 18) AS f6,
  COUNT(*) FILTER(WHERE
    NOT t.admitted_at IS NULL AND NOT t.discharged_at IS NULL) AS c7,
  COUNT(*) FILTER(WHERE
    (
      NOT t.admitted_at IS NULL AND NOT t.discharged_at IS NULL
    )
    AND t.admitted_at > t.discharged_at) AS f7,
  COUNT(*) FILTER(WHERE
    t.admitted_at IS NULL) AS f8,
  COUNT(t.discharged_at) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.discharged_at IS NULL AND CAST(t.discharged_at AS DATE) > $today) AS f9,
  COUNT(*) FILTER(WHERE
    t.discharged_at IS NULL) AS f10,
  COUNT(t.admission_condition) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.admission_condition IS NULL AND LENGTH(t.admission_condition) > 2000) AS f11
FROM std.discharge_summary AS t
GROUP BY
  t.org_code,
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.positive_findings) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.positive_findings IS NULL AND LENGTH(t.positive_findings) > 1000) AS f0,
  COUNT(t.treatment_course) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.treatment_course IS NULL AND LENGTH(t.treatment_course) > 2000) AS f1,
  COUNT(*) FILTER(WHERE
    t.treatment_course IS NULL OR TRIM(t.treatment_course) = '') AS f2,
  COUNT(t.discharge_condition) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.discharge_condition IS NULL AND LENGTH(t.discharge_condition) > 2000) AS f3,
  COUNT(t.discharge_order) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.discharge_order IS NULL AND LENGTH(t.discharge_order) > 1000) AS f4,
  COUNT(t.treatment_result_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.treatment_result_code IS NULL
    AND (
      v_treatment_result_code.code IS NULL AND TRIM(t.treatment_result_code) <> ''
    )) AS f5,
  COUNT(t.main_diagnosis_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.main_diagnosis_code IS NULL AND LENGTH(t.main_diagnosis_code) > 11) AS f6,
  COUNT(t.main_diagnosis_name) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.main_diagnosis_name IS NULL AND LENGTH(t.main_diagnosis_name) > 50) AS f7,
  COUNT(*) FILTER(WHERE
    t.main_diagnosis_name IS NULL OR TRIM(t.main_diagnosis_name) = '') AS f8,
  COUNT(t.doctor_code) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.doctor_code IS NULL AND LENGTH(t.doctor_code) > 50) AS f9,
  COUNT(t.dept_code) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f10
FROM std.discharge_summary AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV05.10.010'
) AS v_treatment_result_code
  ON v_treatment_result_code.code = t.treatment_result_code
GROUP BY
  t.org_code,
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.summary_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.summary_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.discharge_summary AS t
LEFT JOIN (
  SELECT
    org_code,
    summary_id
  FROM std.discharge_summary
  WHERE
    NOT summary_id IS NULL
  GROUP BY
    org_code,
    summary_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.summary_id = t.summary_id
GROUP BY
  t.org_code,
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.discharge_summary AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.discharge_summary AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.discharged_at AS DATE);
