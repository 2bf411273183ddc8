"""What the room hands to the outside: rows of its lists, bodies of its routes."""

import uuid
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from suwen.domains.terms.kinds import OPTIONS as KIND_OPTIONS
from suwen.domains.terms.models import PRECISION
from suwen.kernel.resources import Column

STATES = (
    ("open", "待标化", "To map"),
    ("asked", "已质询", "Asked"),
    ("review", "待审核", "Awaiting review"),
    ("mapped", "已标化", "Mapped"),
    ("none", "无对应", "No counterpart"),
)
ORIGINS = (("upload", "文件", "File"), ("api", "接口", "API"), ("harvest", "数据提取", "Harvested"))
SUGGEST, PUBLISH, APPLY, LOAD = "terms.suggest", "terms.publish", "terms.apply", "terms.load"
BATCH, RENEW = "terms.batch", "terms.renew"
"""Names of the room's jobs."""

BATCH_STATUSES = (
    ("running", "确认中", "Accepting"),
    ("stopped", "已中止", "Stopped"),
    ("accepted", "已确认", "Accepted"),
    ("undoing", "撤销中", "Undoing"),
    ("undone", "已撤销", "Undone"),
)
NO_THRESHOLD = (("", "—", "—"), ("few", "对照太少", "Too few pairs"), ("unreached", "达不到", "Not reached"))
REASONS = (
    ("retired", "代码停用", "Code retired"),
    ("renamed", "名称变更", "Renamed"),
    ("recoded", "换了代码", "New code"),
    ("merged", "并入他码", "Merged"),
)

OrgCode = Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
System = Annotated[str, Column("系统", "System", filter=True, sort=True, width=110)]
KindCode = Annotated[str, Column("类别", "Kind", filter=True, sort=True, options=KIND_OPTIONS, width=90)]
Key = Annotated[uuid.UUID, Column("编号", "Id", hide=("list", "form", "export"))]


class Out(BaseModel):
    """Base of what answers a request."""

    model_config = ConfigDict(from_attributes=True)


class In(BaseModel):
    """Base of what a request brings."""

    model_config = ConfigDict(extra="forbid")


