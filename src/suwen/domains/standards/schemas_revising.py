"""What the life cycle of a standard takes and shows."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from suwen.domains.standards.comparing import Difference
from suwen.domains.standards.definitions import Kind
from suwen.kernel.resources import Column

Stage = Literal["research", "drafting", "consultation", "approval", "published", "confirmed", "abandoned"]
Operation = Literal["create", "change", "retire", "review"]
Outcome = Literal["adopted", "partly", "declined"]
STAGES = (
    ("research", "调研", "Research"),
    ("drafting", "起草", "Drafting"),
    ("consultation", "征求意见", "Consultation"),
    ("approval", "批准", "Approval"),
    ("published", "已发布", "Published"),
    ("confirmed", "复审继续有效", "Confirmed by review"),
    ("abandoned", "已终止", "Abandoned"),
)
OPERATIONS = (
    ("create", "制定", "New"),
    ("change", "修订", "Revision"),
    ("retire", "废止", "Retirement"),
    ("review", "复审", "Review"),
)
KIND_OPTIONS = (
    ("dataset", "平台数据集", "Dataset"),
    ("catalogue", "标准数据集", "Catalogue dataset"),
    ("data_element", "数据元", "Data element"),
    ("value_set", "值域", "Value set"),
    ("document", "共享文档", "Document"),
    ("specification", "规范", "Specification"),
)
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class ProposalIn(BaseModel):
    """A proposal to begin: for a new item `body` says at least what it is; else the item in force is its draft."""

    kind: Kind
    code: Line
    operation: Operation
    reason: Said
    body: dict[str, Any] | None = None


class DraftIn(BaseModel):
    """The item as it is to become, whole, and from which day; `note` says what was done."""

    body: dict[str, Any]
    effective_from: date | None = None
    note: Text = ""


class MoveIn(BaseModel):
    """Where a proposal is to go, and why."""

    stage: Stage
    note: Text = ""


class ReviewDayIn(BaseModel):
    """By which day an item in force is to be reviewed."""

    kind: Kind
    code: Line
    due: date


class ReviewRow(BaseModel):
    """An item in force with the day by which it is to be reviewed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Annotated[str, Column("类别", "Kind", kind="select", filter=True, sort=True, width=110, options=KIND_OPTIONS)]
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True, width=170)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    standard: Annotated[str, Column("依据标准", "Standard", filter=True, sort=True)]
    edition: Annotated[str, Column("年版", "Edition", filter=True, sort=True, width=90)]
    version: Annotated[int, Column("版本", "Version", width=80)]
    valid_from: Annotated[datetime, Column("生效时间", "In force since", sort=True)]
    review_due: Annotated[date, Column("复审期限", "Review due", filter=True, sort=True, width=130)]


class TaskIn(BaseModel):
    """Something that somebody is to do."""

    title: Line
    assignee: Line
    due: date | None = None


class CommentIn(BaseModel):
    """What somebody says to a proposal; `place` is the element or code that it is about."""

    text: Said
    place: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class AnswerIn(BaseModel):
    """What becomes of a comment."""

    outcome: Outcome
    answer: Text = ""


class ProposalRow(BaseModel):
    """A proposal in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Annotated[str, Column("类别", "Kind", kind="select", filter=True, width=110, options=KIND_OPTIONS)]
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True, width=170)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    operation: Annotated[str, Column("事项", "Operation", kind="select", filter=True, width=90, options=OPERATIONS)]
    stage: Annotated[str, Column("阶段", "Stage", kind="select", filter=True, sort=True, width=120, options=STAGES)]
    reason: Annotated[str, Column("事由", "Reason")]
    base_version: Annotated[int | None, Column("原版本", "From version", width=90)]
    published_version: Annotated[int | None, Column("发布版本", "Published as", width=100)]
    effective_from: Annotated[date | None, Column("生效日期", "Effective", filter=True, sort=True, width=120)]
    created_by: Annotated[str, Column("发起人", "Begun by", filter=True, width=110)]
    created_at: Annotated[datetime, Column("发起时间", "Begun", sort=True)]
    updated_at: Annotated[datetime, Column("最近变动", "Changed", sort=True)]


class TaskOut(BaseModel):
    """A task of a proposal."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    assignee: str
    due: date | None
    done_by: str | None
    done_at: datetime | None


class CommentOut(BaseModel):
    """A comment with what became of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    place: str
    text: str
    author: str
    institution: str | None
    created_at: datetime
    outcome: Outcome | None
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


class ActivityOut(BaseModel):
    """Who did what, when."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    by: str
    action: str
    detail: str


class ProposalView(ProposalRow):
    """A proposal in full. `next` are the stages that it may go to; `lacking` says what stands in the way."""

    body: dict[str, Any] | None
    differences: list[Difference]
    problems: list[str]
    tasks: list[TaskOut]
    comments: list[CommentOut]
    activities: list[ActivityOut]
    next: list[Stage]
    lacking: list[str]
