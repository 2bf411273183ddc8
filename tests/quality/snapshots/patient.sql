-- Quality passes of patient: counts by institution and day. Parameter: $today DATE.

SELECT
  t.org_code,
  CAST(t.created_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND LENGTH(t.patient_id) > 64) AS f0,
  COUNT(*) FILTER(WHERE
    t.patient_id IS NULL OR TRIM(t.patient_id) = '') AS f1,
  COUNT(t.name) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.name IS NULL AND LENGTH(t.name) > 50) AS f2,
  COUNT(*) FILTER(WHERE
    t.name IS NULL OR TRIM(t.name) = '') AS f3,
  COUNT(*) FILTER(WHERE
    (
      COALESCE(REGEXP_MATCHES(t.id_no, '^[0-9]{17}[0-9Xx]$'), FALSE)
      AND NOT t.sex_code IS NULL
      AND t.sex_code IN ('1', '2')
    )
    AND (
      t.id_type_code IS NULL OR t.id_type_code IN ('01')
    )) AS c4,
  COUNT(*) FILTER(WHERE
    (
      (
        COALESCE(REGEXP_MATCHES(t.id_no, '^[0-9]{17}[0-9Xx]$'), FALSE)
        AND NOT t.sex_code IS NULL
        AND t.sex_code IN ('1', '2')
      )
      AND (
        t.id_type_code IS NULL OR t.id_type_code IN ('01')
      )
    )
    AND (
      STRPOS('13579', SUBSTRING(t.id_no, 17, 1)) > 0
    ) <> (
      t.sex_code = '1'
    )) AS f4,
  COUNT(*) FILTER(WHERE
    t.sex_code IS NULL OR TRIM(t.sex_code) = '') AS f5,
  COUNT(t.sex_code) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.sex_code IS NULL
    AND (
      v_sex_code.code IS NULL AND TRIM(t.sex_code) <> ''
    )) AS f6,
  COUNT(*) FILTER(WHERE
    NOT t.birth_date IS NULL AND NOT t.created_at IS NULL) AS c7,
  COUNT(*) FILTER(WHERE
    (
      NOT t.birth_date IS NULL AND NOT t.created_at IS NULL
    )
    AND CAST(t.birth_date AS DATE) > CAST(t.created_at AS DATE)) AS f7,
  COUNT(*) FILTER(WHERE
    (
      COALESCE(REGEXP_MATCHES(t.id_no, '^[0-9]{17}[0-9Xx]$'), FALSE)
      AND NOT t.birth_date IS NULL
    )
    AND (
      t.id_type_code IS NULL OR t.id_type_code IN ('01')
    )) AS c8,
  COUNT(*) FILTER(WHERE
    (
      (
        COALESCE(REGEXP_MATCHES(t.id_no, '^[0-9]{17}[0-9Xx]$'), FALSE)
        AND NOT t.birth_date IS NULL
      )
      AND (
        t.id_type_code IS NULL OR t.id_type_code IN ('01')
      )
    )
    AND SUBSTRING(t.id_no, 7, 8) <> STRFTIME(t.birth_date, '%Y%m%d')) AS f8,
  COUNT(t.birth_date) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.birth_date IS NULL AND CAST(t.birth_date AS DATE) > $today) AS f9,
  COUNT(*) FILTER(WHERE
    t.birth_date IS NULL) AS f10,
  COUNT(t.id_type_code) AS c11,
  COUNT(*) FILTER(WHERE
    NOT t.id_type_code IS NULL
    AND (
      v_id_type_code.code IS NULL AND TRIM(t.id_type_code) <> ''
    )) AS f11
FROM std.patient AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'GB/T 2261.1'
) AS v_sex_code
  ON v_sex_code.code = t.sex_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'CV02.01.101'
) AS v_id_type_code
  ON v_id_type_code.code = t.id_type_code
GROUP BY
  t.org_code,
  CAST(t.created_at AS DATE);

