-- Quality passes of fee_item: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.charged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.fee_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.fee_id IS NULL AND LENGTH(t.fee_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.fee_id IS NULL OR TRIM(t.fee_id) = '') AS f1,
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
  COUNT(t.item_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.item_code IS NULL AND LENGTH(t.item_code) > 50) AS f6,
  COUNT(t.item_name) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.item_name IS NULL AND LENGTH(t.item_name) > 100) AS f7,
  COUNT(*) FILTER(WHERE
    t.item_name IS NULL OR TRIM(t.item_name) = '') AS f8,
  COUNT(*) FILTER(WHERE
    t.category_code IS NULL OR TRIM(t.category_code) = '') AS f9,
  COUNT(t.category_code) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.category_code IS NULL
    AND (
      v_category_code.code IS NULL AND TRIM(t.category_code) <> ''
    )) AS f10,
  COUNT(*) FILTER(WHERE
    t.amount IS NULL) AS f11,
  COUNT(t.charged_at) AS c12,
  COUNT(*) FILTER(WHERE
    NOT t.charged_at IS NULL AND CAST(t.charged_at AS DATE) > $today) AS f12
FROM std.fee_item AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'SUWEN.fee_category'
) AS v_category_code
  ON v_category_code.code = t.category_code
GROUP BY
  t.org_code,
  CAST(t.charged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.charged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(*) FILTER(WHERE
    t.charged_at IS NULL) AS f0,
  COUNT(t.dept_code) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f1,
  COUNT(t.payment_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.payment_code IS NULL
    AND (
      v_payment_code.code IS NULL AND TRIM(t.payment_code) <> ''
    )) AS f2
FROM std.fee_item AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV07.10.005'
) AS v_payment_code
  ON v_payment_code.code = t.payment_code
GROUP BY
  t.org_code,
  CAST(t.charged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.charged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.fee_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.fee_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.fee_item AS t
LEFT JOIN (
  SELECT
    org_code,
    fee_id
  FROM std.fee_item
  WHERE
    NOT fee_id IS NULL
  GROUP BY
    org_code,
    fee_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.fee_id = t.fee_id
GROUP BY
  t.org_code,
  CAST(t.charged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.charged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.fee_item AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.charged_at AS DATE);

SELECT
  t.org_code,
  CAST(t.charged_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.fee_item AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.charged_at AS DATE);
