"""The SQL that a source's administrator runs for a table of changes, and its names."""

from collections.abc import Sequence

from psycopg import sql

from suwen.domains.ingest.connectors.postgres.snapshot import Snapshot
from suwen.domains.ingest.ownnames import shortened

ROWS, ALL = "_rows", "_all"
"""Ends of the names of the two triggers."""

# One index only, for each costs the source's writers: it finds the transactions that a snapshot did not see.
# The function is one of its owner's (SECURITY DEFINER), so that who writes the table needs no right beside it. It takes
# rows as they are: a column that is added or dropped later harms no writer.
_TABLE = sql.SQL("""\
CREATE TABLE {outbox} (
  "number" bigserial NOT NULL,
  "xid" bigint NOT NULL DEFAULT txid_current(),
  "at" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "op" "char" NOT NULL,
  "before" json,
  "after" json,
  PRIMARY KEY ("xid", "number")
);
""")
_FUNCTION = sql.SQL("""\
CREATE OR REPLACE FUNCTION {outbox}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET intervalstyle = 'postgres' SET bytea_output = 'hex'
AS $suwen$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO {outbox} ("op", "after") VALUES ('I', row_to_json(NEW));
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO {outbox} ("op", "before", "after") VALUES ('U', row_to_json(OLD), row_to_json(NEW));
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO {outbox} ("op", "before") VALUES ('D', row_to_json(OLD));
  ELSE
    INSERT INTO {outbox} ("op") VALUES ('T');
  END IF;
  RETURN NULL;
END
$suwen$;
REVOKE ALL ON FUNCTION {outbox}() FROM PUBLIC;
""")
_TRIGGERS = sql.SQL("""\
DROP TRIGGER IF EXISTS {rows} ON {table};
CREATE TRIGGER {rows} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE PROCEDURE {outbox}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {rows};
DROP TRIGGER IF EXISTS {all} ON {table};
CREATE TRIGGER {all} AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE PROCEDURE {outbox}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {all};
""")
_GRANT = sql.SQL("""\
GRANT USAGE ON SCHEMA {schema} TO {account};
GRANT SELECT ON {table} TO {account};
""")
_CLEAN_UP = sql.SQL("""\
DELETE FROM {outbox} WHERE "xid" < {beyond} AND txid_visible_in_snapshot("xid", {seen}::txid_snapshot);
""")


def trigger_name(outbox: str, end: str) -> str:
    """Return the name of a trigger. Triggers fire in the order of their names: ours comes before any that the source
    has, for those may change the row once more, which must not be told before this change.
    """
    return shortened(f"0{outbox}", end)


def table_sql(schema: str, outbox: str) -> str:
    """Return the making of the table of changes."""
    return _TABLE.format(outbox=sql.Identifier(schema, outbox)).as_string()


def triggers_sql(schema: str, table: str, outbox: str) -> str:
    """Return the making of function and triggers; those that were are made anew."""
    own = sql.Identifier(schema, outbox)
    on = {
        "table": sql.Identifier(schema, table),
        "rows": sql.Identifier(trigger_name(outbox, ROWS)),
        "all": sql.Identifier(trigger_name(outbox, ALL)),
    }
    return (_FUNCTION.format(outbox=own) + _TRIGGERS.format(outbox=own, **on)).as_string()


def grant_sql(schema: str, table: str, account: str) -> str:
    """Return the grant of reading a table."""
    given = {"schema": sql.Identifier(schema), "table": sql.Identifier(schema, table)}
    return _GRANT.format(account=sql.Identifier(account), **given).as_string()


def removal_sql(schema: str, outbox: str, triggers: Sequence[tuple[str, str, str]]) -> str:
    """Return what takes everything off again, first the triggers (schema, table, name), so that no writer is harmed."""
    lines = [
        sql.SQL("DROP TRIGGER IF EXISTS {} ON {};").format(sql.Identifier(name), sql.Identifier(of, table))
        for of, table, name in triggers
    ]
    own = sql.Identifier(schema, outbox)
    lines += [
        sql.SQL("DROP FUNCTION IF EXISTS {}();").format(own),
        sql.SQL("DROP TABLE IF EXISTS {};").format(own),
    ]
    return "\n".join(["BEGIN;", *(line.as_string() for line in lines), "COMMIT;"])


def clean_up_sql(schema: str, outbox: str, seen: Snapshot) -> str:
    """Return what deletes the changes that a snapshot sees."""
    given = {"beyond": sql.Literal(seen.xmax), "seen": sql.Literal(str(seen))}
    return _CLEAN_UP.format(outbox=sql.Identifier(schema, outbox), **given).as_string().strip()
