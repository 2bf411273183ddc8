"""What goes in and out: organisations as rows, as forms and as lines of a file."""

from copy import copy
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model
from pydantic.fields import FieldInfo

from suwen.domains.orgs.identifiers.organisation import uscc_valid
from suwen.domains.orgs.identifiers.resident import upgrade_resident_id
from suwen.kernel.resources import Column
from suwen.kernel.words import Words

LEVELS = (
    ("1", "省级", "Province"),
    ("2", "地级", "Prefecture"),
    ("3", "县级", "County"),
    ("4", "乡级", "Township"),
)
ROLES = (
    ("doctor", "医师", "Doctor"),
    ("nurse", "护士", "Nurse"),
    ("technician", "技师", "Technician"),
    ("pharmacist", "药师", "Pharmacist"),
    ("other", "其他", "Other"),
)
SEXES = (("0", "未知", "Unknown"), ("1", "男", "Male"), ("2", "女", "Female"), ("9", "未说明", "Not stated"))


STATES = (
    ("in_use", "在用", "In use"),
    ("idle", "闲置", "Idle"),
    ("repair", "维修", "Under repair"),
    ("scrapped", "报废", "Scrapped"),
)


class WrongValue(ValueError):
    """A value that no form takes; `words` say what one must be like."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.zh)
        self.words = words


def _credit_code(value: str) -> str:
    if not uscc_valid(value):
        raise WrongValue(
            Words(
                "统一社会信用代码须为 18 位且校验码正确",
                "a unified social credit code has 18 characters, the last of which checks the others",
            )
        )
    return value


def _resident_id(value: str) -> str:
    whole = upgrade_resident_id(value)
    if whole is None:
        raise WrongValue(
            Words(
                "身份证号须为 18 位且出生日期、校验码正确",
                "a resident id has 18 characters with a date of birth, the last of which checks the others",
            )
        )
    return whole


def _absent(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _yes_no(value: Any) -> Any:
    return {"是": True, "否": False}.get(value, value) if isinstance(value, str) else value


def _role(value: Any) -> Any:
    return next((code for code, *titles in ROLES if value in titles), value)


def _state(value: Any) -> Any:
    return next((code for code, *titles in STATES if value in titles), value)


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise WrongValue(Words("日期须写作 YYYY-MM-DD", "a date is written YYYY-MM-DD")) from error


def _iso(value: Any) -> Any:
    # A cell of a workbook is a moment.
    return value.date().isoformat() if isinstance(value, datetime) else _absent(value)


def _sex(value: Any) -> Any:
    return next((code for code, *titles in SEXES if value in titles), value)


OrgCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True), AfterValidator(_credit_code)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Text = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None, BeforeValidator(_absent)
]
Number = Annotated[int | None, BeforeValidator(_absent)]
ResidentId = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True), AfterValidator(_resident_id)] | None,
    BeforeValidator(_absent),
]
DivisionCode = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}(\d{3}(\d{3})?)?$")] | None, BeforeValidator(_absent)
]
Flag = Annotated[bool, BeforeValidator(_yes_no)]
Role = Annotated[
    Literal["doctor", "nurse", "technician", "pharmacist", "other"] | None,
    BeforeValidator(_absent),
    BeforeValidator(_role),
]
Sex = Annotated[Literal["0", "1", "2", "9"] | None, BeforeValidator(_absent), BeforeValidator(_sex)]
State = Annotated[
    Literal["in_use", "idle", "repair", "scrapped"] | None, BeforeValidator(_absent), BeforeValidator(_state)
]
Day = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_day)] | None, BeforeValidator(_iso)
]
Amount = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_absent)]
Longitude = Annotated[
    Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None,
    BeforeValidator(_absent),
    Column("经度", "Longitude", hide=("list",), help="度，CGCS2000 或 WGS 84；用于节点地图"),
]
Latitude = Annotated[
    Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)] | None,
    BeforeValidator(_absent),
    Column("纬度", "Latitude", hide=("list",), help="度，CGCS2000 或 WGS 84；用于节点地图"),
]
ORG_COLUMN = Column("机构代码", "Institution code", filter=True, sort=True, width=190)
CATEGORY_COLUMN = Column("机构类别", "Category (WS 218)", kind="org_category", filter=True, sort=True)
ID_COLUMN = Column("身份证号", "Resident id", mask="id_number")


class Form(BaseModel):
    """A form or a line of a file; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class InstitutionIn(Form):
    """A new institution."""

    org_code: Annotated[OrgCode, ORG_COLUMN]
    name: Annotated[Name, Column("机构名称", "Name", filter=True, sort=True)]
    short_name: Annotated[Text, Column("简称", "Short name")] = None
    category_code: Annotated[Text, CATEGORY_COLUMN] = None
    level: Annotated[Text, Column("等级", "Level", filter=True, sort=True)] = None
    division_code: Annotated[DivisionCode, Column("行政区划", "Division", filter=True, sort=True)] = None
    address: Annotated[Text, Column("地址", "Address")] = None
    phone: Annotated[Text, Column("电话", "Phone")] = None
    beds: Annotated[Number, Column("床位数", "Beds", sort=True)] = None
    parent_code: Annotated[Text, Column("牵头机构", "Leading institution", filter=True)] = None
    longitude: Longitude = None
    latitude: Latitude = None
    active: Annotated[Flag, Column("启用", "Active", filter=True)] = True


