"""The lists of batch rollout: templates, and the institutions brought in after them."""

from suwen.domains.ingest.permissions import READ, WRITE
from suwen.domains.ingest.rollout.models import Rollout, Template
from suwen.domains.ingest.rollout.schemas import RolloutRow, TemplateIn, TemplateRow
from suwen.domains.ingest.rollout.templating import Templates
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed

GROUP = "数据采集"

TEMPLATES = Resource(
    name="ingest.templates",
    domain="ingest",
    title="接入模板",
    title_en="Rollout templates",
    schema=TemplateRow,
    source=Templates(Template, search=("title", "source", "system")),
    read=READ.code,
    write=WRITE.code,
    create=TemplateIn,
    delete=True,
    columns=listed(TemplateRow),
    default_sort=("title",),
    actions=(
        Action("refresh", "按来源更新", "Refresh", WRITE.code, confirm="按来源数据源的现状更新模板？"),
        Action("apply", "应用到各机构", "Apply", WRITE.code, confirm="将模板的变更应用到已接入的机构？"),
    ),
    group=GROUP,
    icon="profile",
    order=12,
)

ROLLOUTS = Resource(
    name="ingest.rollouts",
    domain="ingest",
    title="机构接入",
    title_en="Institutions rolled out",
    schema=RolloutRow,
    source=ModelSource(Rollout, scope_column="org_code", search=("code", "title", "template")),
    read=READ.code,
    write=WRITE.code,
    delete=True,
    columns=listed(RolloutRow),
    default_sort=("template", "code"),
    actions=(
        Action("test", "测试连接", "Test", WRITE.code),
        Action("make", "建立 / 应用模板", "Make or apply", WRITE.code),
    ),
    group=GROUP,
    icon="bank",
    order=14,
)

RESOURCES = (TEMPLATES, ROLLOUTS)
