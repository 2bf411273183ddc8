"""HTTP of schemes: their matrix, their front database, their check."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse

from suwen.domains.ingest.permissions import READ, WRITE
from suwen.domains.ingest.schemes import checking, standing
from suwen.domains.ingest.schemes.front import front_database
from suwen.domains.ingest.schemes.repository import SchemeRepository
from suwen.domains.ingest.schemes.schemas import Matrix, SchemeCheck
from suwen.domains.standards.public import load_catalog
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.get("/scheme_matrix")
async def read_matrix(uow: Work, principal: Reader, phase: str | None = None) -> Matrix:
    """Show institutions by systems, each with how many of its standard tables have come how far."""
    return await standing.matrix(uow, principal.scope, phase)


@router.get("/schemes/{key}/front", response_class=PlainTextResponse)
async def read_front_database(
    key: UUID,
    uow: Work,
    principal: Reader,
    dialect: Annotated[str, Query(description="postgres, mysql, sqlserver, oracle or dm")] = "postgres",
) -> PlainTextResponse:
    """Download the statements that make the front database of a scheme's scope."""
    scheme = await SchemeRepository(uow.session).scheme(key, principal.scope)
    catalog = await load_catalog(uow)
    datasets = [dataset for dataset in catalog if dataset.code in scheme.datasets]
    name = f"front_{scheme.system.lower()}_{dialect}.sql"
    text = front_database(datasets, dialect)
    return PlainTextResponse(text, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/schemes/{key}/check")
async def check_scheme(request: Request, key: UUID, uow: Work, principal: Writer) -> SchemeCheck:
    """Look whether an institution's system is as its scheme says: sources, connections, tables, columns, rows."""
    scheme = await SchemeRepository(uow.session).scheme(key, principal.scope)
    return await checking.check_scheme(uow, principal.scope, settings_of(request), scheme)
