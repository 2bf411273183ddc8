"""Publishing collection specifications, and downloading them."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from suwen.domains.standards.definitions import Kind
from suwen.domains.standards.permissions import PUBLISH, READ
from suwen.domains.standards.schemas_publishing import PublicationIn, PublicationRow
from suwen.domains.standards.service import publishing
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Publisher = Annotated[Principal, Depends(require(PUBLISH.code))]
router = APIRouter(prefix="/api/standards", tags=["standards"])


@router.post("/publications", status_code=201)
async def publish(wanted: PublicationIn, work: Work, _principal: Publisher) -> PublicationRow:
    """Publish the collection specification of some datasets as they are in force."""
    return PublicationRow.model_validate(await publishing.publish(work, wanted))


@router.post("/publications/{key}/withdraw")
async def withdraw(key: UUID, work: Work, _principal: Publisher) -> PublicationRow:
    """Withdraw a published specification."""
    return PublicationRow.model_validate(await publishing.withdraw(work, key))


@router.get("/publications/{key}/files/{format}", response_class=Response)
async def download(key: UUID, format: str, work: Work, _principal: Reader) -> Response:
    """Return a published specification as xlsx, docx, html, json (JSON Schema) or xsd."""
    return _file(await publishing.publication_file(work, key, format))


@router.get("/specification", response_class=Response)
async def download_dataset(
    work: Work, _principal: Reader, kind: Kind, code: Annotated[str, Query(max_length=200)], format: str = "xlsx"
) -> Response:
    """Return the specification of one dataset as it is in force."""
    return _file(await publishing.dataset_file(work, kind, code, format))


def _file(file: tuple[str, str, bytes]) -> Response:
    name, media_type, content = file
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=media_type, headers=headers)
