"""What of a table of changes is there at the source, what is missing, and the SQL about it."""

import hashlib
import json
from dataclasses import dataclass

import pymysql

from suwen.domains.ingest.changelog import MOST_COUNTED, Held, Obstacle, Readiness, Shape, Wanted
from suwen.domains.ingest.connectors.mysql.outbox import ddl
from suwen.domains.ingest.connectors.mysql.outbox.ddl import Outbox
from suwen.domains.ingest.connectors.mysql.outbox.position import Position
from suwen.domains.ingest.connectors.mysql.outbox.reading import waiting
from suwen.domains.ingest.connectors.mysql.server import Row, Server, literal
from suwen.domains.ingest.connectors.mysql.texts import SourceType
from suwen.domains.ingest.outbox import made_anew
from suwen.domains.ingest.ownnames import PREFIX, beginning_with, own_name

_SERVER = """
SELECT CURRENT_USER() AS account, @@GLOBAL.read_only NOT IN ('0', 'OFF') AS standby,
  @@GLOBAL.auto_increment_increment AS increment
"""
_TABLE = """
SELECT LOWER(t.engine) AS engine, t.table_type AS kind, t.data_length + t.index_length AS bytes
FROM information_schema.tables AS t WHERE t.table_schema = %(database)s AND t.table_name = %(table)s
"""
_COLUMNS = """
SELECT c.column_name AS name, LOWER(c.data_type) AS data, LOWER(c.column_type) AS `full`
FROM information_schema.columns AS c WHERE c.table_schema = %(database)s AND c.table_name = %(table)s
ORDER BY c.ordinal_position
"""
_OUTBOXES = """
SELECT t.table_name AS name, t.data_length + t.index_length AS bytes FROM information_schema.tables AS t
WHERE t.table_schema = %(database)s AND t.table_name LIKE %(like)s ESCAPE '!' ORDER BY 1
"""
_NOT_TOLD = {1044, 1142, 1305, 1370}
"""Errors of a CALL: no right to the database, table, or procedure (1370), and no such procedure (1305)."""


@dataclass(frozen=True)
class Seen:
    """What a source shows of a feed's table, its table of changes, and what the procedure tells of the triggers.

    told: the columns that their images hold. triggers: event → when it was made. cascades: foreign keys by which rows
    change without any.
    """

    outbox: Outbox
    server: Row
    table: Row | None
    changes: Row | None
    columns: tuple[SourceType, ...]
    asked: bool
    told: tuple[str, ...]
    triggers: dict[str, str]
    cascades: tuple[str, ...]

    @property
    def made(self) -> str:
        """Differs once one of the triggers has been made anew."""
        return hashlib.sha256(json.dumps(sorted(self.triggers.items())).encode()).hexdigest()[:12]

    @property
    def shape(self) -> Shape:
        """The columns that changes tell."""
        told = [one for one in self.columns if one.name in self.told]
        return Shape(tuple(one.name for one in told), "\n".join(f"{one.name} {one.full}" for one in told))


def look(server: Server, wanted: Wanted, database: str, table: str) -> Seen:
    """Look at what a feed needs."""
    outbox = Outbox(database, own_name(wanted), database, table)
    place = {"database": database, "table": table}
    told = _told(server, outbox)
    by_kind = {kind: [row for row in told or () if row["kind"] == kind] for kind in ("columns", "trigger", "cascade")}
    return Seen(
        outbox,
        server.one(_SERVER),
        next(iter(server.rows(_TABLE, place)), None),
        next(iter(server.rows(_TABLE, {"database": database, "table": outbox.name})), None),
        tuple(SourceType(row["name"], row["data"], row["full"]) for row in server.rows(_COLUMNS, place)),
        told is not None,
        tuple(name for row in by_kind["columns"] for name in json.loads(row["told"])),
        {row["name"]: str(row["made"]) for row in by_kind["trigger"]},
        tuple(row["name"] for row in by_kind["cascade"]),
    )


