"""Routes of the mapping bench: what is to decide, decisions, batches."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from suwen.domains.terms.permissions import MANAGE, MAP, READ
from suwen.domains.terms.schemas import DictionaryOut
from suwen.domains.terms.schemas_asking import (
    AcceptIn,
    AcceptOut,
    BenchOut,
    Decision,
    EntryDetail,
    ResumeOut,
    ReviewIn,
    TermOut,
    UndoOut,
)
from suwen.domains.terms.service.batches import accept, resume, undo
from suwen.domains.terms.service.deciding import claim, decide, release, review
from suwen.domains.terms.service.views import bench, detail_of, entry_detail, find_terms
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

router = APIRouter(prefix="/api/terms", tags=["terms"])
Reader = Annotated[Principal, Depends(require(READ.code))]
Mapper = Annotated[Principal, Depends(require(MAP.code))]


@router.get("/dictionaries/{key}/bench")
async def read_bench(
    work: Work,
    principal: Reader,
    key: uuid.UUID,
    state: Literal["open", "asked", "review", "mapped", "none"] = "open",
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    q: Annotated[str, Query(max_length=100)] = "",
) -> BenchOut:
    """Return a portion of a dictionary's entries of one state, the most used first."""
    return await bench(work, principal.scope, key, state, after, limit, q.strip())


@router.get("/dictionaries/{key}/terms")
async def read_terms(
    work: Work,
    principal: Reader,
    key: uuid.UUID,
    q: Annotated[str, Query(min_length=1, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    entry: uuid.UUID | None = None,
) -> list[TermOut]:
    """Return terms of the dictionary's terminology by part of code, name or pinyin initials, compared with an entry."""
    return await find_terms(work, principal.scope, key, q.strip(), limit, entry)


@router.get("/entries/{key}/candidates")
async def read_candidates(work: Work, principal: Reader, key: uuid.UUID) -> EntryDetail:
    """Return an entry with its candidates, their reasons and parts, and what others made of its name."""
    return await entry_detail(work, principal.scope, key)


@router.post("/entries/{key}/decision")
async def decide_entry(work: Work, principal: Mapper, key: uuid.UUID, decision: Decision) -> EntryDetail:
    """Map an entry to standard terms, say that there is none, ask back, or open it again."""
    return await detail_of(work, principal.scope, await decide(work, principal.scope, key, decision))


@router.post("/entries/{key}/review")
async def review_entry(work: Work, principal: Mapper, key: uuid.UUID, said: ReviewIn) -> EntryDetail:
    """Agree as the second person, or send the entry back."""
    return await detail_of(work, principal.scope, await review(work, principal.scope, key, said))


@router.post("/dictionaries/{key}/claim")
async def claim_task(work: Work, principal: Mapper, key: uuid.UUID) -> DictionaryOut:
    """Make the mapping of a dictionary one's own task."""
    return DictionaryOut.model_validate(await claim(work, principal.scope, key))


@router.post("/dictionaries/{key}/release")
async def release_task(work: Work, principal: Mapper, key: uuid.UUID) -> DictionaryOut:
    """Give a task back; who maintains dictionaries may take it from anybody."""
    held = await release(work, principal.scope, key, force=principal.may(MANAGE.code))
    return DictionaryOut.model_validate(held)


@router.post("/dictionaries/{key}/accept")
async def accept_batch(work: Work, principal: Mapper, key: uuid.UUID, wish: AcceptIn) -> AcceptOut:
    """Map all open entries whose best answer scores high enough, or say which those are; many of them by a job."""
    return await accept(work, principal.scope, key, wish)


@router.post("/batches/{key}/undo")
async def undo_batch(work: Work, principal: Mapper, key: uuid.UUID) -> UndoOut:
    """Open the entries of a batch accept again."""
    return await undo(work, principal.scope, key)


@router.post("/batches/{key}/resume")
async def resume_batch(work: Work, principal: Mapper, key: uuid.UUID) -> ResumeOut:
    """Go on with a batch accept, or its undoing, that was called off."""
    return await resume(work, principal.scope, key)
