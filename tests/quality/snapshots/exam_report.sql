-- Quality passes of exam_report: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.reported_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.report_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.report_id IS NULL AND LENGTH(t.report_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.report_id IS NULL OR TRIM(t.report_id) = '') AS f1,
  COUNT(t.encounter_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f2,
  COUNT(t.patient_id) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f3,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f4,
  COUNT(t.report_no) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.report_no IS NULL AND LENGTH(t.report_no) > 20) AS f5,
  COUNT(t.request_no) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.request_no IS NULL AND LENGTH(t.request_no) > 20) AS f6,
  COUNT(*) FILTER(WHERE
    t.exam_type_code IS NULL OR TRIM(t.exam_type_code) = '') AS f7,
  COUNT(t.exam_type_code) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.exam_type_code IS NULL
    AND (
      v_exam_type_code.code IS NULL AND TRIM(t.exam_type_code) <> ''
    )) AS f8,
  COUNT(t.exam_code) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.exam_code IS NULL AND LENGTH(t.exam_code) > 20) AS f9,
  COUNT(t.exam_name) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.exam_name IS NULL AND LENGTH(t.exam_name) > 80) AS f10,
  COUNT(*) FILTER(WHERE
    t.exam_name IS NULL OR TRIM(t.exam_name) = '') AS f11
FROM std.exam_report AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV5199.01'
) AS v_exam_type_code
  ON v_exam_type_code.code = t.exam_type_code
GROUP BY
  t.org_code,
  CAST(t.reported_at AS DATE);

SELECT
  t.org_code,
  CAST(t.reported_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.body_site) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.body_site IS NULL AND LENGTH(t.body_site) > 50) AS f0,
  COUNT(t.method_name) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.method_name IS NULL AND LENGTH(t.method_name) > 100) AS f1,
  COUNT(t.findings) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.findings IS NULL AND LENGTH(t.findings) > 2000) AS f2,
  COUNT(t.conclusion) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.conclusion IS NULL AND LENGTH(t.conclusion) > 1000) AS f3,
  COUNT(*) FILTER(WHERE
    t.conclusion IS NULL OR TRIM(t.conclusion) = '') AS f4,
  COUNT(*) FILTER(WHERE
    NOT t.ordered_at IS NULL AND NOT t.examined_at IS NULL) AS c5,
  COUNT(*) FILTER(WHERE
    (
      NOT t.ordered_at IS NULL AND NOT t.examined_at IS NULL
    )
    AND t.ordered_at > t.examined_at) AS f5,
  COUNT(*) FILTER(WHERE
    NOT t.ordered_at IS NULL AND NOT t.reported_at IS NULL) AS c6,
  COUNT(*) FILTER(WHERE
    (
      NOT t.ordered_at IS NULL AND NOT t.reported_at IS NULL
    )
    AND t.ordered_at > t.reported_at) AS f6,
  COUNT(*) FILTER(WHERE
    NOT t.examined_at IS NULL AND NOT t.reported_at IS NULL) AS c7,
  COUNT(*) FILTER(WHERE
    (
      NOT t.examined_at IS NULL AND NOT t.reported_at IS NULL
    )
    AND t.examined_at > t.reported_at) AS f7,
  COUNT(t.reported_at) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.reported_at IS NULL AND CAST(t.reported_at AS DATE) > $today) AS f8,
  COUNT(*) FILTER(WHERE
    t.reported_at IS NULL) AS f9,
  COUNT(t.dept_code) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f10
FROM std.exam_report AS t
GROUP BY
  t.org_code,
  CAST(t.reported_at AS DATE);

SELECT
  t.org_code,
  CAST(t.reported_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.reporter_code) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.reporter_code IS NULL AND LENGTH(t.reporter_code) > 50) AS f0
FROM std.exam_report AS t
GROUP BY
  t.org_code,
  CAST(t.reported_at AS DATE);

SELECT
  t.org_code,
  CAST(t.reported_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.report_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.report_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.exam_report AS t
LEFT JOIN (
  SELECT
    org_code,
    report_id
  FROM std.exam_report
  WHERE
    NOT report_id IS NULL
  GROUP BY
    org_code,
    report_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.report_id = t.report_id
GROUP BY
  t.org_code,
  CAST(t.reported_at AS DATE);

SELECT
  t.org_code,
  CAST(t.reported_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.exam_report AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.reported_at AS DATE);

SELECT
  t.org_code,
  CAST(t.reported_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.exam_report AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.reported_at AS DATE);
