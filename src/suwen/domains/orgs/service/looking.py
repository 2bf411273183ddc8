"""What is shown of registrations: kinds and their forms, a form being filled in, an application in full, to-dos."""

from typing import Any
from uuid import UUID

from suwen.domains.orgs.models import Registration
from suwen.domains.orgs.permissions import REGISTER, REVIEW
from suwen.domains.orgs.registering import Content, RegistryKind, Wanted, kind_of, kinds
from suwen.domains.orgs.repository.registrations import RegistrationRepository
from suwen.domains.orgs.schemas_registering import (
    Checked,
    CheckIn,
    FieldDifference,
    FieldProblem,
    KindOut,
    RegistrationRow,
    RegistrationView,
    SimilarOut,
    StepOut,
)
from suwen.domains.orgs.service.registering import (
    EDITABLE,
    applicant_of,
    its_own,
    judged,
    problems_of,
    validated,
    wanted_of,
)
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.resources import declared, describe_form


def kinds_for(principal: Principal) -> list[KindOut]:
    """Return the kinds with their forms by operation."""
    return [
        KindOut(
            code=kind.code,
            title=kind.title,
            title_en=kind.title_en,
            keys=list(kind.keys),
            org_field=kind.org_field,
            may_review=principal.may(REVIEW.code) and principal.may(kind.review),
            forms={operation: _described(kind, operation) for operation in ("register", "change", "cancel")},
        )
        for kind in kinds()
    ]


async def check(uow: UnitOfWork, principal: Principal, asked: CheckIn) -> Checked:
    """Say of a form, as far as it is filled in, what is wrong and what may be the same; nothing is stored.

    Fields that are empty as yet are not called wrong.
    """
    kind = kind_of(asked.kind)
    given = {name: value for name, value in asked.content.items() if value not in (None, "")}
    org_code = applicant_of(principal, kind, given, asked.org_code)
    content, problems = validated(kind, asked.operation, given)
    problems = [one for one in problems if one.field in given]
    wanted = Wanted(asked.operation, kind.target_of(content), content, org_code)
    wrong = {problem.field for problem in problems}
    keyed = all(content.get(name) and name not in wrong for name in kind.keys)
    present: Content | None = None
    if keyed:
        own = [asked.id] if asked.id else []
        problems += (await problems_of(uow, kind, [wanted], own))[0]
        there = (await kind.present(uow, [wanted])).get(wanted.target)
        present = kind.masked(there) if there is not None else None
    similar = await kind.similar(uow, principal.scope, wanted) if kind.org_field is None or org_code else []
    return Checked(
        problems=[FieldProblem.of(one) for one in problems],
        similar=[SimilarOut.of(one) for one in similar],
        present=present,
    )


async def view(uow: UnitOfWork, principal: Principal, key: UUID) -> RegistrationView:
    """Return an application in full: what it would change, what is wrong with it now, who did what. Raises NotFound."""
    repository = RegistrationRepository(uow.session)
    registration = await repository.one(principal.scope, key)
    kind = kind_of(registration.kind)
    wanted = wanted_of(registration)
    live = registration.status in (*EDITABLE, "submitted", "approved")
    problems: list[FieldProblem] = []
    there: Content = {}
    if live:
        _, wrong = validated(kind, registration.operation, registration.content)
        if not wrong:
            wrong = (await judged(uow, [registration]))[0][1]
            there = (await kind.present(uow, [wanted])).get(wanted.target) or {}
        problems = [FieldProblem.of(one) for one in wrong]
    similar = await kind.similar(uow, principal.scope, wanted) if registration.status == "submitted" else []
    return RegistrationView(
        **RegistrationRow.model_validate(registration).model_dump(),
        content=kind.masked(registration.content),
        fields=_differences(kind, registration, kind.masked(there)),
        problems=problems,
        similar=[SimilarOut.of(one) for one in similar],
        steps=[StepOut.model_validate(one) for one in await repository.steps(key)],
        may=_may(principal, registration),
    )


async def returned(uow: UnitOfWork, principal: Principal) -> int:
    """Return how many applications came back: to the institutions of an institution's user, else to who wrote them."""
    mine = str(principal.user_id) if principal.scope.orgs is None else None
    return await RegistrationRepository(uow.session).count_of(principal.scope, "returned", written_by=mine)


async def waiting(uow: UnitOfWork, principal: Principal) -> int:
    """Return how many applications wait for a review that the caller may give."""
    who = str(principal.user_id)
    return await RegistrationRepository(uow.session).count_of(principal.scope, "submitted", not_by=who)


def _may(principal: Principal, registration: Registration) -> list[Any]:
    found: list[str] = []
    if principal.may(REGISTER.code) and its_own(principal, registration):
        found += ["edit", "submit"] if registration.status in EDITABLE else []
        found += ["withdraw"] if registration.status in (*EDITABLE, "submitted") else []
    other = str(principal.user_id) not in registration.authors
    review = principal.may(REVIEW.code) and principal.may(kind_of(registration.kind).review)
    return found + (["review"] if other and review and registration.status == "submitted" else [])


def _differences(kind: RegistryKind, registration: Registration, there: Content) -> list[FieldDifference]:
    content = kind.masked(registration.content)
    rows: list[FieldDifference] = []
    for name, info in kind.form.model_fields.items():
        if name not in content and name not in there:
            continue
        column = declared(info)
        after = content.get(name, there.get(name))
        if registration.operation == "cancel" and name == "active":
            after = False
        rows.append(
            FieldDifference(
                field=name,
                label=column.label or name,
                label_en=column.label_en or name,
                before=there.get(name),
                after=after,
                changed=there.get(name) != after,
            )
        )
    return rows


def _described(kind: RegistryKind, operation: Any) -> list[dict[str, Any]]:
    fields = describe_form(kind.form_of(operation)) or []
    # Whether it is active is what registering and cancelling say.
    return [{**field, "kind": _kind(kind, field)} for field in fields if field["name"] != "active"]


def _kind(kind: RegistryKind, field: dict[str, Any]) -> str:
    registered_elsewhere = field["name"] == kind.org_field and kind.keys != (kind.org_field,)
    return "org" if registered_elsewhere else str(field["kind"])