class InstitutionRow(InstitutionIn):
    """One institution."""

    id: UUID
    org_code: Annotated[str, ORG_COLUMN]


class DepartmentIn(Form):
    """A new department."""

    org_code: Annotated[OrgCode, ORG_COLUMN]
    code: Annotated[Code, Column("科室代码", "Code", filter=True, sort=True)]
    name: Annotated[Name, Column("科室名称", "Name", filter=True, sort=True)]
    category_code: Annotated[Text, Column("标准科室", "Standard category", filter=True, sort=True)] = None
    parent_code: Annotated[Text, Column("上级科室", "Parent", filter=True)] = None
    beds: Annotated[Number, Column("床位数", "Beds", sort=True)] = None
    active: Annotated[Flag, Column("启用", "Active", filter=True)] = True


class DepartmentRow(DepartmentIn):
    """One department."""

    id: UUID
    org_code: Annotated[str, ORG_COLUMN]


class StaffIn(Form):
    """A new member of staff."""

    org_code: Annotated[OrgCode, ORG_COLUMN]
    code: Annotated[Code, Column("工号", "Code", filter=True, sort=True)]
    name: Annotated[Name, Column("姓名", "Name", filter=True, sort=True)]
    sex_code: Annotated[Sex, Column("性别", "Sex", kind="select", filter=True, options=SEXES)] = None
    id_number: Annotated[ResidentId, ID_COLUMN] = None
    department_code: Annotated[Text, Column("科室代码", "Department", filter=True, sort=True)] = None
    role: Annotated[Role, Column("人员类别", "Role", kind="select", filter=True, sort=True, options=ROLES)] = None
    title: Annotated[Text, Column("职称", "Professional title", filter=True)] = None
    phone: Annotated[Text, Column("电话", "Phone", mask="phone")] = None
    active: Annotated[Flag, Column("启用", "Active", filter=True)] = True


class StaffRow(StaffIn):
    """One member of staff."""

    id: UUID
    org_code: Annotated[str, ORG_COLUMN]
    # Masked, it is no valid number any more.
    id_number: Annotated[str | None, ID_COLUMN] = None


class EquipmentIn(Form):
    """A new piece of equipment. The fields follow what health statistics ask of equipment; WS 370 was not read."""

    org_code: Annotated[OrgCode, ORG_COLUMN]
    code: Annotated[Code, Column("设备编号", "Code", filter=True, sort=True)]
    name: Annotated[Name, Column("设备名称", "Name", filter=True, sort=True)]
    category_code: Annotated[Text, Column("医疗器械分类", "Device category", filter=True, sort=True)] = None
    model: Annotated[Text, Column("规格型号", "Model", filter=True)] = None
    maker: Annotated[Text, Column("生产厂家", "Maker", filter=True, sort=True)] = None
    made_on: Annotated[Day, Column("生产日期", "Made on", filter=True, sort=True, help="YYYY-MM-DD")] = None
    used_from: Annotated[Day, Column("启用日期", "In use from", filter=True, sort=True, help="YYYY-MM-DD")] = None
    price: Annotated[Amount, Column("购进价格（元）", "Price (yuan)", sort=True)] = None
    department_code: Annotated[Text, Column("使用科室", "Department", filter=True, sort=True)] = None
    state: Annotated[State, Column("使用状态", "State", kind="select", filter=True, sort=True, options=STATES)] = None
    active: Annotated[Flag, Column("启用", "Active", filter=True)] = True