class DictionaryOut(Out):
    """A source dictionary and how far it is mapped."""

    id: Key
    org_code: OrgCode
    system: System
    kind: KindCode
    topic: Annotated[str, Column("源值域", "Source value set", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Name", filter=True, sort=True)]
    target: Annotated[str | None, Column("标准术语集", "Terminology", kind="terminology", filter=True)]
    version: Annotated[int, Column("版本", "Version", sort=True, width=70)]
    entries: Annotated[int, Column("条目", "Entries", sort=True)]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    open_entries: Annotated[int, Column("待标化", "To map", sort=True)]
    asked_entries: Annotated[int, Column("已质询", "Asked", sort=True)]
    review_entries: Annotated[int, Column("待审核", "In review", sort=True)]
    mapped_entries: Annotated[int, Column("已标化", "Mapped", sort=True)]
    none_entries: Annotated[int, Column("无对应", "None", sort=True)]
    mapped_records: Annotated[int, Column("已标化记录", "Records mapped", sort=True)]
    none_records: Annotated[int, Column("无对应记录", "Records without counterpart", sort=True)]
    claimed_by: Annotated[uuid.UUID | None, Column("申领人编号", "Claimer id", hide=("list", "detail", "export"))]
    claimed_name: Annotated[str | None, Column("申领人", "Claimed by", filter=True)]
    claimed_at: Annotated[datetime | None, Column("申领时间", "Claimed at", sort=True)]
    loaded_at: Annotated[datetime | None, Column("更新时间", "Loaded at", sort=True)]
    suggested_at: Annotated[datetime | None, Column("匹配时间", "Matched at")]


class DictionaryChange(In):
    """What people adjust of a dictionary."""

    title: Annotated[str, Field(min_length=1, max_length=200), Column("名称", "Name")] = ""
    target: Annotated[
        str | None,
        Column("标准术语集", "Terminology", kind="terminology", help="留空用该类别的默认术语集"),
        Field(description="Empty: the usual one of the kind."),
    ] = None


class EntryOut(Out):
    """One source entry with what it is mapped to."""

    id: Key
    dictionary_id: Annotated[uuid.UUID, Column("字典", "Dictionary", filter=True, hide=("list", "export", "detail"))]
    org_code: OrgCode
    system: System
    kind: KindCode
    code: Annotated[str, Column("源代码", "Source code", filter=True, sort=True)]
    name: Annotated[str, Column("源名称", "Source name", filter=True, sort=True)]
    parts: Annotated[dict[str, str], Column("属性", "Parts", kind="json", hide=("list",))]
    records: Annotated[int, Column("记录数", "Records", filter=True, sort=True)]
    state: Annotated[str, Column("状态", "State", filter=True, sort=True, options=STATES, width=90)]
    mapped: Annotated[str | None, Column("标准代码", "Standard code", filter=True)]
    mapped_name: Annotated[str | None, Column("标准名称", "Standard name", filter=True)]
    top_code: Annotated[str | None, Column("候选代码", "Candidate code", hide=("list",))]
    top_name: Annotated[str | None, Column("候选名称", "Candidate", hide=("list",))]
    top_score: Annotated[float | None, Column("候选分", "Score", filter=True, sort=True)]
    present: Annotated[bool, Column("仍在用", "Present", filter=True)]
    former_name: Annotated[str | None, Column("原名称", "Former name", hide=("list",))]
    parent: Annotated[str | None, Column("上级代码", "Parent", hide=("list",))]
    origin: Annotated[str, Column("来源", "Origin", filter=True, options=ORIGINS)]
    first_load: Annotated[int, Column("首见版本", "First version", filter=True, sort=True)]
    changed_load: Annotated[int | None, Column("变更版本", "Changed in", filter=True, sort=True)]
    vanished_load: Annotated[int | None, Column("消失版本", "Vanished in", filter=True, sort=True)]
    note: Annotated[str | None, Column("备注", "Note", hide=("list",))]
    decided_name: Annotated[str | None, Column("标化人", "Decided by", filter=True)]
    decided_at: Annotated[datetime | None, Column("标化时间", "Decided at", sort=True)]
    reviewed_name: Annotated[str | None, Column("审核人", "Reviewed by", filter=True)]
    version: Annotated[int, Column("修订", "Revision", hide=("list", "export"))]


class StaffOut(Out):
    """A member of staff as a source system lists it."""

    id: Key
    org_code: OrgCode
    system: System
    code: Annotated[str, Column("人员代码", "Code", filter=True, sort=True)]
    name: Annotated[str, Column("姓名", "Name", mask="name")]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    present: Annotated[bool, Column("仍在用", "Present", filter=True)]
    first_load: Annotated[int, Column("首见版本", "First version", filter=True, sort=True)]
    vanished_load: Annotated[int | None, Column("消失版本", "Vanished in", filter=True, sort=True)]


class LoadOut(Out):
    """One version of a dictionary."""

    id: Key
    dictionary_id: Annotated[uuid.UUID, Column("字典", "Dictionary", filter=True, hide=("list", "export"))]
    org_code: OrgCode
    number: Annotated[int, Column("版本", "Version", sort=True)]
    origin: Annotated[str, Column("来源", "Origin", filter=True, options=ORIGINS)]
    file_name: Annotated[str | None, Column("文件", "File")]
    rows: Annotated[int, Column("行数", "Rows", sort=True)]
    added: Annotated[int, Column("新增", "New", sort=True)]
    changed: Annotated[int, Column("变更", "Changed", sort=True)]
    vanished: Annotated[int, Column("消失", "Vanished", sort=True)]
    unchanged: Annotated[int, Column("不变", "Unchanged", sort=True)]
    loaded_by: Annotated[str | None, Column("操作人", "By", filter=True)]
    loaded_at: Annotated[datetime, Column("时间", "At", filter=True, sort=True)]


class PairOut(Out):
    """A learnt pair."""

    id: Key
    kind: KindCode
    target: Annotated[str, Column("标准术语集", "Terminology", kind="terminology", filter=True)]
    name: Annotated[str, Column("源名称", "Source name", filter=True, sort=True)]
    standard_codes: Annotated[str, Column("标准代码", "Standard code", filter=True)]
    standard_names: Annotated[str, Column("标准名称", "Standard name", filter=True)]
    support: Annotated[int, Column("确认次数", "Support", sort=True)]
    origin: Annotated[str, Column("来源地区", "Region", filter=True)]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


class BatchOut(Out):
    """A batch accept."""

    id: Key
    dictionary_id: Annotated[uuid.UUID, Column("字典", "Dictionary", filter=True, hide=("list", "export"))]
    org_code: OrgCode
    system: System
    kind: KindCode
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=BATCH_STATUSES, width=90)]
    min_score: Annotated[float, Column("最低分", "Least score", sort=True)]
    only_accepted: Annotated[bool, Column("仅限可自动接受", "Sure ones only", hide=("list",))]
    wanted: Annotated[int, Column("应确认", "To accept", sort=True)]
    entries: Annotated[int, Column("已确认条目", "Entries accepted", sort=True)]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    accepted_by: Annotated[str | None, Column("操作人", "By", filter=True)]
    accepted_at: Annotated[datetime, Column("时间", "At", sort=True)]
    undone: Annotated[int | None, Column("撤销条目", "Undone")]
    undone_by: Annotated[str | None, Column("撤销人", "Undone by")]
    undone_at: Annotated[datetime | None, Column("撤销时间", "Undone at")]


