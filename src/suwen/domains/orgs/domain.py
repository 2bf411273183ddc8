"""Manifest of the orgs room."""

from suwen.domains.orgs.permissions import READ, WRITE
from suwen.domains.orgs.resources import RESOURCES
from suwen.domains.orgs.routes import router
from suwen.kernel.registry import Domain

DOMAIN = Domain(
    name="orgs",
    title="机构与人员",
    title_en="Institutions and staff",
    routers=(router,),
    resources=RESOURCES,
    permissions=(READ, WRITE),
    order=70,
)
