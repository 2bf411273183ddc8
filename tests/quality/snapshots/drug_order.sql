-- Quality passes of drug_order: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.ordered_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.order_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.order_id IS NULL AND LENGTH(t.order_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.order_id IS NULL OR TRIM(t.order_id) = '') AS f1,
  COUNT(t.encounter_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f2,
  COUNT(t.patient_id) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f3,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f4,
  COUNT(t.prescription_no) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.prescription_no IS NULL
    AND NOT REGEXP_MATCHES(t.prescription_no, '^[0-9]+$')) AS f5,
  COUNT(*) FILTER(WHERE
    NOT t.prescription_no IS NULL AND LENGTH(t.prescription_no) > 30) AS f6,
  COUNT(t.group_no) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.group_no IS NULL AND NOT REGEXP_MATCHES(t.group_no, '^[0-9]+$')) AS f7,
  COUNT(*) FILTER(WHERE
    NOT t.group_no IS NULL AND LENGTH(t.group_no) > 50) AS f8,
  COUNT(t.drug_code) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.drug_code IS NULL AND LENGTH(t.drug_code) > 50) AS f9,
  COUNT(t.drug_name) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.drug_name IS NULL AND LENGTH(t.drug_name) > 50) AS f10,
  COUNT(*) FILTER(WHERE
    t.drug_name IS NULL OR TRIM(t.drug_name) = '') AS f11
FROM std.drug_order AS t
GROUP BY
  t.org_code,
  CAST(t.ordered_at AS DATE);

SELECT
  t.org_code,
  CAST(t.ordered_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.drug_type_code) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.drug_type_code IS NULL
    AND (
      v_drug_type_code.code IS NULL AND TRIM(t.drug_type_code) <> ''
    )) AS f0,
  COUNT(t.form_code) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.form_code IS NULL
    AND NOT (
      REGEXP_MATCHES(t.form_code, '^[0-9]+$') AND LENGTH(t.form_code) = 2
    )) AS f1,
  COUNT(*) FILTER(WHERE
    NOT t.form_code IS NULL AND LENGTH(t.form_code) > 2) AS f2,
  COUNT(t.spec) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.spec IS NULL AND LENGTH(t.spec) > 20) AS f3,
  COUNT(t.dose_unit) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.dose_unit IS NULL AND LENGTH(t.dose_unit) > 6) AS f4,
  COUNT(t.route_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.route_code IS NULL
    AND (
      v_route_code.code IS NULL AND TRIM(t.route_code) <> ''
    )) AS f5,
  COUNT(t.frequency_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.frequency_code IS NULL
    AND (
      v_frequency_code.code IS NULL AND TRIM(t.frequency_code) <> ''
    )) AS f6,
  COUNT(t.quantity_unit) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.quantity_unit IS NULL AND LENGTH(t.quantity_unit) > 10) AS f7,
  COUNT(*) FILTER(WHERE
    NOT t.ordered_at IS NULL AND NOT t.stopped_at IS NULL) AS c8,
  COUNT(*) FILTER(WHERE
    (
      NOT t.ordered_at IS NULL AND NOT t.stopped_at IS NULL
    )
    AND t.ordered_at > t.stopped_at) AS f8,
  COUNT(t.ordered_at) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.ordered_at IS NULL AND CAST(t.ordered_at AS DATE) > $today) AS f9,
  COUNT(*) FILTER(WHERE
    t.ordered_at IS NULL) AS f10
FROM std.drug_order AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'SUWEN.drug_type'
) AS v_drug_type_code
  ON v_drug_type_code.code = t.drug_type_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV06.00.102'
) AS v_route_code
  ON v_route_code.code = t.route_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV06.00.228'
) AS v_frequency_code
  ON v_frequency_code.code = t.frequency_code
GROUP BY
  t.org_code,
  CAST(t.ordered_at AS DATE);

SELECT
  t.org_code,
  CAST(t.ordered_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.doctor_code) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.doctor_code IS NULL AND LENGTH(t.doctor_code) > 50) AS f0,
  COUNT(t.dept_code) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f1
FROM std.drug_order AS t
GROUP BY
  t.org_code,
  CAST(t.ordered_at AS DATE);

SELECT
  t.org_code,
  CAST(t.ordered_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.order_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.order_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.drug_order AS t
LEFT JOIN (
  SELECT
    org_code,
    order_id
  FROM std.drug_order
  WHERE
    NOT order_id IS NULL
  GROUP BY
    org_code,
    order_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.order_id = t.order_id
GROUP BY
  t.org_code,
  CAST(t.ordered_at AS DATE);

SELECT
  t.org_code,
  CAST(t.ordered_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.drug_order AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.ordered_at AS DATE);

SELECT
  t.org_code,
  CAST(t.ordered_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.drug_order AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.ordered_at AS DATE);
