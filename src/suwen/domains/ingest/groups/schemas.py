"""Job groups in lists, forms and pictures."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from suwen.domains.ingest.groups.models import OnFailure, RunStatus, StepStatus
from suwen.domains.ingest.schemas import (
    CRON_EN,
    CRON_HELP,
    Enabled,
    Row,
    Title,
    WindowFrom,
    WindowTo,
)
from suwen.kernel.resources import Column

ON_FAILURE = (
    (OnFailure.STOP.value, "跳过依赖它的成员", "Leave out what waits for it"),
    (OnFailure.GO_ON.value, "继续运行依赖它的成员", "Go on all the same"),
)
RUN_STATUSES = (
    (RunStatus.RUNNING.value, "运行中", "Running"),
    (RunStatus.SUCCEEDED.value, "成功", "Succeeded"),
    (RunStatus.FAILED.value, "失败", "Failed"),
    (RunStatus.CANCELLED.value, "已取消", "Cancelled"),
)
STEP_STATUSES = (
    (StepStatus.WAITING.value, "等待", "Waiting"),
    (StepStatus.QUEUED.value, "排队", "Queued"),
    (StepStatus.RUNNING.value, "运行中", "Running"),
    (StepStatus.SUCCEEDED.value, "成功", "Succeeded"),
    (StepStatus.FAILED.value, "失败", "Failed"),
    (StepStatus.SKIPPED.value, "已跳过", "Left out"),
    (StepStatus.CANCELLED.value, "已取消", "Cancelled"),
)
CAUSES = (("plan", "定时", "By plan"), ("hand", "手动", "By hand"))
RETRIES_HELP = "失败后自动重试的次数，0 为不重试"
RETRIES_EN = "How often a failed member is tried again by itself; 0: never."


class MemberIn(BaseModel):
    """A member of a group: a feed's code, and those of the members that must have ended well before."""

    model_config = ConfigDict(extra="forbid")

    feed: Annotated[str, Field(min_length=1, max_length=100)]
    after: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=200)] = []


Members = Annotated[
    list[MemberIn],
    Field(min_length=1, max_length=200, description="Feeds, each with those that must have ended well before it."),
    Column("成员与依赖", "Members", kind="ingest-members", help="每个成员在它所依赖的成员全部成功后开始"),
]
Failing = Annotated[OnFailure, Column("成员失败时", "When a member fails", options=ON_FAILURE)]
Retries = Annotated[int, Field(ge=0, le=10, description=RETRIES_EN), Column("重试次数", "Retries", help=RETRIES_HELP)]
RetrySeconds = Annotated[int, Field(ge=0, le=86_400), Column("重试间隔（秒）", "Seconds before a retry")]
Times = Annotated[
    str | None,
    Field(max_length=100, description=CRON_EN + " Empty: by hand only."),
    Column("时间", "Times", kind="cron", help=CRON_HELP + "；不填则只手动运行"),
]


class GroupRow(Row):
    """A group in the list."""

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    orgs: Annotated[list[str], Column("机构", "Institutions", kind="orgs", hide=("list",))]
    size: Annotated[int, Column("成员数", "Members")]
    members: Annotated[
        list[MemberIn], Column("成员", "Members", kind="ingest-members", hide=("list", "detail", "export"))
    ]
    cron: Annotated[str | None, Column("时间", "Times", kind="cron")]
    window_from: Annotated[str | None, Column("时段自", "Window from", hide=("list",))]
    window_to: Annotated[str | None, Column("时段至", "Window to", hide=("list",))]
    on_failure: Annotated[str, Column("成员失败时", "When a member fails", filter=True, options=ON_FAILURE)]
    retries: Annotated[int, Column("重试次数", "Retries", hide=("list",))]
    retry_seconds: Annotated[int, Column("重试间隔（秒）", "Seconds before a retry", hide=("list",))]
    enabled: Annotated[bool, Column("启用", "Enabled", filter=True)]
    last_status: Annotated[str | None, Column("最近一次", "Last run", filter=True, sort=True, options=RUN_STATUSES)]
    last_at: Annotated[datetime | None, Column("上次开始", "Last", filter=True, sort=True)]
    next_at: Annotated[datetime | None, Column("下次开始", "Next", sort=True)]
    skipped: Annotated[
        int, Column("跳过次数", "Skipped", sort=True, hide=("list",), help="到点时上次运行尚未结束的次数")
    ]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("cron", "window_from", "window_to", mode="before", check_fields=False)
    @classmethod
    def _none(cls, value: object) -> object:
        # A form's empty field.
        return None if value == "" else value


