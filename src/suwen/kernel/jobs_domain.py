"""The job runs as seen over HTTP: one's own runs to follow, all runs for who watches over the platform."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.jobs import (
    JobRun,
    JobStatus,
    again,
    cancel,
    find_job,
    life_of,
    pause,
    resume,
    why_waiting,
)
from suwen.kernel.jobs_resources import GROUP, MANAGE, READ, RESOURCES
from suwen.kernel.permissions import Permission, Principal, SignedIn, require
from suwen.kernel.registry import Domain
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Column, Resource
from suwen.kernel.web import Work

CANCEL = Permission("jobs.cancel", "取消后台任务", "Cancel jobs")
STATUSES = (
    (JobStatus.QUEUED.value, "排队", "Queued"),
    (JobStatus.RUNNING.value, "运行", "Running"),
    (JobStatus.WAITING.value, "等待重试", "Waiting to retry"),
    (JobStatus.PAUSED.value, "已暂停", "Paused"),
    (JobStatus.SUCCEEDED.value, "成功", "Succeeded"),
    (JobStatus.FAILED.value, "失败", "Failed"),
    (JobStatus.CANCELLED.value, "已取消", "Cancelled"),
)


class JobOut(BaseModel):
    """A run of a job; `done` of `total` steps of the present stage."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    name: Annotated[str, Column("任务", "Job", filter=True, sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    stage: Annotated[str | None, Column("阶段", "Stage")]
    done: Annotated[int, Column("已完成", "Done")]
    total: Annotated[int | None, Column("总数", "Total")]
    message: Annotated[str | None, Column("进展", "Progress")]
    error: Annotated[str | None, Column("错误", "Error")]
    attempts: Annotated[int, Column("尝试次数", "Attempts", sort=True)]
    priority: Annotated[int, Column("优先级", "Priority", sort=True, hide=("list",))] = 0
    queue: Annotated[str, Column("队列", "Queue", filter=True, sort=True, hide=("list",))] = ""
    requested_by_name: Annotated[str | None, Column("发起人", "Requested by", filter=True)]
    created_at: Annotated[datetime, Column("创建时间", "Created", filter=True, sort=True)]
    started_at: Annotated[datetime | None, Column("开始时间", "Started", sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", sort=True)]


class JobsBegun(BaseModel):
    """The runs that were queued."""

    job_run_ids: list[UUID]


class JobMoment(BaseModel):
    """A moment of a run's life: the status that it took then, at which start of it, by which worker (``host:pid``)."""

    at: datetime
    status: str
    attempt: int
    worker: str | None
    error: str | None


class JobWaiting(BaseModel):
    """Why a run has not begun. ahead: runs that go before it; begins_at: when it will begin, None where unknown."""

    reason: str
    reason_en: str
    ahead: int
    begins_at: datetime | None


class JobLife(BaseModel):
    """The life of a run: what it is, its moments in their order, and what it waits for if it does."""

    id: UUID
    name: str
    title: str
    title_en: str
    status: str
    moments: list[JobMoment]
    waiting: JobWaiting | None


Manager = Annotated[Principal, Depends(require(MANAGE.code))]
router = APIRouter(prefix="/api/jobs", tags=["jobs"])


# Only ids, else this would answer for /api/jobs/runs too.
@router.get("/{key:uuid}")
async def follow(key: UUID, principal: SignedIn, work: Work) -> JobOut:
    """Return a run that the caller started, or any run with the permission `jobs.read`."""
    return JobOut.model_validate(await _seen(key, principal, work))


@router.get("/{key:uuid}/life")
async def read_life(key: UUID, principal: SignedIn, work: Work) -> JobLife:
    """Return the life of a run that the caller started, or of any run with the permission `jobs.read`."""
    run = await _seen(key, principal, work)
    declared, waiting = find_job(run.name), await why_waiting(work, run)
    return JobLife(
        id=run.id,
        name=run.name,
        title=declared.title.zh if declared else run.name,
        title_en=declared.title.en if declared else run.name,
        status=run.status,
        moments=[JobMoment(**asdict(moment)) for moment in await life_of(work, key)],
        waiting=waiting
        and JobWaiting(
            reason=waiting.reason.zh,
            reason_en=waiting.reason.en,
            ahead=waiting.ahead,
            begins_at=waiting.begins_at,
        ),
    )


async def _seen(key: UUID, principal: Principal, work: UnitOfWork) -> JobRun:
    run = await work.session.get(JobRun, key)
    if run is None or not (run.requested_by == principal.user_id or principal.may(READ.code)):
        raise NotFound("没有此任务", received=str(key))
    return run


@router.post("/{key:uuid}/cancel", status_code=204)
async def call_off(key: UUID, principal: SignedIn, work: Work) -> None:
    """Cancel a run that the caller started; one that has ended is left as it is."""
    run = await work.session.get(JobRun, key)
    if run is None or run.requested_by != principal.user_id:
        raise NotFound("没有此任务", received=str(key))
    await cancel(work, key)


@router.post("/runs/{key}/cancel", status_code=204)
async def cancel_run(key: UUID, principal: Annotated[Principal, Depends(require(CANCEL.code))], work: Work) -> None:
    """Cancel a run that has not ended; one that has is left as it is."""
    await cancel(work, key)


@router.post("/runs/{key}/pause", status_code=204)
async def pause_run(key: UUID, principal: Manager, work: Work) -> None:
    """Have a run wait until it is resumed, a running one from its next report on; one that has ended is left."""
    await pause(work, key)


@router.post("/runs/{key}/resume", status_code=204)
async def resume_run(key: UUID, principal: Manager, work: Work) -> None:
    """Let a paused run go on; any other is left as it is."""
    await resume(work, key)


@router.post("/runs/{key}/again", status_code=202)
async def run_again(key: UUID, principal: Manager, work: Work) -> JobsBegun:
    """Queue a new run of what a run that has ended did."""
    return JobsBegun(job_run_ids=[await again(work, key)])


RUNS = Resource(
    name="jobs.runs",
    domain="jobs",
    title="后台任务",
    title_en="Jobs",
    schema=JobOut,
    source=ModelSource(JobRun, search=("name", "message")),
    read=READ.code,
    actions=(
        Action("cancel", "取消", "Cancel", CANCEL.code, "取消该任务？"),
        Action("pause", "暂停", "Pause", MANAGE.code),
        Action("resume", "恢复", "Resume", MANAGE.code),
        Action("again", "重新运行", "Run again", MANAGE.code, "按相同参数再运行一次？"),
    ),
    default_sort=("-created_at",),
    group=GROUP,
    icon="clock",
)

DOMAIN = Domain(
    name="jobs",
    title="后台任务",
    title_en="Jobs",
    routers=(router,),
    resources=(RUNS, *RESOURCES),
    permissions=(READ, CANCEL, MANAGE),
    order=910,
)
