BEGIN;
DROP TRIGGER IF EXISTS "0suwen_0123abcd_t__visits_all" ON "public"."visits";
DROP TRIGGER IF EXISTS "0suwen_0123abcd_t__visits_rows" ON "public"."visits";
DROP FUNCTION IF EXISTS "public"."suwen_0123abcd_t__visits"();
DROP TABLE IF EXISTS "public"."suwen_0123abcd_t__visits";
COMMIT;
