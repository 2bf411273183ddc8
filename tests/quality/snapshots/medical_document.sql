-- Quality passes of medical_document: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.written_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.document_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.document_id IS NULL AND LENGTH(t.document_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.document_id IS NULL OR TRIM(t.document_id) = '') AS f1,
  COUNT(t.encounter_id) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND LENGTH(t.encounter_id) > 64) AS f2,
  COUNT(t.patient_id) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f3,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f4,
  COUNT(*) FILTER(WHERE
    t.document_type_code IS NULL OR TRIM(t.document_type_code) = '') AS f5,
  COUNT(t.document_type_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.document_type_code IS NULL
    AND (
      v_document_type_code.code IS NULL AND TRIM(t.document_type_code) <> ''
    )) AS f6,
  COUNT(t.title) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.title IS NULL AND LENGTH(t.title) > 200) AS f7,
  COUNT(*) FILTER(WHERE
    t.title IS NULL OR TRIM(t.title) = '') AS f8,
  COUNT(t.content) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.content IS NULL AND LENGTH(t.content) > 100000) AS f9,
  COUNT(*) FILTER(WHERE
    t.content IS NULL OR TRIM(t.content) = '') AS f10,
  COUNT(t.written_at) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.written_at IS NULL AND CAST(t.written_at AS DATE) > $today) AS f11,
  COUNT(*) FILTER(WHERE
    t.written_at IS NULL) AS f12
FROM std.medical_document AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'SUWEN.document_type'
) AS v_document_type_code
  ON v_document_type_code.code = t.document_type_code
GROUP BY
  t.org_code,
  CAST(t.written_at AS DATE);

SELECT
  t.org_code,
  CAST(t.written_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.author_code) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.author_code IS NULL AND LENGTH(t.author_code) > 50) AS f0,
  COUNT(t.dept_code) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.dept_code IS NULL AND LENGTH(t.dept_code) > 50) AS f1
FROM std.medical_document AS t
GROUP BY
  t.org_code,
  CAST(t.written_at AS DATE);

SELECT
  t.org_code,
  CAST(t.written_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.document_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.document_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.medical_document AS t
LEFT JOIN (
  SELECT
    org_code,
    document_id
  FROM std.medical_document
  WHERE
    NOT document_id IS NULL
  GROUP BY
    org_code,
    document_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.document_id = t.document_id
GROUP BY
  t.org_code,
  CAST(t.written_at AS DATE);

SELECT
  t.org_code,
  CAST(t.written_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.encounter_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.encounter_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.medical_document AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    encounter_id
  FROM std.encounter
) AS r
  ON r.org_code = t.org_code AND r.encounter_id = t.encounter_id
GROUP BY
  t.org_code,
  CAST(t.written_at AS DATE);

SELECT
  t.org_code,
  CAST(t.written_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND r.org_code IS NULL) AS f0
FROM std.medical_document AS t
LEFT JOIN (
  SELECT DISTINCT
    org_code,
    patient_id
  FROM std.patient
) AS r
  ON r.org_code = t.org_code AND r.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.written_at AS DATE);