class CollectionOut(Out):
    """A dictionary that is owed, and whether it came."""

    id: Key
    org_code: OrgCode
    system: System
    kind: KindCode
    due_on: Annotated[date | None, Column("期限", "Due", filter=True, sort=True)]
    note: Annotated[str | None, Column("说明", "Note")]


class CollectionIn(In):
    """A dictionary that is to be collected."""

    org_code: Annotated[str, Field(min_length=1, max_length=40), Column("机构", "Institution", kind="org")]
    system: Annotated[str, Field(min_length=1, max_length=40), Column("系统", "System")]
    kind: Annotated[str, Column("类别", "Kind", options=KIND_OPTIONS)]
    due_on: Annotated[date | None, Column("期限", "Due")] = None
    note: Annotated[str | None, Field(max_length=500), Column("说明", "Note")] = None


class CollectionChange(In):
    """What of it people adjust."""

    due_on: Annotated[date | None, Column("期限", "Due")] = None
    note: Annotated[str | None, Field(max_length=500), Column("说明", "Note")] = None


class PolicyOut(Out):
    """How a kind is mapped."""

    kind: KindCode
    target: Annotated[str | None, Column("标准术语集", "Terminology", kind="terminology", filter=True)]
    review: Annotated[bool, Column("须第二人审核", "Second person", filter=True)]
    precision: Annotated[float, Column("自动接受准确率", "Precision of automatic acceptance", kind="percent")]
    updated_at: Annotated[datetime | None, Column("更新时间", "Updated")]


class PolicyChange(In):
    """What of it people adjust."""

    target: Annotated[str | None, Column("标准术语集", "Terminology", kind="terminology")] = None
    review: Annotated[bool, Column("须第二人审核", "Second person must agree")] = False
    precision: Annotated[
        float,
        Field(
            ge=0.5,
            le=0.999,
            description="The score from which names are accepted together is chosen to reach it on held-out confirmed "
            "pairs; candidates are made again after a change.",
        ),
        Column(
            "自动接受准确率",
            "Precision of automatic acceptance",
            kind="percent",
            help="批量确认的起始分按此准确率在留出的已确认对照上选定；修改后会重新生成候选",
        ),
    ] = PRECISION