def obstacles(seen: Seen, wanted: Wanted) -> tuple[Obstacle, ...]:
    """Return what is in the way of a feed's changes."""
    found: list[Obstacle] = []

    def add(level: str, text: str, text_en: str) -> None:
        found.append(Obstacle("error" if level == "error" else "warning", text, text_en))

    name, outbox = f"{seen.outbox.of_database}.{seen.outbox.of}", f"{seen.outbox.database}.{seen.outbox.name}"
    if seen.table is None:
        add("error", f"没有表 {name}，或帐号不能查询", f"there is no table {name} that the account may read")
        return tuple(found)
    if seen.table["kind"] != "BASE TABLE" or seen.table["engine"] != "innodb":
        text = f"{name} 不是 InnoDB 表：触发器写下的变更会与它不一致"
        add("error", text, f"{name} is no InnoDB table: what triggers write down would not agree with it")
        return tuple(found)
    if seen.server["standby"]:
        add("error", "这是只读的从库，须连接主库", "this server is a replica that only reads: connect to the primary")
    if seen.server["increment"] != 1:
        add(
            "error",
            "auto_increment_increment 不为 1：多个服务器各自编号，变更没有统一的顺序",
            "auto_increment_increment is not 1: several servers give numbers, which then tell no order",
        )
    columns = {one.name.lower() for one in seen.columns}
    if missing := [key for key in wanted.key if key.lower() not in columns]:
        add("error", f"表 {name} 没有主键列 {missing}", f"table {name} lacks the key columns {missing}")
    if seen.changes is None:
        text = f"没有变更表 {outbox}，或帐号不能查询"
        add("error", text, f"there is no table of changes {outbox} that the account may read")
    if not seen.asked:
        add("error", f"没有过程 {outbox}，或帐号不能执行", f"there is no procedure {outbox} that the account may run")
    for event in ddl.ENDS:
        if seen.asked and event not in seen.triggers:
            trigger = seen.outbox.trigger(event)
            add("error", f"表 {name} 上没有触发器 {trigger}", f"table {name} has no trigger {trigger}")
    for constraint in seen.cascades:
        add(
            "error",
            f"外键 {constraint} 的级联修改不触发触发器，请改用全表比对",
            f"changes by the cascade of foreign key {constraint} fire no trigger: capture by comparison",
        )
    if gone := [one for one in seen.told if one.lower() not in columns]:
        add(
            "error",
            f"表 {name} 已没有触发器所用的列 {gone}：该表的写入正在失败，请立即重建触发器",
            f"table {name} no longer has the columns {gone} that the triggers use: writes to it fail until these are "
            "made anew",
        )
    if seen.asked and (new := [one.name for one in seen.columns if one.name not in seen.told]):
        add(
            "warning",
            f"触发器建立之后增加的列 {new} 不会被采集，须重建触发器并重新快照",
            f"the columns {new} were added later and are not told: make the triggers anew and take a new snapshot",
        )
    add(
        "warning",
        "TRUNCATE 不触发触发器，执行后须重新快照；删除或改名列之前须先撤销触发器，否则该表的写入会失败",
        "TRUNCATE fires no trigger: take a new snapshot after one. Remove the triggers before a column is dropped or "
        "renamed, else writes to the table fail",
    )
    return tuple(found)


def readiness(server: Server, wanted: Wanted, seen: Seen, position: Position | None) -> Readiness:
    """Return what is in the way of a feed's changes, how far they are read, and the SQL about it."""
    lost = position is not None and position.made != seen.made
    found = obstacles(seen, wanted)
    standing = None if lost else position
    return Readiness(
        made_anew(found) if lost else found,
        "row",
        _setup(seen),
        ddl.removal_sql(seen.outbox),
        _held(server, seen, standing, lost=lost),
        ddl.clean_up_sql(seen.outbox, standing) if standing is not None and standing.top else "",
    )


def outboxes(server: Server, installation: str) -> tuple[Held, ...]:
    """Return the tables of changes of an installation."""
    like = beginning_with(f"{PREFIX}{installation}_")
    found = server.rows(_OUTBOXES, {"database": server.database, "like": like})
    return tuple(
        Held(row["name"], row["bytes"], "", removal=ddl.removal_sql(Outbox(server.database, row["name"], "", "")))
        for row in found
    )


def _told(server: Server, outbox: Outbox) -> list[Row] | None:
    """Return what the procedure tells; None where it is not there, or not for this account."""
    try:
        return server.rows(f"CALL {outbox.table}()")
    except pymysql.MySQLError as error:
        if error.args[0] in _NOT_TOLD:
            return None
        raise


def _setup(seen: Seen) -> str:
    if seen.table is None:
        return ""
    user, _, host = str(seen.server["account"]).rpartition("@")
    account = f"{literal(user)}@{literal(host)}"
    gone = [one for one in seen.told if one not in {column.name for column in seen.columns}]
    whole = seen.asked and len(seen.triggers) == len(ddl.ENDS) and not gone
    parts: list[str] = []
    if seen.changes is None:
        parts += [ddl.table_sql(seen.outbox)]
    if not whole:
        parts += [ddl.triggers_sql(seen.outbox, seen.columns), ddl.execute_sql(seen.outbox, account)]
    if seen.changes is None:
        parts += [ddl.grant_sql(seen.outbox.table, account)]
    return "\n".join(parts)


def _held(server: Server, seen: Seen, position: Position | None, *, lost: bool) -> Held | None:
    if seen.changes is None:
        return None
    state, size = "lost" if lost else "", seen.changes["bytes"]
    if position is None:
        return Held(seen.outbox.name, size, state)
    changes, oldest = waiting(server, seen.outbox.node, position, MOST_COUNTED)
    return Held(seen.outbox.name, size, state, changes=changes, oldest=oldest)
