"""The life cycle of a standard: 调研 → 起草 → 征求意见 → 批准 → 发布 → 复审, with who did what at each step."""

from typing import Any
from uuid import UUID

from pydantic import ValidationError

from suwen.domains.standards.comparing import Difference, differences
from suwen.domains.standards.definitions import MODELS, Item
from suwen.domains.standards.errors import AlreadyProposed, NotAtThisStage, NotReady, OwnDraft, UnknownItem
from suwen.domains.standards.models import Proposal, ProposalActivity, ProposalComment, ProposalTask, StandardItem
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.schemas_revising import (
    STAGES,
    ActivityOut,
    AnswerIn,
    CommentIn,
    CommentOut,
    DraftIn,
    MoveIn,
    ProposalIn,
    ProposalRow,
    ProposalView,
    ReviewDayIn,
    Stage,
    TaskIn,
    TaskOut,
)
from suwen.domains.standards.service.checking import contradiction, lost_columns, still_used
from suwen.domains.standards.service.installing import LOCAL, bring_item, next_review, retire_item
from suwen.domains.standards.service.looking import former_item, living_item
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Conflict, Invalid
from suwen.kernel.permissions import Principal

NEXT: dict[str, tuple[Stage, ...]] = {
    "research": ("drafting", "abandoned"),
    "drafting": ("consultation", "abandoned"),
    "consultation": ("approval", "drafting", "abandoned"),
    "approval": ("published", "drafting", "abandoned"),
}
"""Where a proposal may go from each stage; from the others it goes nowhere."""
REVIEW: dict[str, tuple[Stage, ...]] = {"research": ("confirmed", "abandoned")}
"""A review ends with the item confirmed as it is; else a revision or a retirement is begun after it."""
EDITABLE = ("research", "drafting")
_TITLES = {code: title for code, title, _ in STAGES}


async def begin(uow: UnitOfWork, wanted: ProposalIn) -> Proposal:
    """Begin a proposal. Raises AlreadyProposed, UnknownItem, Conflict for a new item whose code is taken."""
    repository = StandardsRepository(uow.session)
    living = await living_item(uow, wanted.kind, wanted.code)
    if wanted.operation == "create" and living is not None:
        raise Conflict("此代码已有现行条目，请修订它", received=wanted.code)
    if wanted.operation != "create" and living is None:
        raise UnknownItem(f"{wanted.kind} {wanted.code}", received=wanted.code)
    if await repository.open_proposal(wanted.kind, wanted.code) is not None:
        raise AlreadyProposed(f"{wanted.code} 已有进行中的修订", received=wanted.code)
    body = wanted.body or {}
    if living is not None:
        body = living[0].model_dump(mode="json") | body
    moment = now()
    proposal = Proposal(
        kind=wanted.kind,
        code=wanted.code,
        title=str(body.get("title") or wanted.code),
        operation=wanted.operation,
        stage="research",
        base_version=living[1] if living else None,
        body=body | {"code": wanted.code},
        reason=wanted.reason,
        created_by=_who(uow),
        created_at=moment,
        updated_at=moment,
    )
    repository.add(proposal)
    await repository.flush()
    _note(uow, proposal, "begin", wanted.reason)
    return proposal


async def begin_ready(uow: UnitOfWork, wanted: ProposalIn, note: str) -> Proposal:
    """Begin a proposal that only waits for its approval, since what it says was made and consulted on elsewhere."""
    proposal = await begin(uow, wanted)
    proposal.stage = "approval"
    _note(uow, proposal, "approval", note)
    return proposal


async def view(uow: UnitOfWork, key: UUID) -> ProposalView:
    """Return a proposal in full. Raises NotFound."""
    repository = StandardsRepository(uow.session)
    proposal = await repository.get(Proposal, key)
    tasks, comments, activities = await repository.proposal_parts(proposal)
    problems, changed = await _judged(uow, proposal)
    return ProposalView(
        **ProposalRow.model_validate(proposal).model_dump(),
        body=proposal.body,
        differences=changed,
        problems=problems,
        tasks=[TaskOut.model_validate(each) for each in tasks],
        comments=[CommentOut.model_validate(each) for each in comments],
        activities=[ActivityOut.model_validate(each) for each in activities],
        next=list(_next(proposal)),
        lacking=_lacking(proposal, problems, tasks, comments),
    )


async def draft(uow: UnitOfWork, key: UUID, wanted: DraftIn) -> None:
    """Keep a new draft, right or wrong: what is wrong with it is told, and stops it at the next step."""
    proposal = await _at(uow, key, EDITABLE)
    if proposal.operation == "review":
        raise NotAtThisStage("复审不改内容", received=proposal.operation)
    # A retirement has a day and no content of its own.
    if proposal.operation != "retire":
        body = wanted.body | {"code": proposal.code}
        proposal.body = body
        proposal.title = str(body.get("title") or proposal.code)
    proposal.effective_from = wanted.effective_from
    _note(uow, proposal, "draft", wanted.note)


