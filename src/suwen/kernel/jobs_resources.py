"""Nodes of work, what they have for tasks, and what is set of each kind of task: the lists and their forms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.jobs import (
    DEAD_AFTER,
    JobRule,
    JobSetting,
    job_definitions,
    job_settings,
    node_use,
    usual_seconds,
    workers,
)
from suwen.kernel.permissions import Permission
from suwen.kernel.resource_computed import ComputedSource
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Column, Resource, listed
from suwen.kernel.scope import Scope

READ = Permission("jobs.read", "查看后台任务", "View jobs")
MANAGE = Permission("jobs.manage", "管理后台任务", "Manage jobs")
GROUP = "系统管理"

NODE_HELP = "工作进程所在主机名，见「任务节点」；* 为每个节点"
NODE_EN = "Host that workers run on, see the list of nodes; * for each of them."
KIND_HELP = "任务编码（如 ingest.run_feed）或队列名（如 ingest）；* 为所有任务"
KIND_EN = "Code of a task (ingest.run_feed) or name of a queue (ingest); * for all tasks."
AT_ONCE_HELP = "该节点上此类任务同时运行的上限；0 为不在该节点运行；空为不限"
AT_ONCE_EN = "How many of these the node runs at once; 0: none is taken there; empty: no limit."
MEMORY_HELP = "该节点各工作进程占用内存合计达到此值时，不再与其他任务并行开始；空为不限"
MEMORY_EN = "While the node's workers hold so much, none begins beside other tasks; empty: no limit."
WINDOW_HELP = "只在此时段内开始，如 22:00 至 06:00；已开始的不中断"
WINDOW_EN = "Begins only between these times of the day, as 22:00 to 06:00; what runs is not stopped."


class JobNodeRow(BaseModel):
    """A node of work: a host with its live workers, and what of it is in use. memory in bytes."""

    node: Annotated[str, Column("节点", "Node", filter=True, sort=True)]
    workers: Annotated[int, Column("工作进程", "Workers", sort=True)]
    queues: Annotated[str, Column("处理的队列（并行数）", "Queues (places)")]
    running: Annotated[int, Column("运行中任务", "Running", sort=True)]
    tasks: Annotated[str, Column("正在运行", "Tasks")]
    cpu: Annotated[float, Column("CPU（%）", "CPU (%)", sort=True)]
    memory: Annotated[int, Column("内存", "Memory", kind="bytes", sort=True)]
    rules: Annotated[int, Column("资源规则", "Rules", sort=True)]
    seen_at: Annotated[datetime, Column("最近心跳", "Last seen", sort=True)]


class JobRuleRow(BaseModel):
    """A rule: what a node has for tasks of a kind."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    node: Annotated[str, Column("节点", "Node", filter=True, sort=True)]
    kind: Annotated[str, Column("任务种类", "Kind of task", filter=True, sort=True)]
    at_once: Annotated[int | None, Column("同时任务数", "At once", sort=True)]
    memory_mb: Annotated[int | None, Column("内存上限（MB）", "Memory limit (MB)", sort=True)]
    window_from: Annotated[str | None, Column("时段自", "Window from")]
    window_to: Annotated[str | None, Column("时段至", "Window to")]
    enabled: Annotated[bool, Column("启用", "Enabled", filter=True, sort=True)]
    remark: Annotated[str, Column("说明", "Remark")]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Remark = Annotated[str, Field(max_length=1000), Column("说明", "Remark")]


