"""What registration takes and shows."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from suwen.domains.orgs.registering import Problem, Similar
from suwen.kernel.resources import Column
from suwen.kernel.uploads import Mistake

Operation = Literal["register", "change", "cancel"]
Status = Literal["draft", "submitted", "returned", "refused", "approved", "effective", "withdrawn"]
Outcome = Literal["approved", "returned", "refused"]
KINDS = (
    ("institution", "机构", "Institution"),
    ("department", "科室", "Department"),
    ("staff", "人员", "Staff"),
    ("equipment", "设备", "Equipment"),
    ("supply", "耗材", "Consumable"),
    ("term", "术语", "Term"),
)
OPERATIONS = (("register", "登记", "Register"), ("change", "变更", "Change"), ("cancel", "注销", "Cancel"))
EVENTS = (*OPERATIONS, ("delete", "删除", "Delete"))
STATUSES = (
    ("draft", "草稿", "Draft"),
    ("submitted", "待审核", "To review"),
    ("returned", "退回修改", "Returned"),
    ("refused", "不予通过", "Refused"),
    ("approved", "通过待生效", "Approved"),
    ("effective", "已生效", "In effect"),
    ("withdrawn", "已撤回", "Withdrawn"),
)
OPEN: tuple[Status, ...] = ("draft", "submitted", "returned", "approved")
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class RegistrationIn(BaseModel):
    """An application. `number` is the applicant's own: the same again is the same application, whatever happened.

    org_code: the institution that applies where the content does not say it; empty for the platform itself.
    """

    kind: Line
    operation: Operation
    content: dict[str, Any]
    org_code: Line = ""
    number: Number | None = None
    effective_from: date | None = None
    note: Note = ""
    submit: bool = True


class EditIn(BaseModel):
    """A draft as it is to become; identifiers that are left out stay as they are."""

    content: dict[str, Any]
    effective_from: date | None = None
    note: Note = ""
    submit: bool = False


class NoteIn(BaseModel):
    """What somebody says to a step."""

    note: Note = ""


class CheckIn(BaseModel):
    """A form as far as it is filled in."""

    kind: Line
    operation: Operation
    content: dict[str, Any]
    org_code: Line = ""
    id: UUID | None = None


class RegistrationReviewIn(BaseModel):
    """A decision over some applications, or over all of a batch that wait; a reason is needed unless approved."""

    outcome: Outcome
    ids: list[UUID] = []
    batch: str | None = None
    note: Note = ""


class RegistrationReviewOut(BaseModel):
    """How many were decided, how many are in effect already; many are decided by a job, and none yet."""

    decided: int
    effective: int
    job_id: UUID | None = None


class FieldProblem(BaseModel):
    """Something wrong with an application, at its field."""

    field: str
    reason: str
    reason_en: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Return what a kind says is wrong."""
        return cls(field=problem.field, reason=problem.reason.zh, reason_en=problem.reason.en)


class SimilarOut(BaseModel):
    """Something registered that may be the same."""

    target: str
    title: str
    reason: str
    reason_en: str

    @classmethod
    def of(cls, similar: Similar) -> Self:
        """Return what a kind says may be the same."""
        return cls(target=similar.target, title=similar.title, reason=similar.reason.zh, reason_en=similar.reason.en)


class Checked(BaseModel):
    """What is wrong with a form, what may be the same, and what is registered under its key (identifiers masked)."""

    problems: list[FieldProblem]
    similar: list[SimilarOut]
    present: dict[str, Any] | None


class KindOut(BaseModel):
    """A kind that can be registered, with its fields as the web draws them by operation."""

    code: str
    title: str
    title_en: str
    keys: list[str]
    org_field: str | None
    may_review: bool
    forms: dict[str, list[dict[str, Any]]]


class RegistrationRow(BaseModel):
    """An application in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column(hide=("list", "detail", "export"))]
    number: Annotated[str, Column("申请编号", "Number", filter=True, sort=True, width=180)]
    kind: Annotated[str, Column("类别", "Kind", kind="select", filter=True, sort=True, width=80, options=KINDS)]
    operation: Annotated[str, Column("事项", "Operation", kind="select", filter=True, width=80, options=OPERATIONS)]
    status: Annotated[str, Column("状态", "Status", kind="select", filter=True, sort=True, width=110, options=STATUSES)]
    org_code: Annotated[str, Column("申请机构", "Applicant", kind="org", filter=True, sort=True, width=150)]
    target: Annotated[str, Column("对象代码", "Code", filter=True, sort=True, width=220)]
    title: Annotated[str, Column("对象名称", "Title", filter=True, sort=True)]
    batch: Annotated[str | None, Column("批次", "Batch", filter=True, sort=True, width=150)]
    effective_from: Annotated[date | None, Column("生效日期", "Effective", filter=True, sort=True, width=110)]
    created_by: Annotated[str, Column("申请人", "Applied by", filter=True, width=90)]
    submitted_at: Annotated[datetime | None, Column("提交时间", "Submitted", filter=True, sort=True)]
    reviewed_by: Annotated[str | None, Column("审核人", "Reviewed by", filter=True, width=90)]
    reviewed_at: Annotated[datetime | None, Column("审核时间", "Reviewed", sort=True)]
    review_note: Annotated[str | None, Column("审核意见", "Reason", filter=True)]
    effective_at: Annotated[datetime | None, Column("生效时间", "In effect since", sort=True)]
    updated_at: Annotated[datetime, Column("最近变动", "Changed", sort=True)]


class FieldDifference(BaseModel):
    """One field: as it stands, and as it is applied for; identifiers are masked."""

    field: str
    label: str
    label_en: str
    before: Any
    after: Any
    changed: bool


class StepOut(BaseModel):
    """Who did what, when."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    by: str
    action: str
    note: str


class RegistrationView(RegistrationRow):
    """An application in full. `may` says what the caller may do with it."""

    content: dict[str, Any]
    fields: list[FieldDifference]
    problems: list[FieldProblem]
    similar: list[SimilarOut]
    steps: list[StepOut]
    may: list[Literal["edit", "submit", "withdraw", "review"]]


class HistoryRow(BaseModel):
    """A registered thing as it was from one moment until another."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column(hide=("list", "detail", "export"))]
    kind: Annotated[str, Column("类别", "Kind", kind="select", filter=True, sort=True, width=80, options=KINDS)]
    target: Annotated[str, Column("对象代码", "Code", filter=True, sort=True, width=220)]
    title: Annotated[str, Column("对象名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True, width=150)]
    operation: Annotated[str, Column("事项", "Operation", kind="select", filter=True, width=80, options=EVENTS)]
    changes: Annotated[
        list[dict[str, Any]], Column("变化（项目、原值、新值）", "Field, before, after", kind="json", hide=("export",))
    ]
    summary: Annotated[str, Column("变化", "Changes", hide=("list", "detail"))]
    content: Annotated[dict[str, Any], Column("当时的内容", "As it was", kind="json", hide=("list",))]
    by: Annotated[str, Column("办理人", "By", filter=True, width=90)]
    registration: Annotated[str | None, Column("申请编号", "Application", filter=True, width=180)]
    valid_from: Annotated[datetime, Column("自", "From", filter=True, sort=True)]
    valid_to: Annotated[datetime, Column("至", "Until", kind="registry_until", filter=True, sort=True)]


class BatchReport(BaseModel):
    """What a file holds: rows, and what is wrong with them (the first 100 of `error_count` mistakes).

    `batch` is its number once it was taken in.
    """

    rows: int
    error_count: int
    errors: list[Mistake]
    first: list[dict[str, Any]]
    batch: str | None = None
