"""What server, account and table need before changes can be read from the log, and the SQL that gives it to them."""

from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from suwen.domains.ingest.changelog import Obstacle, Readiness, Shape, Wanted
from suwen.domains.ingest.connectors.postgres.log.slots import held, publication_name, slots
from suwen.domains.ingest.connectors.postgres.server import Row, identifier
from suwen.domains.ingest.ownnames import own_name

OLDEST = 130000
"""PostgreSQL 13: the first whose snapshots and slots tell all that is asked of them."""
_SERVER = """
SELECT current_setting('server_version_num')::int AS version, current_setting('wal_level') AS wal_level,
  pg_is_in_recovery() AS standby, r.rolreplication OR r.rolsuper AS replicates, current_user::text AS account,
  current_setting('max_replication_slots')::int - (SELECT count(*)::int FROM pg_catalog.pg_replication_slots) AS free,
  current_setting('max_slot_wal_keep_size', true) AS keep
FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
"""
_TABLE = """
SELECT c.oid::bigint AS oid, c.relkind::text AS kind, c.relpersistence::text AS persistence,
  c.relreplident::text AS identity, has_table_privilege(c.oid, 'SELECT') AS readable,
  (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_index AS i
   JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
   WHERE i.indrelid = c.oid
     AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END) AS key
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(table)s
"""
_COLUMNS = """
SELECT a.attname::text AS name, a.atttypid::bigint AS type, a.atttypmod AS length, a.attgenerated::text AS generated
FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = %(oid)s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_PUBLICATION = """
SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate AS everything, p.pubviaroot AS by_root,
  to_jsonb(p) ->> 'pubgencols' = 's' AS generated,
  (SELECT to_jsonb(t) FROM pg_catalog.pg_publication_tables AS t
   WHERE t.pubname = p.pubname AND t.schemaname = %(schema)s AND t.tablename = %(table)s) AS member
FROM pg_catalog.pg_publication AS p WHERE p.pubname = %(publication)s
"""

_DROP_SLOT = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = {};"


@dataclass(frozen=True)
class Published:
    """A table as a source shows it. told: the columns that changes tell, with the oids of their types."""

    shape: Shape
    told: dict[str, int]
    table: Row | None
    publication: Row | None


def server_of(at: psycopg.Connection[Row]) -> Row:
    """Return version, wal_level, standby, replicates, account, free (slots), keep."""
    found = at.execute(_SERVER).fetchone()
    assert found is not None  # there is always a current user
    return found


def published(at: psycopg.Connection[Row], wanted: Wanted, schema: str, table: str) -> Published:
    """Look at a table and its publication."""
    values: dict[str, Any] = {"schema": schema, "table": table, "publication": publication_name(wanted)}
    found = at.execute(_TABLE, values).fetchone()
    publication = at.execute(_PUBLICATION, values).fetchone()
    if found is None:
        return Published(Shape((), ""), {}, None, publication)
    member: Row = (publication or {}).get("member") or {}
    listed: list[str] | None = member.get("attnames")
    generated = bool((publication or {}).get("generated"))
    told: dict[str, int] = {}
    version: list[str] = []
    for column in at.execute(_COLUMNS, {"oid": found["oid"]}).fetchall():
        logged = column["generated"] == "" or (generated and column["generated"] == "s")
        if logged and (listed is None or column["name"] in listed):
            told[column["name"]] = column["type"]
            version.append(f"{column['name']} {column['type']} {column['length']}")
    return Published(Shape(tuple(told), "\n".join(version)), told, found, publication)


def readiness(at: psycopg.Connection[Row], wanted: Wanted, schema: str, table: str) -> Readiness:
    """Return what is in the way of a feed's changes, and the SQL about it."""
    server, seen = server_of(at), published(at, wanted, schema, table)
    slot = next(iter(slots(at, own_name(wanted))), None)
    obstacles = [*of_server(server, needs_slot=slot is None), *_of_table(seen, wanted, schema, table)]
    if slot is not None and held(slot).state == "lost":
        obstacles.append(
            Obstacle(
                "error",
                f"复制槽 {slot['name']} 已失效（{slot['reason'] or 'wal_status = lost'}），须重新快照",
                f"slot {slot['name']} is lost ({slot['reason'] or 'wal_status = lost'}): take a new snapshot",
            )
        )
    return Readiness(
        tuple(obstacles),
        _before(seen),
        _setup(server, seen, wanted, schema, table),
        _removal(wanted, schema, table, seen),
        held(slot) if slot is not None else None,
    )


