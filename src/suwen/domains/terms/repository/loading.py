"""A list of entries put into its dictionary in a few statements, whatever its length."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    CursorResult,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import Executable
from sqlalchemy.sql.ddl import CreateTable, DropTable

from suwen.domains.terms.models import SEARCHED, State, TermDictionary
from suwen.domains.terms.names import JOIN
from suwen.domains.terms.reading import Line
from suwen.domains.terms.repository.tallies import DICTIONARY, ENTRY, MAPPING, TallyRepository
from suwen.kernel.copying import copy_rows
from suwen.kernel.ids import new_id
from suwen.kernel.progress import Progress, watched

INCOMING = Table(
    "terms_incoming",
    MetaData(),
    Column("id", Uuid),
    Column("code", Text),
    Column("name", Text),
    Column("parent", Text),
    Column("parts", JSONB),
    Column("records", BigInteger),
    Column("name_key", Text),
    Column("initials", Text),
    Column("standard", Text),
    Column("standard_name", Text),
    Column("entry_id", Uuid),
    Column("renamed", Boolean),
    Column("seq", Integer),
    prefixes=["TEMPORARY"],
)


_PARTS = 5
"""Statements of a load that are told of one by one: changes, additions, what vanished, what is mapped, counts."""


@dataclass(frozen=True)
class Counted:
    """What a load came to."""

    rows: int
    added: int
    changed: int
    vanished: int
    unchanged: int


class LoadRepository(TallyRepository):  # unscoped: the caller has checked the dictionary's institution
    """Loads of one dictionary."""

    async def bring(
        self,
        held: TermDictionary,
        lines: Sequence[Line],
        standard: Mapping[str, str],
        origin: str,
        progress: Progress,
    ) -> Counted:
        """Put a list in the place of the dictionary's entries of the same origin; nothing is ever deleted.

        standard: names of the standard codes that lines name. A harvest replaces harvested entries only, a file or
        request those of files and requests. What a list no longer has is kept and marked.
        """
        # The same value means another thing in another value set, so only within one it is the same name.
        prefix = f"{held.topic}|" if held.topic else ""
        progress.stage("读入", len(lines))
        rows = await self._take_in(held.id, watched(_rows(lines, standard, prefix), progress), origin)
        progress.stage("写入", _PARTS)
        changed = await self._change(held, origin)
        progress.advance()
        added = await self._add(held, origin)
        progress.advance()
        vanished = await self._vanish(held, origin)
        progress.advance()
        await self._map_as_told(held)
        progress.advance()
        await self.session.execute(DropTable(INCOMING))
        await self.recount(held.id)
        await self.recount_uses(held)
        await self.recheck_dictionary(held)
        await self.session.refresh(held)
        progress.advance()
        return Counted(rows, added, changed, vanished, rows - added - changed)

    async def weigh(self, dictionary: uuid.UUID | None, lines: Iterable[Line], origin: str) -> Counted:
        """Return what `bring` would come to; nothing is written but the session's own temporary table.

        dictionary: None for one that is not there yet.
        """
        rows = await self._take_in(dictionary, _rows(lines, {}, ""), origin)
        fresh = select(func.count()).where(INCOMING.c.entry_id.is_(None))
        counts = [fresh]
        if dictionary is not None:
            known = and_(ENTRY.c.dictionary_id == dictionary, ENTRY.c.id == INCOMING.c.entry_id)
            counts.append(select(func.count(ENTRY.c.id.distinct())).where(known, _compared().differs))
            counts.append(select(func.count()).select_from(ENTRY).where(*_unlisted(dictionary, origin)))
        told = [int(await self.session.scalar(each) or 0) for each in counts]
        await self.session.execute(DropTable(INCOMING))
        added, changed, vanished = [*told, 0, 0][:3]
        return Counted(rows, added, changed, vanished, rows - added - changed)

    async def _take_in(self, dictionary: uuid.UUID | None, rows: Iterable[tuple[object, ...]], origin: str) -> int:
        """Put a list beside the entries, each line with the entry that it means; returns how many lines."""
        await self.session.execute(CreateTable(INCOMING))
        columns = [column.name for column in INCOMING.columns if column.name not in ("entry_id", "renamed")]
        count = await copy_rows(self.session, INCOMING.name, columns, rows)
        if dictionary is not None:
            await self._recognise(dictionary, by_code=origin != "harvest")
        return count

    async def recount(self, dictionary: uuid.UUID) -> None:
        """Bring a dictionary's counts to what its entries are, after a change of many."""
        mine = select(ENTRY.c.state, ENTRY.c.records).where(ENTRY.c.dictionary_id == dictionary, ENTRY.c.present)
        entry = mine.subquery("mine")

        def of(state: State) -> Any:
            return func.count().filter(entry.c.state == state.value)

        def weight(state: State) -> Any:
            return func.coalesce(func.sum(entry.c.records).filter(entry.c.state == state.value), 0)

        counted = select(
            func.count().label("entries"),
            func.coalesce(func.sum(entry.c.records), 0).label("records"),
            *(of(state).label(f"{state.value}_entries") for state in State),
            weight(State.MAPPED).label("mapped_records"),
            weight(State.NONE).label("none_records"),
        ).select_from(entry)
        row = dict((await self.session.execute(counted)).mappings().one())
        gone = select(func.count()).where(ENTRY.c.dictionary_id == dictionary, ENTRY.c.present.is_(False))
        row |= {"revision": DICTIONARY.c.revision + 1, "vanished_entries": await self.session.scalar(gone)}
        await self.run(update(DICTIONARY).where(DICTIONARY.c.id == dictionary).values(**row))

    async def _recognise(self, dictionary: uuid.UUID, *, by_code: bool) -> None:
        same = and_(
            ENTRY.c.dictionary_id == dictionary, ENTRY.c.code == INCOMING.c.code, ENTRY.c.name == INCOMING.c.name
        )
        await self.run(update(INCOMING).where(same).values(entry_id=ENTRY.c.id, renamed=False))
        # A list names each code once, so the only entry of that code is meant even under another name.
        only = (
            select(ENTRY.c.code, func.array_agg(ENTRY.c.id).label("ids"))
            .where(ENTRY.c.dictionary_id == dictionary, ENTRY.c.code != "")
            .group_by(ENTRY.c.code)
            .having(func.count() == 1)
            .subquery("only")
        )
        found = and_(INCOMING.c.entry_id.is_(None), INCOMING.c.code == only.c.code)
        if not by_code:
            # The data may hold several names of a code; only one without a name is meant by its code.
            found = and_(found, INCOMING.c.name == "")
        renamed = INCOMING.c.name != ""
        await self.run(update(INCOMING).where(found).values(entry_id=only.c.ids[1], renamed=renamed))

    async def _change(self, held: TermDictionary, origin: str) -> int:
        of = and_(ENTRY.c.dictionary_id == held.id, ENTRY.c.id == INCOMING.c.entry_id)
        parts, parent, differs = _compared()
        another = or_(
            and_(INCOMING.c.renamed, INCOMING.c.name_key != ENTRY.c.name_key),
            and_(parts != ENTRY.c.parts, ENTRY.c.parts != literal({}, JSONB)) if origin != "harvest" else false(),
        )
        reopened = and_(another, ENTRY.c.state.in_([State.MAPPED.value, State.NONE.value, State.REVIEW.value]))
        gone = select(INCOMING.c.entry_id).join(ENTRY, ENTRY.c.id == INCOMING.c.entry_id).where(reopened)
        await self.run(delete(MAPPING).where(MAPPING.c.entry_id.in_(gone)))
        changed = await self.run(
            update(ENTRY)
            .where(of, differs)
            .values(
                name=case((INCOMING.c.renamed, INCOMING.c.name), else_=ENTRY.c.name),
                name_key=case((INCOMING.c.renamed, INCOMING.c.name_key), else_=ENTRY.c.name_key),
                initials=case((INCOMING.c.renamed, INCOMING.c.initials), else_=ENTRY.c.initials),
                search=case((INCOMING.c.renamed, _search(INCOMING.c.name)), else_=ENTRY.c.search),
                former_name=case((INCOMING.c.renamed, ENTRY.c.name), else_=ENTRY.c.former_name),
                parts=parts,
                parent=parent,
                present=True,
                vanished_load=None,
                changed_load=held.version,
                # What was decided on another name or another product is no decision on this one.
                state=case((reopened, State.OPEN.value), else_=ENTRY.c.state),
                mapped=case((reopened, None), else_=ENTRY.c.mapped),
                mapped_name=case((reopened, None), else_=ENTRY.c.mapped_name),
                version=ENTRY.c.version + case((reopened, 1), else_=0),
                top_score=case((another, None), else_=ENTRY.c.top_score),
                top_accepted=case((another, False), else_=ENTRY.c.top_accepted),
            )
        )
        counts = {"records": INCOMING.c.records} if origin == "harvest" else {"origin": origin}
        if origin == "harvest":
            await self.run(update(ENTRY).where(of, ENTRY.c.records != INCOMING.c.records).values(**counts))
        else:
            given = func.coalesce(INCOMING.c.records, ENTRY.c.records)
            moved = or_(ENTRY.c.origin != origin, ENTRY.c.records != given)
            await self.run(update(ENTRY).where(of, moved).values(**counts, records=given))
        return changed

    async def _add(self, held: TermDictionary, origin: str) -> int:
        fresh = select(
            INCOMING.c.id,
            literal(held.id, Uuid),
            *(literal(text) for text in (held.org_code, held.system, held.kind)),
            INCOMING.c.code,
            (name := func.coalesce(func.nullif(INCOMING.c.name, ""), INCOMING.c.code)),
            _search(name),
            *(INCOMING.c[name] for name in ("initials", "name_key", "parent", "parts")),
            func.coalesce(INCOMING.c.records, 0),
            literal(origin),
            true(),
            literal(held.version, BigInteger),
            literal(State.OPEN.value),
            literal(0, BigInteger),
            literal(False),
        ).where(INCOMING.c.entry_id.is_(None))
        names = (
            *("id", "dictionary_id", "org_code", "system", "kind"),
            *("code", "name", "search", "initials", "name_key", "parent", "parts", "records", "origin", "present"),
            *("first_load", "state", "version", "top_accepted"),
        )
        # The driver does not count the rows of an INSERT … SELECT.
        added = await self.session.scalar(select(func.count()).where(INCOMING.c.entry_id.is_(None)))
        await self.session.execute(insert(ENTRY).from_select(list(names), fresh))
        await self.run(update(INCOMING).where(INCOMING.c.entry_id.is_(None)).values(entry_id=INCOMING.c.id))
        return int(added or 0)

    async def _vanish(self, held: TermDictionary, origin: str) -> int:
        if origin == "harvest":
            mine = (ENTRY.c.dictionary_id == held.id, ENTRY.c.origin != "harvest", ENTRY.c.records > 0)
            await self.run(update(ENTRY).where(*mine, ~_listed()).values(records=0))
        return await self.run(
            update(ENTRY)
            .where(*_unlisted(held.id, origin))
            .values(present=False, vanished_load=held.version, records=0)
        )

    async def _map_as_told(self, held: TermDictionary) -> None:
        """Map what the list itself names a standard code for, unless somebody has decided otherwise."""
        told = and_(
            INCOMING.c.standard.is_not(None),
            INCOMING.c.entry_id == ENTRY.c.id,
            ENTRY.c.state.in_([State.OPEN.value, State.ASKED.value]),
        )
        mapped = (
            update(ENTRY)
            .where(ENTRY.c.dictionary_id == held.id, told)
            .values(
                state=State.MAPPED.value,
                mapped=INCOMING.c.standard,
                mapped_name=INCOMING.c.standard_name,
                version=ENTRY.c.version + 1,
                note=None,
            )
        )
        await self.map_entries(held, mapped)

    async def run(self, statement: Executable) -> int:
        """Run a statement that changes rows; returns how many."""
        result = cast("CursorResult[Any]", await self.session.execute(statement))
        return int(result.rowcount)


