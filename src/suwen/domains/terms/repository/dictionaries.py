"""Dictionaries, policies, loads and what is owed."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, true

from suwen.domains.terms.kinds import KINDS, kind_of
from suwen.domains.terms.models import (
    PRECISION,
    State,
    TermAcceptance,
    TermCollection,
    TermDictionary,
    TermEntry,
    TermLoad,
    TermPolicy,
)
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope


def seen(column: Any, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row's institution lies within the scope."""
    return true() if scope.orgs is None else column.in_(sorted(scope.orgs))


class DictionaryRepository(Repository):
    """Source dictionaries within a scope."""

    async def dictionary(self, key: uuid.UUID, scope: Scope, *, lock: bool = False) -> TermDictionary | None:
        """Return a dictionary, None when the scope hides it. lock: hold its row until the commit."""
        query = select(TermDictionary).where(TermDictionary.id == key).where(seen(TermDictionary.org_code, scope))
        return await self.one_or_none(query.with_for_update() if lock else query)

    async def named(  # unscoped: the caller has checked the institution
        self, org_code: str, system: str, kind: str, topic: str, *, lock: bool = True
    ) -> TermDictionary | None:
        """Return the dictionary of an institution's system, its row held until the commit unless it is only read."""
        table = TermDictionary
        query = select(table).where(
            table.org_code == org_code, table.system == system, table.kind == kind, table.topic == topic
        )
        return await self.one_or_none(query.with_for_update() if lock else query)

    async def dictionaries(self, scope: Scope, kinds: Collection[str] = ()) -> list[TermDictionary]:
        """Return the dictionaries (of some kinds) within a scope."""
        query = select(TermDictionary).where(seen(TermDictionary.org_code, scope))
        if kinds:
            query = query.where(TermDictionary.kind.in_(sorted(kinds)))
        order = (TermDictionary.org_code, TermDictionary.kind, TermDictionary.system, TermDictionary.topic)
        return await self.all(query.order_by(*order))

    async def harvested(self, dictionary: uuid.UUID) -> bool:  # unscoped: a job's
        """Say whether some present entry of a dictionary came from the data."""
        entry = TermEntry
        query = select(entry.id).where(entry.dictionary_id == dictionary, entry.present, entry.origin == "harvest")
        return (await self.session.scalar(query.limit(1))) is not None

    async def policies(self) -> dict[str, TermPolicy]:  # unscoped: policies hold for the region
        """Return the stored policies by kind."""
        return {policy.kind: policy for policy in await self.all(select(TermPolicy))}

    async def policy(self, kind: str) -> TermPolicy:  # unscoped: policies hold for the region
        """Return a kind's policy, the one that it is declared with where nobody has changed it."""
        found = await self.find(TermPolicy, kind)
        return found or TermPolicy(kind=kind, target=kind_of(kind).target, review=False, precision=PRECISION)

    async def acceptance(  # unscoped: what scores are worth holds for the region
        self, held: TermDictionary
    ) -> TermAcceptance | None:
        """Return what the scores of a dictionary's candidates are worth; None while that is not known."""
        return await self.find(TermAcceptance, held.acceptance_id) if held.acceptance_id else None

    async def keep_acceptance(self, chosen: TermAcceptance) -> TermAcceptance:  # unscoped: holds for the region
        """Keep what was chosen, or return it where the same matcher was asked for the same precision before."""
        table = TermAcceptance
        same = (table.kind == chosen.kind) & (table.target == chosen.target) & (table.matcher == chosen.matcher)
        found = await self.one_or_none(select(table).where(same, table.precision == chosen.precision))
        return found or self.add(chosen)

    async def wanting(self, dictionaries: Collection[uuid.UUID]) -> set[uuid.UUID]:  # unscoped: the caller's choice
        """Return those of some dictionaries that have entries to do without candidates, or candidates of no worth."""
        entry = TermEntry
        query = select(entry.dictionary_id).where(
            entry.dictionary_id.in_(sorted(dictionaries)),
            entry.present,
            entry.state.in_([State.OPEN.value, State.ASKED.value]),
            entry.top_score.is_(None),
        )
        held = TermDictionary
        unfinished = select(held.id).where(held.id.in_(sorted(dictionaries)), held.acceptance_id.is_(None))
        return {*await self.all(query.distinct()), *await self.all(unfinished)}

    async def target_of(self, held: TermDictionary) -> str | None:
        """Return the terminology that a dictionary is mapped to: its own, else that of its kind."""
        return held.target or (await self.policy(held.kind)).target

    async def owed(self, scope: Scope) -> dict[tuple[str, str], int]:
        """Return how many dictionaries are to be collected and have not come, by institution and kind."""
        wanted, held = TermCollection, TermDictionary
        missing = (
            select(wanted.org_code, wanted.kind, func.count())
            .outerjoin(
                held,
                (held.org_code == wanted.org_code)
                & (held.system == wanted.system)
                & (held.kind == wanted.kind)
                & (held.version > 0),
            )
            .where(held.id.is_(None))
            .group_by(wanted.org_code, wanted.kind)
        )
        rows = await self.session.execute(missing.where(seen(wanted.org_code, scope)))
        return {(org, kind): int(count) for org, kind, count in rows}

    async def progress(self, scope: Scope) -> Sequence[Any]:
        """Return the sums of the dictionaries' counts by institution and kind; staff are not mapped."""
        held = TermDictionary
        sums = [
            func.coalesce(func.sum(column), 0).label(name)
            for name, column in {
                "entries": held.entries,
                "done_entries": held.mapped_entries + held.none_entries,
                "records": held.records,
                "done_records": held.mapped_records + held.none_records,
                "asked_entries": held.asked_entries,
                "review_entries": held.review_entries,
            }.items()
        ]
        query = (
            select(held.org_code, held.kind, func.count().label("dictionaries"), *sums)
            .where(held.kind.not_in([kind.code for kind in KINDS.values() if kind.personal]))
            .group_by(held.org_code, held.kind)
        )
        return (await self.session.execute(query.where(seen(held.org_code, scope)))).all()

    def log(self, load: TermLoad) -> TermLoad:
        """Keep the record of a load."""
        return self.add(load)
