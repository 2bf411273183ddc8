"""HTTP of documents: runs of collections; a document's bytes, its text, another reading."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse

from suwen.domains.identity.public import record_access
from suwen.domains.ingest.archive.collecting import COLLECT, content_of, replay
from suwen.domains.ingest.archive.repository import DocumentRepository
from suwen.domains.ingest.archive.schemas import DocumentText, RefusedFiles
from suwen.domains.ingest.permissions import ROWS, RUN
from suwen.domains.ingest.schemas import Deferred
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Runner = Annotated[Principal, Depends(require(RUN.code))]
RowReader = Annotated[Principal, Depends(require(ROWS.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])
ENDINGS = {"pdf": "pdf", "docx": "docx", "xlsx": "xlsx", "rtf": "rtf", "html": "html", "txt": "txt"}


@router.post("/collections/{key}/run", status_code=202)
async def run_collection(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a run of a collection of documents."""
    collection = await DocumentRepository(uow.session).collection(key, principal.scope)
    return Deferred(job_run_ids=[uow.defer(COLLECT, {"collection": str(collection.id)})])


@router.get("/collections/{key}/refused")
async def read_refused(key: UUID, uow: Work, principal: RowReader) -> RefusedFiles:
    """Return which files the newest run left out, and why: too large, or written while they were fetched."""
    collection = await DocumentRepository(uow.session).collection(key, principal.scope)
    return RefusedFiles(files=collection.refused)


@router.get("/documents/{key}/content", response_class=FileResponse)
async def read_content(request: Request, key: UUID, uow: Work, principal: RowReader) -> FileResponse:
    """Download a document as it was collected; who did is recorded."""
    document = await DocumentRepository(uow.session).document(key, principal.scope)
    place = content_of(settings_of(request), document)
    await record_access(uow, "ingest.documents", [str(key)], ["content"])
    ending = ENDINGS.get(document.kind) or ("xml" if document.kind in ("cda", "xml") else "bin")
    # Never shown by the browser itself: a document may hold scripts.
    return FileResponse(place, media_type="application/octet-stream", filename=f"document-{key}.{ending}")


@router.get("/documents/{key}/text")
async def read_text(key: UUID, uow: Work, principal: RowReader) -> DocumentText:
    """Show the text that was read of a document; who saw it is recorded."""
    document = await DocumentRepository(uow.session).document(key, principal.scope)
    await record_access(uow, "ingest.documents", [str(key)], ["text"])
    return DocumentText(id=document.id, text=document.text)


@router.post("/documents/{key}/replay", status_code=204)
async def replay_document(request: Request, key: UUID, uow: Work, principal: Runner) -> None:
    """Read a kept document again, by the reader and the naming rule of today."""
    await replay(uow, principal.scope, settings_of(request), key)
