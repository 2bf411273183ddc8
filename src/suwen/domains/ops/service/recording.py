"""Backups of this installation: asked for, made, checked and removed, each noted with who and when."""

import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from anyio import to_thread

from suwen.domains.lake.public import Lake
from suwen.domains.ops.archive import Manifest, discard, faults_of, read_manifest
from suwen.domains.ops.errors import NotABackup, NotAtThisStatus
from suwen.domains.ops.models import Backup, BackupStatus
from suwen.domains.ops.repository import BackupRepository
from suwen.domains.ops.service.creating import Made, create
from suwen.domains.ops.settings import OpsSettings, backup_folder
from suwen.kernel.clock import LOCAL_ZONE, now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.progress import Progress
from suwen.kernel.settings import Settings

MAKE, VERIFY, DAILY = "ops.back_up", "ops.verify_backup", "ops.back_up_daily"
_SHOWN = 5
_OPEN = (BackupStatus.WRITING, BackupStatus.FAILED)
_HELD = (BackupStatus.WHOLE, BackupStatus.BROKEN)


def begin(uow: UnitOfWork, note: str | None, *, daily: bool = False) -> Backup:
    """Note a backup that is to be made; whoever calls has it made by `make`."""
    key, moment = new_id(), now()
    by = uow.principal.username if uow.principal else None
    folder = f"{moment.astimezone(LOCAL_ZONE):%Y%m%d-%H%M%S}-{key.hex[-6:]}"
    return BackupRepository(uow.session).add(
        Backup(id=key, folder=folder, note=note, daily=daily, made_by=by, started_at=moment)
    )


def describe(backup: Backup, manifest: Manifest, digest: str) -> None:
    """Note that a backup is whole, and what it holds."""
    backup.status, backup.fault = BackupStatus.WHOLE.value, None
    backup.started_at, backup.finished_at = manifest.made_at, now()
    backup.digest, backup.revision = digest, manifest.revision
    backup.database_tables, backup.database_rows = len(manifest.tables), manifest.database_rows
    backup.lake_tables, backup.lake_rows = len(manifest.lake), manifest.lake_rows
    backup.files, backup.bytes = len(manifest.files), manifest.bytes


async def make(database: Database, lake: Lake, settings: Settings, progress: Progress, key: uuid.UUID) -> str:
    """Make a backup that was noted, unless it is there already; returns its digest."""
    async with database.unit_of_work() as uow:
        backup = await BackupRepository(uow.session).backup(key)
        _demand(backup, (*_OPEN, BackupStatus.WHOLE))
        backup.status = BackupStatus.WRITING.value
        folder = backup_folder(settings) / backup.folder
    try:
        if folder.exists():
            # Whoever began it died after the last file and before the note.
            made = Made(*await to_thread.run_sync(read_manifest, folder))
        else:
            made = await create(database, lake, settings, folder, progress, key)
    except Exception as error:
        await _note(database, key, partial(_failed, f"{type(error).__name__}: {error}"))
        raise
    await _note(database, key, lambda row: describe(row, made.manifest, made.digest))
    return made.digest


async def make_elsewhere(database: Database, lake: Lake, settings: Settings, folder: Path, progress: Progress) -> Made:
    """Make a backup in a folder of the caller's choice, and note that it was made."""
    made = await create(database, lake, settings, folder, progress, new_id())
    async with database.unit_of_work() as uow:
        backup = Backup(id=made.manifest.id, folder=str(folder.absolute()))
        describe(BackupRepository(uow.session).add(backup), made.manifest, made.digest)
    return made


async def to_verify(uow: UnitOfWork, key: uuid.UUID) -> Backup:
    """Return a backup that can be verified. Raises NotFound, NotAtThisStatus."""
    backup = await BackupRepository(uow.session).backup(key)
    _demand(backup, _HELD)
    return backup


async def verify(database: Database, settings: Settings, progress: Progress, key: uuid.UUID, by: str | None) -> bool:
    """Read a backup whole and note whether it still is what was written; returns that."""
    async with database.unit_of_work() as uow:
        backup = await BackupRepository(uow.session).backup(key)
        _demand(backup, _HELD)
        folder, digest = backup_folder(settings) / backup.folder, backup.digest
    fault = await to_thread.run_sync(_fault, folder, digest, progress)

    def judged(row: Backup) -> None:
        row.status = (BackupStatus.BROKEN if fault else BackupStatus.WHOLE).value
        row.fault, row.verified_at, row.verified_by = fault, now(), by

    await _note(database, key, judged)
    return fault is None


async def remove(uow: UnitOfWork, settings: Settings, key: uuid.UUID) -> Backup:
    """Remove a backup's files; what it was stays noted. Raises NotAtThisStatus, FolderTaken."""
    backup = await BackupRepository(uow.session).backup(key)
    _demand(backup, tuple(status for status in BackupStatus if status is not BackupStatus.REMOVED))
    await to_thread.run_sync(discard, backup_folder(settings) / backup.folder)
    backup.status, backup.removed_at = BackupStatus.REMOVED.value, now()
    backup.removed_by = uow.principal.username if uow.principal else None
    return backup


async def make_daily(database: Database, lake: Lake, settings: Settings, progress: Progress) -> int:
    """Make the day's backup where the settings want one, then let go of the oldest; returns how many went."""
    wanted = OpsSettings()  # pyright: ignore[reportCallIssue]
    if not wanted.backup_daily:
        return 0
    async with database.unit_of_work() as uow:
        backup = begin(uow, None, daily=True)
    await make(database, lake, settings, progress, backup.id)
    async with database.unit_of_work() as uow:
        old = (await BackupRepository(uow.session).daily())[wanted.backup_keep :]
        for each in old:
            await remove(uow, settings, each.id)
    return len(old)


def _demand(backup: Backup, allowed: tuple[BackupStatus, ...]) -> None:
    if backup.status not in allowed:
        raise NotAtThisStatus("此备份当前不能这样做", received=backup.status, allowed=allowed)


def _failed(fault: str, backup: Backup) -> None:
    backup.status, backup.fault = BackupStatus.FAILED.value, fault


def _fault(folder: Path, digest: str | None, progress: Progress) -> str | None:
    """Return what is wrong with a backup, in words; None when nothing is."""
    try:
        manifest, found = read_manifest(folder)
    except NotABackup as error:
        return error.detail
    if found != digest:
        return "备份清单不是当时所写的"
    faults = faults_of(folder, manifest, progress)
    shown = "，".join(f"{fault.path} {fault.what}" for fault in faults[:_SHOWN])
    return f"{len(faults)} 个文件：{shown}" if faults else None


async def _note(database: Database, key: uuid.UUID, change: Callable[[Backup], None]) -> None:
    async with database.unit_of_work() as uow:
        change(await BackupRepository(uow.session).backup(key))