class EquipmentRow(EquipmentIn):
    """One piece of equipment."""

    id: UUID
    org_code: Annotated[str, ORG_COLUMN]


class SupplyIn(Form):
    """A new consumable; the insurance code is taken as it is, its structure was not read."""

    org_code: Annotated[OrgCode, ORG_COLUMN]
    code: Annotated[Code, Column("耗材编码", "Code", filter=True, sort=True)]
    name: Annotated[Name, Column("耗材名称", "Name", filter=True, sort=True)]
    spec: Annotated[Text, Column("规格", "Specification", filter=True)] = None
    unit: Annotated[Text, Column("单位", "Unit", filter=True)] = None
    maker: Annotated[Text, Column("生产厂家", "Maker", filter=True, sort=True)] = None
    insurance_code: Annotated[Text, Column("医保耗材编码", "Insurance code", filter=True, sort=True)] = None
    permit_no: Annotated[Text, Column("注册证号", "Permit no.", filter=True)] = None
    active: Annotated[Flag, Column("启用", "Active", filter=True)] = True


class SupplyRow(SupplyIn):
    """One consumable."""

    id: UUID
    org_code: Annotated[str, ORG_COLUMN]


class LibraryRow(BaseModel):
    """An institution with the numbers of departments, staff, pieces of equipment and consumables that are in use."""

    id: UUID
    org_code: Annotated[str, ORG_COLUMN]
    name: Annotated[str, Column("机构名称", "Name", filter=True, sort=True)]
    category_code: Annotated[str | None, CATEGORY_COLUMN]
    level: Annotated[str | None, Column("等级", "Level", filter=True, sort=True)]
    departments: Annotated[int, Column("科室", "Departments")]
    staff: Annotated[int, Column("人员", "Staff")]
    equipment: Annotated[int, Column("设备", "Equipment")]
    supplies: Annotated[int, Column("耗材", "Consumables")]
    active: Annotated[bool, Column("启用", "Active", filter=True)]


def changes_of(form: type[Form], *keys: str) -> type[Form]:
    """Return the form with which a row is changed: every field but the keys, each of them optional."""
    fields: dict[str, Any] = {name: _optional(info) for name, info in form.model_fields.items() if name not in keys}
    return create_model(form.__name__.removesuffix("In") + "Change", __base__=Form, **fields)


def amendment_of(form: type[Form], *keys: str) -> type[Form]:
    """Return the form of an application to change a row: the keys name it, every other field is optional.

    Whether it is active is left out: that is what registering and cancelling say.
    """
    fields: dict[str, Any] = {
        name: (info.annotation, info) if name in keys else _optional(info)
        for name, info in form.model_fields.items()
        if name != "active"
    }
    return create_model(form.__name__.removesuffix("In") + "Amendment", __base__=Form, **fields)


def keys_of(form: type[Form], *keys: str) -> type[Form]:
    """Return the form that names a row and no more."""
    fields: dict[str, Any] = {name: (form.model_fields[name].annotation, form.model_fields[name]) for name in keys}
    return create_model(form.__name__.removesuffix("In") + "Key", __base__=Form, **fields)


def _optional(info: FieldInfo) -> Any:
    optional = copy(info)
    optional.default = None
    return info.annotation, optional


InstitutionChange = changes_of(InstitutionIn, "org_code")
DepartmentChange = changes_of(DepartmentIn, "org_code", "code")
StaffChange = changes_of(StaffIn, "org_code", "code")
EquipmentChange = changes_of(EquipmentIn, "org_code", "code")
SupplyChange = changes_of(SupplyIn, "org_code", "code")


class DivisionRow(BaseModel):
    """One administrative division of one edition."""

    id: str
    edition: Annotated[int, Column("年份", "Edition", filter=True, sort=True, width=90)]
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True, width=120)]
    name: Annotated[str, Column("名称", "Name", filter=True, sort=True)]
    full_name: Annotated[str, Column("全称", "Full name", filter=True)]
    level: Annotated[
        int,
        Column("级别", "Level", kind="select", filter=True, sort=True, options=LEVELS),
    ]
    parent_code: Annotated[str | None, Column("上级代码", "Parent", filter=True, sort=True)]


class ImportReport(BaseModel):
    """What an import did: numbers of rows."""

    added: int
    changed: int
    unchanged: int
