"""What of a table of changes is there at the source, what is missing, and the SQL about it."""

from dataclasses import dataclass

import psycopg

from suwen.domains.ingest.changelog import MOST_COUNTED, Held, Obstacle, Readiness, Shape, Wanted
from suwen.domains.ingest.connectors.postgres.outbox import ddl
from suwen.domains.ingest.connectors.postgres.outbox.position import Position
from suwen.domains.ingest.connectors.postgres.outbox.reading import waiting
from suwen.domains.ingest.connectors.postgres.server import Row
from suwen.domains.ingest.outbox import made_anew
from suwen.domains.ingest.ownnames import PREFIX, beginning_with, own_name

OLDEST = 100000
"""PostgreSQL 10: the oldest that the driver knows."""
_ROWS_TYPE, _ALL_TYPE = 29, 32
"""pg_trigger.tgtype of AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW, and of AFTER TRUNCATE."""
_SERVER = """
SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
  current_user::text AS account, has_schema_privilege(%(schema)s, 'USAGE') AS usable
FROM pg_catalog.pg_namespace AS n WHERE n.nspname = %(schema)s
"""
_TABLE = """
SELECT c.oid::bigint AS oid, c.relkind::text AS kind, has_table_privilege(c.oid, 'SELECT') AS readable,
  pg_total_relation_size(c.oid)::bigint AS bytes
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(table)s AND c.relkind <> 'i'
"""
_COLUMNS = """
SELECT a.attname::text AS name, a.atttypid::bigint AS type, a.atttypmod AS length
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = %(oid)s AND a.attnum > 0 AND NOT a.attisdropped
  AND coalesce(to_jsonb(a) ->> 'attgenerated', '') <> 'v'
ORDER BY a.attnum
"""
_TRIGGERS = """
SELECT t.oid::bigint AS oid, t.tgname::text AS name, t.tgtype::int AS type, t.tgenabled::text AS enabled,
  t.tgqual IS NULL AND t.tgattr::text = '' AS always, m.nspname::text AS schema, c.relname::text AS table
FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace AS m ON m.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND p.proname = %(outbox)s AND NOT t.tgisinternal ORDER BY t.tgname
"""
_OUTBOXES = """
SELECT n.nspname::text AS schema, c.relname::text AS name, pg_total_relation_size(c.oid)::bigint AS bytes
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'xid'
WHERE c.relkind = 'r' AND c.relname LIKE %(like)s ESCAPE '!' ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Seen:
    """What a source shows of a feed's table, its table of changes (`outbox`) and the triggers between them."""

    schema: str
    name: str
    outbox_name: str
    server: Row | None
    table: Row | None
    outbox: Row | None
    columns: tuple[Row, ...]
    triggers: tuple[Row, ...]

    @property
    def working(self) -> tuple[Row, ...]:
        """The triggers on the feed's table that tell every change of rows, and that it was emptied."""
        own = (one for one in self.triggers if (one["schema"], one["table"]) == (self.schema, self.name))
        return tuple(
            one for one in own if one["type"] in (_ROWS_TYPE, _ALL_TYPE) and one["enabled"] in "AO" and one["always"]
        )

    @property
    def made(self) -> str:
        """Differs once the table of changes or one of the triggers has been made anew."""
        parts = [self.outbox, *self.working]
        return ".".join(str(part["oid"]) for part in parts if part is not None)

    @property
    def shape(self) -> Shape:
        """The columns that changes tell."""
        version = "\n".join(f"{one['name']} {one['type']} {one['length']}" for one in self.columns)
        return Shape(tuple(one["name"] for one in self.columns), version)


def look(at: psycopg.Connection[Row], wanted: Wanted, schema: str, table: str) -> Seen:
    """Look at what a feed needs."""
    outbox = own_name(wanted)
    server = at.execute(_SERVER, {"schema": schema}).fetchone()
    found = at.execute(_TABLE, {"schema": schema, "table": table}).fetchone()
    return Seen(
        schema, table, outbox, server, found,
        at.execute(_TABLE, {"schema": schema, "table": outbox}).fetchone(),
        tuple(at.execute(_COLUMNS, {"oid": found["oid"]}).fetchall()) if found is not None else (),
        tuple(at.execute(_TRIGGERS, {"schema": schema, "outbox": outbox}).fetchall()),
    )  # fmt: skip


