"""Manifest of the room."""

from suwen.domains.lake.public import register_statement
from suwen.domains.terms import routes, routes_bench
from suwen.domains.terms.assets import applications, mapped
from suwen.domains.terms.jobs import (
    apply_mapping,
    harvest_dictionaries,
    load_dictionary,
    publish_mapping,
    renew_mapping,
    suggest_terms,
    work_batch_off,
)
from suwen.domains.terms.permissions import PERMISSIONS, READ
from suwen.domains.terms.resources import GROUP, RESOURCES
from suwen.domains.terms.samples import applied, samples
from suwen.domains.terms.standards_used import dictionaries_using
from suwen.kernel.registry import Domain, Page

register_statement("terms.applied", applied)
register_statement("terms.harvest", samples)

DOMAIN = Domain(
    name="terms",
    title="术语标化",
    title_en="Terminology",
    routers=(routes.router, routes_bench.router),
    resources=RESOURCES,
    jobs=(
        harvest_dictionaries,
        load_dictionary,
        suggest_terms,
        publish_mapping,
        apply_mapping,
        work_batch_off,
        renew_mapping,
    ),
    extensions=(dictionaries_using, mapped, applications),
    permissions=PERMISSIONS,
    pages=(
        Page("/terms", "标化进度", "Mapping progress", READ.code, icon="dashboard", group=GROUP, order=5),
        Page("/terms/conflicts", "对照冲突", "Conflicts", READ.code, icon="warning", group=GROUP, order=40),
        Page("/terms/reverse", "反向查询", "Reverse view", READ.code, icon="swap", group=GROUP, order=50),
    ),
    order=27,
)
