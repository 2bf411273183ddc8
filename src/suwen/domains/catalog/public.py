"""The door of the catalogue room: datasets of the lake with their figures within a scope."""

from suwen.domains.catalog.profiling import profile
from suwen.domains.catalog.schemas import DatasetAsset, DatasetDetail, Profile
from suwen.domains.catalog.service import assets, detail

__all__ = ["DatasetAsset", "DatasetDetail", "Profile", "assets", "detail", "profile"]
