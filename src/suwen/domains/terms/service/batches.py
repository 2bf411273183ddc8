"""Batch accepts: previewed, taken and undone in portions, by the request itself or, many entries, by a job."""

import uuid

from suwen.domains.standards.public import terms_of
from suwen.domains.terms.errors import AlreadyUndone, BatchAtWork, NothingToResume
from suwen.domains.terms.models import BatchStatus, State, TermBatch, TermDictionary
from suwen.domains.terms.names import JOIN
from suwen.domains.terms.repository.batches import BatchRepository, Place
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.schemas import BATCH, EntryOut
from suwen.domains.terms.schemas_asking import AcceptIn, AcceptOut, ResumeOut, UndoOut
from suwen.domains.terms.service.access import acceptance_of, check_claim, dictionary_of, target_of, target_with, who
from suwen.domains.terms.service.applying import have_published
from suwen.kernel.clock import now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import JobCancelled
from suwen.kernel.permissions import Principal
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

SAMPLE = 50
AT_ONCE = 1000
"""Up to so many entries the request itself does the work, in one commit and well under a second."""
PORTION = 1000
"""Entries of one commit of the job: others may decide in the dictionary between two of them."""


async def accept(uow: UnitOfWork, scope: Scope, key: uuid.UUID, wish: AcceptIn) -> AcceptOut:
    """Map every open entry whose best answer scores high enough, or say which those are (preview).

    Answers that name codes no longer in force are left out and matched anew. Batches teach the knowledge base nothing:
    nobody looked at each pair.
    """
    held = await dictionary_of(uow, scope, key, lock=not wish.preview)
    check_claim(uow, held)
    policy = await DictionaryRepository(uow.session).policy(held.kind)
    target = target_with(held, policy)
    worth = await acceptance_of(uow, held, policy)
    assured = worth is not None and worth.threshold is not None and wish.min_score >= worth.threshold
    repository = BatchRepository(uow.session)
    entries, records, sample = await repository.acceptable(
        held.id, wish.min_score, only_accepted=wish.only_accepted, limit=SAMPLE
    )
    shown = [EntryOut.model_validate(entry) for entry in sample]
    if wish.preview or not entries:
        return AcceptOut(batch_id=None, job_id=None, assured=assured, entries=entries, records=records, sample=shown)
    held.target = target
    batch = repository.add(
        TermBatch(
            id=new_id(),
            dictionary_id=held.id,
            org_code=held.org_code,
            system=held.system,
            kind=held.kind,
            min_score=wish.min_score,
            only_accepted=wish.only_accepted,
            status=BatchStatus.RUNNING.value,
            wanted=entries,
            entries=0,
            records=0,
            accepted_by_id=who(uow)[0],
            accepted_by=who(uow)[1],
        )
    )
    await uow.session.flush()
    await _start(uow, batch, entries)
    if batch.job_id is None:
        entries, records = batch.entries, batch.records
    return AcceptOut(
        batch_id=batch.id, job_id=batch.job_id, assured=assured, entries=entries, records=records, sample=shown
    )


async def undo(uow: UnitOfWork, scope: Scope, key: uuid.UUID) -> UndoOut:
    """Open the entries of a batch again; those that somebody has decided on since are kept.

    Raises AlreadyUndone, BatchAtWork while a job works on it.
    """
    batch = await _idle(uow, scope, key)
    if batch.status == BatchStatus.UNDONE:
        raise AlreadyUndone("该批次已撤销", received=str(key))
    batch.status = BatchStatus.UNDOING.value
    batch.undone_by = who(uow)[1]
    await uow.session.flush()
    await _start(uow, batch, batch.entries - (batch.undone or 0))
    undone = batch.undone or 0
    return UndoOut(undone=undone, kept=None if batch.job_id else batch.entries - undone, job_id=batch.job_id)


async def resume(uow: UnitOfWork, scope: Scope, key: uuid.UUID) -> ResumeOut:
    """Go on with a batch, or its undoing, that was called off. Raises NothingToResume, BatchAtWork."""
    batch = await _idle(uow, scope, key)
    if batch.status in (BatchStatus.ACCEPTED, BatchStatus.UNDONE):
        raise NothingToResume("该批次已完成", received=batch.status)
    if batch.status == BatchStatus.STOPPED:
        batch.status = BatchStatus.RUNNING.value
    run = uow.defer(BATCH, {"batch": str(batch.id)})
    batch.job_id = run
    await uow.session.flush()
    return ResumeOut(job_id=run)


