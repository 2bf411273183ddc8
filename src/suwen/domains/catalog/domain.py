"""Manifest of the catalogue room."""

from suwen.domains.catalog.routes import READ, ROWS, router
from suwen.domains.catalog.samples import samples
from suwen.domains.lake.public import register_statement
from suwen.kernel.registry import Domain, Page

register_statement("catalog.rows", samples)

DOMAIN = Domain(
    name="catalog",
    title="数据资产",
    title_en="Data catalogue",
    routers=(router,),
    permissions=(READ, ROWS),
    pages=(
        Page("/catalog/datasets", "数据集浏览", "Datasets", READ.code, icon="database", group="数据资产", order=10),
    ),
    order=40,
)
