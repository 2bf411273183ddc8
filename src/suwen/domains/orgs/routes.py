"""Files of organisations and what they have, imported all or nothing."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends

from suwen.domains.orgs.permissions import READ, WRITE
from suwen.domains.orgs.schemas import DepartmentIn, EquipmentIn, ImportReport, InstitutionIn, StaffIn, SupplyIn
from suwen.domains.orgs.service.organisations import import_file
from suwen.kernel.permissions import Principal, require
from suwen.kernel.uploads import Content, sheets_of
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/orgs", tags=["orgs"])


@router.post("/sheets")
async def read_sheets(content: Content, _principal: Reader) -> list[str]:
    """Return the names of a workbook's sheets, none for a csv."""
    return await to_thread.run_sync(sheets_of, content)


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


@router.post("/equipment/import")
async def import_equipment(content: Content, work: Work, principal: Writer) -> ImportReport:
    """Import equipment from csv or xlsx."""
    return await import_file(work, principal.scope, content, EquipmentIn)


@router.post("/supplies/import")
async def import_supplies(content: Content, work: Work, principal: Writer) -> ImportReport:
    """Import consumables from csv or xlsx."""
    return await import_file(work, principal.scope, content, SupplyIn)
