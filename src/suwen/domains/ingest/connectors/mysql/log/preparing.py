"""What server, account and table need before changes can be read from the binlog, and the SQL that gives it to them."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import pymysql

from suwen.domains.ingest.changelog import Held, Obstacle, Readiness, Shape, Wanted
from suwen.domains.ingest.connectors.mysql.log.position import Position, number
from suwen.domains.ingest.connectors.mysql.log.statements import Followed
from suwen.domains.ingest.connectors.mysql.log.tables import Declared
from suwen.domains.ingest.connectors.mysql.server import Row, Server, literal, quoted
from suwen.domains.ingest.connectors.mysql.texts import SourceType
from suwen.domains.ingest.errors import SourceNotPrepared

_VARIABLES = """
SHOW GLOBAL VARIABLES WHERE variable_name IN ('log_bin', 'binlog_format', 'binlog_row_image', 'binlog_row_metadata',
  'binlog_row_value_options', 'log_slave_updates', 'log_replica_updates', 'read_only', 'lower_case_table_names',
  'gtid_mode', 'version', 'binlog_expire_logs_seconds', 'expire_logs_days')
"""
_TABLE = """
SELECT t.table_schema AS `database`, t.table_name AS name, t.table_type AS kind FROM information_schema.tables AS t
WHERE t.table_schema = %(database)s AND t.table_name = %(table)s
"""
_COLUMNS = """
SELECT c.column_name AS name, LOWER(c.data_type) AS data, c.column_type AS `full`,
  COALESCE(c.character_set_name, '') AS charset, UPPER(c.extra) AS extra
