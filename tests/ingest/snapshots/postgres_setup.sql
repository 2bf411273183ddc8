BEGIN;
CREATE TABLE "public"."suwen_0123abcd_t__visits" (
  "number" bigserial NOT NULL,
  "xid" bigint NOT NULL DEFAULT txid_current(),
  "at" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "op" "char" NOT NULL,
  "before" json,
  "after" json,
  PRIMARY KEY ("xid", "number")
);
CREATE OR REPLACE FUNCTION "public"."suwen_0123abcd_t__visits"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET intervalstyle = 'postgres' SET bytea_output = 'hex'
AS $suwen$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "public"."suwen_0123abcd_t__visits" ("op", "after") VALUES ('I', row_to_json(NEW));
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "public"."suwen_0123abcd_t__visits" ("op", "before", "after") VALUES ('U', row_to_json(OLD), row_to_json(NEW));
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "public"."suwen_0123abcd_t__visits" ("op", "before") VALUES ('D', row_to_json(OLD));
  ELSE
    INSERT INTO "public"."suwen_0123abcd_t__visits" ("op") VALUES ('T');
  END IF;
  RETURN NULL;
END
$suwen$;
REVOKE ALL ON FUNCTION "public"."suwen_0123abcd_t__visits"() FROM PUBLIC;
DROP TRIGGER IF EXISTS "0suwen_0123abcd_t__visits_rows" ON "public"."visits";
CREATE TRIGGER "0suwen_0123abcd_t__visits_rows" AFTER INSERT OR UPDATE OR DELETE ON "public"."visits" FOR EACH ROW EXECUTE PROCEDURE "public"."suwen_0123abcd_t__visits"();
ALTER TABLE "public"."visits" ENABLE ALWAYS TRIGGER "0suwen_0123abcd_t__visits_rows";
DROP TRIGGER IF EXISTS "0suwen_0123abcd_t__visits_all" ON "public"."visits";
CREATE TRIGGER "0suwen_0123abcd_t__visits_all" AFTER TRUNCATE ON "public"."visits" FOR EACH STATEMENT EXECUTE PROCEDURE "public"."suwen_0123abcd_t__visits"();
ALTER TABLE "public"."visits" ENABLE ALWAYS TRIGGER "0suwen_0123abcd_t__visits_all";
GRANT USAGE ON SCHEMA "public" TO "reader";
GRANT SELECT ON "public"."suwen_0123abcd_t__visits" TO "reader";
COMMIT;
