"""The kinds that this room registers: institutions, departments, staff, equipment and consumables."""

from collections.abc import Sequence
from typing import Any, ClassVar

from suwen.domains.orgs.models import Department, Equipment, Institution, Staff, Supply
from suwen.domains.orgs.permissions import REVIEW
from suwen.domains.orgs.registering import SAME_NAME, Content, Problem, RegistryKind, Similar, Wanted, registers
from suwen.domains.orgs.repository.organisations import Organisation, OrgsRepository
from suwen.domains.orgs.repository.registrations import OrganisationLookup
from suwen.domains.orgs.schemas import DepartmentIn, EquipmentIn, InstitutionIn, StaffIn, SupplyIn
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.words import Words

Problems = list[list[Problem]]
_NO_INSTITUTION = Words("机构未登记或已注销", "the institution is not registered, or cancelled")
_OWN_LEADER = Words("牵头机构不能是自己", "an institution does not lead itself")
_OWN_PARENT = Words("上级科室不能是自己", "a department is not above itself")


def _missing(what: str, what_en: str, code: object) -> Words:
    return Words(f"{what} {code} 未登记或已注销", f"{what_en} {code} is not registered, or cancelled")


def _left(what: str, what_en: str) -> Words:
    return Words(f"尚有 {what}，请先变更或注销", f"still on the register: {what_en}; change or cancel them first")


def _held_by(staff_code: str) -> Words:
    return Words(f"此身份证号已登记于工号 {staff_code}", f"the resident id is that of staff {staff_code}")


def _elsewhere(count: int) -> Words:
    return Words(
        f"此身份证号在另外 {count} 家机构有登记（多点执业请核对）",
        f"the resident id is registered at {count} more institutions (check whether the person works at several)",
    )