def of_server(server: Row, *, needs_slot: bool) -> list[Obstacle]:
    """Return what is in the way at the server or with the account."""
    found: list[Obstacle] = []

    def error(text: str, text_en: str) -> None:
        found.append(Obstacle("error", text, text_en))

    if server["version"] < OLDEST:
        error("日志采集需要 PostgreSQL 13 或更高版本", "capture from the log needs PostgreSQL 13 or later")
    if server["wal_level"] != "logical":
        error(
            f"参数 wal_level 为 {server['wal_level']}，须设为 logical 并重启数据库",
            f"wal_level is {server['wal_level']}; it must be logical, which takes a restart",
        )
    if server["standby"]:
        error("这是备库，须连接主库", "this is a standby: connect to the primary")
    if not server["replicates"]:
        error(f"帐号 {server['account']} 没有 REPLICATION 权限", f"account {server['account']} lacks REPLICATION")
    if needs_slot and server["free"] < 1:
        error("复制槽已用完（max_replication_slots）", "no replication slot is free (max_replication_slots)")
    if server["keep"] == "-1":
        found.append(
            Obstacle(
                "warning",
                "未限制复制槽保留的日志（max_slot_wal_keep_size = -1）：采集长期停止会占满来源磁盘",
                "max_slot_wal_keep_size is -1: a feed that stands still for long fills the source's disk",
            )
        )
    return found


def _of_table(seen: Published, wanted: Wanted, schema: str, table: str) -> list[Obstacle]:
    found: list[Obstacle] = []

    def error(text: str, text_en: str) -> None:
        found.append(Obstacle("error", text, text_en))

    name = f"{schema}.{table}"
    if seen.table is None:
        error(f"没有表 {name}", f"there is no table {name}")
        return found
    if seen.table["kind"] not in ("r", "p") or seen.table["persistence"] != "p":
        error(f"{name} 不是普通表，日志中没有它的变更", f"{name} is no permanent table: the log has no changes of it")
        return found
    if not seen.table["readable"]:
        error(f"帐号没有 {name} 的查询权限", f"the account may not SELECT from {name}")
    publication = publication_name(wanted)
    if seen.publication is None:
        error(f"没有发布 {publication}", f"there is no publication {publication}")
    elif seen.publication["member"] is None:
        error(f"发布 {publication} 不含表 {name}", f"publication {publication} does not hold {name}")
    elif not seen.publication["everything"] or seen.publication["member"].get("rowfilter"):
        error(
            f"发布 {publication} 须包含全部行的 insert、update、delete、truncate",
            f"publication {publication} must publish insert, update, delete and truncate of all rows",
        )
    columns = {column.lower() for column in seen.told}
    if hidden := [key for key in wanted.key if key.lower() not in columns]:
        error(f"日志不含主键列 {hidden}（生成列或未发布的列）", f"the log does not tell the key columns {hidden}")
    if seen.table["identity"] == "f":
        return found
    covered = {column.lower() for column in seen.table["key"] or ()}
    if uncovered := [key for key in wanted.key if key.lower() not in covered]:
        error(
            f"表的复制标识（REPLICA IDENTITY）不含主键列 {uncovered}，删除和修改无法对应到行",
            f"the table's REPLICA IDENTITY lacks the key columns {uncovered}: deletions cannot be told",
        )
    else:
        found.append(
            Obstacle(
                "warning",
                "修改和删除前的值只给出主键；设为 REPLICA IDENTITY FULL 才给出整行",
                "of a row before its change the log tells the key only; REPLICA IDENTITY FULL tells it whole",
            )
        )
    return found


def _before(seen: Published) -> Literal["row", "key", "none"]:
    if seen.table is None or (seen.table["identity"] != "f" and not seen.table["key"]):
        return "none"
    return "row" if seen.table["identity"] == "f" else "key"


def _setup(server: Row, seen: Published, wanted: Wanted, schema: str, table: str) -> str:
    name, account = identifier(schema, table), identifier(server["account"])
    lines: list[str] = []
    if server["wal_level"] != "logical":
        lines += ["-- takes a restart of the server", "ALTER SYSTEM SET wal_level = 'logical';"]
    if not server["replicates"]:
        lines.append(f"ALTER ROLE {account} REPLICATION;")
    if seen.table is not None and not seen.table["readable"]:
        lines += [f"GRANT USAGE ON SCHEMA {identifier(schema)} TO {account};", f"GRANT SELECT ON {name} TO {account};"]
    if _before(seen) != "row":
        # Before the publication: a published table without identity refuses updates and deletions.
        lines.append(f"ALTER TABLE {name} REPLICA IDENTITY FULL;")
    publication = identifier(publication_name(wanted))
    if seen.publication is None:
        root = " WITH (publish_via_partition_root = true)" if seen.table and seen.table["kind"] == "p" else ""
        lines.append(f"CREATE PUBLICATION {publication} FOR TABLE {name}{root};")
    elif seen.publication["member"] is None:
        lines.append(f"ALTER PUBLICATION {publication} ADD TABLE {name};")
    return "\n".join(lines)


def _removal(wanted: Wanted, schema: str, table: str, seen: Published) -> str:
    lines = [
        sql.SQL(_DROP_SLOT).format(sql.Literal(own_name(wanted))).as_string(),
        f"DROP PUBLICATION IF EXISTS {identifier(publication_name(wanted))};",
    ]
    if seen.table is not None and seen.table["identity"] == "f":
        lines.append(f"ALTER TABLE {identifier(schema, table)} REPLICA IDENTITY DEFAULT;")
    return "\n".join(lines)
