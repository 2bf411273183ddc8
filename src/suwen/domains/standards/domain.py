"""Manifest of the standards room."""

from suwen.domains.standards.jobs import dataset_changed, import_list, note_conformance, take_effect
from suwen.domains.standards.permissions import COMMENT, PUBLISH, READ, WRITE
from suwen.domains.standards.resources import GROUP, RESOURCES
from suwen.domains.standards.routes import router
from suwen.domains.standards.routes_adopting import router as adopting
from suwen.domains.standards.routes_importing import router as importing
from suwen.domains.standards.routes_looking import router as looking
from suwen.domains.standards.routes_monitoring import router as monitoring
from suwen.domains.standards.routes_publishing import router as publishing
from suwen.domains.standards.routes_revising import reviews
from suwen.domains.standards.routes_revising import router as revising
from suwen.domains.standards.service.registering import Terms
from suwen.domains.standards.service.revising import to_approve, to_review
from suwen.kernel.registry import Domain, Page
from suwen.kernel.todos import Todo

DOMAIN = Domain(
    name="standards",
    title="标准中心",
    title_en="Standards",
    routers=(router, looking, monitoring, publishing, revising, reviews, importing, adopting),
    resources=RESOURCES,
    jobs=(take_effect, note_conformance, import_list),
    handlers=(dataset_changed,),
    extensions=(Terms,),
    permissions=(READ, COMMENT, WRITE, PUBLISH),
    pages=(
        Page("/standards", "标准总览", "Standards", READ.code, icon="apartment", group=GROUP, order=1),
        Page("/standards/import", "目录导入", "Import lists", WRITE.code, icon="import", group=GROUP, order=5),
        Page("/standards/compare", "源表比对", "Compare a table", READ.code, icon="diff", group=GROUP, order=7),
    ),
    todos=(
        Todo(
            "standards.to_approve",
            "标准待批准",
            "Standards to approve",
            "/standards/proposals?f.stage=approval",
            PUBLISH.code,
            to_approve,
        ),
        Todo(
            "standards.to_review",
            "标准到期复审",
            "Standards due for review",
            "/standards/reviews",
            WRITE.code,
            to_review,
        ),
    ),
    order=60,
)
