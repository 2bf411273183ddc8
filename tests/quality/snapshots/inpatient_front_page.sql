-- Quality passes of inpatient_front_page: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
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
  COUNT(t.admission_no) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.admission_no IS NULL AND LENGTH(t.admission_no) > 18) AS f4,
  COUNT(*) FILTER(WHERE
    t.admission_no IS NULL OR TRIM(t.admission_no) = '') AS f5,
  COUNT(t.record_no) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.record_no IS NULL AND LENGTH(t.record_no) > 18) AS f6,
  COUNT(t.payment_code) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.payment_code IS NULL
    AND (
      v_payment_code.code IS NULL AND TRIM(t.payment_code) <> ''
    )) AS f7,
  COUNT(t.admission_way_code) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.admission_way_code IS NULL
    AND (
      v_admission_way_code.code IS NULL AND TRIM(t.admission_way_code) <> ''
    )) AS f8,
  COUNT(*) FILTER(WHERE
    NOT t.admitted_at IS NULL AND NOT t.discharged_at IS NULL) AS c9,
  COUNT(*) FILTER(WHERE
    (
      NOT t.admitted_at IS NULL AND NOT t.discharged_at IS NULL
    )
    AND t.admitted_at > t.discharged_at) AS f9,
  COUNT(*) FILTER(WHERE
    t.admitted_at IS NULL) AS f10,
  COUNT(t.admission_dept_code) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.admission_dept_code IS NULL AND LENGTH(t.admission_dept_code) > 50) AS f11
FROM std.inpatient_front_page AS t
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
    value_set = 'CV09.00.403'
) AS v_admission_way_code
  ON v_admission_way_code.code = t.admission_way_code
GROUP BY
  t.org_code,
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.discharged_at) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.discharged_at IS NULL AND CAST(t.discharged_at AS DATE) > $today) AS f0,
  COUNT(*) FILTER(WHERE
    t.discharged_at IS NULL) AS f1,
  COUNT(t.discharge_dept_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.discharge_dept_code IS NULL AND LENGTH(t.discharge_dept_code) > 50) AS f2,
  COUNT(t.outpatient_diagnosis_code) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.outpatient_diagnosis_code IS NULL
    AND LENGTH(t.outpatient_diagnosis_code) > 11) AS f3,
  COUNT(t.outpatient_diagnosis_name) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.outpatient_diagnosis_name IS NULL
    AND LENGTH(t.outpatient_diagnosis_name) > 50) AS f4,
  COUNT(t.main_diagnosis_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.main_diagnosis_code IS NULL AND LENGTH(t.main_diagnosis_code) > 11) AS f5,
  COUNT(*) FILTER(WHERE
    t.main_diagnosis_code IS NULL OR TRIM(t.main_diagnosis_code) = '') AS f6,
  COUNT(t.main_diagnosis_name) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.main_diagnosis_name IS NULL AND LENGTH(t.main_diagnosis_name) > 50) AS f7,
  COUNT(*) FILTER(WHERE
    t.main_diagnosis_name IS NULL OR TRIM(t.main_diagnosis_name) = '') AS f8,
  COUNT(t.admission_condition_code) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.admission_condition_code IS NULL
    AND (
      v_admission_condition_code.code IS NULL
      AND TRIM(t.admission_condition_code) <> ''
    )) AS f9,
  COUNT(t.main_operation_code) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.main_operation_code IS NULL AND LENGTH(t.main_operation_code) > 20) AS f10
FROM std.inpatient_front_page AS t
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
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.main_operation_name) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.main_operation_name IS NULL AND LENGTH(t.main_operation_name) > 80) AS f0,
  COUNT(t.allergy_drugs) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.allergy_drugs IS NULL AND LENGTH(t.allergy_drugs) > 1000) AS f1,
  COUNT(t.blood_abo_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.blood_abo_code IS NULL
    AND (
      v_blood_abo_code.code IS NULL AND TRIM(t.blood_abo_code) <> ''
    )) AS f2,
  COUNT(t.blood_rh_code) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.blood_rh_code IS NULL
    AND (
      v_blood_rh_code.code IS NULL AND TRIM(t.blood_rh_code) <> ''
    )) AS f3,
  COUNT(t.discharge_way_code) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.discharge_way_code IS NULL
    AND (
      v_discharge_way_code.code IS NULL AND TRIM(t.discharge_way_code) <> ''
    )) AS f4,
  COUNT(t.record_quality_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.record_quality_code IS NULL
    AND (
      v_record_quality_code.code IS NULL AND TRIM(t.record_quality_code) <> ''
    )) AS f5,
  COUNT(t.attending_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.attending_code IS NULL AND LENGTH(t.attending_code) > 50) AS f6,
  COUNT(*) FILTER(WHERE
    t.total_cost IS NULL) AS f7
FROM std.inpatient_front_page AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV04.50.005'
) AS v_blood_abo_code
  ON v_blood_abo_code.code = t.blood_abo_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV04.50.020'
) AS v_blood_rh_code
  ON v_blood_rh_code.code = t.blood_rh_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV06.00.226'
) AS v_discharge_way_code
  ON v_discharge_way_code.code = t.discharge_way_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'SUWEN.record_quality'
) AS v_record_quality_code
  ON v_record_quality_code.code = t.record_quality_code
GROUP BY
  t.org_code,
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.inpatient_front_page AS t
LEFT JOIN (
  SELECT
    org_code,
    encounter_id
  FROM std.inpatient_front_page
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
  CAST(t.discharged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.discharged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.inpatient_front_page AS t
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
FROM std.inpatient_front_page AS t
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
