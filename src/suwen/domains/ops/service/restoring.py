"""An empty installation becomes what a backup holds.

The lake's files come first, under a marker; the database's rows in one transaction, with a note of the restore among
them; then the marker goes. Whatever is interrupted, the same call completes it or begins anew, and until then the
installation does not open (`refuse_half_restored`).
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa
from anyio import to_thread

from suwen.domains.ingest.public import key_fingerprint
from suwen.domains.lake.public import open_lake
from suwen.domains.ops.archive import LAKE, Manifest, copied, faults_of, read_manifest
from suwen.domains.ops.errors import BrokenBackup, InterruptedRestore, NotEmpty, UnknownRevision
from suwen.domains.ops.models import Backup, Restoration
from suwen.domains.ops.repository import BackupRepository, StateRepository
from suwen.domains.ops.service.recording import describe
from suwen.kernel.database import Database
from suwen.kernel.migrations import known_revisions, revision_of, upgrade
from suwen.kernel.progress import Progress
from suwen.kernel.settings import Settings

_PIECE = 1 << 20
_SHOWN = 20


@dataclass(frozen=True)
class Restored:
    """What was brought back. `readable`: this installation's master key opens the secrets that were stored."""

    manifest: Manifest
    digest: str
    readable: bool


async def restore(database_url: str, settings: Settings, folder: Path, progress: Progress) -> Restored:
    """Fill an empty database and an empty lake with a backup, every file of it checked before.

    database_url: a PostgreSQL database without our tables, or with empty ones of the backup's revision. Raises
    NotABackup, BrokenBackup, NotEmpty, UnknownRevision; then nothing was changed.
    """
    manifest, digest = await to_thread.run_sync(read_manifest, folder)
    if manifest.revision not in known_revisions():
        raise UnknownRevision("备份来自更新的软件版本", received=manifest.revision, allowed=known_revisions()[-1:])
    if faults := await to_thread.run_sync(faults_of, folder, manifest, progress):
        raise BrokenBackup(
            f"备份有 {len(faults)} 个文件缺失或改变", faults=[fault.model_dump() for fault in faults[:_SHOWN]]
        )
    marker = _marker(settings)
    begun = marker.read_text("ascii") if marker.exists() else None
    if begun is None and settings.lake.exists() and any(settings.lake.iterdir()):
        raise NotEmpty("数据湖目录不为空", received=settings.lake.name)
    present = await to_thread.run_sync(revision_of, database_url)
    if present is None or not await _loaded(database_url, digest if begun == digest else None):
        if present not in (None, manifest.revision):
            raise UnknownRevision("空数据库的表与备份不是同一版本", received=present, allowed=[manifest.revision])
        await to_thread.run_sync(_bring_files, settings, folder, manifest, digest, progress)
        await to_thread.run_sync(upgrade, database_url, manifest.revision)
        await _bring_rows(database_url, folder, manifest, digest, progress)
    await to_thread.run_sync(upgrade, database_url)
    await to_thread.run_sync(_check_lake, settings, manifest)
    marker.unlink()
    return Restored(manifest, digest, manifest.key is None or manifest.key == key_fingerprint(settings))


def refuse_half_restored(settings: Settings) -> None:
    """Raise InterruptedRestore where a restore into this installation was begun and did not end."""
    if _marker(settings).exists():
        raise InterruptedRestore("还原被中断，请再次运行 suwen backup restore", received=settings.lake.name)


def _marker(settings: Settings) -> Path:
    """Return the file beside the lake that says which backup (its digest) is being brought in."""
    return settings.lake.with_name(f".{settings.lake.name}.restoring")


async def _loaded(database_url: str, digest: str | None) -> bool:
    """Say whether the database holds the rows of the backup that was being brought in.

    False: it holds none at all. Raises NotEmpty when they are others.
    """
    database = Database(database_url, pool_size=1)
    try:
        async with database.unit_of_work() as uow:
            state = StateRepository(uow.session)
            filled = await state.filled()
            if filled and (digest is None or await state.restoration(digest) is None):
                raise NotEmpty("数据库中已有数据", received=filled[:_SHOWN])
            return bool(filled)
    finally:
        await database.close()


def _bring_files(settings: Settings, folder: Path, manifest: Manifest, digest: str, progress: Progress) -> None:
    marker = _marker(settings)
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(digest, "ascii")
    # Only what an interrupted restore brought can be there.
    shutil.rmtree(settings.lake, ignore_errors=True)
    settings.lake.mkdir()
    wanted = [file for file in manifest.files if PurePosixPath(file.path).parts[0] == LAKE]
    progress.stage("数据湖 lake", sum(file.bytes for file in wanted))
    for file in wanted:
        copy = copied(folder / file.path, settings.lake, PurePosixPath(file.path).relative_to(LAKE))
        if copy.sm3 != file.sm3:
            raise BrokenBackup("复制时文件改变", received=file.path)
        progress.advance(file.bytes)


async def _bring_rows(database_url: str, folder: Path, manifest: Manifest, digest: str, progress: Progress) -> None:
    progress.stage("数据库 database", len(manifest.tables))
    database = Database(database_url, pool_size=1)
    try:
        async with database.unit_of_work() as uow:
            state, backups = StateRepository(uow.session), BackupRepository(uow.session)
            for table in manifest.tables:
                progress.message(table.name)
                await state.load(table.name, table.columns, _pieces(folder / table.file))
                progress.advance()
            await state.set_sequences(manifest.sequences)
            state.add(Restoration(backup_id=manifest.id, digest=digest, made_at=manifest.made_at))
            # At the moment it holds, the backup itself was still being written, or not noted yet.
            backup = await backups.find(Backup, manifest.id) or backups.add(Backup(id=manifest.id, folder=folder.name))
            describe(backup, manifest, digest)
    finally:
        await database.close()


def _pieces(path: Path) -> Iterator[bytes]:
    with pa.input_stream(str(path), compression="zstd") as file:
        while piece := file.read(_PIECE):
            yield piece


def _check_lake(settings: Settings, manifest: Manifest) -> None:
    lake = open_lake(settings)
    for table in manifest.lake:
        state = lake.snapshot(table.ref)
        if (state.version, state.rows) != (table.version, table.rows):
            raise BrokenBackup(
                f"还原后表 {table.ref} 与备份不符",
                received=f"version {state.version}, {state.rows} rows",
                allowed=f"version {table.version}, {table.rows} rows",
            )