class _Compared(NamedTuple):
    """An entry beside its line: its parts and parent after the load, and whether anything of it differs."""

    parts: ColumnElement[Any]
    parent: ColumnElement[Any]
    differs: ColumnElement[bool]


def _compared() -> _Compared:
    # What a list does not say of an entry (a harvest knows no parents, a file no counts) stays.
    parts = ENTRY.c.parts.op("||", return_type=JSONB())(INCOMING.c.parts)
    parent = func.coalesce(INCOMING.c.parent, ENTRY.c.parent)
    differs = or_(
        INCOMING.c.renamed,
        parts != ENTRY.c.parts,
        parent.is_distinct_from(ENTRY.c.parent),
        ENTRY.c.present.is_(False),
    )
    return _Compared(parts, parent, differs)


def _listed() -> ColumnElement[bool]:
    return exists().where(INCOMING.c.entry_id == ENTRY.c.id)


def _unlisted(dictionary: uuid.UUID, origin: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of entries that the list should name and does not any more."""
    own = ENTRY.c.origin == "harvest" if origin == "harvest" else ENTRY.c.origin != "harvest"
    return ENTRY.c.dictionary_id == dictionary, own, ENTRY.c.present, ~_listed()


def _search(name: ColumnElement[str]) -> ColumnElement[str]:
    """Return what an entry is found by: its code, name and initials in lower case, as long as an index entry may be."""
    parts = zip((INCOMING.c.code, name, INCOMING.c.initials), SEARCHED, strict=True)
    return func.lower(func.concat_ws(" ", *(func.left(part, length) for part, length in parts)))


def _rows(lines: Iterable[Line], standard: Mapping[str, str], prefix: str) -> Iterable[tuple[object, ...]]:
    for seq, line in enumerate(lines):
        yield (
            new_id(),
            line.code,
            line.name,
            line.parent,
            json.dumps(dict(line.parts), ensure_ascii=False),
            line.records,
            prefix + line.name_key,
            line.initials,
            JOIN.join(line.standard) or None,
            JOIN.join(standard.get(code, code) for code in line.standard) or None,
            seq,
        )
