"""HTTP of the assets' lives: where they stand, and one of them whole."""

from typing import Annotated

from fastapi import APIRouter, Depends

from suwen.domains.catalog import life
from suwen.domains.catalog.permissions import READ
from suwen.domains.catalog.schemas_assets import AssetLife, StageCount
from suwen.domains.lake.public import LakeOf
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
router = APIRouter(prefix="/api/catalog", tags=["catalog"])


@router.get("/stages")
async def count_stages(work: Work, lake: LakeOf, principal: Reader) -> list[StageCount]:
    """Show how many assets stand at each stage of their life, and how many are held there."""
    return await life.stage_counts(work, lake, principal.scope)


@router.get("/assets/{code}/life")
async def read_life(code: str, work: Work, lake: LakeOf, principal: Reader) -> AssetLife:
    """Show the whole life of an asset: stages with their figures, institutions, history."""
    return await life.life_of(work, lake, principal.scope, code)
