"""HTTP of the map: institutions with their state, borders imported, their vector tiles."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from suwen.domains.ingest.permissions import READ, WRITE
from suwen.domains.ingest.watching.map import service
from suwen.domains.ingest.watching.map.drawing import Tile
from suwen.domains.ingest.watching.map.schemas import Boundaries, NodeMap
from suwen.kernel.permissions import Principal, require
from suwen.kernel.uploads import Content
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
MVT = "application/vnd.mapbox-vector-tile"
router = APIRouter(prefix="/api/ingest/map", tags=["ingest"])


@router.get("")
async def read_map(uow: Work, principal: Reader) -> NodeMap:
    """Show the caller's institutions with their state, and which borders there are."""
    return await service.node_map(uow, principal.scope)


@router.get("/tiles/{borders}/{z}/{x}/{y}", response_class=Response, responses={200: {"content": {MVT: {}}}})
async def read_tile(borders: UUID, z: int, x: int, y: int, uow: Work, _principal: Reader) -> Response:
    """Return a vector tile of the borders; under the address of a set it never changes."""
    content = await service.tile(uow, borders, Tile(z, x, y))
    return Response(content, media_type=MVT, headers={"Cache-Control": "private, max-age=31536000, immutable"})


@router.post("/boundaries")
async def import_boundaries(content: Content, uow: Work, principal: Writer) -> Boundaries:
    """Import the borders of divisions as GeoJSON in place of those there are; for who sees all institutions."""
    return await service.import_boundaries(uow, principal.scope, content, principal.username)


@router.delete("/boundaries", status_code=204)
async def remove_boundaries(uow: Work, principal: Writer) -> None:
    """Take the borders away; for who sees all institutions."""
    await service.remove_boundaries(uow, principal.scope)
