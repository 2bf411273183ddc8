"""The lists of institutions, departments, staff, equipment, consumables and divisions."""

from suwen.domains.orgs.models import (
    Department,
    Division,
    Equipment,
    Institution,
    InstitutionYear,
    RecordVersion,
    Registration,
    Staff,
    Supply,
)
from suwen.domains.orgs.permissions import READ, WRITE
from suwen.domains.orgs.schemas import (
    DepartmentChange,
    DepartmentIn,
    DepartmentRow,
    DivisionRow,
    EquipmentChange,
    EquipmentIn,
    EquipmentRow,
    InstitutionChange,
    InstitutionIn,
    InstitutionRow,
    LibraryRow,
    StaffChange,
    StaffIn,
    StaffRow,
    SupplyChange,
    SupplyIn,
    SupplyRow,
)
from suwen.domains.orgs.schemas_registering import HistoryRow, RegistrationRow
from suwen.domains.orgs.schemas_years import InstitutionYearRow
from suwen.domains.orgs.service.library import Library
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Resource, listed

GROUP = "机构与人员"


INSTITUTIONS = Resource(
    name="orgs.institutions",
    domain="orgs",
    title="机构",
    title_en="Institutions",
    schema=InstitutionRow,
    source=ModelSource(Institution, scope_column="org_code", search=("name", "short_name", "org_code")),
    read=READ.code,
    write=WRITE.code,
    create=InstitutionIn,
    update=InstitutionChange,
    delete=True,
    columns=listed(InstitutionRow),
    default_sort=("name",),
    overrides={"toolbar": "orgs/ImportButton"},
    group=GROUP,
    icon="bank",
    order=10,
)

DEPARTMENTS = Resource(
    name="orgs.departments",
    domain="orgs",
    title="科室",
    title_en="Departments",
    schema=DepartmentRow,
    source=ModelSource(Department, scope_column="org_code", search=("name", "code")),
    read=READ.code,
    write=WRITE.code,
    create=DepartmentIn,
    update=DepartmentChange,
    delete=True,
    columns=listed(DepartmentRow),
    default_sort=("org_code", "code"),
    overrides={"toolbar": "orgs/ImportButton"},
    group=GROUP,
    icon="apartment",
    order=20,
)

STAFF = Resource(
    name="orgs.staff",
    domain="orgs",
    title="人员",
    title_en="Staff",
    schema=StaffRow,
    source=ModelSource(Staff, scope_column="org_code", search=("name", "code")),
    read=READ.code,
    write=WRITE.code,
    create=StaffIn,
    update=StaffChange,
    delete=True,
    columns=listed(StaffRow),
    default_sort=("org_code", "code"),
    overrides={"toolbar": "orgs/ImportButton"},
    group=GROUP,
    icon="team",
    order=30,
)

EQUIPMENT = Resource(
    name="orgs.equipment",
    domain="orgs",
    title="设备",
    title_en="Equipment",
    schema=EquipmentRow,
    source=ModelSource(Equipment, scope_column="org_code", search=("name", "code", "model", "maker")),
    read=READ.code,
    write=WRITE.code,
    create=EquipmentIn,
    update=EquipmentChange,
    delete=True,
    columns=listed(EquipmentRow),
    default_sort=("org_code", "code"),
    overrides={"toolbar": "orgs/ImportButton"},
    group=GROUP,
    icon="desktop",
    order=32,
)

SUPPLIES = Resource(
    name="orgs.supplies",
    domain="orgs",
    title="耗材",
    title_en="Consumables",
    schema=SupplyRow,
    source=ModelSource(Supply, scope_column="org_code", search=("name", "code", "spec", "insurance_code")),
    read=READ.code,
    write=WRITE.code,
    create=SupplyIn,
    update=SupplyChange,
    delete=True,
    columns=listed(SupplyRow),
    default_sort=("org_code", "code"),
    overrides={"toolbar": "orgs/ImportButton"},
    group=GROUP,
    icon="container",
    order=34,
)

DIVISIONS = Resource(
    name="orgs.divisions",
    domain="orgs",
    title="行政区划",
    title_en="Administrative divisions",
    schema=DivisionRow,
    source=ModelSource(Division, search=("name", "code", "full_name")),
    read=READ.code,
    columns=("edition", "code", "name", "full_name", "level", "parent_code"),
    default_sort=("-edition", "code"),
    group=GROUP,
    icon="environment",
    order=40,
)

REGISTRATIONS = Resource(
    name="orgs.registrations",
    domain="orgs",
    title="注册申请",
    title_en="Registrations",
    schema=RegistrationRow,
    source=ModelSource(Registration, scope_column="org_code", search=("number", "target", "title")),
    read=READ.code,
    columns=listed(RegistrationRow),
    default_sort=("-updated_at",),
    group=GROUP,
    icon="audit",
    order=5,
)

HISTORY = Resource(
    name="orgs.history",
    domain="orgs",
    title="注册历史",
    title_en="Registration history",
    schema=HistoryRow,
    source=ModelSource(RecordVersion, scope_column="org_code", search=("target", "title", "registration")),
    read=READ.code,
    columns=listed(HistoryRow),
    overrides={"cell:changes": "orgs/Changes"},
    default_sort=("-valid_from",),
    group=GROUP,
    icon="history",
    order=35,
)

INSTITUTION_YEARS = Resource(
    name="orgs.institution_years",
    domain="orgs",
    title="机构年度数据",
    title_en="Institutions by year",
    schema=InstitutionYearRow,
    source=ModelSource(InstitutionYear, scope_column="org_code", search=("name", "short_name", "org_code")),
    read=READ.code,
    columns=("year", *listed(InstitutionIn)),
    default_sort=("-year", "name"),
)

LIBRARY = Resource(
    name="orgs.library",
    domain="orgs",
    title="基础资源库",
    title_en="Base resources",
    schema=LibraryRow,
    source=Library(Institution, scope_column="org_code", search=("name", "short_name", "org_code")),
    read=READ.code,
    columns=listed(LibraryRow),
    overrides={f"cell:{name}": "orgs/Held" for name in ("departments", "staff", "equipment", "supplies")},
    default_sort=("name",),
    group=GROUP,
    icon="dashboard",
    order=2,
)

RESOURCES = (
    LIBRARY,
    REGISTRATIONS,
    HISTORY,
    INSTITUTION_YEARS,
    INSTITUTIONS,
    DEPARTMENTS,
    STAFF,
    EQUIPMENT,
    SUPPLIES,
    DIVISIONS,
)
