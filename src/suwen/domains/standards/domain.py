"""Manifest of the standards room."""

from suwen.domains.standards.permissions import READ
from suwen.domains.standards.resources import RESOURCES
from suwen.domains.standards.routes import router
from suwen.kernel.registry import Domain

DOMAIN = Domain(
    name="standards",
    title="标准中心",
    title_en="Standards",
    routers=(router,),
    resources=RESOURCES,
    permissions=(READ,),
    order=60,
)
