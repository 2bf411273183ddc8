"""Applications: written, submitted, edited, withdrawn; all of them are kept."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import orjson
from pydantic import ValidationError

from suwen.domains.orgs.errors import (
    AlreadyPending,
    NotAtThisStatus,
    NumberTaken,
    RegistrationRefused,
)
from suwen.domains.orgs.importing import mistakes
from suwen.domains.orgs.models import Registration, RegistrationStep
from suwen.domains.orgs.registering import Content, Problem, RegistryKind, Wanted, kind_of
from suwen.domains.orgs.repository.registrations import RegistrationRepository
from suwen.domains.orgs.schemas_registering import (
    EditIn,
    RegistrationIn,
    Status,
)
from suwen.domains.orgs.service.history import who
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.words import Words

EDITABLE: tuple[Status, ...] = ("draft", "returned")
_PLATFORM = ""
_PAST = Words("生效日期不能早于今天", "the day from which it is in effect may not be past")


def _registered(target: str) -> Words:
    return Words(f"{target} 已登记，请申请变更", f"{target} is registered; apply for a change")


def _unregistered(target: str) -> Words:
    return Words(f"{target} 未登记或已注销", f"{target} is not registered, or cancelled")


def _open(target: str, number: str) -> Words:
    return Words(f"{target} 已有待办的申请 {number}", f"application {number} for {target} is still open")


async def apply_for(uow: UnitOfWork, principal: Principal, asked: RegistrationIn) -> Registration:
    """Take in an application, and submit it if asked to; the same number with the same content is the same one.

    Raises NumberTaken, RegistrationRefused (then nothing is stored), AlreadyPending, Forbidden outside the scope.
    """
    kind = kind_of(asked.kind)
    content = dict(asked.content)
    org_code = applicant_of(principal, kind, content, asked.org_code)
    digest = digest_of(asked.kind, asked.operation, content)
    repository = RegistrationRepository(uow.session)
    if asked.number and (found := await repository.numbered(principal.scope, org_code, asked.number)):
        if found.digest != digest:
            raise NumberTaken("此申请编号已用于内容不同的申请", received=asked.number)
        return found
    registration = Registration(
        **new_values(principal, asked.kind, asked.operation, org_code, digest),
        number=asked.number or f"{today():%Y%m%d}-{new_id().hex[-10:]}",
        target=kind.target_of(content),
        title=_title(kind, content),
        content=content,
        effective_from=asked.effective_from,
    )
    repository.add(registration)
    if not await repository.stored():
        raise NumberTaken("此申请编号刚刚被使用，请重试", received=asked.number)
    note(uow, registration, "draft", asked.note)
    if asked.submit:
        await _submit(uow, principal, registration, "")
    return registration


async def edit(uow: UnitOfWork, principal: Principal, key: UUID, asked: EditIn) -> Registration:
    """Keep a new draft, and submit it if asked to; identifiers left out stay. Raises NotFound, NotAtThisStatus."""
    registration = await _at(uow, principal, key, EDITABLE)
    kind = kind_of(registration.kind)
    kept = {name: value for name, value in registration.content.items() if name in kind.masks()}
    content = kept | asked.content
    if applicant_of(principal, kind, content, registration.org_code) != registration.org_code:
        raise Forbidden("不能把申请改为另一家机构的")
    registration.content = content
    registration.target, registration.title = kind.target_of(content), _title(kind, content)
    registration.effective_from = asked.effective_from
    registration.authors = sorted({*registration.authors, str(principal.user_id)})
    note(uow, registration, "draft", asked.note)
    if asked.submit:
        await _submit(uow, principal, registration, "")
    return registration


async def submit(uow: UnitOfWork, principal: Principal, key: UUID, said: str) -> Registration:
    """Hand an application in for review. Raises RegistrationRefused with every mistake, AlreadyPending."""
    registration = await _at(uow, principal, key, EDITABLE)
    await _submit(uow, principal, registration, said)
    return registration


async def withdraw(uow: UnitOfWork, principal: Principal, key: UUID, said: str) -> Registration:
    """Take an application back before it is decided; it is kept."""
    registration = await _at(uow, principal, key, ("draft", "returned", "submitted"))
    end(registration, "withdrawn")
    note(uow, registration, "withdrawn", said)
    return registration


async def judged(uow: UnitOfWork, found: Sequence[Registration]) -> list[tuple[Registration, list[Problem]]]:
    """Return applications with what is wrong with each as things stand."""
    told: list[tuple[Registration, list[Problem]]] = []
    for code in dict.fromkeys(each.kind for each in found):
        mine = [each for each in found if each.kind == code]
        wanted = [wanted_of(each) for each in mine]
        problems = await problems_of(uow, kind_of(code), wanted, [each.id for each in mine])
        told += zip(mine, problems, strict=True)
    return told


async def problems_of(
    uow: UnitOfWork, kind: RegistryKind, wanted: Sequence[Wanted], own: Sequence[UUID] = ()
) -> list[list[Problem]]:
    """Return what is wrong with each wanted thing: registered already or not at all, applied for twice, its kind's own.

    own: applications that these are, so that none stands in its own way.
    """
    present = await kind.present(uow, wanted)
    pending = await RegistrationRepository(uow.session).pending(kind.code, [one.target for one in wanted], own)
    found = await kind.problems(uow, wanted)
    for one, mine in zip(wanted, found, strict=True):
        there = present.get(one.target)
        active = there is not None and bool(there.get("active", True))
        if one.operation == "register" and active:
            mine.insert(0, Problem(kind.keys[-1], _registered(one.target)))
        if one.operation != "register" and not active:
            mine.insert(0, Problem(kind.keys[-1], _unregistered(one.target)))
        if one.target in pending:
            mine.append(Problem("", _open(one.target, pending[one.target])))
    return found


def validated(kind: RegistryKind, operation: Any, content: Content) -> tuple[Content, list[Problem]]:
    """Return the content as the form has it (only what was given), and what is wrong with it."""
    try:
        form = kind.form_of(operation).model_validate(content)
    except ValidationError as error:
        return dict(content), [Problem(field, reason) for field, reason in mistakes(error)]
    return form.model_dump(mode="json", exclude_unset=operation != "register"), []


def wanted_of(registration: Registration) -> Wanted:
    """Return what an application wants."""
    return Wanted(cast("Any", registration.operation), registration.target, registration.content, registration.org_code)


def applicant_of(principal: Principal, kind: RegistryKind, content: Content, said: str) -> str:
    """Return the institution that applies, which for its own things is theirs. Raises Forbidden outside the scope."""
    org_code = str(content.get(kind.org_field) or "").strip().upper() if kind.org_field else said
    if not org_code and principal.scope.orgs is not None and len(principal.scope.orgs) == 1:
        org_code = next(iter(principal.scope.orgs))
    if not principal.scope.allows(org_code or None):
        raise Forbidden("只能为本机构申请注册", received=org_code or None)
    return org_code or _PLATFORM


def its_own(principal: Principal, registration: Registration) -> bool:
    """Say whether an application is the caller's to go on with: of the own institution, or written by the caller."""
    return principal.scope.orgs is not None or str(principal.user_id) in registration.authors