FROM information_schema.columns AS c WHERE c.table_schema = %(database)s AND c.table_name = %(table)s
ORDER BY c.ordinal_position
"""
_FILTERS = ("SHOW BINARY LOG STATUS", "SHOW BINLOG STATUS", "SHOW MASTER STATUS")
_OFF, _DENIED = 1381, (1044, 1045, 1142, 1227)
_CASCADE = re.compile(r"CONSTRAINT `((?:[^`]|``)*)` FOREIGN KEY .*? ON (?:DELETE|UPDATE) (?:CASCADE|SET NULL)")
_SETTINGS = {"binlog_format": ("ROW",), "binlog_row_image": ("FULL", "FULL_NODUP")}


@dataclass(frozen=True)
class File:
    """A file of the log, as the server lists it; size: bytes, of the last one its end now."""

    name: str
    size: int


@dataclass(frozen=True)
class Seen:
    """What a server shows of its log and of a feed's table. files: the oldest first, none where the account may not see
    them (`denied`) or there is no log.
    """

    account: str
    settings: dict[str, str]
    files: tuple[File, ...]
    denied: str
    filtered: bool
    followed: Followed
    table: Row | None
    columns: tuple[Declared, ...]
    cascades: tuple[str, ...] = field(default=())

    @property
    def mariadb(self) -> bool:
        """Whether the server is MariaDB."""
        return "mariadb" in self.settings.get("version", "").lower()

    @property
    def shape(self) -> Shape:
        """The columns that changes tell."""
        told = [one for one in self.columns if one.told]
        version = "\n".join(f"{one.name} {one.type.full} {one.charset}" for one in told)
        return Shape(tuple(one.name for one in told), version)

    @property
    def layout(self) -> str:
        """The digest of the columns where the log does not name them, "" where it does."""
        if self.settings.get("binlog_row_metadata") == "FULL":
            return ""
        told = "\n".join(f"{one.name} {one.type.full} {one.charset} {one.told}" for one in self.columns)
        return hashlib.sha256(told.encode()).hexdigest()[:12]


def look(server: Server, database: str, table: str) -> Seen:
    """Look at what a feed needs."""
    settings = {str(row["Variable_name"]).lower(): str(row["Value"]) for row in server.rows(_VARIABLES)}
    place = {"database": database, "table": table}
    found = next(iter(server.rows(_TABLE, place)), None)
    files, denied = _files(server)
    name = (found["database"], found["name"]) if found is not None else (database, table)
    return Seen(
        str(server.one("SELECT CURRENT_USER() AS a")["a"]),
        settings,
        files,
        denied,
        bool(files) and _filtered(server, name[0]),
        Followed(*name, settings.get("lower_case_table_names", "0") != "0"),
        found,
        tuple(_declared(row) for row in server.rows(_COLUMNS, place)),
        _cascades(server, *name) if found is not None and found["kind"] == "BASE TABLE" else (),
    )


def files_of(server: Server) -> tuple[File, ...]:
    """Return the files of the log. Raises SourceNotPrepared where the account may not see them."""
    found, denied = _files(server)
    if not found:
        raise SourceNotPrepared(f"the account may not see the binlog: {denied}")
    return found


def _files(server: Server) -> tuple[tuple[File, ...], str]:
    try:
        found = server.rows("SHOW BINARY LOGS")
    except pymysql.MySQLError as error:
        if error.args[0] not in (_OFF, *_DENIED):
            raise
        return (), "" if error.args[0] == _OFF else str(error.args[-1])
    return tuple(File(str(row["Log_name"]), int(row["File_size"])) for row in found), ""


def _filtered(server: Server, database: str) -> bool:
    """Say whether the server leaves a database out of its log."""
    for statement in _FILTERS:
        try:
            row = next(iter(server.rows(statement)), None)
        except pymysql.MySQLError:
            continue
        if row is None:
            return False
        only, without = (
            {part.strip().lower() for part in str(row.get(name) or "").split(",") if part.strip()}
            for name in ("Binlog_Do_DB", "Binlog_Ignore_DB")
        )
        return bool(only and database.lower() not in only) or database.lower() in without
    return False


def _declared(row: Row) -> Declared:
    extra = str(row["extra"])
    # The log of MariaDB has no virtual columns; no read of a table has invisible ones.
    told = "VIRTUAL" not in extra and "INVISIBLE" not in extra
    return Declared(row["name"], SourceType(row["name"], row["data"], str(row["full"])), str(row["charset"]), told)


def _cascades(server: Server, database: str, table: str) -> tuple[str, ...]:
    """Return the foreign keys by which rows of a table change without standing in the log."""
    made = server.rows(f"SHOW CREATE TABLE {quoted(database, table)}")
    return tuple(dict.fromkeys(name for row in made for name in _CASCADE.findall(str(row.get("Create Table", "")))))


def of_server(seen: Seen) -> list[Obstacle]:
    """Return what is in the way at the server or with the account."""
    found: list[Obstacle] = []
    error = _adding(found, "error")
    settings = seen.settings
    if settings.get("log_bin", "OFF") in ("OFF", "0"):
        error(
            "未开启二进制日志（log_bin = OFF），须在配置中开启并重启数据库",
            "log_bin is OFF: turn it on, which takes a restart",
        )
        return found
    for name, allowed in _SETTINGS.items():
        value = settings.get(name, allowed[0])
        if value not in allowed:
            error(f"参数 {name} 为 {value}，须设为 {allowed[0]}", f"{name} is {value}; it must be {allowed[0]}")
    if "PARTIAL_JSON" in settings.get("binlog_row_value_options", ""):
        error("参数 binlog_row_value_options 须为空", "binlog_row_value_options is PARTIAL_JSON; it must be empty")
    logs = settings.get("log_replica_updates", settings.get("log_slave_updates", "ON"))
    if settings.get("read_only") == "ON" and logs == "OFF":
        error(
            "这是从库，且不把收到的变更写入自己的日志（log_slave_updates = OFF），须连接主库",
            "this is a replica that does not log what it receives (log_slave_updates is OFF): connect to the primary",
        )
    if seen.denied:
        error(
            f"帐号 {seen.account} 没有 REPLICATION SLAVE、REPLICATION CLIENT 权限",
            f"account {seen.account} lacks REPLICATION SLAVE or REPLICATION CLIENT ({seen.denied})",
        )
    if "binlog_row_metadata" not in settings or settings["binlog_row_metadata"] != "FULL":
        _adding(found, "warning")(
            "日志中没有列名（binlog_row_metadata 不是 FULL）：表结构改变后须重新快照",
            "the log does not name columns (binlog_row_metadata is not FULL): after an ALTER TABLE a new snapshot is "
            "needed",
        )
    return found


def of_table(seen: Seen, wanted: Wanted) -> list[Obstacle]:
    """Return what is in the way with a feed's table."""
    found: list[Obstacle] = []
    error = _adding(found, "error")
    name = f"{seen.followed.database}.{seen.followed.table}"
    if seen.table is None:
        error(f"没有表 {name}，或帐号不能查询", f"there is no table {name} that the account may read")
        return found
    if seen.table["kind"] != "BASE TABLE":
        error(f"{name} 不是普通表，日志中没有它的变更", f"{name} is no table of its own: the log has no changes of it")
        return found
    if seen.filtered:
        error(
            f"二进制日志不含数据库 {seen.followed.database}（binlog_do_db、binlog_ignore_db）",
            f"the binlog leaves out database {seen.followed.database} (binlog_do_db, binlog_ignore_db)",
        )
    columns = {one.name.lower() for one in seen.columns if one.told}
    if hidden := [key for key in wanted.key if key.lower() not in columns]:
        error(f"日志不含主键列 {hidden}（虚拟列或不可见列）", f"the log does not tell the key columns {hidden}")
    for constraint in seen.cascades:
        error(
            f"外键 {constraint} 的级联修改不写入日志，请改用全表比对",
            f"changes by the cascade of foreign key {constraint} are not in the log: capture by comparison",
        )
    return found


