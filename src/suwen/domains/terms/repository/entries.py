"""Entries at the bench: portions by weight, candidates, decisions, batches."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from suwen.domains.terms.models import State, TermBatch, TermDictionary, TermEntry, TermMapping, TermSuggestion
from suwen.domains.terms.repository.dictionaries import seen
from suwen.domains.terms.repository.loading import DICTIONARY, ENTRY, MAPPING, LoadRepository
from suwen.kernel.clock import now
from suwen.kernel.copying import copy_rows
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class After:
    """The place in the bench's order after which a portion begins."""

    records: int
    id: uuid.UUID


@dataclass(frozen=True)
class Suggested:
    """Candidates of an entry and the answer that they come to: joined codes and names, None when there is none."""

    entry: uuid.UUID
    candidates: list[dict[str, Any]]
    code: str | None
    name: str | None
    score: float
    automatic: bool


class EntryRepository(LoadRepository):  # unscoped: every entry is asked for by its dictionary or with a scope
    """Entries of dictionaries."""

    async def entry(self, key: uuid.UUID, scope: Scope, *, lock: bool = False) -> TermEntry | None:
        """Return an entry, None when the scope hides it. lock: hold its row until the commit."""
        query = select(TermEntry).where(TermEntry.id == key).where(seen(TermEntry.org_code, scope))
        return await self.one_or_none(query.with_for_update() if lock else query)

    async def portion(
        self, held: TermDictionary, state: str, after: After | None, limit: int, text: str
    ) -> list[TermEntry]:
        """Return entries of a state in force, the most used first."""
        entry = TermEntry
        query = select(entry).where(entry.dictionary_id == held.id, entry.state == state, entry.present)
        if after is not None:
            lower = entry.records < after.records
            query = query.where(or_(lower, and_(entry.records == after.records, entry.id > after.id)))
        if text:
            query = query.where(entry.search.contains(text.lower(), autoescape=True))
        return await self.all(query.order_by(entry.records.desc(), entry.id).limit(limit))

    async def suggestion(self, entry: uuid.UUID) -> TermSuggestion | None:
        """Return the stored candidates of an entry."""
        return await self.find(TermSuggestion, entry)

    async def elsewhere(self, entry: TermEntry, scope: Scope, limit: int = 8) -> list[TermEntry]:
        """Return mapped entries of the same name in other dictionaries."""
        other = TermEntry
        same = and_(other.kind == entry.kind, other.name_key == entry.name_key, other.mapped.is_not(None))
        query = select(other).where(same, other.dictionary_id != entry.dictionary_id, other.present)
        query = query.where(seen(other.org_code, scope))
        return await self.all(query.order_by(other.records.desc(), other.id).limit(limit))

    async def put_terms(self, held: TermDictionary, entry: TermEntry, target: str, terms: Mapping[str, str]) -> None:
        """Put standard terms (code → name) in the place of those of an entry."""
        await self.run(delete(MAPPING).where(MAPPING.c.entry_id == entry.id))
        for position, (code, name) in enumerate(terms.items()):
            self.add(
                TermMapping(
                    entry_id=entry.id,
                    org_code=held.org_code,
                    kind=held.kind,
                    target=target,
                    position=position,
                    standard_code=code,
                    standard_name=name,
                )
            )
        await self.session.flush()

    async def moved(self, held: TermDictionary, before: str, after: str, records: int) -> None:
        """Count an entry that went from one state to another; by difference, so that decisions need no recount."""
        table = DICTIONARY.c
        values: dict[str, Any] = {"revision": table.revision + 1}
        for state, sign in ((before, -1), (after, 1)) if before != after else ():
            values[f"{state}_entries"] = table[f"{state}_entries"] + sign
            if state in (State.MAPPED.value, State.NONE.value):
                values[f"{state}_records"] = table[f"{state}_records"] + sign * records
        await self.run(update(DICTIONARY).where(table.id == held.id).values(**values))

    async def to_suggest(self, dictionary: uuid.UUID, after: uuid.UUID | None, limit: int, *, again: bool) -> list[Any]:
        """Return entries that want candidates, by id: id, name, parts. again: those that have some, too."""
        entry = TermEntry
        wanted = and_(entry.dictionary_id == dictionary, entry.present)
        query = select(entry.id, entry.name, entry.parts).where(
            wanted, entry.state.in_([State.OPEN.value, State.ASKED.value])
        )
        if not again:
            query = query.where(entry.top_score.is_(None))
        if after is not None:
            query = query.where(entry.id > after)
        return list((await self.session.execute(query.order_by(entry.id).limit(limit))).all())

    async def put_suggestions(self, target: str, found: Sequence[Suggested]) -> None:
        """Store the candidates of entries, and the best answer at the entry itself."""
        keys = [each.entry for each in found]
        suggestion, made_at = TermSuggestion, now()
        await self.run(delete(suggestion).where(suggestion.entry_id.in_(keys)))
        columns = (
            *("entry_id", "target", "candidates", "top_code", "top_name", "top_score", "automatic"),
            "made_at",
        )
        rows = (
            (
                *(each.entry, target, json.dumps(each.candidates, ensure_ascii=False)),
                *(each.code, each.name, each.score, each.automatic, made_at),
            )
            for each in found
        )
        await copy_rows(self.session, suggestion.__tablename__, columns, rows)
        await self.run(
            update(ENTRY)
            .where(ENTRY.c.id == suggestion.entry_id, suggestion.entry_id.in_(keys))
            .values(
                top_code=suggestion.top_code,
                top_name=suggestion.top_name,
                top_score=suggestion.top_score,
                top_accepted=suggestion.automatic,
            )
        )

    async def top_codes(self, dictionary: uuid.UUID, min_score: float, *, only_accepted: bool) -> list[str]:
        """Return the differing answers that a batch accept would take."""
        which = _acceptable(dictionary, min_score, only_accepted=only_accepted)
        return list(await self.session.scalars(select(ENTRY.c.top_code).where(which).distinct()))

    async def drop_answers(self, dictionary: uuid.UUID, codes: Collection[str]) -> None:
        """Have entries matched anew whose best answer names codes that are no longer in force."""
        gone = and_(ENTRY.c.dictionary_id == dictionary, ENTRY.c.top_code.in_(sorted(codes)))
        await self.run(update(ENTRY).where(gone).values(top_score=None, top_code=None, top_accepted=False))

    async def acceptable(
        self, dictionary: uuid.UUID, min_score: float, *, only_accepted: bool, limit: int
    ) -> tuple[int, int, list[TermEntry]]:
        """Return number, records and those of the lowest scores of the open entries that a batch accept would map."""
        entry = TermEntry
        which = _acceptable(dictionary, min_score, only_accepted=only_accepted)
        counted = select(func.count(), func.coalesce(func.sum(entry.records), 0)).where(which)
        entries, records = (await self.session.execute(counted)).one()
        lowest = select(entry).where(which).order_by(entry.top_score, entry.records.desc(), entry.id).limit(limit)
        return int(entries), int(records), await self.all(lowest)

    async def accept(
        self, held: TermDictionary, batch: TermBatch, by: tuple[uuid.UUID | None, str | None], *, only_accepted: bool,
        state: State,
    ) -> int:  # fmt: skip
        """Map the open entries of a dictionary to their best candidates; returns how many."""
        which = _acceptable(held.id, batch.min_score, only_accepted=only_accepted)
        taken = await self.session.execute(
            update(ENTRY)
            .where(which)
            .values(
                state=state.value,
                mapped=ENTRY.c.top_code,
                mapped_name=ENTRY.c.top_name,
                version=ENTRY.c.version + 1,
                decided_by=by[0],
                decided_name=by[1],
                decided_at=now(),
                reviewed_name=None,
                batch_id=batch.id,
            )
            .returning(ENTRY.c.id, ENTRY.c.mapped, ENTRY.c.mapped_name)
        )
        decided = [tuple(row) for row in taken]
        await self.put_mappings(held, decided)
        await self.recount(held.id)
        return len(decided)

    async def batch(self, key: uuid.UUID, scope: Scope) -> TermBatch | None:
        """Return a batch, its row held until the commit."""
        query = select(TermBatch).where(TermBatch.id == key).where(seen(TermBatch.org_code, scope))
        return await self.one_or_none(query.with_for_update())

    async def undo(self, held: TermDictionary, batch: uuid.UUID) -> int:
        """Open the entries again that a batch mapped and nobody has decided on since; returns how many."""
        mine = and_(ENTRY.c.batch_id == batch, ENTRY.c.state.in_([State.MAPPED.value, State.REVIEW.value]))
        await self.run(delete(MAPPING).where(MAPPING.c.entry_id.in_(select(ENTRY.c.id).where(mine))))
        undone = await self.run(
            update(ENTRY)
            .where(mine)
            .values(
                state=State.OPEN.value,
                mapped=None,
                mapped_name=None,
                version=ENTRY.c.version + 1,
                decided_by=None,
                decided_name=None,
                decided_at=None,
                batch_id=None,
            )
        )
        await self.recount(held.id)
        return undone

    async def forget_suggestions(self, dictionaries: Collection[uuid.UUID]) -> None:
        """Have the open entries of dictionaries matched anew, as their terminology has changed."""
        chosen = ENTRY.c.dictionary_id.in_(sorted(dictionaries))
        await self.run(update(ENTRY).where(chosen).values(top_score=None, top_code=None, top_accepted=False))


def _acceptable(dictionary: uuid.UUID, min_score: float, *, only_accepted: bool) -> Any:
    entry = ENTRY.c
    which = and_(
        entry.dictionary_id == dictionary,
        entry.state == State.OPEN.value,
        entry.present,
        entry.top_code.is_not(None),
        entry.top_score >= min_score,
    )
    return and_(which, entry.top_accepted) if only_accepted else which
