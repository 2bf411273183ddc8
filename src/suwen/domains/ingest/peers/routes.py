"""HTTP of the systems of the region 省市系统接入."""

from typing import Annotated

from fastapi import APIRouter, Depends

from suwen.domains.ingest.peers import service
from suwen.domains.ingest.peers.schemas import PeerInfo, PeerMade, PeerWanted
from suwen.domains.ingest.permissions import READ, WRITE
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.get("/peers")
async def list_peers(uow: Work, principal: Reader) -> list[PeerInfo]:
    """Return the systems with which a region usually exchanges data, and what of each is connected."""
    return await service.list_peers(uow, principal.scope)


@router.post("/peers/{code}/distributions", status_code=201)
async def make_distributions(code: str, wanted: PeerWanted, uow: Work, principal: Writer) -> PeerMade:
    """Make a distribution of each dataset that a system is given, switched off until somebody has looked at it."""
    return await service.make_distributions(uow, principal.scope, code, wanted)