def new_values(principal: Principal, kind: str, operation: str, org_code: str, digest: str) -> dict[str, Any]:
    """Return what every new application has."""
    moment = now()
    return {
        "id": new_id(),
        "org_code": org_code,
        "kind": kind,
        "operation": operation,
        "status": "draft",
        "digest": digest,
        "authors": [str(principal.user_id)],
        "created_by": principal.display_name,
        "created_at": moment,
        "updated_at": moment,
    }


def digest_of(kind: str, operation: str, content: Content) -> str:
    """Return the SHA-256 of what is applied for."""
    body = orjson.dumps([kind, operation, content], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def step_values(registration: UUID, action: str, said: str, by: str, at: datetime) -> dict[str, Any]:
    """Return one step."""
    return {"id": new_id(), "registration_id": registration, "at": at, "by": by, "action": action, "note": said}


def note(uow: UnitOfWork, registration: Registration, action: str, said: str, by: str | None = None) -> None:
    """Keep who did what to an application."""
    registration.updated_at = moment = now()
    values = step_values(registration.id, action, said, by or who(uow), moment)
    RegistrationRepository(uow.session).add(RegistrationStep(**values))


async def _submit(uow: UnitOfWork, principal: Principal, registration: Registration, said: str) -> None:
    kind = kind_of(registration.kind)
    content, problems = validated(kind, registration.operation, registration.content)
    if not problems:
        registration.content, registration.target = content, kind.target_of(content)
        registration.title = _title(kind, content)
        problems = (await problems_of(uow, kind, [wanted_of(registration)], [registration.id]))[0]
        problems += _day_problems(registration.effective_from)
    if problems:
        raise RegistrationRefused(problems)
    if registration.operation != "register" and kind.name_field not in content:
        there = (await kind.present(uow, [wanted_of(registration)]))[registration.target]
        registration.title = str(there.get(kind.name_field) or registration.target)
    registration.status = "submitted"
    registration.submitted_at = now()
    registration.review_note = None
    registration.authors = sorted({*registration.authors, str(principal.user_id)})
    note(uow, registration, "submitted", said)
    if not await RegistrationRepository(uow.session).stored():
        raise AlreadyPending("同一对象刚刚有了另一份申请", received=registration.target)


def _day_problems(day: date | None) -> list[Problem]:
    return [Problem("effective_from", _PAST)] if day is not None and day < today() else []


def _title(kind: RegistryKind, content: Content) -> str:
    return str(content.get(kind.name_field) or kind.target_of(content))


def end(registration: Registration, status: Status) -> None:
    """End an application; what it held of direct identifiers is not kept beyond that."""
    registration.status = status
    registration.content = kind_of(registration.kind).masked(registration.content)


async def _at(uow: UnitOfWork, principal: Principal, key: UUID, statuses: Sequence[Status]) -> Registration:
    registration = await RegistrationRepository(uow.session).one(principal.scope, key)
    if not its_own(principal, registration):
        raise Forbidden("这是其他机构的申请，只能由其本机构修改、提交或撤回")
    if registration.status not in statuses:
        raise NotAtThisStatus("当前状态不能这样做", received=registration.status, allowed=statuses)
    return registration