class JobRuleIn(BaseModel):
    """A rule that is to be, or is to be so from now on; the workers heed it with the next task that they take."""

    model_config = ConfigDict(extra="forbid")

    node: Annotated[
        str, Column("节点", "Node", help=NODE_HELP), Field(min_length=1, max_length=255, description=NODE_EN)
    ] = "*"
    kind: Annotated[
        str, Column("任务种类", "Kind of task", help=KIND_HELP), Field(max_length=100, description=KIND_EN)
    ] = "*"
    at_once: Annotated[
        int | None,
        Column("同时任务数", "At once", help=AT_ONCE_HELP),
        Field(ge=0, le=1000, description=AT_ONCE_EN),
    ] = None
    memory_mb: Annotated[
        int | None,
        Column("内存上限（MB）", "Memory limit (MB)", help=MEMORY_HELP),
        Field(ge=1, le=10_000_000, description=MEMORY_EN),
    ] = None
    window_from: Annotated[
        Clock | None, Column("时段自", "Window from", help=WINDOW_HELP), Field(description=WINDOW_EN)
    ] = None
    window_to: Annotated[Clock | None, Column("时段至", "Window to")] = None
    enabled: Annotated[bool, Column("启用", "Enabled")] = True
    remark: Remark = ""

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = {"*"} | {job.name for job in job_definitions()} | {job.queue for job in job_definitions()}
        if self.kind not in known:
            raise ValueError(f"no task or queue {self.kind!r}")
        if (self.window_from is None) != (self.window_to is None) or (
            self.window_from is not None and self.window_from == self.window_to
        ):
            raise ValueError("a window has a beginning and another end")
        return self


class Rules(ModelSource[JobRule]):
    """The rules; a changed one must be right as a whole."""

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a rule. Raises NotFound, Invalid for half a window."""
        row = await self.get(uow, scope, key)
        changed = {**data.model_dump(exclude_unset=True)}
        kept = {name: getattr(row, name) for name in JobRuleIn.model_fields} | changed
        try:
            JobRuleIn.model_validate(kept)
        except ValueError as error:
            raise Invalid(str(error)) from error
        return await super().update(uow, scope, key, data)


class JobKindRow(BaseModel):
    """A kind of task as it is declared and as people set it; seconds: what its newest runs usually took."""

    name: Annotated[str, Column("任务编码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("任务", "Task", filter=True, sort=True)]
    title_en: Annotated[str, Column("任务（英文）", "Task (English)", hide=("list",))]
    what: Annotated[str, Column("做什么", "What it does", hide=("list",))]
    queue: Annotated[str, Column("队列", "Queue", filter=True, sort=True)]
    concurrency: Annotated[int, Column("每进程并行", "Places a worker", sort=True)]
    priority: Annotated[int, Column("优先级", "Priority", sort=True)]
    timeout_seconds: Annotated[int | None, Column("超时（秒）", "Timeout (s)", sort=True)]
    retry_times: Annotated[int, Column("重试次数", "Retries", sort=True)]
    retry_wait_seconds: Annotated[float | None, Column("重试间隔（秒）", "Wait (s)", sort=True)]
    daily: Annotated[bool, Column("每日自动", "Daily", filter=True, sort=True)]
    seconds: Annotated[float | None, Column("通常用时（秒）", "Usually takes (s)", sort=True)]
    changed: Annotated[bool, Column("已调整", "Adjusted", filter=True, sort=True)]
    remark: Annotated[str, Column("说明", "Remark")]


class JobKindChange(BaseModel):
    """What people set of a kind of task; None: as it is declared. It holds from the next run that is asked for."""

    model_config = ConfigDict(extra="forbid")

    priority: Annotated[
        int | None,
        Column("优先级", "Priority", help="大的先运行；空为缺省"),
        Field(ge=-1000, le=1000, description="The greater goes first; empty: as declared."),
    ] = None
    timeout_seconds: Annotated[
        int | None,
        Column("超时（秒）", "Timeout (s)", help="超过后在下一次报告进度时停止，记为失败；空为不限"),
        Field(ge=1, le=864_000, description="A run that takes longer fails at its next report; empty: no limit."),
    ] = None
    retry_times: Annotated[
        int | None,
        Column("重试次数", "Retries", help="仅对可恢复的错误（如源库不可达）；空为缺省"),
        Field(ge=0, le=100, description="Only after errors that may pass, as a source that is away."),
    ] = None
    retry_wait_seconds: Annotated[
        float | None,
        Column("重试间隔（秒）", "Wait (s)", help="首次重试前的等待，其后每次加倍；空为缺省"),
        Field(ge=1, le=86_400, description="Before the first retry; each further one waits longer."),
    ] = None
    remark: Remark = ""


async def _nodes(uow: UnitOfWork, scope: Scope) -> Sequence[JobNodeRow]:
    live = [one for one in await workers(uow) if one.stopped_at is None and one.seen_at > now() - DEAD_AFTER]
    found: list[JobNodeRow] = []
    for node in sorted({one.host for one in live}):
        here = [one for one in live if one.host == node]
        queues: dict[str, int] = {}
        for one in here:
            for queue, places in one.queues.items():
                queues[queue] = queues.get(queue, 0) + int(places)
        use, rules = await node_use(uow, node)
        found.append(
            JobNodeRow(
                node=node, workers=len(here), running=sum(use.running.values()), memory=use.memory, rules=len(rules),
                queues="、".join(f"{queue}({places})" for queue, places in sorted(queues.items())),
                tasks="、".join(f"{name}×{count}" for name, count in sorted(use.running.items())),
                cpu=round(sum(one.cpu for one in here), 1), seen_at=max(one.seen_at for one in here),
            )
        )  # fmt: skip
    return found


async def _kinds(uow: UnitOfWork, scope: Scope) -> Sequence[JobKindRow]:
    settings = {one.name: one for one in await job_settings(uow)}
    usual = await usual_seconds(uow)
    found: list[JobKindRow] = []
    for job in job_definitions():
        held = settings.get(job.name)
        own: dict[str, Any] = {
            "priority": job.priority,
            "timeout_seconds": None,
            "retry_times": job.retry.times,
            "retry_wait_seconds": job.retry.wait_seconds if job.retry.times else None,
        }
        given = {name: value for name in own if held is not None and (value := getattr(held, name)) is not None}
        found.append(
            JobKindRow(
                name=job.name, title=job.title.zh or job.name, title_en=job.title.en or job.name, queue=job.queue,
                what=(job.function.__doc__ or "").strip().partition("\n")[0], concurrency=job.concurrency,
                daily=job.daily, seconds=_rounded(usual.get(job.name)), changed=bool(given),
                remark=held.remark if held else "", **{**own, **given},
            )
        )  # fmt: skip
    return found


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


class Kinds(ComputedSource[JobKindRow]):
    """The declared kinds of task, the same for all institutions."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Kinds are declared by the program. Raises Invalid."""
        raise Invalid("任务种类由程序声明，不能新建")

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Kinds are declared by the program. Raises Invalid."""
        raise Invalid("任务种类由程序声明，不能删除")

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Set what is to be otherwise than declared. Raises NotFound."""
        row = await self.get(uow, scope, key)
        setting = await uow.session.get(JobSetting, row.name)
        if setting is None:
            setting = JobSetting(name=row.name)
            uow.session.add(setting)
        for name, value in cast(JobKindChange, data).model_dump(exclude_unset=True).items():
            setattr(setting, name, value)
        await uow.session.flush()
        return await self.get(uow, scope, key)


