"""``suwen demo``: everything in one process tree on embedded defaults."""

import asyncio
import json
import shutil
from dataclasses import dataclass

import anyio
import typer
import uvicorn
from rich.console import Console

from suwen.app.api import create_app
from suwen.app.demo.setup import GENERAL_SOURCE, HOSPITALS, set_up
from suwen.app.pipeline import Report, run_pipeline
from suwen.app.runtime import Runtime, open_runtime, prepare
from suwen.app.terminal import TerminalProgress
from suwen.domains.ingest.public import check_source, receive_mllp
from suwen.domains.terms.public import have_harvested
from suwen.kernel import clock
from suwen.kernel.jobs import run_worker
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


@dataclass(frozen=True)
class DemoOptions:
    """``persons``: residents of the generated county. ``hospitals``: those whose data is carried."""

    reset: bool = False
    serve: bool = True
    as_json: bool = False
    persons: int = 5000
    hospitals: tuple[str, ...] = HOSPITALS


def run_demo(settings: Settings, options: DemoOptions) -> None:
    """Set up, run the main job with progress bars, then serve until interrupted."""
    if options.reset:
        _reset(settings)
    anyio.run(_demo, settings, options)


def _reset(settings: Settings) -> None:
    EmbeddedPostgres(settings.workspace).destroy()
    shutil.rmtree(settings.workspace, ignore_errors=True)


async def _demo(settings: Settings, options: DemoOptions) -> None:
    console = Console(stderr=options.as_json)
    started = clock.now()
    async with open_runtime(settings) as runtime:
        password = await prepare(runtime)
        with TerminalProgress(console) as progress:
            await set_up(runtime, options.persons, progress, hospitals=options.hospitals)
            report = await run_pipeline(runtime, progress)
        report.seconds = round((clock.now() - started).total_seconds(), 2)
        _tell(console, report)
        if options.as_json:
            typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
        if report.failures:
            raise typer.Exit(1)
        if options.serve:
            # Behind the main job: the worker beside the pages fills the mapping room and reconciles the general
            # hospital while people look at the rest.
            async with runtime.database.unit_of_work() as uow:
                have_harvested(uow)
                if "general" in options.hospitals:
                    await check_source(uow, Scope.everything(), GENERAL_SOURCE)
            await _serve(runtime, console, password)


def _tell(console: Console, report: Report) -> None:
    rows = sum(stage.rows_in for stage in report.stages)
    kept = sum(stage.rows_quarantined for stage in report.stages)
    console.print(
        f"\n[bold]{rows:,}[/] 行来自 {len(report.stages)} 张表 · {kept:,} 行在隔离区 · "
        f"{report.identities:,} 个身份 → [bold]{report.persons:,}[/] 人 · {report.rules} 条规则 · "
        f"{report.metrics} 个指标 · {report.seconds:.1f} 秒",
        highlight=False,
    )
    for failure in report.failures:
        console.print(f"[red]{failure.feed}[/]: {failure.reason}", highlight=False)


async def _serve(runtime: Runtime, console: Console, password: str | None) -> None:
    """Serve pages and run jobs in this process until it is interrupted."""
    settings = runtime.settings
    app = create_app(settings, database=runtime.database)
    config = uvicorn.Config(
        app,
        settings.host,
        settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    server = uvicorn.Server(config)
    known = "已设置（忘记时用 --reset 重来）already set"
    console.print(
        f"\n  URL       [bold]http://{settings.host}:{settings.port}[/]\n  user      [bold]admin[/]\n"
        f"  password  [bold]{password or known}[/]\n  Ctrl+C 停止\n",
        highlight=False,
    )
    stop = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: run_worker(runtime.database, stop_event=stop, settings=settings))
        receiving = asyncio.create_task(receive_mllp(runtime.database, settings))
        await server.serve()
        receiving.cancel()
        stop.set()
