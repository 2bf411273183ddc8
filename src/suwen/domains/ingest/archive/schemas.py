"""Collections of documents and documents in lists and forms."""

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from suwen.domains.ingest.archive.models import DocumentStatus
from suwen.domains.ingest.archive.reading import KINDS, WHOSE, groups_of
from suwen.domains.ingest.schemas import Row
from suwen.kernel.resources import Column

STATUSES = (
    (DocumentStatus.READ.value, "已读出文本", "Text read"),
    (DocumentStatus.PLAIN.value, "无文本层", "No text layer"),
    (DocumentStatus.UNREADABLE.value, "无法读取", "Unreadable"),
)
NAMING_HELP = "路径的 RE2 正则，命名组 patient_id、encounter_id 给出归属，如 (?P<patient_id>\\d+)_；其他组写 (?:…)"
NAMING_EN = (
    "A regular expression (RE2) over the path; its groups patient_id and encounter_id say whose a document is, "
    "any other group is written (?:...)."
)


class CollectionRow(Row):
    """A collection of documents and what its newest run found."""

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True)]
    pattern: Annotated[str, Column("文件名模式", "Pattern")]
    naming: Annotated[str, Column("归属规则", "Whose it is", hide=("list",))]
    most_bytes: Annotated[int, Column("最大字节", "Largest", kind="bytes", hide=("list",))]
    found: Annotated[int, Column("发现", "Found", sort=True)]
    kept: Annotated[int, Column("新收", "New", sort=True)]
    unreadable: Annotated[int, Column("无法读取", "Unreadable", sort=True)]
    refused: Annotated[int, Column("未收", "Left out")]
    last_at: Annotated[datetime | None, Column("最近采集", "Last run", sort=True)]

    @field_validator("refused", mode="before")
    @classmethod
    def _counted(cls, value: object) -> object:
        # Their names may name patients: who may see source rows asks for them.
        return len(cast("list[str]", value)) if isinstance(value, list) else value


class RefusedFiles(BaseModel):
    """The files that the newest run of a collection left out, each with its reason; at most 100."""

    files: list[str]


Title = Annotated[str, Column("名称", "Title"), Field(min_length=1, max_length=100)]


class CollectionWanted(BaseModel):
    """Which files a collection takes."""

    model_config = ConfigDict(extra="forbid")

    pattern: Annotated[
        str, Column("文件名模式", "Pattern", help="如 *.pdf；* 为全部"), Field(min_length=1, max_length=500)
    ] = "*"
    naming: Annotated[
        str, Column("归属规则", "Whose it is", help=NAMING_HELP), Field(max_length=1000, description=NAMING_EN)
    ] = ""
    most_bytes: Annotated[
        int, Column("最大字节", "Largest (bytes)", help="更大的文件不收，并列出"), Field(ge=1, le=2_000_000_000)
    ] = 100_000_000

    @field_validator("naming")
    @classmethod
    def _expression(cls, value: str) -> str:
        if value and not groups_of(value) & set(WHOSE):
            raise ValueError("a group patient_id or encounter_id is needed")
        return value


class CollectionChange(CollectionWanted):
    """What of a collection people change; what is left out stays."""

    title: Title = "-"


class CollectionWhose(BaseModel):
    """What a collection is called and whose files it takes: what a form asks first."""

    title: Title
    source: Annotated[str, Column("数据源", "Source", kind="ingest-source", help="文件类数据源（文件夹、SFTP、S3）")]


class CollectionIn(CollectionWanted, CollectionWhose):
    """A collection that is to be."""


class DocumentRow(Row):
    """A document; its path and keys may name a patient, so the list asks for the right to see source rows."""

    id: UUID
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True)]
    path: Annotated[str, Column("路径", "Path", sort=True)]
    kind: Annotated[str, Column("类型", "Kind", filter=True, sort=True, options=KINDS)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    size: Annotated[int, Column("大小", "Size", kind="bytes", sort=True)]
    pages: Annotated[int | None, Column("页数", "Pages", sort=True)]
    characters: Annotated[int, Column("文本字数", "Characters", sort=True)]
    patient_id: Annotated[str | None, Column("患者标识", "Patient id", sort=True)]
    encounter_id: Annotated[str | None, Column("就诊标识", "Encounter id", sort=True)]
    error: Annotated[str | None, Column("原因", "Reason")]
    digest: Annotated[str, Column("SM3", "SM3", filter=True, hide=("list",))]
    collected_at: Annotated[datetime, Column("采集时间", "Collected", filter=True, sort=True)]


class DocumentText(BaseModel):
    """The text of a document; None where its kind has no text layer, or it cannot be read."""

    id: UUID
    text: str | None
