"""Files of institutions, departments and staff, imported all or nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile

from suwen.domains.orgs.errors import UnreadableFile
from suwen.domains.orgs.permissions import WRITE
from suwen.domains.orgs.schemas import DepartmentIn, ImportReport, InstitutionIn, StaffIn
from suwen.domains.orgs.service import import_file
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

MAX_BYTES = 50_000_000
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/orgs", tags=["orgs"])


async def content_of(file: UploadFile) -> bytes:
    """FastAPI dependency: the bytes of the uploaded file. Raises UnreadableFile for one over 50 MB."""
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableFile("文件太大", allowed=f"不超过 {MAX_BYTES:,} 字节")
    return content


Content = Annotated[bytes, Depends(content_of)]


@router.post("/institutions/import")
async def import_institutions(content: Content, work: Work, principal: Writer) -> ImportReport:
    """Import institutions from csv or xlsx."""
    return await import_file(work, principal.scope, content, InstitutionIn)


@router.post("/departments/import")
async def import_departments(content: Content, work: Work, principal: Writer) -> ImportReport:
    """Import departments from csv or xlsx."""
    return await import_file(work, principal.scope, content, DepartmentIn)


@router.post("/staff/import")
async def import_staff(content: Content, work: Work, principal: Writer) -> ImportReport:
    """Import staff from csv or xlsx."""
    return await import_file(work, principal.scope, content, StaffIn)
