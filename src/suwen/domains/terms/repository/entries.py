"""Entries at the bench: portions by weight, candidates, decisions, batches."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update

from suwen.domains.terms.models import State, TermDictionary, TermEntry, TermSuggestion
from suwen.domains.terms.repository.dictionaries import seen
from suwen.domains.terms.repository.loading import LoadRepository
from suwen.domains.terms.repository.tallies import ENTRY, MAPPED_COLUMNS, MAPPING
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

    async def dictionary_of_entry(self, key: uuid.UUID, scope: Scope) -> TermDictionary | None:
        """Return the dictionary of an entry, its row held until the commit; None when the scope hides it."""
        entry = select(ENTRY.c.dictionary_id).where(ENTRY.c.id == key).scalar_subquery()
        query = select(TermDictionary).where(TermDictionary.id == entry).where(seen(TermDictionary.org_code, scope))
        return await self.one_or_none(query.with_for_update())

    async def portion(
        self, held: TermDictionary, state: str, after: After | None, limit: int, text: str
    ) -> list[TermEntry]:
        """Return entries of a state in force, the most used first."""
        entry = ENTRY.c
        query = select(entry.id).where(entry.dictionary_id == held.id, entry.state == state, entry.present)
        if after is not None:
            lower = entry.records < after.records
            query = query.where(or_(lower, and_(entry.records == after.records, entry.id > after.id)))
        if text:
            query = query.where(entry.search.contains(text.lower(), autoescape=True))
        # Found in the index alone, however many there are; only what is shown is read.
        chosen = query.order_by(entry.records.desc(), entry.id).limit(limit).subquery("chosen")
        rows = select(TermEntry).join(chosen, chosen.c.id == TermEntry.id)
        return await self.all(rows.order_by(TermEntry.records.desc(), TermEntry.id))

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
        """Put standard terms (code → name) in the place of those of an entry, and count them."""
        mapping = MAPPING.c
        gone = delete(MAPPING).where(mapping.entry_id == entry.id)
        before = await self.session.execute(
            gone.returning(mapping.target, mapping.standard_code, mapping.standard_name)
        )
        changes = {(row.target, row.standard_code): (str(row.standard_name), -1) for row in before}
        for code, name in terms.items():
            sign = 0 if (target, code) in changes else 1
            changes[target, code] = (name, sign)
        if terms:
            rows = [
                dict(
                    zip(
                        MAPPED_COLUMNS,
                        (entry.id, place, held.org_code, held.kind, target, code, name),
                        strict=True,
                    )
                )
                for place, (code, name) in enumerate(terms.items())
            ]
            await self.run(insert(MAPPING).values(rows))
        if entry.present:
            await self.count_uses(held, changes, entry.records)

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

    async def forget_suggestions(self, dictionaries: Collection[uuid.UUID]) -> None:
        """Have the open entries of dictionaries matched anew, as their terminology has changed."""
        chosen = and_(ENTRY.c.dictionary_id.in_(sorted(dictionaries)), ENTRY.c.top_score.is_not(None))
        await self.run(update(ENTRY).where(chosen).values(top_score=None, top_code=None, top_accepted=False))
