"""The life of what is registered: every write of an organisation, by whatever way, ends a version and begins one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from suwen.domains.orgs.models import FOREVER, Department, Equipment, Institution, RecordVersion, Staff, Supply
from suwen.domains.orgs.registering import Content, RegistryKind, kind_of
from suwen.domains.orgs.repository.registrations import RegistrationRepository
from suwen.domains.orgs.service.kinds import Departments, Devices, Institutions, People, Supplies
from suwen.kernel.changes import Change
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork, on_changes
from suwen.kernel.ids import new_id
from suwen.kernel.resources import declared
from suwen.kernel.tabular import cell

TRACKED: Mapping[str, tuple[str, type[Any]]] = {
    Institution.__tablename__: (Institutions.code, Institution),
    Department.__tablename__: (Departments.code, Department),
    Staff.__tablename__: (People.code, Staff),
    Equipment.__tablename__: (Devices.code, Equipment),
    Supply.__tablename__: (Supplies.code, Supply),
}
_NUMBERS = "orgs.registrations"
SYSTEM = "系统"


def note_registrations(uow: UnitOfWork, kind: str, numbers: Mapping[str, str]) -> None:
    """Tell which application (number) brings about the writes to each target in this unit of work."""
    uow.session.info.setdefault(_NUMBERS, {}).update({(kind, target): number for target, number in numbers.items()})


def who(uow: UnitOfWork) -> str:
    """Return the name of who acts."""
    return uow.principal.display_name if uow.principal else SYSTEM


@on_changes
async def keep_versions(uow: UnitOfWork, changes: Sequence[Change]) -> None:
    """Keep the versions of the organisations that were written, in the unit of work that wrote them."""
    touched: dict[str, dict[str, list[Change]]] = {}
    for change in changes:
        if change.table in TRACKED:
            touched.setdefault(change.table, {}).setdefault(change.key, []).append(change)
    for table, rows in touched.items():
        code, model = TRACKED[table]
        kind = kind_of(code)
        left = [UUID(key) for key, made in rows.items() if made[-1].operation != "delete"]
        stand = await RegistrationRepository(uow.session).rows_of(model, left)
        coming: dict[str, Content | None] = {
            key: {name: getattr(stand[key], name) for name in kind.form.model_fields} if key in stand else None
            for key in rows
        }
        fields = {key: {change.field for change in made} for key, made in rows.items()}
        await keep(uow, kind, coming, fields)


async def keep(
    uow: UnitOfWork,
    kind: RegistryKind,
    coming: Mapping[str, Content | None],
    fields: Mapping[str, set[str]] | None = None,
    orgs: Mapping[str, str] | None = None,
) -> None:
    """End the versions of some rows and begin the next, each with its content, None where the row is gone.

    fields: those known to have changed though their masks look the same. orgs: the institution of each row, where
    the content does not name it.
    """
    repository = RegistrationRepository(uow.session)
    former = await repository.living(kind.code, list(coming))
    moment, by = now(), who(uow)
    numbers: dict[tuple[str, str], str] = uow.session.info.get(_NUMBERS, {})
    rows: list[dict[str, Any]] = []
    for key, content in coming.items():
        before = former.get(key)
        masked = kind.masked(content) if content is not None else None
        values = masked if masked is not None else dict(before.content) if before else {}
        target = kind.target_of(values)
        changes = _changes(before, masked, (fields or {}).get(key, set()))
        org = str(values.get(kind.org_field) or "") if kind.org_field else (orgs or {}).get(key, "")
        rows.append(
            {
                "id": new_id(),
                "kind": kind.code,
                "row_key": key,
                "target": target,
                "org_code": org,
                "title": str(values.get(kind.name_field) or target),
                "operation": _operation(before, masked),
                "content": values,
                "changes": changes,
                "summary": _summary(kind, changes) if before else "",
                "by": by,
                "registration": numbers.get((kind.code, target)),
                "valid_from": moment,
                # What is gone has no time to hold in, but tells who removed it.
                "valid_to": moment if masked is None else FOREVER,
            }
        )
    await repository.close(list(former.values()), moment)
    await repository.append_versions(rows)


def _summary(kind: RegistryKind, changes: Sequence[Mapping[str, Any]]) -> str:
    """Return the changes in words: ``床位数：18 → 30``."""
    labels = {name: declared(info).label or name for name, info in kind.form.model_fields.items()}
    return "；".join(
        f"{labels.get(one['field'], one['field'])}：{cell(one['before'])} → {cell(one['after'])}" for one in changes
    )


def _operation(before: RecordVersion | None, content: Content | None) -> str:
    if content is None:
        return "delete"
    active = bool(content.get("active", True))
    was = before is not None and bool(before.content.get("active", True)) and before.operation != "cancel"
    return "change" if was and active else "cancel" if was else "register"


def _changes(before: RecordVersion | None, content: Content | None, fields: set[str]) -> list[dict[str, Any]]:
    old = before.content if before else {}
    new = content or {}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name) or name in fields]
    return [
        {"field": name, "before": old.get(name), "after": new.get(name)}
        for name in names
        if not (old.get(name) is None and new.get(name) is None)
    ]
