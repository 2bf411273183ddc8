"""Batch accepts: what they would map, and portions of entries mapped and opened again."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from suwen.domains.terms.models import State, TermBatch, TermDictionary, TermEntry
from suwen.domains.terms.repository.dictionaries import seen
from suwen.domains.terms.repository.tallies import ENTRY, TallyRepository
from suwen.kernel.clock import now
from suwen.kernel.jobs import FINAL, JobRun
from suwen.kernel.repository import among
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class Place:
    """The place in the order of scores, the highest first, after which a portion begins."""

    score: float
    id: uuid.UUID


@dataclass(frozen=True)
class Portion:
    """Entries held until the commit: their ids, their differing answers, and the last one's place."""

    ids: list[uuid.UUID]
    answers: frozenset[str]
    last: Place


class BatchRepository(TallyRepository):  # unscoped: every batch is asked for with a scope, entries by their dictionary
    """Batch accepts of a dictionary."""

    async def acceptable(
        self, dictionary: uuid.UUID, min_score: float, *, only_accepted: bool, limit: int
    ) -> tuple[int, int, list[TermEntry]]:
        """Return number, records and those of the lowest scores of the open entries that a batch accept would map."""
        which = _acceptable(dictionary, min_score, only_accepted=only_accepted)
        entry = ENTRY.c
        counted = select(func.count(), func.coalesce(func.sum(entry.records), 0)).where(which)
        entries, records = (await self.session.execute(counted)).one()
        lowest = select(entry.id).where(which).order_by(entry.top_score, entry.records.desc(), entry.id).limit(limit)
        rows = select(TermEntry).where(TermEntry.id.in_(lowest))
        shown = await self.all(rows.order_by(TermEntry.top_score, TermEntry.records.desc(), TermEntry.id))
        return int(entries), int(records), shown

    async def batch(self, key: uuid.UUID, scope: Scope) -> TermBatch | None:
        """Return a batch, its row held until the commit."""
        query = select(TermBatch).where(TermBatch.id == key).where(seen(TermBatch.org_code, scope))
        return await self.one_or_none(query.with_for_update())

    async def worked_on(self, batch: TermBatch) -> bool:
        """Say whether a job works on a batch, or waits to."""
        if batch.job_id is None:
            return False
        run = await self.session.get(JobRun, batch.job_id)
        return run is not None and run.status not in FINAL

    async def next_to_accept(self, batch: TermBatch, after: Place | None, limit: int) -> Portion | None:
        """Return the next open entries of a batch, those of the highest scores first; None at its end."""
        entry = ENTRY.c
        which = _acceptable(batch.dictionary_id, batch.min_score, only_accepted=batch.only_accepted)
        if after is not None:
            level = and_(entry.top_score == after.score, entry.id < after.id)
            which = and_(which, or_(entry.top_score < after.score, level))
        query = select(entry.id, entry.top_score, entry.top_code).where(which).with_for_update()
        rows = (await self.session.execute(query.order_by(entry.top_score.desc(), entry.id.desc()).limit(limit))).all()
        if not rows:
            return None
        return Portion([row.id for row in rows], frozenset(row.top_code for row in rows), Place(*rows[-1][1::-1]))

    async def drop_answers(self, entries: Sequence[uuid.UUID], answers: Collection[str]) -> None:
        """Have those entries matched anew whose best answer names codes that are no longer in force."""
        gone = and_(among(ENTRY.c.id, entries), ENTRY.c.top_code.in_(sorted(answers)))
        forgotten = update(ENTRY).where(gone).values(top_score=None, top_code=None, top_accepted=False)
        await self.session.execute(forgotten)

    async def accept(
        self, held: TermDictionary, batch: TermBatch, entries: Sequence[uuid.UUID], state: State
    ) -> tuple[int, int]:
        """Map entries to their best candidates (state REVIEW: have a second person look); returns entries, records."""
        entry = ENTRY.c
        taken = (
            update(ENTRY)
            .where(among(ENTRY.c.id, entries), entry.top_code.is_not(None))
            .values(
                state=state.value,
                mapped=entry.top_code,
                mapped_name=entry.top_name,
                version=entry.version + 1,
                decided_by=batch.accepted_by_id,
                decided_name=batch.accepted_by,
                decided_at=now(),
                reviewed_name=None,
                batch_id=batch.id,
            )
        )
        if state is State.MAPPED:
            count, records = await self.map_entries(held, taken)
        else:
            rows = (await self.session.execute(taken.returning(entry.records))).all()
            count, records = len(rows), sum(row.records for row in rows)
        await self.count_moves(held.id, {(State.OPEN, state): (count, records)})
        await self.recheck_names(held.kind, entries)
        return count, records

    async def next_to_undo(self, batch: uuid.UUID, after: uuid.UUID | None, limit: int) -> list[Any]:
        """Return the next entries that a batch mapped and nobody has decided on since: id, state, records, present."""
        entry = ENTRY.c
        query = select(entry.id, entry.state, entry.records, entry.present).where(
            entry.batch_id == batch, entry.state.in_([State.MAPPED.value, State.REVIEW.value])
        )
        if after is not None:
            query = query.where(entry.id > after)
        rows = await self.session.execute(query.order_by(entry.id).limit(limit).with_for_update())
        return list(rows.all())

    async def open_again(self, held: TermDictionary, rows: Sequence[Any]) -> None:
        """Open entries again: id, state, records, present of each; their standard terms go."""
        ids = [row.id for row in rows]
        await self.unmap_entries(held, ids)
        entry = ENTRY.c
        await self.session.execute(
            update(ENTRY)
            .where(among(ENTRY.c.id, ids))
            .values(
                state=State.OPEN.value,
                mapped=None,
                mapped_name=None,
                version=entry.version + 1,
                decided_by=None,
                decided_name=None,
                decided_at=None,
                reviewed_name=None,
                batch_id=None,
            )
        )
        moves: dict[tuple[str, str], tuple[int, int]] = {}
        for row in rows:
            if row.present:
                count, records = moves.get((row.state, State.OPEN), (0, 0))
                moves[row.state, State.OPEN] = (count + 1, records + row.records)
        await self.count_moves(held.id, moves)
        await self.recheck_names(held.kind, ids)


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
