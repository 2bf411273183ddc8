-- Quality passes of encounter: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.encounter_id IS NULL OR TRIM(t.encounter_id) = '') AS f1,
  COUNT(t.patient_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f2,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f3,
  COUNT(*) FILTER(WHERE
    t.encounter_type_code IS NULL OR TRIM(t.encounter_type_code) = '') AS f4,
  COUNT(t.encounter_type_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_type_code IS NULL
    AND (
      v_encounter_type_code.code IS NULL AND TRIM(t.encounter_type_code) <> ''
    )) AS f5,
  COUNT(t.visit_no) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.visit_no IS NULL AND LENGTH(t.visit_no) > 18) AS f6,
  COUNT(t.dept_code) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f7,
  COUNT(t.dept_name) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.dept_name IS NULL AND LENGTH(t.dept_name) > 50) AS f8,
  COUNT(t.doctor_code) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.doctor_code IS NULL AND LENGTH(t.doctor_code) > 50) AS f9,
  COUNT(t.doctor_name) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.doctor_name IS NULL AND LENGTH(t.doctor_name) > 50) AS f10
FROM std.encounter AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV09.00.404'
) AS v_encounter_type_code
  ON v_encounter_type_code.code = t.encounter_type_code
GROUP BY
  t.org_code,
  CAST(t.started_at AS DATE);

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(*) FILTER(WHERE
    NOT t.started_at IS NULL AND NOT t.ended_at IS NULL) AS c0,
  COUNT(*) FILTER(WHERE
    (
      NOT t.started_at IS NULL AND NOT t.ended_at IS NULL
    )
    AND t.started_at > t.ended_at) AS f0,
  COUNT(t.started_at) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.started_at IS NULL AND CAST(t.started_at AS DATE) > $today) AS f1,
  COUNT(*) FILTER(WHERE
    t.started_at IS NULL) AS f2,
  COUNT(t.payment_code) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.payment_code IS NULL
    AND (
      v_payment_code.code IS NULL AND TRIM(t.payment_code) <> ''
    )) AS f3,
  COUNT(t.chief_complaint) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.chief_complaint IS NULL AND LENGTH(t.chief_complaint) > 100) AS f4,
  COUNT(t.first_visit_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.first_visit_code IS NULL
    AND (
      v_first_visit_code.code IS NULL AND TRIM(t.first_visit_code) <> ''
    )) AS f5,
  COUNT(t.admission_way_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.admission_way_code IS NULL
    AND (
      v_admission_way_code.code IS NULL AND TRIM(t.admission_way_code) <> ''
    )) AS f6,
  COUNT(t.discharge_way_code) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.discharge_way_code IS NULL
    AND (
      v_discharge_way_code.code IS NULL AND TRIM(t.discharge_way_code) <> ''
    )) AS f7,
  COUNT(t.ward) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.ward IS NULL AND LENGTH(t.ward) > 50) AS f8,
  COUNT(t.bed_no) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.bed_no IS NULL AND LENGTH(t.bed_no) > 10) AS f9
FROM std.encounter AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV07.10.005'
) AS v_payment_code
  ON v_payment_code.code = t.payment_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'SUWEN.first_visit'
) AS v_first_visit_code
  ON v_first_visit_code.code = t.first_visit_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV09.00.403'
) AS v_admission_way_code
  ON v_admission_way_code.code = t.admission_way_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV06.00.226'
) AS v_discharge_way_code
  ON v_discharge_way_code.code = t.discharge_way_code
GROUP BY
  t.org_code,
  CAST(t.started_at AS DATE);

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.main_diagnosis_code) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.main_diagnosis_code IS NULL AND LENGTH(t.main_diagnosis_code) > 11) AS f0,
  COUNT(t.main_diagnosis_name) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.main_diagnosis_name IS NULL AND LENGTH(t.main_diagnosis_name) > 50) AS f1,
  COUNT(t.treatment_result_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.treatment_result_code IS NULL
    AND (
      v_treatment_result_code.code IS NULL AND TRIM(t.treatment_result_code) <> ''
    )) AS f2
FROM std.encounter AS t
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
  CAST(t.started_at AS DATE);

SELECT
  t.org_code,
  CAST(t.started_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.encounter AS t
LEFT JOIN (
  SELECT
    org_code,
    encounter_id
  FROM std.encounter
  WHERE
    NOT encounter_id IS NULL
  GROUP BY
    org_code,
    encounter_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.encounter_id = t.encounter_id
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
FROM std.encounter AS t
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