class _Organisations(RegistryKind):
    """What the kinds share: rows of a model, known by institution and code."""

    model: ClassVar[type[Organisation]]
    keys = ("org_code", "code")
    org_field = "org_code"
    name_field = "name"
    review = REVIEW.code

    async def present(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> dict[str, Content]:
        """Return what is registered of the targets."""
        rows = await self._rows(uow, wanted)
        return {target: self._content(row) for target, row in rows.items()}

    async def apply(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> None:
        """Bring applications into effect: a cancelled thing is not active any more, and stays."""
        repository = OrgsRepository(uow.session)
        rows = await self._rows(uow, wanted)
        for one in wanted:
            values: Content = {"active": one.operation != "cancel"} if one.operation != "change" else {}
            values = dict(one.content) | values
            row = rows.get(one.target)
            if row is None:
                repository.add(self.model(**values))
                continue
            for name, value in values.items():
                setattr(row, name, value)
        await repository.flush()

    async def similar(self, uow: UnitOfWork, scope: Scope, wanted: Wanted) -> list[Similar]:
        """Return active rows of the same name: in the same institution, or, for institutions, anywhere in the scope."""
        name = str(wanted.content.get(self.name_field) or "").strip()
        if not name or wanted.operation == "cancel":
            return []
        where: dict[str, Any] = {self.name_field: name}
        if self.model is not Institution:
            where["org_code"] = wanted.org_code
        rows = await OrganisationLookup(uow.session).named(self.model, **where)
        return [
            Similar(target, row.name, SAME_NAME)
            for row in rows
            if scope.allows(row.org_code) and (target := self.target_of(self._content(row))) != wanted.target
        ]

    async def _rows(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> dict[str, Any]:
        orgs = sorted({str(one.content["org_code"]) for one in wanted if one.content.get("org_code")})
        rows = await OrgsRepository(uow.session).of_institutions(self.model, orgs)
        targets = {one.target for one in wanted}
        found = {self.target_of({name: getattr(row, name) for name in self.keys}): row for row in rows}
        return {target: row for target, row in found.items() if target in targets}

    def _content(self, row: Any) -> Content:
        return {name: getattr(row, name) for name in self.form.model_fields}

    async def _unregistered(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> Problems:
        """Whether the institution of each application is registered and active."""
        orgs = sorted({one.org_code for one in wanted})
        known = await OrganisationLookup(uow.session).values(Institution, "org_code", orgs, orgs)
        return [
            [] if (one.org_code, one.org_code) in known else [Problem("org_code", _NO_INSTITUTION)] for one in wanted
        ]


def _given(wanted: Sequence[Wanted], field: str) -> set[str]:
    return {str(one.content[field]) for one in wanted if one.operation != "cancel" and one.content.get(field)}


def _coming(wanted: Sequence[Wanted], field: str) -> set[tuple[str, str]]:
    """The (institution, value) pairs that the applications themselves register."""
    return {(one.org_code, str(one.content.get(field))) for one in wanted if one.operation == "register"}


@registers
class Institutions(_Organisations):
    """机构."""

    code = "institution"
    title = "机构"
    title_en = "Institution"
    form = InstitutionIn
    model = Institution
    keys = ("org_code",)

    async def problems(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> Problems:
        """Say what is wrong: a leading institution that is not there, a cancellation that leaves something behind."""
        lookup = OrganisationLookup(uow.session)
        parents = sorted(_given(wanted, "parent_code"))
        known = await lookup.values(Institution, "org_code", parents, parents)
        coming = {str(one.content["org_code"]) for one in wanted if one.operation == "register"}
        gone = [one.target for one in wanted if one.operation == "cancel"]
        rooms = await lookup.counts(Department, ("org_code",), gone) if gone else {}
        people = await lookup.counts(Staff, ("org_code",), gone) if gone else {}
        devices = await lookup.counts(Equipment, ("org_code",), gone) if gone else {}
        supplies = await lookup.counts(Supply, ("org_code",), gone) if gone else {}
        found: Problems = []
        for one in wanted:
            mine: list[Problem] = []
            parent = one.content.get("parent_code")
            if one.operation != "cancel" and parent:
                if parent == one.target:
                    mine.append(Problem("parent_code", _OWN_LEADER))
                elif (parent, parent) not in known and parent not in coming:
                    mine.append(Problem("parent_code", _missing("牵头机构", "leading institution", parent)))
            left = rooms.get((one.target,), 0), people.get((one.target,), 0)
            if one.operation == "cancel" and any(left):
                mine.append(
                    Problem(
                        "",
                        _left(f"{left[0]} 个科室、{left[1]} 名人员在册", f"{left[0]} departments and {left[1]} people"),
                    )
                )
            things = devices.get((one.target,), 0), supplies.get((one.target,), 0)
            if one.operation == "cancel" and any(things):
                mine.append(
                    Problem(
                        "",
                        _left(
                            f"{things[0]} 台设备、{things[1]} 种耗材在册",
                            f"{things[0]} pieces of equipment and {things[1]} consumables",
                        ),
                    )
                )
            found.append(mine)
        return found


@registers
class Departments(_Organisations):
    """科室."""

    code = "department"
    title = "科室"
    title_en = "Department"
    form = DepartmentIn
    model = Department

    async def problems(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> Problems:
        """Say what is wrong: no institution, no such parent, a cancellation that leaves something behind."""
        lookup = OrganisationLookup(uow.session)
        orgs = sorted({one.org_code for one in wanted})
        found = await self._unregistered(uow, wanted)
        parents = await lookup.values(Department, "code", orgs, sorted(_given(wanted, "parent_code")))
        coming = _coming(wanted, "code")
        leaving = any(one.operation == "cancel" for one in wanted)
        people = await lookup.counts(Staff, ("org_code", "department_code"), orgs) if leaving else {}
        below = await lookup.counts(Department, ("org_code", "parent_code"), orgs) if leaving else {}
        devices = await lookup.counts(Equipment, ("org_code", "department_code"), orgs) if leaving else {}
        for one, mine in zip(wanted, found, strict=True):
            code, parent = str(one.content["code"]), one.content.get("parent_code")
            if one.operation != "cancel" and parent:
                if parent == code:
                    mine.append(Problem("parent_code", _OWN_PARENT))
                elif (one.org_code, parent) not in parents and (one.org_code, parent) not in coming:
                    mine.append(Problem("parent_code", _missing("上级科室", "department above", parent)))
            left = below.get((one.org_code, code), 0), people.get((one.org_code, code), 0)
            if one.operation == "cancel" and any(left):
                mine.append(
                    Problem(
                        "",
                        _left(
                            f"{left[0]} 个下级科室、{left[1]} 名人员在册",
                            f"{left[0]} departments below and {left[1]} people",
                        ),
                    )
                )
            if one.operation == "cancel" and (things := devices.get((one.org_code, code), 0)):
                mine.append(Problem("", _left(f"{things} 台设备在册", f"{things} pieces of equipment")))
        return found


class _Belongings(_Organisations):
    """What an institution has: the institution must be there, and the department where one is named."""

    async def problems(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> Problems:
        """Say what is wrong: no institution, no such department."""
        found = await self._unregistered(uow, wanted)
        orgs = sorted({one.org_code for one in wanted})
        rooms = await OrganisationLookup(uow.session).values(
            Department, "code", orgs, sorted(_given(wanted, "department_code"))
        )
        for one, mine in zip(wanted, found, strict=True):
            room = one.content.get("department_code")
            if one.operation != "cancel" and room and (one.org_code, room) not in rooms:
                mine.append(Problem("department_code", _missing("科室", "department", room)))
        return found


@registers
class Devices(_Belongings):
    """设备."""

    code = "equipment"
    title = "设备"
    title_en = "Equipment"
    form = EquipmentIn
    model = Equipment


@registers
class Supplies(_Belongings):
    """耗材."""

    code = "supply"
    title = "耗材"
    title_en = "Consumable"
    form = SupplyIn
    model = Supply


@registers
class People(_Organisations):
    """人员."""

    code = "staff"
    title = "人员"
    title_en = "Staff"
    form = StaffIn
    model = Staff

    async def problems(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> Problems:
        """Say what is wrong: no institution, no such department, a resident id that another member of staff has."""
        lookup = OrganisationLookup(uow.session)
        orgs = sorted({one.org_code for one in wanted})
        found = await self._unregistered(uow, wanted)
        rooms = await lookup.values(Department, "code", orgs, sorted(_given(wanted, "department_code")))
        holders = await lookup.values(Staff, "id_number", orgs, sorted(_given(wanted, "id_number")))
        first: dict[tuple[str, str], str] = {}
        for one, mine in zip(wanted, found, strict=True):
            if one.operation == "cancel":
                continue
            room, number = one.content.get("department_code"), one.content.get("id_number")
            if room and (one.org_code, room) not in rooms:
                mine.append(Problem("department_code", _missing("科室", "department", room)))
            if number:
                holder = holders.get((one.org_code, number))
                other = holder.code if holder else first.setdefault((one.org_code, number), str(one.content["code"]))
                if other != one.content["code"]:
                    mine.append(Problem("id_number", _held_by(other)))
        return found

    async def similar(self, uow: UnitOfWork, scope: Scope, wanted: Wanted) -> list[Similar]:
        """Return people of the same name here, and whether the resident id is on record elsewhere."""
        found = await super().similar(uow, scope, wanted)
        number = wanted.content.get("id_number")
        if number and wanted.operation != "cancel":
            rows = await OrganisationLookup(uow.session).named(Staff, id_number=number)
            elsewhere = {row.org_code for row in rows} - {wanted.org_code}
            if elsewhere:
                found.append(Similar("", "", _elsewhere(len(elsewhere))))
        return found
