"""Importing official lists: look at the file, preview what would change, import all or nothing."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Form
from pydantic import Json

from suwen.domains.standards.permissions import WRITE
from suwen.domains.standards.schemas_importing import ListHeader, ListIn, ListPreview
from suwen.domains.standards.service import importing
from suwen.kernel.permissions import Principal, require
from suwen.kernel.uploads import Content, Placed
from suwen.kernel.web import Work

Writer = Annotated[Principal, Depends(require(WRITE.code))]
Wanted = Annotated[Json[ListIn], Form()]
router = APIRouter(prefix="/api/standards/lists", tags=["standards"])


@router.post("/header")
async def read_header(content: Content, place: Placed, _principal: Writer) -> ListHeader:
    """Return a file's header, its first rows, and a guess of which column holds what."""
    return await to_thread.run_sync(importing.header_of, content, place)


@router.post("/preview")
async def preview_list(content: Content, wanted: Wanted, place: Placed, work: Work, _principal: Writer) -> ListPreview:
    """Return what importing a list would add, rename and drop, and each mistake with its row."""
    return await importing.preview(work, content, wanted, place)


@router.post("/import")
async def import_list(
    content: Content,
    wanted: Wanted,
    place: Placed,
    work: Work,
    _principal: Writer,
    file_name: Annotated[str, Form()] = "file",
) -> ListPreview:
    """Import a list as the next version of its value set, all or nothing."""
    return await importing.import_list(work, content, wanted, file_name, place)