def _adding(found: list[Obstacle], level: Literal["error", "warning"]) -> Callable[[str, str], None]:
    return lambda text, text_en: found.append(Obstacle(level, text, text_en))


def of_position(seen: Seen, position: Position | None) -> list[Obstacle]:
    """Return what is in the way of going on from a position."""
    if position is None or (lost := lost_at(seen.files, position)) is None:
        return []
    return [
        Obstacle(
            "error",
            f"日志已不含上次读到的位置 {position.file}（已清除或重建），须重新快照",
            f"{lost}: take a new snapshot",
        )
    ]


def lost_at(files: Sequence[File], position: Position) -> str | None:
    """Return why the log no longer reaches back to a position; None where it does, or nothing is known of it."""
    file = next((one for one in files if one.name == position.file), None)
    if file is None and files:
        first = number(files[0].name)
        what = "was purged" if number(position.file) < first else "is not there: the log was begun anew"
        return f"binlog {position.file} {what}; the oldest is {files[0].name}"
    if file is not None and position.offset > file.size:
        return f"binlog {position.file} ends at {file.size}, before {position.offset}: it was cut off or begun anew"
    return None


def readiness(seen: Seen, wanted: Wanted, position: Position | None, denied: str, oldest: datetime | None) -> Readiness:
    """Return what is in the way of a feed's changes, and the SQL about it. denied: what a try to read it was told."""
    found = [*of_server(seen), *of_table(seen, wanted), *of_position(seen, position)]
    if denied and not seen.denied:
        _adding(found, "error")(f"帐号 {seen.account} 没有 REPLICATION SLAVE 权限", f"account {seen.account}: {denied}")
    held = None
    if seen.files:
        lost = position is not None and lost_at(seen.files, position) is not None
        size = sum(file.size for file in seen.files)
        held = Held(seen.files[0].name, size, "lost" if lost else "", oldest=oldest)
    return Readiness(tuple(found), "row", _setup(seen, bool(denied or seen.denied)), "", held)


def moment(seconds: int) -> datetime:
    """Return a second of UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _setup(seen: Seen, denied: bool) -> str:
    settings, lines = seen.settings, list[str]()
    off = settings.get("log_bin", "OFF") in ("OFF", "0")
    wrong = [name for name, allowed in _SETTINGS.items() if settings.get(name, allowed[0]) not in allowed]
    named = "binlog_row_metadata" in settings and settings["binlog_row_metadata"] != "FULL"
    if off or wrong or named:
        lines += ["-- my.cnf, section [mysqld]:"]
    if off:
        lines += ["--   log_bin = binlog", "--   server_id = 1", "-- log_bin takes a restart of the server"]
    sets = [("binlog_format", "ROW"), ("binlog_row_image", "FULL")]
    sets = [one for one in sets if off or one[0] in wrong] + ([("binlog_row_metadata", "FULL")] if named else [])
    lines += [f"--   {name} = {value}" for name, value in sets]
    if sets and not off:
        lines += ["-- and at once, for sessions that begin from now on:"]
    lines += [f"SET GLOBAL {name} = {literal(value)};" for name, value in sets if not off]
    if denied or off:
        user, _, host = seen.account.rpartition("@")
        lines += [f"GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {literal(user)}@{literal(host)};"]
    return "\n".join(lines)
