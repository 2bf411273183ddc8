-- Quality passes of lab_report: counts by institution and day. Parameter: $today DATE.

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
  COUNT(t.report_name) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.report_name IS NULL AND LENGTH(t.report_name) > 100) AS f7,
  COUNT(*) FILTER(WHERE
    t.report_name IS NULL OR TRIM(t.report_name) = '') AS f8,
  COUNT(t.specimen_no) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.specimen_no IS NULL AND LENGTH(t.specimen_no) > 20) AS f9,
  COUNT(t.specimen_code) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.specimen_code IS NULL AND LENGTH(t.specimen_code) > 20) AS f10
FROM std.lab_report AS t
GROUP BY
  t.org_code,
  CAST(t.reported_at AS DATE);

SELECT
  t.org_code,
  CAST(t.reported_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.specimen_name) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.specimen_name IS NULL AND LENGTH(t.specimen_name) > 20) AS f0,
  COUNT(*) FILTER(WHERE
    NOT t.ordered_at IS NULL AND NOT t.reported_at IS NULL) AS c1,
  COUNT(*) FILTER(WHERE
    (
      NOT t.ordered_at IS NULL AND NOT t.reported_at IS NULL
    )
    AND t.ordered_at > t.reported_at) AS f1,
  COUNT(*) FILTER(WHERE
    NOT t.collected_at IS NULL AND NOT t.received_at IS NULL) AS c2,
  COUNT(*) FILTER(WHERE
    (
      NOT t.collected_at IS NULL AND NOT t.received_at IS NULL
    )
    AND t.collected_at > t.received_at) AS f2,
  COUNT(*) FILTER(WHERE
    NOT t.collected_at IS NULL AND NOT t.reported_at IS NULL) AS c3,
  COUNT(*) FILTER(WHERE
    (
      NOT t.collected_at IS NULL AND NOT t.reported_at IS NULL
    )
    AND t.collected_at > t.reported_at) AS f3,
  COUNT(*) FILTER(WHERE
    NOT t.received_at IS NULL AND NOT t.reported_at IS NULL) AS c4,
  COUNT(*) FILTER(WHERE
    (
      NOT t.received_at IS NULL AND NOT t.reported_at IS NULL
    )
    AND t.received_at > t.reported_at) AS f4,
  COUNT(t.reported_at) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.reported_at IS NULL AND CAST(t.reported_at AS DATE) > $today) AS f5,
  COUNT(*) FILTER(WHERE
    t.reported_at IS NULL) AS f6,
  COUNT(t.dept_code) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f7,
  COUNT(t.reporter_code) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.reporter_code IS NULL AND LENGTH(t.reporter_code) > 50) AS f8,
  COUNT(t.reviewer_code) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.reviewer_code IS NULL AND LENGTH(t.reviewer_code) > 50) AS f9
FROM std.lab_report AS t
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
FROM std.lab_report AS t
LEFT JOIN (
  SELECT
    org_code,
    report_id
  FROM std.lab_report
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
FROM std.lab_report AS t
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
FROM std.lab_report AS t
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
