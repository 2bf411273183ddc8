"""The life cycle of a standard: proposals with their drafts, tasks, comments, approval and publication."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from suwen.domains.standards.errors import UnknownItem
from suwen.domains.standards.permissions import COMMENT, PUBLISH, READ, WRITE
from suwen.domains.standards.schemas_revising import (
    AnswerIn,
    CommentIn,
    DraftIn,
    MoveIn,
    ProposalIn,
    ProposalRow,
    ProposalView,
    ReviewDayIn,
    TaskIn,
)
from suwen.domains.standards.service import revising
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Speaker = Annotated[Principal, Depends(require(COMMENT.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
Publisher = Annotated[Principal, Depends(require(PUBLISH.code))]
router = APIRouter(prefix="/api/standards/proposals", tags=["standards"])
reviews = APIRouter(prefix="/api/standards/reviews", tags=["standards"])


@router.post("", status_code=201)
async def begin_proposal(wanted: ProposalIn, work: Work, _principal: Writer) -> ProposalView:
    """Begin to make, revise, retire or review an item."""
    proposal = await revising.begin(work, wanted)
    return await revising.view(work, proposal.id)


@router.get("/{key}/view")
async def read_proposal(key: UUID, work: Work, _principal: Reader) -> ProposalView:
    """Return a proposal with its draft, differences, tasks, comments and history."""
    return await revising.view(work, key)


@router.put("/{key}/draft")
async def keep_draft(key: UUID, wanted: DraftIn, work: Work, _principal: Writer) -> ProposalView:
    """Keep a new draft of the item."""
    await revising.draft(work, key, wanted)
    return await revising.view(work, key)


@router.post("/{key}/move")
async def move_proposal(key: UUID, wanted: MoveIn, work: Work, _principal: Writer) -> ProposalView:
    """Take a proposal to another stage short of publication, or back."""
    if wanted.stage in ("published", "confirmed"):
        raise UnknownItem("发布与复审结论用 approve", received=wanted.stage, allowed=["drafting", "approval"])
    await revising.move(work, key, wanted)
    return await revising.view(work, key)


@router.post("/{key}/approve")
async def approve_proposal(key: UUID, wanted: MoveIn, work: Work, _principal: Publisher) -> ProposalView:
    """Approve a proposal: publish it, or confirm the reviewed item, or send it back."""
    await revising.move(work, key, wanted)
    return await revising.view(work, key)


@router.post("/{key}/tasks")
async def assign_task(key: UUID, wanted: TaskIn, work: Work, _principal: Writer) -> ProposalView:
    """Give somebody something to do."""
    await revising.assign(work, key, wanted)
    return await revising.view(work, key)


@router.post("/tasks/{key}/done")
async def finish_task(key: UUID, work: Work, _principal: Writer) -> ProposalView:
    """Tick a task off."""
    return await revising.view(work, await revising.finish_task(work, key))


@router.post("/{key}/comments")
async def comment(key: UUID, wanted: CommentIn, work: Work, _principal: Speaker) -> ProposalView:
    """Comment on a proposal or on one of its elements."""
    await revising.comment(work, key, wanted)
    return await revising.view(work, key)


@router.post("/comments/{key}/answer")
async def answer_comment(key: UUID, wanted: AnswerIn, work: Work, _principal: Writer) -> ProposalView:
    """Say what becomes of a comment."""
    return await revising.view(work, await revising.answer(work, key, wanted))


@router.put("/review-day", status_code=204)
async def set_review_day(wanted: ReviewDayIn, work: Work, _principal: Writer) -> None:
    """Set the day by which an item in force is to be reviewed."""
    await revising.set_review(work, wanted)


@reviews.post("/{key}/begin", status_code=201)
async def begin_review(key: UUID, work: Work, _principal: Writer) -> ProposalRow:
    """Begin the review of an item in force."""
    return ProposalRow.model_validate(await revising.begin_review(work, key))


@router.post("/take-effect")
async def take_effect(work: Work, _principal: Publisher) -> dict[str, int]:
    """Bring into force what was published for a day that has come; also done every day and at every start."""
    return {"taken": await revising.take_due(work)}
