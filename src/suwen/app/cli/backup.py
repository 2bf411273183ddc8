"""``suwen backup``: the whole installation into a folder, and back into an empty one."""

from pathlib import Path
from typing import Annotated

import anyio
import typer
from rich.console import Console

from suwen.app.database import reachable_database
from suwen.app.runtime import open_runtime
from suwen.app.terminal import TerminalProgress
from suwen.domains.ops.public import Manifest, Restored, faults_of, make_elsewhere, read_manifest, restore
from suwen.kernel.registry import discover_domains
from suwen.kernel.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Backup and restore 备份与还原")
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="folder of a backup")]


@app.command()
def create(out: Annotated[Path, typer.Option(file_okay=False, help="folder to make; must not exist")]) -> None:
    """Write database and lake into a folder, while the installation runs; the folder appears when all is in it."""
    console = Console(stderr=True)

    async def work() -> None:
        async with open_runtime(get_settings()) as runtime:
            with TerminalProgress(console) as progress:
                made = await make_elsewhere(runtime.database, runtime.lake, runtime.settings, out.absolute(), progress)
        _tell(console, made.manifest, made.digest)
        if made.manifest.key is not None and get_settings().master_key is None:
            console.print("主密钥不在备份中，请另行保管 workspace/master.key (the master key is not part of it)")

    anyio.run(work)


@app.command()
def verify(folder: Folder) -> None:
    """Read every file of a backup and compare it with the backup's list; exit code 1 when one differs."""
    console = Console(stderr=True)
    manifest, digest = read_manifest(folder)
    with TerminalProgress(console) as progress:
        faults = faults_of(folder, manifest, progress)
    for fault in faults:
        console.print(f"[red]{fault.what}[/] {fault.path}", highlight=False)
    if faults:
        raise typer.Exit(1)
    _tell(console, manifest, digest)


@app.command("restore")
def bring_back(folder: Folder) -> None:
    """Fill an empty installation (database and lake of the settings) with a backup; interrupted, run it again."""
    console = Console(stderr=True)
    settings = get_settings()
    discover_domains()

    async def work() -> Restored:
        async with reachable_database(settings) as url:
            with TerminalProgress(console) as progress:
                return await restore(url, settings, folder.absolute(), progress)

    restored = anyio.run(work)
    _tell(console, restored.manifest, restored.digest)
    if not restored.readable:
        console.print(
            "[yellow]主密钥与备份时不同：请放回原来的 master.key，否则数据来源的密码不能解开[/] "
            "(another master key: stored passwords cannot be read until the former is put back)",
            highlight=False,
        )


def _tell(console: Console, manifest: Manifest, digest: str) -> None:
    console.print(
        f"{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC · 数据库 database {manifest.database_rows:,} 行 · "
        f"数据湖 lake {manifest.lake_rows:,} 行 · {len(manifest.files):,} 个文件 files, {manifest.bytes:,} bytes\n"
        f"SM3 {digest}",
        highlight=False,
    )
