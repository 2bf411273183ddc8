"""Manifest of the orgs room."""

from suwen.domains.orgs.jobs import take_effect
from suwen.domains.orgs.permissions import READ, REGISTER, REVIEW, WRITE
from suwen.domains.orgs.resources import GROUP, RESOURCES
from suwen.domains.orgs.routes import router
from suwen.domains.orgs.routes_registering import router as registering
from suwen.domains.orgs.routes_years import router as years
from suwen.domains.orgs.service.looking import returned, waiting
from suwen.kernel.registry import Domain, Page
from suwen.kernel.todos import Todo

DOMAIN = Domain(
    name="orgs",
    title="机构与人员",
    title_en="Institutions and staff",
    routers=(router, registering, years),
    resources=RESOURCES,
    jobs=(take_effect,),
    pages=(Page("/orgs/years", "年度数据", "By year", READ.code, icon="calendar", group=GROUP, order=45),),
    permissions=(READ, WRITE, REGISTER, REVIEW),
    todos=(
        Todo(
            "orgs.to_review",
            "注册申请待审核",
            "Registrations to review",
            "/orgs/registrations?f.status=submitted",
            REVIEW.code,
            waiting,
        ),
        Todo(
            "orgs.returned",
            "注册申请被退回",
            "Registrations returned",
            "/orgs/registrations?f.status=returned",
            REGISTER.code,
            returned,
        ),
    ),
    order=70,
)
