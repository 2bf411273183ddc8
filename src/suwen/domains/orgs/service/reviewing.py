"""Applications are reviewed by another person than wrote them, and what is approved takes effect on its day."""

from collections.abc import Iterator, Sequence

from suwen.domains.orgs.errors import NotAtThisStatus, OwnApplication, RegistrationRefused
from suwen.domains.orgs.models import Registration
from suwen.domains.orgs.registering import Problem, kind_of
from suwen.domains.orgs.repository.registrations import RegistrationRepository
from suwen.domains.orgs.schemas_registering import RegistrationReviewIn, RegistrationReviewOut
from suwen.domains.orgs.service.history import SYSTEM, note_registrations, who
from suwen.domains.orgs.service.registering import end, judged, note, wanted_of
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden, Invalid
from suwen.kernel.permissions import Principal
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope

TAKE_EFFECT = "orgs.take_effect"
REVIEW = "orgs.review"
AT_ONCE = 200
"""Applications that the request itself decides; more are decided by a job."""
_PORTION = 500


async def review(uow: UnitOfWork, principal: Principal, asked: RegistrationReviewIn) -> RegistrationReviewOut:
    """Approve, return or refuse applications, all or none of them; what is approved takes effect on its day.

    Raises OwnApplication for what the caller wrote, Forbidden without the kind's right, RegistrationRefused when an
    approved one would be wrong by now. Many are decided by a job, which looks at all of this again.
    """
    if asked.outcome != "approved" and not asked.note:
        raise Invalid("退回或不予通过须说明理由", received=asked.outcome)
    found = await _waiting(uow, principal.scope, asked, str(principal.user_id))
    for each in found:
        if not principal.may(kind_of(each.kind).review):
            raise Forbidden("没有审核此类注册的权限", permission=kind_of(each.kind).review)
    if len(found) > AT_ONCE:
        orgs = None if principal.scope.orgs is None else sorted(principal.scope.orgs)
        args = {"asked": asked.model_dump(mode="json"), "orgs": orgs, "by": who(uow)}
        return RegistrationReviewOut(decided=0, effective=0, job_id=uow.defer(REVIEW, args))
    return await _decide(uow, found, asked, who(uow), NullProgress())


async def review_many(
    uow: UnitOfWork, scope: Scope, asked: RegistrationReviewIn, by: str, progress: Progress
) -> RegistrationReviewOut:
    """Do what `review` left to a job, in one commit; by: the name of who decided. Raises what `review` does."""
    reviewer = str(uow.principal.user_id) if uow.principal else ""
    return await _decide(uow, await _waiting(uow, scope, asked, reviewer), asked, by, progress)


async def take_due(uow: UnitOfWork, progress: Progress) -> int:
    """Bring into effect what is approved and whose day has come; returns how many.

    What would be wrong by now goes back to the applicant with the reason.
    """
    found = await RegistrationRepository(uow.session).due(today())
    right: list[Registration] = []
    for each, problems in await judged(uow, found):
        if problems:
            each.status = "returned"
            reason = "到生效日未能生效：" + "；".join(problem.reason.zh for problem in problems)
            each.review_note = reason
            note(uow, each, "returned", reason, by=SYSTEM)
        else:
            right.append(each)
    await _take_effect(uow, right, progress)
    return len(right)


async def _waiting(uow: UnitOfWork, scope: Scope, asked: RegistrationReviewIn, reviewer: str) -> list[Registration]:
    """Return the applications that a decision is about, locked. Raises Invalid, NotAtThisStatus, OwnApplication."""
    found = await RegistrationRepository(uow.session).some(scope, asked.ids, asked.batch)
    if not found or len({*asked.ids} - {each.id for each in found}):
        raise Invalid("没有这些待审核的申请", received=len(found), allowed=f"{max(len(asked.ids), 1)}")
    for each in found:
        if each.status != "submitted":
            raise NotAtThisStatus(f"{each.number} 不在待审核状态", received=each.status, allowed=["submitted"])
        if reviewer in each.authors:
            raise OwnApplication(f"{each.number} 是您填写或提交的，请由另一人审核")
    return found


async def _decide(
    uow: UnitOfWork, found: Sequence[Registration], asked: RegistrationReviewIn, by: str, progress: Progress
) -> RegistrationReviewOut:
    moment = now()
    if asked.outcome == "approved":
        progress.stage("核对", len(found))
        wrong = [(each, problems) for each, problems in await judged(uow, found) if problems]
        if wrong:
            raise RegistrationRefused([Problem(one.number, problem.reason) for one, some in wrong for problem in some])
    progress.stage("审核", len(found))
    for portion in _portions(found):
        for each in portion:
            each.status = asked.outcome
            each.reviewed_by, each.reviewed_at, each.review_note = by, moment, asked.note or None
            note(uow, each, asked.outcome, asked.note, by=by)
            if asked.outcome == "refused":
                end(each, "refused")
        await RegistrationRepository(uow.session).flush()
        progress.advance(len(portion))
    due = [each for each in found if each.effective_from is None or each.effective_from <= today()]
    effective = due if asked.outcome == "approved" else []
    await _take_effect(uow, effective, progress)
    return RegistrationReviewOut(decided=len(found), effective=len(effective))


async def _take_effect(uow: UnitOfWork, right: Sequence[Registration], progress: Progress) -> None:
    """Bring approved applications into effect that nothing is wrong with."""
    progress.stage("生效", len(right))
    # Things that others name come before those that name them.
    for code in dict.fromkeys(each.kind for each in right):
        kind, mine = kind_of(code), [each for each in right if each.kind == code]
        note_registrations(uow, code, {each.target: each.number for each in mine})
        await kind.apply(uow, [wanted_of(each) for each in mine])
    for portion in _portions(right):
        for each in portion:
            end(each, "effective")
            each.effective_at = now()
            note(uow, each, "effective", "", by=SYSTEM)
        await RegistrationRepository(uow.session).flush()
        progress.advance(len(portion))


def _portions(found: Sequence[Registration]) -> Iterator[Sequence[Registration]]:
    """Cut applications into parts that are written before a job tells how far it is."""
    for start in range(0, len(found), _PORTION):
        yield found[start : start + _PORTION]
