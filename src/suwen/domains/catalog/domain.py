"""Manifest of the catalogue room."""

from suwen.domains.catalog.permissions import READ, ROWS
from suwen.domains.catalog.resources import ASSETS, GROUP
from suwen.domains.catalog.routes import router
from suwen.domains.catalog.routes_assets import router as assets_router
from suwen.domains.catalog.samples import samples
from suwen.domains.catalog.settings import CatalogSettings
from suwen.domains.lake.public import register_statement
from suwen.kernel.registry import Domain, Page

register_statement("catalog.rows", samples)

DOMAIN = Domain(
    name="catalog",
    title="数据资产",
    title_en="Data catalogue",
    routers=(router, assets_router),
    resources=(ASSETS,),
    permissions=(READ, ROWS),
    pages=(Page("/catalog/datasets", "数据集浏览", "Datasets", READ.code, icon="database", group=GROUP, order=10),),
    settings=CatalogSettings,
    order=40,
)
