"""Counts that lists show at once, kept in the commit that changes them: uses of standard terms, names in conflict.

Whoever writes entries holds, in this order, the dictionary's row, the entries' rows, then the names of `_lock_*`.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    Uuid,
    delete,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from suwen.domains.terms.models import State, TermConflict, TermDictionary, TermEntry, TermMapping, TermUse
from suwen.domains.terms.names import JOIN
from suwen.kernel.repository import Repository, among

# Sets of rows are written past the change log: loads and batches are the record of them.
ENTRY = cast("Table", TermEntry.__table__)
MAPPING = cast("Table", TermMapping.__table__)
DICTIONARY = cast("Table", TermDictionary.__table__)
USE = cast("Table", TermUse.__table__)
CONFLICT = cast("Table", TermConflict.__table__)
MAPPED_COLUMNS = ("entry_id", "position", "org_code", "kind", "target", "standard_code", "standard_name")
USE_COLUMNS = ("dictionary_id", "target", "standard_code", "standard_name", "org_code", "entries", "records")


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

    async def count_uses(
        self, held: TermDictionary, changes: Mapping[tuple[str, str], tuple[str, int]], records: int
    ) -> None:
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

    async def recount_uses(self, dictionary: uuid.UUID) -> None:
        """Bring a dictionary's uses to what its entries are, after a change of many."""
        await self.session.execute(delete(USE).where(USE.c.dictionary_id == dictionary))
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
            .where(ENTRY.c.dictionary_id == dictionary, ENTRY.c.present)
            .group_by(ENTRY.c.dictionary_id, MAPPING.c.target, MAPPING.c.standard_code)
        )
        await self.session.execute(insert(USE).from_select(list(USE_COLUMNS), counted))

    async def recheck_name(self, kind: str, name_key: str) -> None:
        """See whether a name is mapped differently, after the mapping of one entry has changed."""
        # Two people who map the same name in two dictionaries at once do not see each other: one waits for the other.
        await self.session.execute(
            select(
                func.pg_advisory_xact_lock_shared(_lock(kind)), func.pg_advisory_xact_lock(_lock(f"{kind}|{name_key}"))
            )
        )
        await self._recheck(kind, CONFLICT.c.name_key == name_key, ENTRY.c.name_key == name_key)

    async def recheck_names(self, kind: str, entries: Sequence[uuid.UUID]) -> None:
        """See which names of some entries are mapped differently."""
        await self.session.execute(select(func.pg_advisory_xact_lock(_lock(kind))))
        names = select(ENTRY.c.name_key).where(among(ENTRY.c.id, entries))
        await self._recheck(kind, CONFLICT.c.name_key.in_(names), ENTRY.c.name_key.in_(names))

    async def recheck_dictionary(self, held: TermDictionary) -> None:
        """See which names are mapped differently after a load: those that it has now, and all that were."""
        await self.session.execute(select(func.pg_advisory_xact_lock(_lock(held.kind))))
        own = select(ENTRY.c.name_key).where(ENTRY.c.dictionary_id == held.id, ENTRY.c.mapped.is_not(None))
        # A renamed entry no longer tells which name it had, so every conflict of the kind is looked at again.
        before = list(await self.session.scalars(select(CONFLICT.c.name_key).where(CONFLICT.c.kind == held.kind)))
        names = ENTRY.c.name_key.in_(own)
        if before:
            names = names | among(ENTRY.c.name_key, before)
        await self._recheck(held.kind, None, names)

    async def _recheck(
        self, kind: str, conflicts: ColumnElement[bool] | None, entries: ColumnElement[bool]
    ) -> None:  # fmt: skip
        gone = delete(CONFLICT).where(CONFLICT.c.kind == kind)
        await self.session.execute(gone if conflicts is None else gone.where(conflicts))
        differing = (
            select(ENTRY.c.kind, ENTRY.c.name_key, func.sum(ENTRY.c.records))
            .where(ENTRY.c.kind == kind, ENTRY.c.mapped.is_not(None), ENTRY.c.present, entries)
            .group_by(ENTRY.c.kind, ENTRY.c.name_key)
            .having(func.min(ENTRY.c.mapped) < func.max(ENTRY.c.mapped))
        )
        await self.session.execute(insert(CONFLICT).from_select(["kind", "name_key", "records"], differing))

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
        counted = select(func.count(), func.coalesce(func.sum(taken.c.records), 0)).select_from(taken)
        counted = counted.add_cte(put.cte("put"), _added(used).cte("used"))
        row = (await self.session.execute(counted)).one()
        return int(row[0]), int(row[1])

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
        await self.session.execute(
            update(USE)
            .where(
                USE.c.dictionary_id == held.id,
                USE.c.target == sums.c.target,
                USE.c.standard_code == sums.c.standard_code,
            )
            .values(entries=USE.c.entries - sums.c.entries, records=USE.c.records - sums.c.records)
        )


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


def _lock(name: str) -> ColumnElement[int]:
    return func.hashtextextended(f"terms.names|{name}", 0)