SELECT
  t.org_code,
  CAST(t.created_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(*) FILTER(WHERE
    COALESCE(TRIM(t.id_no), '') <> ''
    AND (
      t.id_type_code IS NULL OR t.id_type_code IN ('01')
    )) AS c0,
  COUNT(*) FILTER(WHERE
    (
      COALESCE(TRIM(t.id_no), '') <> ''
      AND (
        t.id_type_code IS NULL OR t.id_type_code IN ('01')
      )
    )
    AND NOT (
      CASE
        WHEN UPPER(t.id_no) IS NULL
        THEN NULL
        WHEN LENGTH(UPPER(t.id_no)) = 18
        AND REGEXP_MATCHES(
          UPPER(t.id_no),
          '^[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|[12][0-9]))[0-9]{3}[0-9Xx]$'
        )
        THEN (
          SUBSTRING(UPPER(t.id_no), 11, 4) <> '0229'
          OR (
            TRY_CAST(SUBSTRING(UPPER(t.id_no), 7, 4) AS INT) % 4 = 0
            AND (
              TRY_CAST(SUBSTRING(UPPER(t.id_no), 7, 4) AS INT) % 100 <> 0
              OR TRY_CAST(SUBSTRING(UPPER(t.id_no), 7, 4) AS INT) % 400 = 0
            )
          )
        )
        AND UPPER(SUBSTRING(UPPER(t.id_no), 18, 1)) = SUBSTRING(
          '10X98765432',
          (
            ASCII(SUBSTRING(UPPER(t.id_no), 1, 1)) * 7 + ASCII(SUBSTRING(UPPER(t.id_no), 2, 1)) * 9 + ASCII(SUBSTRING(UPPER(t.id_no), 3, 1)) * 10 + ASCII(SUBSTRING(UPPER(t.id_no), 4, 1)) * 5 + ASCII(SUBSTRING(UPPER(t.id_no), 5, 1)) * 8 + ASCII(SUBSTRING(UPPER(t.id_no), 6, 1)) * 4 + ASCII(SUBSTRING(UPPER(t.id_no), 7, 1)) * 2 + ASCII(SUBSTRING(UPPER(t.id_no), 8, 1)) * 1 + ASCII(SUBSTRING(UPPER(t.id_no), 9, 1)) * 6 + ASCII(SUBSTRING(UPPER(t.id_no), 10, 1)) * 3 + ASCII(SUBSTRING(UPPER(t.id_no), 11, 1)) * 7 + ASCII(SUBSTRING(UPPER(t.id_no), 12, 1)) * 9 + ASCII(SUBSTRING(UPPER(t.id_no), 13, 1)) * 10 + ASCII(SUBSTRING(UPPER(t.id_no), 14, 1)) * 5 + ASCII(SUBSTRING(UPPER(t.id_no), 15, 1)) * 8 + ASCII(SUBSTRING(UPPER(t.id_no), 16, 1)) * 4 + ASCII(SUBSTRING(UPPER(t.id_no), 17, 1)) * 2 - 4800
          ) % 11 + 1,
          1
        )
        WHEN LENGTH(UPPER(t.id_no)) = 15
        AND REGEXP_MATCHES(
          UPPER(t.id_no),
          '^[1-9][0-9]{5}[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|[12][0-9]))[0-9]{3}$'
        )
        THEN SUBSTRING(UPPER(t.id_no), 9, 4) <> '0229'
        OR (
          SUBSTRING(UPPER(t.id_no), 7, 2) <> '00'
          AND TRY_CAST(SUBSTRING(UPPER(t.id_no), 7, 2) AS INT) % 4 = 0
        )
        ELSE FALSE
      END
    )) AS f0,
  COUNT(t.id_no) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.id_no IS NULL AND LENGTH(t.id_no) > 18) AS f1,
  COUNT(t.health_card_no) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.health_card_no IS NULL AND LENGTH(t.health_card_no) > 18) AS f2,
  COUNT(t.health_record_no) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.health_record_no IS NULL
    AND NOT (
      REGEXP_MATCHES(t.health_record_no, '^[0-9]+$')
      AND LENGTH(t.health_record_no) = 17
    )) AS f3,
  COUNT(*) FILTER(WHERE
    NOT t.health_record_no IS NULL AND LENGTH(t.health_record_no) > 17) AS f4,
  COUNT(t.phone) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.phone IS NULL AND LENGTH(t.phone) > 20) AS f5,
  COUNT(*) FILTER(WHERE
    COALESCE(TRIM(t.phone), '') <> '') AS c6,
  COUNT(*) FILTER(WHERE
    COALESCE(TRIM(t.phone), '') <> ''
    AND NOT REGEXP_MATCHES(t.phone, '^(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7})$')) AS f6,
  COUNT(t.address) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.address IS NULL AND LENGTH(t.address) > 200) AS f7,
  COUNT(t.division_code) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.division_code IS NULL AND LENGTH(t.division_code) > 12) AS f8,
  COUNT(*) FILTER(WHERE
    COALESCE(TRIM(t.division_code), '') <> '') AS c9,
  COUNT(*) FILTER(WHERE
    COALESCE(TRIM(t.division_code), '') <> ''
    AND NOT REGEXP_MATCHES(t.division_code, '^[1-9][0-9]{5}([0-9]{3}|[0-9]{6})?$')) AS f9
FROM std.patient AS t
GROUP BY
  t.org_code,
  CAST(t.created_at AS DATE);

