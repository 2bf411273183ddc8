-- Quality passes of vital_sign: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.measured_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.vital_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.vital_id IS NULL AND LENGTH(t.vital_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.vital_id IS NULL OR TRIM(t.vital_id) = '') AS f1,
  COUNT(t.encounter_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f2,
  COUNT(t.patient_id) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f3,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f4,
  COUNT(t.item_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.item_code IS NULL AND LENGTH(t.item_code) > 30) AS f5,
  COUNT(*) FILTER(WHERE
    t.item_code IS NULL OR TRIM(t.item_code) = '') AS f6,
  COUNT(t.item_name) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.item_name IS NULL AND LENGTH(t.item_name) > 30) AS f7,
  COUNT(*) FILTER(WHERE
    t.item_name IS NULL OR TRIM(t.item_name) = '') AS f8,
  COUNT(t.value_text) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.value_text IS NULL AND LENGTH(t.value_text) > 1000) AS f9,
  COUNT(t.unit) AS c10,
  COUNT(*) FILTER(WHERE
    NOT t.unit IS NULL AND LENGTH(t.unit) > 20) AS f10,
  COUNT(t.measured_at) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.measured_at IS NULL AND CAST(t.measured_at AS DATE) > $today) AS f11
FROM std.vital_sign AS t
GROUP BY
  t.org_code,
  CAST(t.measured_at AS DATE);

SELECT
  t.org_code,
  CAST(t.measured_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(*) FILTER(WHERE
    t.measured_at IS NULL) AS f0,
  COUNT(t.nurse_code) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.nurse_code IS NULL AND LENGTH(t.nurse_code) > 50) AS f1
FROM std.vital_sign AS t
GROUP BY
  t.org_code,
  CAST(t.measured_at AS DATE);

SELECT
  t.org_code,
  CAST(t.measured_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.vital_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.vital_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.vital_sign AS t
LEFT JOIN (
  SELECT
    org_code,
    vital_id
  FROM std.vital_sign
  WHERE
    NOT vital_id IS NULL
  GROUP BY
    org_code,
    vital_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.vital_id = t.vital_id
GROUP BY
  t.org_code,
  CAST(t.measured_at AS DATE);

SELECT
  t.org_code,
  CAST(t.measured_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.vital_sign AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.measured_at AS DATE);

SELECT
  t.org_code,
  CAST(t.measured_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.vital_sign AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.measured_at AS DATE);
