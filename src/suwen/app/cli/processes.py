"""``suwen init|serve|worker|run|demo``: the processes of an installation."""

import contextlib
import json
from typing import Annotated, cast

import anyio
import typer
import uvicorn
from rich.console import Console

from suwen.app.demo.run import DemoOptions, run_demo
from suwen.app.demo.setup import HOSPITALS
from suwen.app.pipeline import run_pipeline
from suwen.app.runtime import open_runtime, prepare
from suwen.app.terminal import TerminalProgress
from suwen.domains.ingest.public import receive_mllp
from suwen.kernel.jobs import run_worker
from suwen.kernel.settings import Settings, get_settings

app = typer.Typer()
Engine = Annotated[str | None, typer.Option(help="duckdb or spark; default: the setting")]


def _settings(engine: str | None = None) -> Settings:
    settings = get_settings()
    return settings.model_copy(update={"engine": engine}) if engine else settings


@app.command()
def init() -> None:
    """Make or upgrade the database, load standards and divisions, make the first administrator."""
    console = Console(stderr=True)

    async def work() -> str | None:
        async with open_runtime(_settings()) as runtime:
            return await prepare(runtime)

    if password := anyio.run(work):
        console.print(f"管理员 admin 的一次性密码 one-time password: [bold]{password}[/]", highlight=False)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
    reload: Annotated[bool, typer.Option(help="restart when the source changes")] = False,
) -> None:
    """Serve API and web pages."""
    settings = get_settings()
    uvicorn.run(
        "suwen.app.api:create_app",
        factory=True,
        host=host or settings.host,
        port=settings.port if port is None else port,
        reload=reload,
        log_level=settings.log_level,
        access_log=False,
        # Else a client that keeps asking, or never ends what it began, keeps the server from ending.
        timeout_graceful_shutdown=settings.stop_seconds,
    )


@app.command()
def worker(
    queue: Annotated[list[str] | None, typer.Option(help="only these queues; default: all")] = None,
) -> None:
    """Run background jobs until stopped, and take HL7 messages; start as many workers as needed."""

    async def work() -> None:
        async with open_runtime(_settings()) as runtime, anyio.create_task_group() as group:
            if queue is None:
                group.start_soon(receive_mllp, runtime.database, runtime.settings)
            await run_worker(runtime.database, queue, settings=runtime.settings)
            group.cancel_scope.cancel()

    with contextlib.suppress(KeyboardInterrupt):
        anyio.run(work)


@app.command()
def run(
    engine: Engine = None,
    source: Annotated[list[str] | None, typer.Option(help="only these sources, by code")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON on the last line")] = False,
) -> None:
    """Carry all sources through collection, standard, persons, quality and metrics."""
    console = Console(stderr=True)

    async def work() -> dict[str, object]:
        async with open_runtime(_settings(engine)) as runtime:
            with TerminalProgress(console) as progress:
                report = await run_pipeline(runtime, progress, sources=source)
            return report.as_json()

    report = anyio.run(work)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    for failure in cast("list[dict[str, str]]", report["failures"]):
        console.print(f"[red]{failure['feed']}[/]: {failure['reason']}", highlight=False)
    if report["failures"]:
        raise typer.Exit(1)


@app.command()
def demo(
    reset: Annotated[bool, typer.Option(help="throw the demo's workspace away first")] = False,
    serve: Annotated[bool, typer.Option(help="serve the pages afterwards")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON on the last line")] = False,
    persons: Annotated[int, typer.Option(min=100, help="residents of the generated county")] = 5000,
    hospital: Annotated[
        list[str] | None, typer.Option(help=f"carry only this hospital's data (repeatable): {', '.join(HOSPITALS)}")
    ] = None,
    engine: Engine = None,
) -> None:
    """Carry the example hospital and a generated county from source to screen."""
    hospitals = tuple(one for one in HOSPITALS if not hospital or one in hospital)
    if unknown := set(hospital or ()) - set(HOSPITALS):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}; known: {', '.join(HOSPITALS)}")
    options = DemoOptions(reset=reset, serve=serve, as_json=as_json, persons=persons, hospitals=hospitals)
    run_demo(_settings(engine), options)
