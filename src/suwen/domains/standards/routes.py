"""The dictionary of a dataset, to read and to download."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from suwen.domains.standards.permissions import READ
from suwen.domains.standards.schemas import Dictionary
from suwen.domains.standards.service.publishing import dataset_file
from suwen.domains.standards.service.reading import dictionary_of
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
router = APIRouter(prefix="/api/standards", tags=["standards"])


@router.get("/datasets/{code}/dictionary", operation_id="standards_dictionary")
async def read_dictionary(code: str, work: Work, _principal: Reader) -> Dictionary:
    """Return a dataset with its elements, keys, references and the value sets it uses."""
    return await dictionary_of(work, code)


@router.get("/datasets/{code}/dictionary/export", operation_id="standards_dictionary_export", response_class=Response)
async def export_dictionary(code: str, work: Work, _principal: Reader) -> Response:
    """Return the dataset's collection specification as xlsx."""
    name, media_type, content = await dataset_file(work, "dataset", code, "xlsx")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