NODES = Resource(
    name="jobs.nodes", domain="jobs", title="任务节点", title_en="Nodes of work", schema=JobNodeRow,
    source=ComputedSource(JobNodeRow, _nodes, key="node", search=("node",)), read=READ.code, key="node",
    default_sort=("node",), group=GROUP, icon="cluster", order=111,
)  # fmt: skip
RULES = Resource(
    name="jobs.rules", domain="jobs", title="任务节点资源配置", title_en="Resources of nodes", schema=JobRuleRow,
    source=Rules(JobRule, search=("node", "kind", "remark")), read=READ.code, write=MANAGE.code, create=JobRuleIn,
    update=JobRuleIn, delete=True, columns=listed(JobRuleRow), default_sort=("node", "kind"), group=GROUP,
    icon="control", order=112,
)  # fmt: skip
KINDS = Resource(
    name="jobs.kinds", domain="jobs", title="任务配置", title_en="Kinds of task", schema=JobKindRow,
    source=Kinds(JobKindRow, _kinds, key="name", search=("name", "title", "title_en", "queue")), read=READ.code,
    write=MANAGE.code, update=JobKindChange, key="name", default_sort=("name",), group=GROUP, icon="tool", order=113,
)  # fmt: skip
RESOURCES = (NODES, RULES, KINDS)
