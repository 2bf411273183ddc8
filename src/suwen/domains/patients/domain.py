"""The manifest of the room patients."""

from suwen.domains.lake.public import register_statement
from suwen.domains.patients.assets import linked
from suwen.domains.patients.jobs import link_on_standardised, link_persons
from suwen.domains.patients.routes import router
from suwen.domains.patients.samples import samples
from suwen.kernel.permissions import Permission
from suwen.kernel.registry import Domain, Page

register_statement("patients.identities", samples)

DOMAIN = Domain(
    name="patients",
    title="患者主索引",
    title_en="Patients",
    groups={"患者": "Patients"},
    routers=(router,),
    jobs=(link_persons,),
    handlers=(link_on_standardised,),
    extensions=(linked,),
    permissions=(
        Permission("patients.read", "查看人员", "View persons"),
        Permission("patients.review", "审核疑似与合并拆分", "Review suspects, merge and split"),
    ),
    pages=(
        Page("/patients", "患者列表", "Patients", "patients.read", icon="team", group="患者", order=10),
        Page(
            "/patients/suspects", "疑似审核", "Suspects", "patients.review", icon="interaction", group="患者", order=20
        ),
    ),
    order=40,
)
