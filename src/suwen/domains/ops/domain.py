"""Manifest of the ops room."""

from suwen.domains.ops.jobs import back_up, back_up_daily, verify
from suwen.domains.ops.permissions import READ, WRITE
from suwen.domains.ops.resources import RESOURCES
from suwen.domains.ops.routes import router
from suwen.domains.ops.settings import OpsSettings
from suwen.kernel.registry import Domain

DOMAIN = Domain(
    name="ops",
    title="运行维护",
    title_en="Operations",
    routers=(router,),
    resources=RESOURCES,
    jobs=(back_up, verify, back_up_daily),
    permissions=(READ, WRITE),
    settings=OpsSettings,
    order=900,
)
