"""What a source says of itself before anything is mapped: its structure and a profile of its first rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import pyarrow as pa

from suwen.domains.ingest.connector import Connector, ForeignKey, ReadRequest, Structure
from suwen.domains.ingest.errors import SourceUnavailable, SourceUnreadable
from suwen.domains.ingest.proposing.profile import Profile, profile
from suwen.domains.ingest.rawtable import is_nested
from suwen.domains.ingest.session import Session, SourceError
from suwen.kernel.progress import NullProgress, Progress

SAMPLE = 2000
"""Rows of a table that are looked at."""
NEARLY = 0.98


@dataclass(frozen=True)
class SurveyedColumn:
    """A column as it stands in the source, with what its first rows hold."""

    name: str
    type: str
    comment: str
    profile: Profile


@dataclass(frozen=True)
class SurveyedTable:
    """A table: `key` are its primary key's columns, else one found to tell the first rows apart; sample: those rows."""

    name: str
    comment: str
    columns: tuple[SurveyedColumn, ...]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rows: int = 0
    sample: pa.Table | None = field(default=None, repr=False, compare=False)

    def column(self, name: str) -> SurveyedColumn | None:
        """Return a column by name, whatever its case."""
        return next((one for one in self.columns if one.name.lower() == name.lower()), None)


@dataclass(frozen=True)
class Survey:
    """All tables that could be read, and why others could not."""

    tables: tuple[SurveyedTable, ...]
    unreadable: dict[str, str] = field(default_factory=dict[str, str])


def survey(
    connector: Connector[Any],
    session: Session,
    progress: Progress | None = None,
    check: Callable[[], None] = lambda: None,
    *,
    declared: bool = True,
) -> Survey:
    """Read structure and first rows of every table; raises SourceUnavailable when the source does not answer at all.

    check is called between tables and may raise to stop. declared: whether comments and keys are looked at.
    """
    told = progress or NullProgress()
    found = connector.tables(session)
    structure = connector.structure(session) if declared else Structure()
    told.stage("读取来源结构", len(found))
    tables: list[SurveyedTable] = []
    unreadable: dict[str, str] = {}
    for each in found:
        check()
        try:
            tables.append(look(connector, session, each.name, structure))
        except (SourceUnavailable, SourceUnreadable, SourceError) as error:
            unreadable[each.name] = str(error).splitlines()[0]
        told.advance()
    return Survey(tuple(tables), unreadable)


def look(connector: Connector[Any], session: Session, table: str, structure: Structure) -> SurveyedTable:
    """Survey one table; raises what the connector or the engine says of it."""
    said = structure.of(table)
    with connector.read(session, ReadRequest(table=table, first=SAMPLE)) as reading:
        sample = session.table(reading.first(SAMPLE).sql)
        kinds = {column.name: column.type for column in reading.columns}
    values = {name: cast("list[object]", sample.column(name).to_pylist()) for name in sample.column_names}
    columns = tuple(
        SurveyedColumn(name, kinds[name], said.columns.get(name, ""), profile(held, kinds[name]))
        for name, held in values.items()
        if not is_nested(kinds[name])
    )
    key = said.primary_key or _telling_apart(columns, sample.num_rows)
    return SurveyedTable(table, said.comment, columns, key, said.foreign_keys, sample.num_rows, sample)


def _telling_apart(columns: Iterable[SurveyedColumn], rows: int) -> tuple[str, ...]:
    """Return the first column whose values are all there and nearly all different, if rows are enough to say so.

    Nearly: sources without a declared key repeat some.
    """
    if rows < 2:
        return ()
    usable = [one for one in columns if one.profile.longest <= 64 and not one.profile.is_number_with_fraction]
    for enough in (1.0, NEARLY):
        whole = (one for one in usable if one.profile.distinct >= enough * rows)
        if found := next(whole, None):
            return (found.name,)
    return ()
