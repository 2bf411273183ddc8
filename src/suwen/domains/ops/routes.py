"""Backups over HTTP: make, verify, remove. A restore is a command, for nobody may use what is being replaced."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from suwen.domains.ops.permissions import WRITE
from suwen.domains.ops.schemas import BackupIn, BackupOut, Begun
from suwen.domains.ops.service import recording
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ops/backups", tags=["ops"])


@router.post("", status_code=202)
async def make_backup(asked: BackupIn, work: Work, _principal: Writer) -> Begun:
    """Begin a backup of the database and the lake; its row tells when it is whole."""
    backup = recording.begin(work, asked.note)
    return Begun(id=backup.id, job_id=work.defer(recording.MAKE, {"backup": str(backup.id)}))


@router.post("/{key}/verify", status_code=202)
async def verify_backup(key: UUID, work: Work, _principal: Writer) -> Begun:
    """Begin to read a backup whole; its row tells the outcome. Raises NotFound, NotAtThisStatus."""
    backup = await recording.to_verify(work, key)
    return Begun(id=backup.id, job_id=work.defer(recording.VERIFY, {"backup": str(backup.id)}))


@router.post("/{key}/remove")
async def remove_backup(key: UUID, request: Request, work: Work, _principal: Writer) -> BackupOut:
    """Remove a backup's files; its row stays. Raises NotFound, NotAtThisStatus, FolderTaken."""
    return BackupOut.model_validate(await recording.remove(work, settings_of(request), key))