def obstacles(seen: Seen, wanted: Wanted) -> tuple[Obstacle, ...]:
    """Return what is in the way of a feed's changes."""
    found: list[Obstacle] = []

    def error(text: str, text_en: str) -> None:
        found.append(Obstacle("error", text, text_en))

    name, outbox = f"{seen.schema}.{seen.name}", f"{seen.schema}.{seen.outbox_name}"
    if seen.server is None or seen.table is None:
        error(f"没有表 {name}", f"there is no table {name}")
        return tuple(found)
    if seen.server["version"] < OLDEST:
        error("触发器采集需要 PostgreSQL 10 或更高版本", "capture by triggers needs PostgreSQL 10 or later")
    if seen.server["standby"]:
        error("这是备库，须连接主库", "this is a standby: connect to the primary")
    if seen.table["kind"] not in ("r", "p"):
        error(f"{name} 不是表，不能建行触发器", f"{name} is no table: it takes no triggers for its rows")
        return tuple(found)
    if not seen.table["readable"]:
        error(f"帐号没有 {name} 的查询权限", f"the account may not SELECT from {name}")
    columns = {one["name"].lower() for one in seen.columns}
    if missing := [key for key in wanted.key if key.lower() not in columns]:
        error(f"表 {name} 没有主键列 {missing}", f"table {name} lacks the key columns {missing}")
    if seen.outbox is None:
        error(f"没有变更表 {outbox}", f"there is no table of changes {outbox}")
    elif not (seen.outbox["readable"] and seen.server["usable"]):
        error(f"帐号没有变更表 {outbox} 的查询权限", f"the account may not SELECT from {outbox}")
    types = {one["type"] for one in seen.working}
    for kind, end in ((_ROWS_TYPE, ddl.ROWS), (_ALL_TYPE, ddl.ALL)):
        if kind not in types:
            trigger = ddl.trigger_name(seen.outbox_name, end)
            error(
                f"表 {name} 上没有启用的触发器 {trigger}",
                f"table {name} has no trigger {trigger} that is enabled",
            )
    if seen.table["kind"] == "p":
        found.append(
            Obstacle(
                "warning",
                f"{name} 是分区表：单独清空、附加或分离一个分区时没有变更记录，此后须重新快照",
                f"{name} is partitioned: emptying, attaching or detaching one partition is not told; "
                "take a new snapshot afterwards",
            )
        )
    return tuple(found)


def readiness(at: psycopg.Connection[Row], wanted: Wanted, seen: Seen, position: Position | None) -> Readiness:
    """Return what is in the way of a feed's changes, how far they are read, and the SQL about it."""
    lost = position is not None and position.made != seen.made
    found = obstacles(seen, wanted)
    standing = position is not None and not lost
    names = [ddl.trigger_name(seen.outbox_name, end) for end in (ddl.ROWS, ddl.ALL)]
    return Readiness(
        made_anew(found) if lost else found,
        "row",
        _setup(seen),
        ddl.removal_sql(seen.schema, seen.outbox_name, [(seen.schema, seen.name, name) for name in names]),
        _held(at, seen, position if standing else None, lost=lost),
        ddl.clean_up_sql(seen.schema, seen.outbox_name, position.seen) if position is not None and standing else "",
    )


def outboxes(at: psycopg.Connection[Row], installation: str) -> tuple[Held, ...]:
    """Return the tables of changes of an installation."""
    like = beginning_with(f"{PREFIX}{installation}_")
    found: list[Held] = []
    for one in at.execute(_OUTBOXES, {"like": like}).fetchall():
        triggers = at.execute(_TRIGGERS, {"schema": one["schema"], "outbox": one["name"]}).fetchall()
        on = [(each["schema"], each["table"], each["name"]) for each in triggers]
        removal = ddl.removal_sql(one["schema"], one["name"], on)
        found.append(Held(f"{one['schema']}.{one['name']}", one["bytes"], "", removal=removal))
    return tuple(found)


def _setup(seen: Seen) -> str:
    if seen.server is None or seen.table is None:
        return ""
    account = seen.server["account"]
    parts: list[str] = []
    if seen.outbox is None:
        parts.append(ddl.table_sql(seen.schema, seen.outbox_name))
    if len(seen.working) < 2 or seen.outbox is None:
        parts.append(ddl.triggers_sql(seen.schema, seen.name, seen.outbox_name))
    if not seen.table["readable"]:
        parts.append(ddl.grant_sql(seen.schema, seen.name, account))
    if seen.outbox is None or not (seen.outbox["readable"] and seen.server["usable"]):
        parts.append(ddl.grant_sql(seen.schema, seen.outbox_name, account))
    return "".join(["BEGIN;\n", *parts, "COMMIT;"]) if parts else ""


def _held(at: psycopg.Connection[Row], seen: Seen, position: Position | None, *, lost: bool) -> Held | None:
    if seen.outbox is None:
        return None
    name, bytes_ = f"{seen.schema}.{seen.outbox_name}", seen.outbox["bytes"]
    state = "lost" if lost else ""
    if position is None or not seen.outbox["readable"]:
        return Held(name, bytes_, state)
    counted = waiting(at, seen.schema, seen.outbox_name, position, MOST_COUNTED)
    return Held(name, bytes_, state, changes=counted.changes, oldest=counted.oldest)