async def work_off(
    database: Database, progress: Progress, requester: Principal | None, key: uuid.UUID
) -> dict[str, int]:
    """Do what a batch's status asks for, a portion a commit: started again it goes on after the last portion.

    Called off, the batch keeps what it has done, is marked as stopped, and can be resumed or undone.
    """
    async with database.unit_of_work(requester) as uow:
        batch = await BatchRepository(uow.session).batch(key, Scope.everything())
        if batch is None:
            return {"entries": 0}
        undoing = batch.status == BatchStatus.UNDOING
        left = batch.entries - (batch.undone or 0) if undoing else batch.wanted - batch.entries
    try:
        progress.stage("撤销批量确认" if undoing else "批量确认", max(left, 0))
        place: Place | uuid.UUID | None = None
        while True:
            async with database.unit_of_work(requester) as uow:
                count, place = await _portion(uow, key, place)
            if place is None:
                break
            progress.advance(count)
    except JobCancelled:
        async with database.unit_of_work(requester) as uow:
            batch = await BatchRepository(uow.session).batch(key, Scope.everything())
            if batch is not None and batch.status == BatchStatus.RUNNING:
                batch.status = BatchStatus.STOPPED.value
            await have_published(uow)
        raise
    async with database.unit_of_work(requester) as uow:
        batch = await BatchRepository(uow.session).batch(key, Scope.everything())
        return {"entries": batch.entries, "undone": batch.undone or 0} if batch else {"entries": 0}


async def _start(uow: UnitOfWork, batch: TermBatch, entries: int) -> None:
    """Work a batch off at once, or have a job do it where it has many entries."""
    if entries > AT_ONCE:
        batch.job_id = uow.defer(BATCH, {"batch": str(batch.id)})
        await uow.session.flush()
        return
    batch.job_id = None
    place: Place | uuid.UUID | None = None
    while True:
        _, place = await _portion(uow, batch.id, place)
        if place is None:
            return


async def _portion(
    uow: UnitOfWork, key: uuid.UUID, after: Place | uuid.UUID | None
) -> tuple[int, Place | uuid.UUID | None]:
    """Do one portion of a batch; returns how many entries, and the place to go on after, None at the end."""
    repository = BatchRepository(uow.session)
    batch = await repository.batch(key, Scope.everything())
    if batch is None or batch.status not in (BatchStatus.RUNNING, BatchStatus.UNDOING):
        return 0, None
    held = await dictionary_of(uow, Scope.everything(), batch.dictionary_id, lock=True)
    if batch.status == BatchStatus.UNDOING:
        return await _undone(uow, repository, held, batch, after if isinstance(after, uuid.UUID) else None)
    return await _accepted(uow, repository, held, batch, after if isinstance(after, Place) else None)


async def _accepted(
    uow: UnitOfWork, repository: BatchRepository, held: TermDictionary, batch: TermBatch, after: Place | None
) -> tuple[int, Place | None]:
    portion = await repository.next_to_accept(batch, after, PORTION)
    if portion is None:
        batch.status = BatchStatus.ACCEPTED.value
        await uow.session.flush()
        await have_published(uow)
        return 0, None
    codes = {code for answer in portion.answers for code in answer.split(JOIN)}
    gone = codes - set(await terms_of(uow, await target_of(uow, held), codes))
    if gone:
        stale = [answer for answer in portion.answers if gone & set(answer.split(JOIN))]
        await repository.drop_answers(portion.ids, stale)
    policy = await DictionaryRepository(uow.session).policy(held.kind)
    count, records = await repository.accept(held, batch, portion.ids, State.REVIEW if policy.review else State.MAPPED)
    batch.entries += count
    batch.records += records
    await uow.session.flush()
    return count, portion.last


async def _undone(
    uow: UnitOfWork, repository: BatchRepository, held: TermDictionary, batch: TermBatch, after: uuid.UUID | None
) -> tuple[int, uuid.UUID | None]:
    rows = await repository.next_to_undo(batch.id, after, PORTION)
    if not rows:
        batch.status, batch.undone_at, batch.undone = BatchStatus.UNDONE.value, now(), batch.undone or 0
        await uow.session.flush()
        await have_published(uow)
        return 0, None
    await repository.open_again(held, rows)
    batch.undone = (batch.undone or 0) + len(rows)
    await uow.session.flush()
    return len(rows), rows[-1].id


async def _idle(uow: UnitOfWork, scope: Scope, key: uuid.UUID) -> TermBatch:
    """Return a batch that no job works on, held until the commit. Raises NotFound, TaskTaken, BatchAtWork."""
    repository = BatchRepository(uow.session)
    batch = await repository.batch(key, scope)
    if batch is None:
        raise NotFound("没有此批次", received=str(key))
    check_claim(uow, await dictionary_of(uow, scope, batch.dictionary_id))
    if await repository.worked_on(batch):
        raise BatchAtWork("该批次正在执行，请先等待或取消其任务", received=batch.status)
    return batch
