"""What a new edition of a terminology does to the mappings that name its codes."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, or_, select, tuple_, update

from suwen.domains.terms.models import State, TermDictionary, TermPolicy, TermRenewal, TermSuggestion
from suwen.domains.terms.repository.batches import BatchRepository
from suwen.domains.terms.repository.tallies import ENTRY, MAPPING
from suwen.kernel.clock import now
from suwen.kernel.copying import copy_rows
from suwen.kernel.ids import new_id

Term = tuple[str, str]
"""Code and name."""


@dataclass(frozen=True)
class Renewal:
    """An entry that a new edition leaves without its mapping: reason, joined proposals (None where it has none)."""

    entry: Any
    reason: str
    codes: str | None
    names: str | None


class RenewalRepository(BatchRepository):  # unscoped: a new edition concerns the mappings of all institutions
    """Entries that name terms of one terminology."""

    async def named(self, target: str) -> list[Term]:
        """Return the differing terms, with the names of their time, that mapped entries stand for."""
        mapping = MAPPING.c
        query = select(mapping.standard_code, mapping.standard_name).where(mapping.target == target).distinct()
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def mapped_to(self, target: str) -> list[uuid.UUID]:
        """Return the dictionaries that are mapped to a terminology, by their own word or by their kind's policy."""
        held, policy = TermDictionary, TermPolicy
        by_policy = select(policy.kind).where(policy.target == target)
        own = and_(held.target.is_(None), held.kind.in_(by_policy))
        return await self.all(select(held.id).where(or_(held.target == target, own)).order_by(held.id))

    async def holding(self, target: str, terms: Collection[Term]) -> list[uuid.UUID]:
        """Return the dictionaries of which some entry stands for one of the terms."""
        entry = select(ENTRY.c.dictionary_id).join(MAPPING, MAPPING.c.entry_id == ENTRY.c.id)
        query = entry.where(MAPPING.c.target == target, _term().in_(sorted(terms))).distinct()
        return sorted(await self.session.scalars(query))

    async def standing_for(
        self, dictionary: uuid.UUID, target: str, terms: Collection[Term], limit: int
    ) -> Sequence[Any]:  # fmt: skip
        """Return entries of a dictionary that stand for one of the terms, held until the commit."""
        entry = ENTRY.c
        named = select(MAPPING.c.entry_id).where(MAPPING.c.target == target, _term().in_(sorted(terms)))
        columns = ("id", "code", "name", "records", "mapped", "mapped_name", "state", "present")
        query = select(*(entry[name] for name in columns)).where(
            entry.dictionary_id == dictionary, entry.state == State.MAPPED.value, entry.id.in_(named)
        )
        return (await self.session.execute(query.order_by(entry.id).limit(limit).with_for_update())).all()

    async def awaiting(self, dictionary: uuid.UUID) -> Sequence[Any]:
        """Return the mapped entries of a dictionary that wait for a second person, held until the commit."""
        entry = ENTRY.c
        columns = ("id", "code", "name", "records", "mapped", "mapped_name", "state", "present")
        query = select(*(entry[name] for name in columns)).where(
            entry.dictionary_id == dictionary, entry.state == State.REVIEW.value, entry.mapped.is_not(None)
        )
        return (await self.session.execute(query.order_by(entry.id).with_for_update())).all()

    async def bring_back(self, held: TermDictionary, target: str, edition: str, renewals: Iterable[Renewal]) -> None:
        """List entries as not carried over, and open them again."""
        found = list(renewals)
        listed_at = now()
        columns = (
            *("id", "entry_id", "dictionary_id", "org_code", "system", "kind", "target", "edition", "reason"),
            *("code", "name", "records", "former_codes", "former_names", "proposed_codes", "proposed_names"),
            "listed_at",
        )
        rows = (
            (
                *(new_id(), each.entry.id, held.id, held.org_code, held.system, held.kind, target, edition),
                *(each.reason, each.entry.code, each.entry.name, each.entry.records),
                *(each.entry.mapped, each.entry.mapped_name, each.codes, each.names, listed_at),
            )
            for each in found
        )
        await copy_rows(self.session, TermRenewal.__tablename__, columns, rows)
        await self.open_again(held, [each.entry for each in found])

    async def forget_answers(self, dictionaries: Collection[uuid.UUID]) -> None:
        """Take away the candidates of what is open in dictionaries: they were made from another terminology."""
        entry = ENTRY.c
        open_ = and_(
            entry.dictionary_id.in_(sorted(dictionaries)), entry.state.in_([State.OPEN.value, State.ASKED.value])
        )
        suggestion = TermSuggestion
        await self.session.execute(delete(suggestion).where(suggestion.entry_id.in_(select(entry.id).where(open_))))
        forgotten = update(ENTRY).where(open_, entry.top_score.is_not(None))
        await self.session.execute(forgotten.values(top_score=None, top_code=None, top_name=None, top_accepted=False))

    async def latest(self, entry: uuid.UUID) -> TermRenewal | None:
        """Return what the newest edition did to an entry."""
        renewal = TermRenewal
        query = select(renewal).where(renewal.entry_id == entry).order_by(renewal.listed_at.desc(), renewal.id.desc())
        return await self.one_or_none(query.limit(1))


def _term() -> Any:
    return tuple_(MAPPING.c.standard_code, MAPPING.c.standard_name)
