"""What nodes have for tasks, what is set of them, why they wait, and the life that each one leads."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from suwen.kernel.clock import LOCAL_ZONE, now
from suwen.kernel.database import Database
from suwen.kernel.jobs import JobStatus, run_until_idle
from tests.kernel.gadgets import caller
from tests.kernel.job_samples import Stage
from tests.kernel.jobs import deferred, run_of, start_worker, until, working
from tests.kernel.test_jobs_domain import client_for

pytestmark = pytest.mark.usefixtures("stage")
ALL = caller("jobs.read", "jobs.manage", "jobs.cancel")


async def rule(client: httpx.AsyncClient, **values: Any) -> str:
    """Make a rule of every node as people do and return its id."""
    answer = await client.post("/api/jobs/rules", json=values)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def waiting(client: httpx.AsyncClient, run: uuid.UUID) -> dict[str, Any]:
    return (await client.get(f"/api/jobs/{run}/life")).json()["waiting"]


async def running(database: Database) -> int:
    async with database.unit_of_work() as uow:
        return await uow.session.scalar(text("SELECT count(*) FROM job_run WHERE status = 'running'")) or 0


async def come_to(database: Database, count: int) -> None:
    while await running(database) < count:
        await asyncio.sleep(0.02)


class TestRules:
    async def test_all_workers_of_a_node_share_its_places(self, database: Database, stage: Stage) -> None:
        async with client_for(database, ALL) as client:
            kept = await rule(client, kind="sample.hold", at_once=2)
            async with working(database, "sample_many"), working(database, "sample_many"):
                runs = [await deferred(database, "sample.hold") for _ in range(6)]
                await come_to(database, 2)
                # What no rule is about goes past what waits for a place.
                passed = await deferred(database, "sample.locked", key="a")
                await until(database, passed, lambda run: run.status == JobStatus.SUCCEEDED)
                assert await running(database) == 2
                states = [await run_of(database, run) for run in runs]
                third = next(run.id for run in states if run.status == JobStatus.QUEUED)
                told = await waiting(client, third)
                assert "同时任务数已满 2/2" in told["reason"]
                assert "taken: 2/2" in told["reason_en"]
                node = (await client.get("/api/jobs/nodes")).json()["items"][0]
                assert (node["workers"], node["running"], node["rules"]) == (2, 2, 1)
                assert node["tasks"] == "sample.hold×2"
                # A change holds from the next task on, without a restart.
                assert (await client.patch(f"/api/jobs/rules/{kept}", json={"at_once": 3})).status_code == 200
                await come_to(database, 3)
                stage.ended.set()
                for run in runs:
                    await until(database, run, lambda run: run.status == JobStatus.SUCCEEDED)
        assert stage.most == 3, "two of sample.hold and one of sample.locked, then three of sample.hold"

    async def test_a_task_waits_for_its_window(self, database: Database) -> None:
        opens = (now() + timedelta(hours=2)).astimezone(LOCAL_ZONE)
        window = {"window_from": f"{opens:%H:%M}", "window_to": f"{opens + timedelta(hours=1):%H:%M}"}
        async with client_for(database, ALL) as client, working(database, "sample"):
            kept = await rule(client, kind="sample.note", **window)
            run = await deferred(database, "sample.note", text="a")
            other = await deferred(database, "sample.steps", total=1)
            await until(database, other, lambda run: run.status == JobStatus.SUCCEEDED)
            told = await waiting(client, run)
            assert f"不在时段 {window['window_from']}" in told["reason"]
            assert told["begins_at"].startswith(f"{opens:%Y-%m-%dT%H:%M}")
            assert (await client.delete(f"/api/jobs/rules/{kept}")).status_code == 204
            await until(database, run, lambda run: run.status == JobStatus.SUCCEEDED)

    async def test_memory_lets_nothing_begin_beside_others_and_something_always(
        self, database: Database, stage: Stage
    ) -> None:
        async with client_for(database, ALL) as client, working(database, "sample_many"):
            await rule(client, memory_mb=1)
            runs = [await deferred(database, "sample.hold") for _ in range(2)]
            await come_to(database, 1)
            states = [await run_of(database, run) for run in runs]
            second = next(run.id for run in states if run.status == JobStatus.QUEUED)
            assert "内存已达上限" in (await waiting(client, second))["reason"]
            stage.ended.set()
            await until(database, second, lambda run: run.status == JobStatus.SUCCEEDED)
        assert stage.most == 1

    async def test_the_place_of_a_killed_worker_is_free_again(self, database: Database) -> None:
        async with client_for(database, ALL) as client:
            await rule(client, kind="sample_deadly", at_once=1)
        run = await deferred(database, "sample.deadly", deaths=1)
        first = start_worker(database, "sample_deadly")
        assert await asyncio.to_thread(first.wait) < 0
        async with working(database, "sample_deadly"):
            ended = await until(database, run, lambda run: run.status == JobStatus.SUCCEEDED)
        assert (ended.attempts, ended.rescues) == (2, 1)
        async with client_for(database, ALL) as client:
            life = (await client.get(f"/api/jobs/{run}/life")).json()["moments"]
        assert [(one["status"], one["attempt"]) for one in life] == [
            ("queued", 0), ("running", 1), ("queued", 1), ("running", 2), ("succeeded", 2),
        ]  # fmt: skip
        assert len({one["worker"] for one in life if one["status"] == "running"}) == 2

    async def test_what_is_wrong_is_refused(self, database: Database) -> None:
        async with client_for(database, ALL) as client:
            wrong = ({"kind": "sample.nought"}, {"window_from": "08:00"}, {"window_from": "8", "window_to": "9"})
            for values in wrong:
                assert (await client.post("/api/jobs/rules", json=values)).status_code == 422, values
            kept = await rule(client, window_from="08:00", window_to="09:00")
            assert (await client.patch(f"/api/jobs/rules/{kept}", json={"window_to": None})).status_code in (400, 422)
        async with client_for(database, caller("jobs.read")) as client:
            assert (await client.post("/api/jobs/rules", json={})).status_code == 403


class TestWaiting:
    async def test_without_a_worker(self, database: Database) -> None:
        run = await deferred(database, "sample.note", text="a")
        async with client_for(database, ALL) as client:
            assert (await waiting(client, run))["reason"] == "没有处理队列 sample 的工作进程"

    async def test_for_those_before_it_as_long_as_they_usually_take(self, database: Database, stage: Stage) -> None:
        await deferred(database, "sample.note", text="a")
        await run_until_idle(database)
        async with database.unit_of_work() as uow:
            await uow.session.execute(text("UPDATE job_run SET finished_at = started_at + interval '60 s'"))
        async with client_for(database, ALL) as client, working(database, "sample"):
            blocking = await deferred(database, "sample.outlives")
            await stage.started.wait()
            await deferred(database, "sample.note", text="b")
            last = await deferred(database, "sample.note", text="c")
            told = await waiting(client, last)
            assert (told["ahead"], told["begins_at"]) == (1, None), "it is not known how long the blocking one takes"
            assert told["reason"] == "队列 sample 的 1 个位置都在运行"
            stage.ended.set()
            await until(database, last, lambda run: run.status == JobStatus.SUCCEEDED)
            assert (await run_of(database, blocking)).status == JobStatus.SUCCEEDED
            assert (await client.get(f"/api/jobs/{last}/life")).json()["waiting"] is None

    async def test_for_another_of_the_same_lock(self, database: Database) -> None:
        await deferred(database, "sample.locked", key="feed:1")
        second = await deferred(database, "sample.locked", key="feed:1")
        async with client_for(database, ALL) as client:
            assert (await waiting(client, second))["reason"] == "同一对象的任务 sample.locked 先行"


class TestKinds:
    async def set(self, database: Database, kind: str, **values: Any) -> None:
        async with client_for(database, ALL) as client:
            answer = await client.patch(f"/api/jobs/kinds/{kind}", json=values)
            assert answer.status_code == 200, answer.text
            assert answer.json()["changed"]

    async def test_priority(self, database: Database, stage: Stage) -> None:
        await self.set(database, "sample.note", priority=50)
        await deferred(database, "sample.important", text="important")
        await deferred(database, "sample.note", text="note")
        await run_until_idle(database)
        assert stage.calls == ["note", "important"]

    async def test_retries(self, database: Database, stage: Stage) -> None:
        await self.set(database, "sample.flaky", retry_times=0)
        run = await deferred(database, "sample.flaky", failures=1)
        await run_until_idle(database)
        assert ((await run_of(database, run)).status, stage.calls) == (JobStatus.FAILED, [1])

    async def test_a_run_that_takes_too_long_ends(self, database: Database) -> None:
        await self.set(database, "sample.endless", timeout_seconds=1)
        run = await deferred(database, "sample.endless")
        await run_until_idle(database)
        ended = await run_of(database, run)
        assert (ended.status, ended.error_code) == (JobStatus.FAILED, "job_overdue")

    async def test_kinds_are_neither_made_nor_removed(self, database: Database) -> None:
        async with client_for(database, ALL) as client:
            kinds = (await client.get("/api/jobs/kinds", params={"page_size": 100})).json()["items"]
            assert {"sample.note", "sample.flaky"} <= {one["name"] for one in kinds}
            assert (await client.patch("/api/jobs/kinds/sample.nought", json={"priority": 1})).status_code == 404
            assert (await client.post("/api/jobs/kinds", json={})).status_code == 405


class TestLife:
    async def test_every_status_is_kept_with_its_time(self, database: Database) -> None:
        run = await deferred(database, "sample.flaky", failures=1)
        await run_until_idle(database)
        async with client_for(database, ALL) as client:
            life = (await client.get(f"/api/jobs/{run}/life")).json()
        assert [one["status"] for one in life["moments"]] == ["queued", "running", "waiting", "running", "succeeded"]
        times = [one["at"] for one in life["moments"]]
        assert times == sorted(times)
        failed = life["moments"][2]["error"]
        assert "无法解析" in failed
        assert "33010219900101123X" not in failed, "an error's text is cleaned of identifiers"

    async def test_paused_resumed_and_run_again(self, database: Database, stage: Stage) -> None:
        run = await deferred(database, "sample.note", text="a")
        async with client_for(database, ALL) as client:
            assert (await client.post(f"/api/jobs/runs/{run}/again")).status_code == 409
            assert (await client.post(f"/api/jobs/runs/{run}/pause")).status_code == 204
            assert (await waiting(client, run))["reason"] == "已暂停，等待恢复"
            await run_until_idle(database)
            assert stage.calls == []
            assert (await client.post(f"/api/jobs/runs/{run}/resume")).status_code == 204
            await run_until_idle(database)
            begun = (await client.post(f"/api/jobs/runs/{run}/again")).json()["job_run_ids"]
            await run_until_idle(database)
            assert stage.calls == ["a", "a"]
            assert (await run_of(database, uuid.UUID(begun[0]))).status == JobStatus.SUCCEEDED
            life = (await client.get(f"/api/jobs/{run}/life")).json()["moments"]
            assert [one["status"] for one in life] == ["queued", "paused", "queued", "running", "succeeded"]
        async with client_for(database, caller("jobs.read")) as client:
            assert (await client.post(f"/api/jobs/runs/{run}/again")).status_code == 403
        async with client_for(database, caller()) as client:
            assert (await client.get(f"/api/jobs/{run}/life")).status_code == 404
