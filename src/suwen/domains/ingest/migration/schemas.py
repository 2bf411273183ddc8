"""Migrations in lists, forms and answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from suwen.domains.ingest.definition import CODE
from suwen.domains.ingest.migration.models import PartStatus
from suwen.domains.ingest.schemas import Row
from suwen.kernel.resources import Column

STATUSES = (
    (PartStatus.LEFT.value, "不迁移", "Left behind"),
    (PartStatus.READY.value, "待建立", "To be made"),
    (PartStatus.MADE.value, "待迁移", "To be read"),
    (PartStatus.MOVED.value, "待核对", "To be checked"),
    (PartStatus.DIFFERENT.value, "有差异", "Different"),
    (PartStatus.PROVEN.value, "核对一致", "Proven equal"),
    (PartStatus.ACCEPTED.value, "已验收", "Accepted"),
)
COLUMNS_HELP = "原平台各表中表示机构的列名，依次取表中首个存在者；没有这些列的表整表迁移一次"
UNTIL_HELP = "该日及以后的数据由机构自身的采集任务提供，不迁移"
Codes = Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=500)]


class MigrationRow(Row):
    """A migration in the list; rows are those of the platform when it was last counted."""

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    source: Annotated[str, Column("原平台数据源", "Platform", filter=True, sort=True)]
    org_code: Annotated[str, Column("归属机构", "Institution", kind="org", filter=True, sort=True)]
    columns: Annotated[list[str], Column("机构列", "Institution columns")]
    tables: Annotated[int, Column("表", "Tables", sort=True)]
    rows: Annotated[int, Column("原平台行数", "Rows there", sort=True)]
    assigned: Annotated[int, Column("已分配", "Assigned", sort=True)]
    left: Annotated[int, Column("不迁移", "Left behind", sort=True)]
    unassigned: Annotated[int, Column("未分配", "Unassigned", sort=True)]
    institutions: Annotated[int, Column("机构", "Institutions", sort=True)]
    accepted: Annotated[int, Column("已验收", "Accepted", sort=True)]
    tallied_at: Annotated[datetime | None, Column("清点时间", "Counted", sort=True)]
    error: Annotated[str | None, Column("原因", "Reason")]


class MigrationIn(BaseModel):
    """A platform that is to be taken over."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=100), Column("名称", "Title")]
    source: Annotated[
        str, Field(min_length=1, max_length=100), Column("原平台数据源", "Platform", kind="ingest-source")
    ]
    columns: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(min_length=1, max_length=50),
        Column("机构列", "Institution columns", kind="tags", help=COLUMNS_HELP),
    ]


class MigrationChange(BaseModel):
    """What of a migration may change."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(min_length=1, max_length=100), Column("名称", "Title")] = None
    columns: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
        Field(min_length=1, max_length=50),
        Column("机构列", "Institution columns", kind="tags", help=COLUMNS_HELP),
    ] = None


class PartRow(Row):
    """An institution of a migration in the list; figures are those of its tables' newest checks."""

    id: UUID
    migration_id: Annotated[UUID, Column("迁移编号", "Migration id", filter=True, hide=("list", "detail", "export"))]
    migration: Annotated[str, Column("平台迁移", "Migration", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    codes: Annotated[list[str], Column("原平台机构代码", "Codes there")]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    until: Annotated[date | None, Column("切换日期", "Cut over on", sort=True, help=UNTIL_HELP)]
    source: Annotated[str | None, Column("数据源", "Source", filter=True, sort=True)]
    tables: Annotated[int, Column("表", "Tables", sort=True)]
    proven: Annotated[int, Column("核对一致的表", "Tables proven", sort=True)]
    there: Annotated[int, Column("清点行数", "Rows counted", sort=True)]
    rows_source: Annotated[int, Column("应迁行数", "Rows to take", sort=True)]
    rows_raw: Annotated[int, Column("已迁行数", "Rows taken", sort=True)]
    rows_std: Annotated[int, Column("标准库行数", "Rows in std", sort=True)]
    rows_quarantined: Annotated[int, Column("隔离行数", "Quarantined", sort=True)]
    reason: Annotated[str | None, Column("不迁移原因", "Why left")]
    error: Annotated[str | None, Column("错误", "Error")]
    accepted_at: Annotated[datetime | None, Column("验收时间", "Accepted", sort=True)]
    accepted_by: Annotated[str | None, Column("验收人", "Accepted by", filter=True)]
    note: Annotated[str | None, Column("验收说明", "Note")]


class PartTableRow(Row):
    """A table of an institution of a migration in the list."""

    id: str
    migration: Annotated[str, Column("平台迁移", "Migration", filter=True, sort=True)]
    part_id: Annotated[UUID, Column("迁移机构编号", "Part id", filter=True, hide=("list", "detail", "export"))]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    origin: Annotated[str, Column("来源表", "Table", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    there: Annotated[int | None, Column("清点行数", "Rows counted", sort=True)]
    rows_source: Annotated[int | None, Column("应迁行数", "Rows to take", sort=True)]
    rows_raw: Annotated[int | None, Column("已迁行数", "Rows taken", sort=True)]
    rows_std: Annotated[int | None, Column("标准库行数", "Rows in std", sort=True)]
    rows_quarantined: Annotated[int | None, Column("隔离行数", "Quarantined", sort=True)]
    read_at: Annotated[datetime | None, Column("读取时间", "Read", sort=True)]
    checked_at: Annotated[datetime | None, Column("核对时间", "Checked", sort=True)]


class PartIn(BaseModel):
    """Codes of a platform that become an institution's, or stay behind for a reason.

    source: the code of the source that is made; one is made up where it is left out.
    """

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=100)]
    codes: Codes
    org_code: Annotated[str, Field(max_length=40)] = ""
    source: Annotated[str | None, Field(pattern=CODE)] = None
    until: date | None = None
    reason: Annotated[str | None, Field(min_length=1, max_length=500)] = None

    @model_validator(mode="after")
    def _one_or_other(self) -> "PartIn":
        if (self.reason is None) != bool(self.org_code):
            raise ValueError("an institution, or a reason why the rows stay behind, is needed; not both")
        return self


class PartsIn(BaseModel):
    """Several at once; all of them are taken, or none."""

    model_config = ConfigDict(extra="forbid")

    parts: Annotated[list[PartIn], Field(min_length=1, max_length=1000)]


class PartChange(BaseModel):
    """What of a part may change."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=100)]
    codes: Codes
    until: date | None = None


class PartAcceptance(BaseModel):
    """What the person who accepts has to say."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(max_length=1000)] = ""


class PlatformTable(BaseModel):
    """A table of the platform: rows = assigned + left + unassigned; `column` is null for one without institutions."""

    model_config = ConfigDict(from_attributes=True)

    feed: str
    origin: str
    column: str | None
    rows: int
    assigned: int
    left: int
    unassigned: int


class PlatformCode(BaseModel):
    """A code of the platform that belongs to nobody yet; an empty one stands for rows without a code."""

    code: str
    rows: int


class MigrationReport(BaseModel):
    """A migration whole: the balance of its tables, the codes left over, institutions, shared tables, errors."""

    migration: MigrationRow
    tables: list[PlatformTable]
    unassigned: list[PlatformCode]
    parts: list[PartRow]
    shared: list[PartTableRow]
