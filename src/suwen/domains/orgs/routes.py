"""Files of institutions, departments and staff, imported all or nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends

from suwen.domains.orgs.permissions import WRITE
from suwen.domains.orgs.schemas import DepartmentIn, ImportReport, InstitutionIn, StaffIn
from suwen.domains.orgs.service.organisations import import_file
from suwen.kernel.permissions import Principal, require
from suwen.kernel.uploads import Content
from suwen.kernel.web import Work

Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/orgs", tags=["orgs"])


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