async def move(uow: UnitOfWork, key: UUID, wanted: MoveIn) -> None:
    """Take a proposal to another stage; publishing brings the item into force on its day.

    Raises NotAtThisStage with the stages allowed, NotReady with what is lacking, OwnDraft when who approves is one of
    those who began or drafted it.
    """
    repository = StandardsRepository(uow.session)
    proposal = await repository.get(Proposal, key)
    allowed = _next(proposal)
    if wanted.stage not in allowed:
        where = _TITLES[proposal.stage]
        raise NotAtThisStage(f"{where}阶段不能转到{_TITLES[wanted.stage]}", received=wanted.stage, allowed=allowed)
    if wanted.stage in ("consultation", "approval", "published"):
        tasks, comments, _ = await repository.proposal_parts(proposal)
        problems, _ = await _judged(uow, proposal)
        if lacking := _lacking(proposal, problems, tasks, comments):
            raise NotReady("；".join(lacking), received=wanted.stage)
    if wanted.stage in ("published", "confirmed"):
        await _check_approver(uow, proposal)
    proposal.stage = wanted.stage
    _note(uow, proposal, wanted.stage, wanted.note)
    if wanted.stage == "confirmed":
        await repository.set_review(proposal.kind, proposal.code, next_review())
    if wanted.stage == "published" and (proposal.effective_from is None or proposal.effective_from <= today()):
        await _take_effect(uow, proposal)


async def take_due(uow: UnitOfWork) -> int:
    """Bring into force, or retire, what was published for a day that has come; returns how many items.

    What cannot, for the item was changed by another since, is ended with that reason; its draft stays to be read.
    """
    repository = StandardsRepository(uow.session)
    taken = 0
    for proposal in await repository.due_proposals(today()):
        try:
            await repository.attempt(lambda proposal=proposal: _take_effect(uow, proposal))
            taken += 1
        except (Conflict, Invalid) as error:
            proposal.stage = "abandoned"
            _note(uow, proposal, "no_effect", error.detail)
    return taken


async def to_approve(uow: UnitOfWork, _principal: Principal) -> int:
    """Return how many proposals wait for approval."""
    return await StandardsRepository(uow.session).stage_count("approval")


async def to_review(uow: UnitOfWork, _principal: Principal) -> int:
    """Return how many standards in force are to be reviewed by now."""
    return await StandardsRepository(uow.session).review_count(today())


async def begin_review(uow: UnitOfWork, key: UUID) -> Proposal:
    """Begin the review of an item in force. Raises NotFound, AlreadyProposed, Conflict for a former version."""
    item = await StandardsRepository(uow.session).get(StandardItem, key)
    if item.valid_to is not None:
        raise Conflict("只有现行版本可以复审", received=item.version)
    kind: Any = item.kind
    due = item.review_due.isoformat()
    return await begin(uow, ProposalIn(kind=kind, code=item.code, operation="review", reason=f"复审期限 {due}"))


async def set_review(uow: UnitOfWork, wanted: ReviewDayIn) -> None:
    """Set the day by which an item in force is to be reviewed. Raises UnknownItem."""
    if not await StandardsRepository(uow.session).set_review(wanted.kind, wanted.code, wanted.due):
        raise UnknownItem(f"{wanted.kind} {wanted.code}", received=wanted.code)


async def assign(uow: UnitOfWork, key: UUID, wanted: TaskIn) -> None:
    """Give somebody something to do for a proposal that is on its way."""
    proposal = await _at(uow, key, tuple(NEXT))
    task = ProposalTask(proposal_id=proposal.id, created_at=now(), **wanted.model_dump())
    StandardsRepository(uow.session).add(task)
    _note(uow, proposal, "task", f"{wanted.assignee}：{wanted.title}")


async def finish_task(uow: UnitOfWork, key: UUID) -> UUID:
    """Tick a task off; the same again changes nothing. Returns the proposal's id."""
    repository = StandardsRepository(uow.session)
    task = await repository.get(ProposalTask, key)
    if task.done_at is None:
        task.done_at, task.done_by = now(), _who(uow)
        _note(uow, await repository.get(Proposal, task.proposal_id), "task_done", task.title)
    return task.proposal_id


async def comment(uow: UnitOfWork, key: UUID, wanted: CommentIn) -> None:
    """Say something to a proposal; one whose scope is a single institution speaks for it."""
    proposal = await _at(uow, key, tuple(NEXT))
    orgs = uow.principal.scope.orgs if uow.principal else None
    said = ProposalComment(
        proposal_id=proposal.id,
        place=wanted.place,
        text=wanted.text,
        author=_who(uow),
        institution=next(iter(orgs)) if orgs is not None and len(orgs) == 1 else None,
        created_at=now(),
    )
    StandardsRepository(uow.session).add(said)
    _note(uow, proposal, "comment", wanted.text)