class AcceptanceOut(Out):
    """What scores are worth: the threshold chosen for a kind and terminology, or why there is none."""

    id: Key
    kind: KindCode
    target: Annotated[str, Column("标准术语集", "Terminology", kind="terminology", filter=True, sort=True)]
    precision: Annotated[float, Column("要求的准确率", "Stated precision", kind="percent", filter=True, sort=True)]
    threshold: Annotated[float | None, Column("自动接受分", "Threshold", filter=True, sort=True)]
    coverage: Annotated[float | None, Column("覆盖", "Coverage", kind="percent", sort=True)]
    measured: Annotated[float | None, Column("实测准确率", "Measured", kind="percent", sort=True)]
    lower: Annotated[float | None, Column("准确率下限", "Lower limit", kind="percent", sort=True, hide=("list",))]
    pairs: Annotated[int, Column("留出对照", "Held-out pairs", sort=True)]
    reason: Annotated[str, Column("达不到的原因", "Why not", options=NO_THRESHOLD, filter=True)]
    made_at: Annotated[datetime, Column("选定时间", "Chosen at", filter=True, sort=True)]

    @model_validator(mode="after")
    def _nothing_measured(self) -> Self:
        if self.pairs == 0:
            # A share of no pairs is not 0 %.
            self.coverage = self.measured = self.lower = None
        return self


class ApplicationOut(Out):
    """One run that brought the mapping into a dataset."""

    id: Key
    dataset: Annotated[str, Column("数据集", "Dataset", filter=True, sort=True)]
    kind: KindCode
    status: Annotated[str, Column("状态", "Status", filter=True)]
    rows: Annotated[int, Column("有源值的行", "Rows with a value", sort=True)]
    mapped_before: Annotated[int, Column("此前有标准代码", "Mapped before")]
    mapped_after: Annotated[int, Column("现有标准代码", "Mapped after")]
    changed: Annotated[int, Column("改写的行", "Rows rewritten", sort=True)]
    seconds: Annotated[float, Column("秒", "Seconds")]
    applied_by: Annotated[str | None, Column("操作人", "By")]
    applied_at: Annotated[datetime, Column("时间", "At", sort=True)]


class RenewalOut(Out):
    """An entry whose mapping a new edition did not carry over, and what it is mapped to now."""

    id: Key
    entry_id: Annotated[uuid.UUID, Column("条目编号", "Entry id", hide=("list", "export"))]
    dictionary_id: Annotated[uuid.UUID, Column("字典", "Dictionary", hide=("list", "export"))]
    org_code: OrgCode
    reason: Annotated[str, Column("原因", "Reason", filter=True, sort=True, options=REASONS, width=100)]
    state: Annotated[str, Column("现状态", "State now", filter=True, sort=True, options=STATES, width=90)]
    kind: KindCode
    system: System
    target: Annotated[str, Column("标准术语集", "Terminology", kind="terminology", filter=True, sort=True)]
    edition: Annotated[str, Column("新版本", "Edition", filter=True, sort=True)]
    code: Annotated[str, Column("源代码", "Source code", filter=True, sort=True)]
    name: Annotated[str, Column("源名称", "Source name", filter=True, sort=True)]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    former_codes: Annotated[str, Column("原标准代码", "Former code", filter=True)]
    former_names: Annotated[str, Column("原标准名称", "Former name", filter=True)]
    proposed_codes: Annotated[str | None, Column("新版代码", "Code proposed", filter=True)]
    proposed_names: Annotated[str | None, Column("新版名称", "Name proposed")]
    mapped: Annotated[str | None, Column("现标准代码", "Code now", filter=True)]
    mapped_name: Annotated[str | None, Column("现标准名称", "Name now")]
    decided_name: Annotated[str | None, Column("标化人", "Decided by", filter=True)]
    listed_at: Annotated[datetime, Column("列出时间", "Listed at", filter=True, sort=True)]
