"""Counts that lists show at once, kept in the commit that changes them: uses of standard terms, names in conflict.

Whoever writes entries holds, in this order, the dictionary's row, the entries' rows, the standard terms and then the
names (`_lock`), so that of two who change the same sum or name the second sees what the first has done.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    Uuid,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from suwen.domains.terms.models import (
    EVERYWHERE,
    State,
    TermConflict,
    TermDictionary,
    TermEntry,
    TermMapping,
    TermUse,
    TermUseSum,
)
from suwen.domains.terms.names import JOIN
from suwen.kernel.repository import Repository, among

# Sets of rows are written past the change log: loads and batches are the record of them.
ENTRY = cast("Table", TermEntry.__table__)
MAPPING = cast("Table", TermMapping.__table__)
DICTIONARY = cast("Table", TermDictionary.__table__)
USE = cast("Table", TermUse.__table__)
USE_SUM = cast("Table", TermUseSum.__table__)
CONFLICT = cast("Table", TermConflict.__table__)
MAPPED_COLUMNS = ("entry_id", "position", "org_code", "kind", "target", "standard_code", "standard_name")
USE_COLUMNS = ("dictionary_id", "target", "standard_code", "standard_name", "org_code", "entries", "records")
SUM_COLUMNS = ("target", "standard_code", "org_code", "standard_name", "entries", "institutions", "records")
Used = tuple[str, str]
"""A standard term that uses are counted of: target and code."""


class TallyRepository(Repository):  # unscoped: the caller has checked the dictionary's institution
    """What is counted beside entries."""

    async def count_moves(
        self, dictionary: uuid.UUID, moves: Mapping[tuple[str, str], tuple[int, int]]
    ) -> None:  # fmt: skip
        """Count present entries that went from one state to another: (before, after) → (entries, records)."""
        table = DICTIONARY.c
        entries, records = dict.fromkeys(State, 0), dict.fromkeys(State, 0)
        for (before, after), (count, weight) in moves.items():
            for state, sign in ((State(before), -1), (State(after), 1)):
                entries[state] += sign * count
                records[state] += sign * weight
        values: dict[str, Any] = {"revision": table.revision + 1}
        for state in State:
            if entries[state]:
                values[f"{state}_entries"] = table[f"{state}_entries"] + entries[state]
            if records[state] and state in (State.MAPPED, State.NONE):
                values[f"{state}_records"] = table[f"{state}_records"] + records[state]
        await self.session.execute(update(DICTIONARY).where(table.id == dictionary).values(**values))

    async def count_uses(self, held: TermDictionary, changes: Mapping[Used, tuple[str, int]], records: int) -> None:
        """Count one entry more (1) or less (-1) for standard terms: (target, code) → (name, sign)."""
        rows = [
            dict(
                zip(
                    USE_COLUMNS, (held.id, target, code, name, held.org_code, sign, sign * records), strict=True
                )
            )
            for (target, code), (name, sign) in changes.items()
        ]  # fmt: skip
        if rows:
            await self.session.execute(_added(insert(USE).values(rows)))
            # Decisions wait for each other only where they name the same terms.
            await self._hold(
                *(_lock("terms", target, shared=True) for target in sorted({target for target, _ in changes})),
                *(_lock("terms", *term) for term in sorted(changes)),
            )
            await self._sum_uses(held.org_code, changes)

    async def recount_uses(self, held: TermDictionary) -> None:
        """Bring a dictionary's uses to what its entries are, after a change of many."""
        gone = delete(USE).where(USE.c.dictionary_id == held.id).returning(USE.c.target, USE.c.standard_code)
        before = (await self.session.execute(gone)).all()
        counted = (
            select(
                ENTRY.c.dictionary_id,
                MAPPING.c.target,
                MAPPING.c.standard_code,
                func.min(MAPPING.c.standard_name),
                func.min(ENTRY.c.org_code),
                func.count(),
                func.sum(ENTRY.c.records),
            )
            .join(MAPPING, MAPPING.c.entry_id == ENTRY.c.id)
            .where(ENTRY.c.dictionary_id == held.id, ENTRY.c.present)
            .group_by(ENTRY.c.dictionary_id, MAPPING.c.target, MAPPING.c.standard_code)
        )
        put = insert(USE).from_select(list(USE_COLUMNS), counted).returning(USE.c.target, USE.c.standard_code)
        now_used = (await self.session.execute(put)).all()
        await self._sum_many(held.org_code, {(target, code) for target, code in (*before, *now_used)})

    async def _sum_many(self, org_code: str, terms: Collection[Used]) -> None:
        await self._hold(*(_lock("terms", target) for target in sorted({target for target, _ in terms})))
        await self._sum_uses(org_code, terms)

    async def _sum_uses(self, org_code: str, terms: Iterable[Used]) -> None:
        """Bring the sums of some terms, an institution's and all together, to what their uses are.

        The caller holds the terms.
        """
        of_target: dict[str, list[str]] = {}
        for target, code in terms:
            of_target.setdefault(target, []).append(code)
        total, use = USE_SUM.c, USE.c
        for target, codes in of_target.items():
            stale = delete(USE_SUM).where(total.target == target, among(total.standard_code, codes))
            await self.session.execute(stale.where(total.org_code.in_([org_code, EVERYWHERE])))
            term = (use.target, use.standard_code)
            sums = (
                select(
                    *term,
                    func.coalesce(use.org_code, EVERYWHERE),
                    func.min(use.standard_name),
                    func.sum(use.entries),
                    func.count(use.org_code.distinct()),
                    func.sum(use.records),
                )
                .where(use.target == target, among(use.standard_code, codes), use.entries > 0)
                .group_by(_each_and_all(*term, of=use.org_code))
                .having(or_(use.org_code == org_code, use.org_code.is_(None)))
            )
            await self.session.execute(insert(USE_SUM).from_select(list(SUM_COLUMNS), sums))

    async def _hold(self, *locks: ColumnElement[Any]) -> None:
        """Take locks, in the order given, and hold them until the commit."""
        if locks:
            await self.session.execute(select(*locks))

    async def recheck_name(self, kind: str, name_key: str) -> None:
        """See whether a name is mapped differently, after the mapping of one entry has changed."""
        # Two people who map the same name in two dictionaries at once do not see each other: one waits for the other.
        await self._hold(_lock("names", kind, shared=True), _lock("names", kind, name_key))
        await self._recheck(kind, CONFLICT.c.name_key == name_key, ENTRY.c.name_key == name_key)

    async def recheck_names(self, kind: str, entries: Sequence[uuid.UUID]) -> None:
        """See which names of some entries are mapped differently."""
        await self._hold(_lock("names", kind))
        names = select(ENTRY.c.name_key).where(among(ENTRY.c.id, entries))
        await self._recheck(kind, CONFLICT.c.name_key.in_(names), ENTRY.c.name_key.in_(names))

    async def recheck_dictionary(self, held: TermDictionary) -> None:
        """See which names are mapped differently after a load: those that it has now, and all that were."""
        await self._hold(_lock("names", held.kind))
        own = select(ENTRY.c.name_key).where(ENTRY.c.dictionary_id == held.id, ENTRY.c.mapped.is_not(None))
        # A renamed entry no longer tells which name it had, so every conflict of the kind is looked at again.
        listed = select(CONFLICT.c.name_key).where(CONFLICT.c.kind == held.kind, CONFLICT.c.org_code == EVERYWHERE)
        before = list(await self.session.scalars(listed))
        names = ENTRY.c.name_key.in_(own)
        if before:
            names = names | among(ENTRY.c.name_key, before)
        await self._recheck(held.kind, None, names)

    async def _recheck(
        self, kind: str, conflicts: ColumnElement[bool] | None, entries: ColumnElement[bool]
    ) -> None:  # fmt: skip
        gone = delete(CONFLICT).where(CONFLICT.c.kind == kind)
        await self.session.execute(gone if conflicts is None else gone.where(conflicts))
        name, org_code = (ENTRY.c.kind, ENTRY.c.name_key), ENTRY.c.org_code
        differing = (
            select(*name, func.coalesce(org_code, EVERYWHERE), func.sum(ENTRY.c.records))
            .where(ENTRY.c.kind == kind, ENTRY.c.mapped.is_not(None), ENTRY.c.present, entries)
            .group_by(_each_and_all(*name, of=org_code))
            .having(func.min(ENTRY.c.mapped) < func.max(ENTRY.c.mapped))
        )
        await self.session.execute(insert(CONFLICT).from_select(["kind", "name_key", "org_code", "records"], differing))

    async def map_entries(self, held: TermDictionary, mapping: Any) -> tuple[int, int]:
        """Run an update that maps entries, store their standard terms and count these; returns entries and records.

        mapping: an update of `ENTRY` that sets `mapped` and `mapped_name`.
        """
        entry = ENTRY.c
        returned = mapping.returning(entry.id, entry.mapped, entry.mapped_name, entry.records, entry.present)
        taken = returned.cte("taken")
        codes = (func.string_to_array(column, JOIN) for column in (taken.c.mapped, taken.c.mapped_name))
        terms = func.unnest(*codes).table_valued("code", "name", with_ordinality="place").render_derived("term")
        put = insert(MAPPING).from_select(
            list(MAPPED_COLUMNS),
            select(
                taken.c.id,
                terms.c.place - 1,
                *(literal(text, Text) for text in (held.org_code, held.kind, held.target)),
                terms.c.code,
                terms.c.name,
            ).select_from(taken.join(terms, true())),
        )
        used = insert(USE).from_select(
            list(USE_COLUMNS),
            select(
                literal(held.id, Uuid),
                literal(held.target, Text),
                terms.c.code,
                func.min(terms.c.name),
                literal(held.org_code, Text),
                func.count(),
                func.sum(taken.c.records),
            )
            .select_from(taken.join(terms, true()))
            .where(taken.c.present)
            .group_by(terms.c.code),
        )
        added = _added(used).returning(USE.c.standard_code).cte("used")
        codes_used = select(func.array_agg(added.c.standard_code)).scalar_subquery()
        counted = select(func.count(), func.coalesce(func.sum(taken.c.records), 0), codes_used).select_from(taken)
        entries, records, used_now = (await self.session.execute(counted.add_cte(put.cte("put")))).one()
        await self._sum_many(held.org_code, [(str(held.target), code) for code in used_now or ()])
        return int(entries), int(records)

    async def unmap_entries(self, held: TermDictionary, entries: Sequence[uuid.UUID]) -> None:
        """Take away the standard terms of entries and their counts; the entries themselves are the caller's."""
        gone = (
            delete(MAPPING)
            .where(among(MAPPING.c.entry_id, entries))
            .returning(MAPPING.c.entry_id, MAPPING.c.target, MAPPING.c.standard_code)
            .cte("gone")
        )
        sums = (
            select(
                gone.c.target,
                gone.c.standard_code,
                func.count().label("entries"),
                func.sum(ENTRY.c.records).label("records"),
            )
            .join(ENTRY, ENTRY.c.id == gone.c.entry_id)
            .where(ENTRY.c.present)
            .group_by(gone.c.target, gone.c.standard_code)
            .cte("sums")
        )
        fewer = (
            update(USE)
            .where(
                USE.c.dictionary_id == held.id,
                USE.c.target == sums.c.target,
                USE.c.standard_code == sums.c.standard_code,
            )
            .values(entries=USE.c.entries - sums.c.entries, records=USE.c.records - sums.c.records)
        )
        changed = await self.session.execute(fewer.returning(USE.c.target, USE.c.standard_code))
        await self._sum_many(held.org_code, [(target, code) for target, code in changed])


def _added(statement: Any) -> Any:
    """Have the uses that are there already counted on; a name follows the terminology's."""
    given = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["dictionary_id", "target", "standard_code"],
        set_={
            "entries": USE.c.entries + given.entries,
            "records": USE.c.records + given.records,
            "standard_name": given.standard_name,
        },
    )


def _each_and_all(*columns: ColumnElement[Any], of: ColumnElement[Any]) -> ColumnElement[Any]:
    """Group by columns for each value of another, and for all of them together, where that one is NULL."""
    return func.grouping_sets(tuple_(*columns, of), tuple_(*columns))


def _lock(*named: str, shared: bool = False) -> ColumnElement[Any]:
    """Return the lock of a kind's or one of its names, of a terminology's or one of its terms.

    One name or term is held together with the shared lock of its whole, many of them by the lock of the whole.
    """
    key = func.hashtextextended("|".join(("terms", *named)), 0)
    return func.pg_advisory_xact_lock_shared(key) if shared else func.pg_advisory_xact_lock(key)