async def answer(uow: UnitOfWork, key: UUID, wanted: AnswerIn) -> UUID:
    """Say what becomes of a comment. Returns the proposal's id."""
    repository = StandardsRepository(uow.session)
    said = await repository.get(ProposalComment, key)
    proposal = await _at(uow, said.proposal_id, tuple(NEXT))
    said.outcome, said.answer = wanted.outcome, wanted.answer
    said.answered_by, said.answered_at = _who(uow), now()
    _note(uow, proposal, "answer", wanted.answer)
    return proposal.id


async def _check_approver(uow: UnitOfWork, proposal: Proposal) -> None:
    """Four eyes: who approves has neither begun nor drafted. Raises OwnDraft."""
    _, _, activities = await StandardsRepository(uow.session).proposal_parts(proposal)
    if uow.principal is None:
        raise OwnDraft("批准须由一名用户作出")
    drafted = [each for each in activities if each.action in ("begin", "draft")]
    if any(each.by_id == uow.principal.user_id for each in drafted):
        raise OwnDraft("您发起或起草了此事项，请由另一人批准", received=uow.principal.username)
    # Steps taken before users were kept beside their names.
    if any(each.by_id is None and each.by == uow.principal.display_name for each in drafted):
        raise OwnDraft("您发起或起草了此事项，请由另一人批准", received=uow.principal.username)


async def _take_effect(uow: UnitOfWork, proposal: Proposal) -> None:
    living = await living_item(uow, _kind(proposal), proposal.code)
    if (living[1] if living else None) != proposal.base_version:
        raise Conflict("现行版本在修订期间已改变，请退回起草核对", received=living[1] if living else None)
    if proposal.operation == "retire":
        await retire_item(uow, _kind(proposal), proposal.code)
        proposal.published_version = proposal.base_version
    else:
        proposal.published_version = await bring_item(uow, _item(proposal), LOCAL)


async def _judged(uow: UnitOfWork, proposal: Proposal) -> tuple[list[str], list[Difference]]:
    """Return what is wrong with a draft, and how it differs from what is in force."""
    living = await living_item(uow, _kind(proposal), proposal.code)
    present = living[0] if living else None
    if proposal.operation == "review" or (proposal.stage not in NEXT and proposal.operation == "retire"):
        return [], []
    if proposal.operation == "retire":
        problem = await still_used(uow, present) if present else None
        return [problem] if problem else [], []
    try:
        item = _item(proposal)
    except Invalid as error:
        return [error.detail], []
    changed = differences(present, item)
    if proposal.stage not in NEXT:
        base = await former_item(uow, _kind(proposal), proposal.code, proposal.base_version)
        return [], differences(base, item)
    problem = await contradiction(uow, item) or await lost_columns(uow, present, item)
    return [problem] if problem else [], changed


def _lacking(
    proposal: Proposal, problems: list[str], tasks: list[ProposalTask], comments: list[ProposalComment]
) -> list[str]:
    if proposal.stage not in NEXT:
        return []
    lacking = list(problems) if proposal.stage != "research" else []
    if proposal.stage in ("consultation", "approval"):
        if waiting := sum(each.outcome is None for each in comments):
            lacking.append(f"{waiting} 条意见未答复")
        if waiting := sum(each.done_at is None for each in tasks):
            lacking.append(f"{waiting} 项任务未完成")
    return lacking


def _item(proposal: Proposal) -> Item:
    try:
        item = MODELS[_kind(proposal)].model_validate(proposal.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{place}: {first['msg']}", received=str(first["input"])[:200]) from None
    return item


async def _at(uow: UnitOfWork, key: UUID, stages: tuple[str, ...]) -> Proposal:
    proposal = await StandardsRepository(uow.session).get(Proposal, key)
    if proposal.stage not in stages:
        raise NotAtThisStage(f"现在是{_TITLES[proposal.stage]}阶段", received=proposal.stage, allowed=stages)
    return proposal


def _next(proposal: Proposal) -> tuple[Stage, ...]:
    return (REVIEW if proposal.operation == "review" else NEXT).get(proposal.stage, ())


def _note(uow: UnitOfWork, proposal: Proposal, action: str, detail: str) -> None:
    moment = now()
    proposal.updated_at = moment
    by_id = uow.principal.user_id if uow.principal else None
    said = ProposalActivity(proposal_id=proposal.id, at=moment, by=_who(uow), by_id=by_id, action=action, detail=detail)
    StandardsRepository(uow.session).add(said)


def _who(uow: UnitOfWork) -> str:
    return uow.principal.display_name if uow.principal else "系统"


def _kind(proposal: Proposal) -> Any:
    return proposal.kind
