"""The job runs as seen over HTTP: one's own runs to follow, all runs for who watches over the platform."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from suwen.kernel.errors import NotFound
from suwen.kernel.jobs import JobRun, JobStatus, cancel
from suwen.kernel.permissions import Permission, Principal, SignedIn, require
from suwen.kernel.registry import Domain
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Column, Resource
from suwen.kernel.web import Work

READ = Permission("jobs.read", "查看后台任务", "View jobs")
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
    requested_by_name: Annotated[str | None, Column("发起人", "Requested by", filter=True)]
    created_at: Annotated[datetime, Column("创建时间", "Created", filter=True, sort=True)]
    started_at: Annotated[datetime | None, Column("开始时间", "Started", sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", sort=True)]


router = APIRouter(prefix="/api/jobs", tags=["jobs"])


# Only ids, else this would answer for /api/jobs/runs too.
@router.get("/{key:uuid}")
async def follow(key: UUID, principal: SignedIn, work: Work) -> JobOut:
    """Return a run that the caller started, or any run with the permission `jobs.read`."""
    run = await work.session.get(JobRun, key)
    if run is None or not (run.requested_by == principal.user_id or principal.may(READ.code)):
        raise NotFound("没有此任务", received=str(key))
    return JobOut.model_validate(run)


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


RUNS = Resource(
    name="jobs.runs",
    domain="jobs",
    title="后台任务",
    title_en="Jobs",
    schema=JobOut,
    source=ModelSource(JobRun, search=("name", "message")),
    read=READ.code,
    actions=(Action("cancel", "取消", "Cancel", CANCEL.code, "取消该任务？"),),
    default_sort=("-created_at",),
    group="系统管理",
    icon="clock",
)

DOMAIN = Domain(
    name="jobs",
    title="后台任务",
    title_en="Jobs",
    routers=(router,),
    resources=(RUNS,),
    permissions=(READ, CANCEL),
    order=910,
)
