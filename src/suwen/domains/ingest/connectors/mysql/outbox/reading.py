"""The statements that read a table of changes.

Numbers are given out when a change is made and become visible when its transaction commits, in whatever order. A
transaction's own number cannot be had by an account that may only read; so the numbers not seen yet that a later one
has overtaken are kept as gaps. A statement sees one moment; of what it sees the numbers stand in the order of the
changes of each row, for who changes a row waits for the transaction that changed it before.
"""

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pymysql
from sqlglot import exp

from suwen.domains.ingest.changefiles import Values
from suwen.domains.ingest.connectors.mysql.outbox.position import Gap, Position
from suwen.domains.ingest.connectors.mysql.server import Server
from suwen.domains.ingest.connectors.mysql.texts import SourceType
from suwen.domains.ingest.errors import ChangesLost

GAP_SECONDS = 60
"""For how long a number may have been given out without its row being there for others to wait for: that takes no
time worth speaking of, but a server may hold a thread up.
"""
_LOCK_WAIT = 1205


@dataclass(frozen=True)
class Change:
    """A change as its trigger wrote it; values as texts."""

    number: int
    op: str
    at: datetime
    before: Values
    after: Values


def _selected(table: exp.Table, *columns: exp.Expr) -> exp.Select:
    return exp.select(*columns).from_(table.as_("c"))


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table="c")


def _counted() -> exp.Expr:
    return exp.alias_(exp.Count(this=exp.Star()), "n")


def _within(gap: Gap) -> exp.Expr:
    return _column("number").between(gap.low, gap.high)


def _unread(position: Position) -> exp.Expr:
    """Return the condition of what a position has not read."""
    return exp.or_(_column("number") > position.top, *(_within(gap) for gap in position.gaps))


def clock(server: Server) -> int:
    """Return the second of the source's clock."""
    return int(server.one("SELECT UNIX_TIMESTAMP() AS now")["now"])


def numbers(server: Server, table: exp.Table) -> Generator[int]:
    """Give the numbers of all changes that are there."""
    for row in server.stream(_selected(table, _column("number")).order_by(_column("number")).sql("mysql")):
        yield int(row["number"])


def dead(server: Server, table: exp.Table, gaps: Sequence[Gap]) -> list[Gap]:
    """Return those gaps that nothing will ever fill: no row, neither committed nor under way, has one of their numbers.

    Asked by a read that waits for rows under way, of gaps that are old enough; one that waits in vain ends the asking.
    """
    found: list[Gap] = []
    oldest = clock(server) - GAP_SECONDS
    for gap in gaps:
        if gap.since > oldest:
            continue
        asked = _selected(table, _counted()).where(_within(gap)).sql("mysql")
        try:
            # Older servers and MariaDB know no FOR SHARE.
            if not server.one(f"{asked} LOCK IN SHARE MODE")["n"]:
                found.append(gap)
        except pymysql.OperationalError as error:
            if error.args[0] != _LOCK_WAIT:
                raise
            break
    return found


def holds(server: Server, table: exp.Table, number: int) -> bool:
    """Say whether a change is there."""
    asked = _selected(table, _counted()).where(_column("number").eq(number))
    return bool(server.one(asked.sql("mysql"))["n"])


def waiting(server: Server, table: exp.Table, position: Position, most: int) -> tuple[int, datetime | None]:
    """Count what a position has not read, up to a number; tell since when the oldest of it waits (UTC)."""
    limited = _selected(table, _column("at")).where(_unread(position)).limit(most)
    oldest = exp.alias_(exp.Min(this=exp.column("at", quoted=True)), "oldest")
    found = server.one(exp.select(_counted(), oldest).from_(limited.subquery("w")).sql("mysql"))
    return int(found["n"]), found["oldest"].replace(tzinfo=UTC) if found["oldest"] is not None else None


def changes(
    server: Server, table: exp.Table, position: Position, columns: Sequence[SourceType], most: int
) -> Generator[Change]:
    """Give what a position has not read, in order. Raises ChangesLost for a row too large to be written down."""
    moments = [column for column in columns if column.data == "timestamp"]
    written = [_moment(column, image) for column in moments for image in ("before", "after")]
    asked = _selected(table, exp.Column(this=exp.Star(), table=exp.to_identifier("c")), *written)
    asked = asked.where(_unread(position)).order_by(_column("number")).limit(most)
    for row in server.stream(asked.sql("mysql")):
        images: dict[str, dict[str, str | None]] = {}
        for image, ops in (("before", "UD"), ("after", "IU")):
            if row["op"] in ops and row[image] is None:
                raise ChangesLost(
                    f"{table.name}, change {row['number']}: the row was too large to be written down",
                    received=row["number"],
                )
            images[image] = json.loads(row[image]) if row[image] is not None else {}
            for column in moments:
                if images[image].get(column.name) is not None:
                    images[image][column.name] = row[_named(column, image)] or _zero(column)
        yield Change(int(row["number"]), row["op"], row["at"], images["before"], images["after"])


def _moment(column: SourceType, image: str) -> exp.Expr:
    """Return the select expression of a TIMESTAMP as this session writes it, from the seconds in an image."""
    path = exp.Literal.string("$." + json.dumps(column.name, ensure_ascii=False))
    found = exp.Anonymous(this="JSON_EXTRACT", expressions=[_column(image), path])
    text = exp.Anonymous(this="JSON_UNQUOTE", expressions=[found])
    seconds = exp.Nullif(this=exp.cast(text, f"DECIMAL(20, {_digits(column)})"), expression=exp.Literal.number(0))
    # CONCAT: the driver would make a date of it.
    moment = exp.Anonymous(this="FROM_UNIXTIME", expressions=[seconds])
    written = exp.Anonymous(this="CONCAT", expressions=[moment])
    return exp.alias_(written, _named(column, image), quoted=True)


def _named(column: SourceType, image: str) -> str:
    return f"{image} {column.name}"


def _digits(column: SourceType) -> int:
    """Return the digits of its seconds: ``timestamp(3)`` has three."""
    return int(column.full.partition("(")[2].partition(")")[0] or 0)


def _zero(column: SourceType) -> str:
    """Return the date that is none, which a TIMESTAMP may hold, as the server writes it."""
    digits = _digits(column)
    return "0000-00-00 00:00:00" + ("." + "0" * digits if digits else "")
