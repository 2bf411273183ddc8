-- Quality passes of lab_result: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.resulted_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.result_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.result_id IS NULL AND LENGTH(t.result_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.result_id IS NULL OR TRIM(t.result_id) = '') AS f1,
  COUNT(t.report_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.report_id IS NULL AND LENGTH(t.report_id) > 64) AS f2,
  COUNT(t.encounter_id) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f3,
  COUNT(t.patient_id) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f4,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f5,
  COUNT(t.item_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.item_code IS NULL AND LENGTH(t.item_code) > 20) AS f6,
  COUNT(*) FILTER(WHERE
    t.item_code IS NULL OR TRIM(t.item_code) = '') AS f7,
  COUNT(t.item_name) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.item_name IS NULL AND LENGTH(t.item_name) > 80) AS f8,
  COUNT(*) FILTER(WHERE
    t.item_name IS NULL OR TRIM(t.item_name) = '') AS f9,
  COUNT(t.method_name) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.method_name IS NULL AND LENGTH(t.method_name) > 100) AS f10,
  COUNT(t.value_text) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.value_text IS NULL AND LENGTH(t.value_text) > 200) AS f11
FROM std.lab_result AS t
GROUP BY
  t.org_code,
  CAST(t.resulted_at AS DATE);

SELECT
  t.org_code,
  CAST(t.resulted_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.unit) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.unit IS NULL AND LENGTH(t.unit) > 20) AS f0,
  COUNT(t.reference_text) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.reference_text IS NULL AND LENGTH(t.reference_text) > 100) AS f1,
  COUNT(t.abnormal_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.abnormal_code IS NULL
    AND (
      v_abnormal_code.code IS NULL AND TRIM(t.abnormal_code) <> ''
    )) AS f2,
  COUNT(t.resulted_at) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.resulted_at IS NULL AND CAST(t.resulted_at AS DATE) > $today) AS f3,
  COUNT(*) FILTER(WHERE
    t.resulted_at IS NULL) AS f4
FROM std.lab_result AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'SUWEN.abnormal_flag'
) AS v_abnormal_code
  ON v_abnormal_code.code = t.abnormal_code
GROUP BY
  t.org_code,
  CAST(t.resulted_at AS DATE);

SELECT
  t.org_code,
  CAST(t.resulted_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.result_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.result_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.lab_result AS t
LEFT JOIN (
  SELECT
    org_code,
    result_id
  FROM std.lab_result
  WHERE
    NOT result_id IS NULL
  GROUP BY
    org_code,
    result_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.result_id = t.result_id
GROUP BY
  t.org_code,
  CAST(t.resulted_at AS DATE);

SELECT
  t.org_code,
  CAST(t.resulted_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.report_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.report_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.lab_result AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    report_id
  FROM std.lab_report
) AS r
  ON r.org_code = t.org_code AND r.report_id = t.report_id
GROUP BY
  t.org_code,
  CAST(t.resulted_at AS DATE);

SELECT
  t.org_code,
  CAST(t.resulted_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.lab_result AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.resulted_at AS DATE);

SELECT
  t.org_code,
  CAST(t.resulted_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.lab_result AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.resulted_at AS DATE);
