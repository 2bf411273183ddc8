"""The list of the room: assets."""

from suwen.domains.catalog import life
from suwen.domains.catalog.permissions import READ
from suwen.domains.catalog.schemas_assets import AssetRow
from suwen.kernel.resource_computed import ComputedSource
from suwen.kernel.resources import Resource

GROUP = "数据资产"
_SHARES = ("mapped", "coded", "institution", "department", "person")

ASSETS = Resource(
    name="catalog.assets",
    domain="catalog",
    title="资产全生命周期",
    title_en="Life of assets",
    schema=AssetRow,
    source=ComputedSource(AssetRow, life.rows, key="code", search=("code", "title", "title_en", "standard")),
    read=READ.code,
    key="code",
    default_sort=("code",),
    overrides={
        "cell:title": "catalog/AssetTitle",
        "cell:stage": "catalog/Stage",
        "cell:review_due": "catalog/ReviewDue",
        **{f"cell:{name}": "catalog/Percent" for name in _SHARES},
    },
    group=GROUP,
    icon="fund",
    order=5,
)
