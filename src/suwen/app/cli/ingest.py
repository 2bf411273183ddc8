"""``suwen ingest``: sources from a terminal, for a hospital's engineer without the screens."""

import contextlib
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import anyio
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from suwen.app.runtime import open_runtime, prepare
from suwen.app.terminal import TerminalProgress
from suwen.domains.ingest.public import (
    BatchResult,
    FeedInfo,
    ImportReport,
    MirrorRow,
    Proposed,
    ReadinessInfo,
    RowHistory,
    SyncResult,
    import_source,
    list_feeds,
    list_mirrors,
    propose_source,
    readiness_of_feed,
    receive_mllp,
    row_history,
    run_feed,
    sync_mirror,
)
from suwen.kernel.scope import Scope
from suwen.kernel.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Sources and feeds 数据源与采集任务")


@app.command()
def load(
    definition: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="source.yaml")],
    check: Annotated[bool, typer.Option(help="try every expression against the source's real columns")] = True,
) -> None:
    """Store a source and its feeds; the same file again changes nothing."""

    async def work() -> ImportReport:
        async with open_runtime(get_settings()) as runtime:
            await prepare(runtime)
            async with runtime.database.unit_of_work() as uow:
                return await import_source(uow, definition, runtime.settings, check=check)

    report = anyio.run(work)
    Console().print(
        f"{report.source}: {len(report.created)} new, {len(report.updated)} changed, {len(report.unchanged)} unchanged",
        highlight=False,
    )


@app.command("list")
def show(source: Annotated[str | None, typer.Option(help="only this source, by code")] = None) -> None:
    """List the feeds in the order they run."""

    async def work() -> list[FeedInfo]:
        async with open_runtime(get_settings()) as runtime, runtime.database.unit_of_work() as uow:
            return await list_feeds(uow, Scope.everything(), source)

    table = Table("feed", "title", "table", "dataset", "institution", "capture")
    for feed in anyio.run(work):
        table.add_row(feed.code, feed.title, feed.table, feed.dataset, feed.org_code, feed.mode)
    Console().print(table)


@app.command("run")
def run_one(feed: Annotated[str, typer.Argument(help="full code, e.g. his.visits")]) -> None:
    """Run one feed: read, land in raw, make standard."""
    console = Console()

    async def work() -> BatchResult:
        async with open_runtime(get_settings()) as runtime:
            with TerminalProgress(console) as progress:
                return await run_feed(runtime.database, runtime.lake, runtime.settings, feed, progress)

    done = anyio.run(work)
    console.print(
        f"{done.feed} → {done.dataset}: {done.rows_in:,} in, {done.rows_std:,} standard, "
        f"{done.rows_quarantined:,} quarantined, {done.status}",
        highlight=False,
    )


class Script(StrEnum):
    """SQL for the administrator of a source that tells its changes."""

    SETUP = "setup"
    CLEAN_UP = "clean-up"
    REMOVAL = "removal"


@app.command("changes")
def changes(
    feed: Annotated[str, typer.Argument(help="full code, e.g. his.visits")],
    sql: Annotated[Script | None, typer.Option(help="print this script only, for the source's administrator")] = None,
) -> None:
    """Tell whether a feed's source is ready to tell its changes, how many wait there, and the SQL about it.

    Nothing is ever run there by Suwen: `suwen ingest changes his.visits --sql setup > setup.sql`.
    """

    async def work() -> ReadinessInfo:
        async with open_runtime(get_settings()) as runtime, runtime.database.unit_of_work() as uow:
            return await readiness_of_feed(uow, Scope.everything(), runtime.settings, feed)

    found = anyio.run(work)
    scripts = {Script.SETUP: found.setup, Script.CLEAN_UP: found.clean_up, Script.REMOVAL: found.removal}
    if sql is not None:
        typer.echo(scripts[sql])
        return
    console = Console()
    for one in found.obstacles:
        console.print(f"{one.level}: {one.text_en}", highlight=False, markup=False)
    if found.kept is not None:
        waiting = "" if found.kept.changes is None else f", {found.kept.changes:,} changes waiting"
        since = f" since {found.kept.oldest:%Y-%m-%d %H:%M:%S} UTC" if found.kept.oldest else ""
        console.print(f"{found.kept.name}: {found.kept.bytes or 0:,} bytes{waiting}{since}", highlight=False)
    told = ", ".join(f"--sql {name.value}" for name, text in scripts.items() if text)
    console.print(f"{'ready' if found.ready else 'not ready'}; scripts: {told}", highlight=False)


@app.command("mirror")
def mirror(
    feed: Annotated[
        str | None, typer.Argument(help="full code, e.g. his.visits; left out, all mirrors are told")
    ] = None,
    rebuild: Annotated[bool, typer.Option(help="write all rows anew from raw")] = False,
) -> None:
    """Bring the mirror of a source table up to the newest batch, or tell where each mirror stands."""
    console = Console()

    async def told() -> list[MirrorRow]:
        async with open_runtime(get_settings()) as runtime, runtime.database.unit_of_work() as uow:
            return await list_mirrors(uow, Scope.everything())

    async def work(code: str) -> SyncResult:
        async with open_runtime(get_settings()) as runtime:
            with TerminalProgress(console) as progress:
                return await sync_mirror(runtime.database, runtime.lake, code, progress, rebuild=rebuild)

    if feed is None:
        table = Table("feed", "table", "status", "rows", "at batch", "behind", "error")
        for one in anyio.run(told):
            status = one.status if one.included else "off"
            figures = (f"{one.rows:,}", str(one.number), str(one.behind))
            table.add_row(one.feed, one.origin, status, *figures, escape(one.error or ""))
        console.print(table)
        return
    done = anyio.run(work, feed)
    console.print(
        f"{done.feed}: {done.batches} batches taken in, {done.rows_put:,} rows put, {done.rows_removed:,} removed, "
        f"{done.rows:,} now",
        highlight=False,
    )


