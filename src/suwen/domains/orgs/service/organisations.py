"""Keeps organisations: files are imported all or nothing, divisions come edition by edition."""

from collections.abc import Sequence

from anyio import to_thread

from suwen.domains.orgs.divisions import read_divisions
from suwen.domains.orgs.importing import OUT_OF_SCOPE, labels_of, read_forms
from suwen.domains.orgs.models import Department, Equipment, Institution, Staff, Supply
from suwen.domains.orgs.repository.organisations import Organisation, OrgsRepository
from suwen.domains.orgs.schemas import (
    DepartmentIn,
    DepartmentRow,
    EquipmentIn,
    ImportReport,
    InstitutionIn,
    InstitutionRow,
    StaffIn,
    SupplyIn,
)
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.uploads import Mistake, mistake, refuse, repeats
from suwen.kernel.words import Words

OrgForm = InstitutionIn | DepartmentIn | StaffIn | EquipmentIn | SupplyIn
MODELS: dict[type[OrgForm], type[Organisation]] = {
    InstitutionIn: Institution,
    DepartmentIn: Department,
    StaffIn: Staff,
    EquipmentIn: Equipment,
    SupplyIn: Supply,
}

_UNREGISTERED = Words("机构不存在，请先登记机构", "no such institution; register it first")


async def import_file(uow: UnitOfWork, scope: Scope, content: bytes, schema: type[OrgForm]) -> ImportReport:
    """Import a csv or xlsx file of one kind of organisations: known keys are changed, new ones added.

    Raises `UnreadableFile` or `ImportRefused`; then nothing is stored. Rows outside the scope are mistakes too.
    """
    forms = read_forms(content, schema)
    repository = OrgsRepository(uow.session)
    known = {row.org_code for row in await repository.institutions(Scope.everything())}
    errors: list[Mistake] = []
    labels = labels_of(schema)
    key_label = labels["org_code" if schema is InstitutionIn else "code"]
    seen: dict[tuple[str, ...], int] = {}
    for number, form in forms:
        key = key_of(form)
        if key in seen:
            errors.append(mistake(number, key_label, repeats(seen[key])))
        seen[key] = number
        if not scope.allows(form.org_code):
            errors.append(mistake(number, labels["org_code"], OUT_OF_SCOPE))
        elif schema is not InstitutionIn and form.org_code not in known:
            errors.append(mistake(number, labels["org_code"], _UNREGISTERED))
    refuse(errors)
    return await save(uow, [form for _, form in forms])


async def save(uow: UnitOfWork, forms: Sequence[OrgForm]) -> ImportReport:
    """Store organisations of one kind by their keys: (org_code), or (org_code, code) within an institution.

    Fields that a form leaves out stay as they are stored.
    """
    added = changed = 0
    if forms:
        repository = OrgsRepository(uow.session)
        model = MODELS[type(forms[0])]
        rows = await repository.of_institutions(model, sorted({form.org_code for form in forms}))
        stored = {key_of(row): row for row in rows}
        for form in forms:
            row = stored.get(key_of(form))
            values = form.model_dump(exclude_unset=row is not None)
            if row is None:
                repository.add(model(**values))
                added += 1
            elif any(getattr(row, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(row, name, value)
                changed += 1
        await repository.flush()
    return ImportReport(added=added, changed=changed, unchanged=len(forms) - added - changed)


async def install_divisions(uow: UnitOfWork) -> int:
    """Store the divisions that come with Suwen; an edition that is there already is left as it is.

    Returns the number of divisions stored now.
    """
    facts = await to_thread.run_sync(read_divisions)
    repository = OrgsRepository(uow.session)
    counts = await repository.division_counts()
    stored = 0
    for edition in sorted({fact.edition for fact in facts}):
        coming = [fact for fact in facts if fact.edition == edition]
        if edition not in counts:
            await repository.replace_divisions(edition, coming)
            stored += len(coming)
    return stored


async def division_name(uow: UnitOfWork, code: str, edition: int | None = None) -> str | None:
    """Return the full name of a division, of an edition or of the newest that has it; None when unknown."""
    found = await OrgsRepository(uow.session).division(code, edition)
    return None if found is None else found.full_name


async def institutions(uow: UnitOfWork, scope: Scope) -> list[InstitutionRow]:
    """Return the institutions within a scope, by name."""
    found = await OrgsRepository(uow.session).institutions(scope)
    return [InstitutionRow.model_validate(row, from_attributes=True) for row in found]


async def departments(uow: UnitOfWork, scope: Scope) -> list[DepartmentRow]:
    """Return the departments within a scope, by institution and code."""
    found = await OrgsRepository(uow.session).departments(scope)
    return [DepartmentRow.model_validate(row, from_attributes=True) for row in found]


def key_of(item: OrgForm | Organisation) -> tuple[str, ...]:
    """Return what identifies an organisation: (org_code,) or (org_code, code)."""
    if isinstance(item, InstitutionIn | Institution):
        return (item.org_code,)
    return (item.org_code, item.code)