class GroupIn(_Group):
    """A group that is to be."""

    title: Title
    members: Members
    on_failure: Failing = OnFailure.STOP
    retries: Retries = 0
    retry_seconds: RetrySeconds = 60
    cron: Times = None
    window_from: WindowFrom = None
    window_to: WindowTo = None
    enabled: Enabled = True


class GroupChange(_Group):
    """What of a group people adjust; what is left out stays."""

    title: Title = ""
    members: Members = []
    on_failure: Failing = OnFailure.STOP
    retries: Retries = 0
    retry_seconds: RetrySeconds = 60
    cron: Times = None
    window_from: WindowFrom = None
    window_to: WindowTo = None
    enabled: Enabled = True


class GroupRunRow(Row):
    """A run of a group in the list."""

    id: UUID
    group_id: Annotated[UUID, Column("作业组编号", "Group id", filter=True, hide=("list", "detail", "export"))]
    title: Annotated[str, Column("作业组", "Group", filter=True, sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=RUN_STATUSES)]
    total: Annotated[int, Column("成员数", "Members", sort=True)]
    done: Annotated[int, Column("成功", "Succeeded", sort=True)]
    failed: Annotated[int, Column("失败", "Failed", sort=True)]
    skipped: Annotated[int, Column("跳过", "Left out", sort=True)]
    cause: Annotated[str, Column("触发", "Begun", filter=True, options=CAUSES)]
    begun_by: Annotated[str | None, Column("发起人", "By")]
    on_failure: Annotated[str, Column("成员失败时", "When a member fails", hide=("list",), options=ON_FAILURE)]
    started_at: Annotated[datetime, Column("开始时间", "Started", filter=True, sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", sort=True)]


class GroupStepRow(Row):
    """What became of a member in a run, in the list."""

    id: UUID
    run_id: Annotated[UUID, Column("运行编号", "Run", filter=True, hide=("list",))]
    title: Annotated[str, Column("作业组", "Group", filter=True, sort=True)]
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    layer: Annotated[int, Column("层", "Layer", sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STEP_STATUSES)]
    tries: Annotated[int, Column("尝试次数", "Tries", sort=True)]
    rows_in: Annotated[int | None, Column("接收行数", "Rows in", sort=True)]
    rows_std: Annotated[int | None, Column("入库行数", "Rows in std", sort=True)]
    error: Annotated[str | None, Column("原因", "Reason")]
    started_at: Annotated[datetime | None, Column("开始时间", "Started", filter=True, sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", sort=True)]


class PictureMember(BaseModel):
    """A member in a group's picture; stage, done, total: how far a running one is. status: None outside a run."""

    feed: str
    title: str
    org_code: str
    after: list[str]
    layer: int
    status: str | None = None
    tries: int = 0
    rows_in: int | None = None
    rows_std: int | None = None
    error: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stage: str | None = None
    done: int = 0
    total: int | None = None


class GroupPicture(BaseModel):
    """A group's members in their order and, where there is one, the run that their states are of."""

    id: UUID
    title: str
    members: list[PictureMember]
    run: GroupRunRow | None = None


class GroupBegun(BaseModel):
    """The run that was begun or continued, and the job runs of the members that were queued at once."""

    run: UUID
    job_run_ids: list[UUID]