@app.command("history")
def history(
    table: Annotated[str, typer.Argument(help="a feed's full code, or a source table")],
    key: Annotated[
        list[str] | None,
        typer.Argument(help="values of the key columns; left out, they are asked for or read from stdin"),
    ] = None,
    at: Annotated[datetime | None, typer.Option(help="how the row stood at this moment, UTC")] = None,
    unmask: Annotated[bool, typer.Option(help="show identifiers in the clear")] = False,
) -> None:
    """Tell what happened to one row of a source: each change with its batch and time, column by column."""
    # What is typed at a prompt or piped in stands in no shell history.
    values = key or (typer.prompt("key", hide_input=True) if sys.stdin.isatty() else sys.stdin.read()).split("|")
    moment = at.replace(tzinfo=UTC) if at is not None else None

    async def work() -> RowHistory:
        async with open_runtime(get_settings()) as runtime, runtime.database.unit_of_work() as uow:
            wanted = [value.strip() for value in values]
            return await row_history(uow, runtime.lake, Scope.everything(), table, wanted, at=moment, unmask=unmask)

    found = anyio.run(work)
    console = Console()
    if not found.changes:
        console.print(f"{found.feed}: raw holds no row with this key", highlight=False)
        raise typer.Exit(1)
    shown = Table("when (UTC)", "batch", "change", "column", "before", "after")
    for change in found.changes:
        before, after = change.before or {}, change.after or {}
        for place, name in enumerate(change.changed):
            head = (f"{change.arrived_at:%Y-%m-%d %H:%M:%S}", f"{change.number}", OPS[change.op])
            shown.add_row(
                *(head if place == 0 else ("", "", "")), name, _cell(before.get(name)), _cell(after.get(name))
            )
    console.print(shown)
    if at is not None:
        state = Table(f"{found.feed} at {at:%Y-%m-%d %H:%M:%S}", "value")
        for name, value in (found.state or {"": "no such row"}).items():
            state.add_row(name, _cell(value))
        console.print(state)


OPS = {"I": "inserted", "U": "updated", "D": "deleted"}


def _cell(value: object) -> str:
    return "" if value is None else escape(str(value))


@app.command("propose")
def propose(
    source: Annotated[str, typer.Option(help="a stored source, by code")],
    out: Annotated[Path | None, typer.Option(file_okay=False, help="folder for the definition and the report")] = None,
) -> None:
    """Propose a mapping of a whole source: datasets, elements and value maps, for a person to correct.

    Writes SOURCE.yaml, to be read and loaded with `suwen ingest load`, and SOURCE.csv with every column and what speaks
    for its element. Nothing is stored.
    """
    console = Console()

    async def work() -> Proposed:
        async with open_runtime(get_settings()) as runtime:
            await prepare(runtime)
            with TerminalProgress(console) as progress:
                return await propose_source(runtime.database, runtime.settings, source, Scope.everything(), progress)

    found = anyio.run(work)
    table = Table("table", "dataset", "confidence", "columns", "accepted", "to decide")
    for one in found.proposal.tables:
        for feed in one.feeds:
            accepted = sum(column.accepted for column in feed.columns)
            unsure = sum(column.element is not None and not column.accepted for column in feed.columns)
            missing = f"no {', '.join(feed.problems)}" if feed.problems else str(unsure or "")
            table.add_row(
                one.name, feed.dataset, f"{feed.confidence:.2f}", str(len(feed.columns)), str(accepted), missing
            )
        if not one.feeds:
            table.add_row(one.name, "-", f"{one.confidence:.2f}", str(one.columns), "", "")
    console.print(table)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for suffix, text in (("yaml", found.yaml), ("csv", found.report)):
            path = out / f"{source}.{suffix}"
            path.write_text(text, encoding="utf-8")
            console.print(str(path), highlight=False)


@app.command()
def mllp(
    source: Annotated[str | None, typer.Option(help="only this source; default: all that have a port")] = None,
    port: Annotated[int | None, typer.Option(help="another port than the source's; needs --source")] = None,
    processes: Annotated[int, typer.Option(min=1, help="so many read and commit, each on a core")] = 2,
) -> None:
    """Take HL7 messages over MLLP until stopped; a worker does so too, in its own process."""
    if port is not None and source is None:
        raise typer.BadParameter("--port needs --source")

    async def work() -> None:
        async with open_runtime(get_settings()) as runtime:
            await receive_mllp(runtime.database, runtime.settings, source, port, processes)

    with contextlib.suppress(KeyboardInterrupt):
        anyio.run(work)