SELECT
  t.org_code,
  CAST(t.created_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.postal_code) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.postal_code IS NULL
    AND NOT (
      REGEXP_MATCHES(t.postal_code, '^[0-9]+$') AND LENGTH(t.postal_code) = 6
    )) AS f0,
  COUNT(*) FILTER(WHERE
    NOT t.postal_code IS NULL AND LENGTH(t.postal_code) > 6) AS f1,
  COUNT(t.ethnic_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.ethnic_code IS NULL
    AND (
      v_ethnic_code.code IS NULL AND TRIM(t.ethnic_code) <> ''
    )) AS f2,
  COUNT(t.marital_code) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.marital_code IS NULL
    AND (
      v_marital_code.code IS NULL AND TRIM(t.marital_code) <> ''
    )) AS f3,
  COUNT(t.nationality_code) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.nationality_code IS NULL
    AND (
      v_nationality_code.code IS NULL AND TRIM(t.nationality_code) <> ''
    )) AS f4,
  COUNT(t.occupation_code) AS c5,
  COUNT(*) FILTER(WHERE
    NOT t.occupation_code IS NULL
    AND (
      v_occupation_code.code IS NULL AND TRIM(t.occupation_code) <> ''
    )) AS f5,
  COUNT(t.employer_name) AS c6,
  COUNT(*) FILTER(WHERE
    NOT t.employer_name IS NULL AND LENGTH(t.employer_name) > 70) AS f6,
  COUNT(t.contact_name) AS c7,
  COUNT(*) FILTER(WHERE
    NOT t.contact_name IS NULL AND LENGTH(t.contact_name) > 50) AS f7,
  COUNT(t.contact_relation_code) AS c8,
  COUNT(*) FILTER(WHERE
    NOT t.contact_relation_code IS NULL
    AND (
      v_contact_relation_code.code IS NULL AND TRIM(t.contact_relation_code) <> ''
    )) AS f8,
  COUNT(t.contact_phone) AS c9,
  COUNT(*) FILTER(WHERE
    NOT t.contact_phone IS NULL AND LENGTH(t.contact_phone) > 20) AS f9
FROM std.patient AS t
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'GB/T 3304'
) AS v_ethnic_code
  ON v_ethnic_code.code = t.ethnic_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'GB/T 2261.2'
) AS v_marital_code
  ON v_marital_code.code = t.marital_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'GB/T 2659'
) AS v_nationality_code
  ON v_nationality_code.code = t.nationality_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'GB/T 2261.4'
) AS v_occupation_code
  ON v_occupation_code.code = t.occupation_code
LEFT JOIN (
  SELECT
    code
  FROM lookup.value_set_code
  WHERE
    value_set = 'GB/T 4761'
) AS v_contact_relation_code
  ON v_contact_relation_code.code = t.contact_relation_code
GROUP BY
  t.org_code,
  CAST(t.created_at AS DATE);

SELECT
  t.org_code,
  CAST(t.created_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(*) FILTER(WHERE
    COALESCE(TRIM(t.contact_phone), '') <> '') AS c0,
  COUNT(*) FILTER(WHERE
    COALESCE(TRIM(t.contact_phone), '') <> ''
    AND NOT REGEXP_MATCHES(t.contact_phone, '^(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7})$')) AS f0,
  COUNT(t.blood_abo_code) AS c1,
  COUNT(*) FILTER(WHERE
    NOT t.blood_abo_code IS NULL
    AND (
      v_blood_abo_code.code IS NULL AND TRIM(t.blood_abo_code) <> ''
    )) AS f1,
  COUNT(t.blood_rh_code) AS c2,
  COUNT(*) FILTER(WHERE
    NOT t.blood_rh_code IS NULL
    AND (
      v_blood_rh_code.code IS NULL AND TRIM(t.blood_rh_code) <> ''
    )) AS f2,
  COUNT(t.insurance_code) AS c3,
  COUNT(*) FILTER(WHERE
    NOT t.insurance_code IS NULL
    AND (
      v_insurance_code.code IS NULL AND TRIM(t.insurance_code) <> ''
    )) AS f3,
  COUNT(t.created_at) AS c4,
  COUNT(*) FILTER(WHERE
    NOT t.created_at IS NULL AND CAST(t.created_at AS DATE) > $today) AS f4
FROM std.patient AS t
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
    value_set = 'CV02.01.204'
) AS v_insurance_code
  ON v_insurance_code.code = t.insurance_code
GROUP BY
  t.org_code,
  CAST(t.created_at AS DATE);

SELECT
  t.org_code,
  CAST(t.created_at AS DATE) AS day,
  COUNT(*) AS n,
  COUNT(t.patient_id) AS c0,
  COUNT(*) FILTER(WHERE
    NOT t.patient_id IS NULL AND NOT k.org_code IS NULL) AS f0
FROM std.patient AS t
LEFT JOIN (
  SELECT
    org_code,
    patient_id
  FROM std.patient
  WHERE
    NOT patient_id IS NULL
  GROUP BY
    org_code,
    patient_id
  HAVING
    COUNT(*) > 1
) AS k
  ON k.org_code = t.org_code AND k.patient_id = t.patient_id
GROUP BY
  t.org_code,
  CAST(t.created_at AS DATE);
