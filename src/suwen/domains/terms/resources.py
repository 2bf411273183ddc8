"""Lists of the room."""

from suwen.domains.terms.models import TermAcceptance, TermApplication, TermBatch, TermLoad, TermPair, TermRenewal
from suwen.domains.terms.permissions import MANAGE, MAP, READ
from suwen.domains.terms.repository.sources import (
    CollectionSource,
    DictionarySource,
    EntrySource,
    PolicySource,
    StaffSource,
)
from suwen.domains.terms.schemas import (
    AcceptanceOut,
    ApplicationOut,
    BatchOut,
    CollectionChange,
    CollectionIn,
    CollectionOut,
    DictionaryChange,
    DictionaryOut,
    EntryOut,
    LoadOut,
    PairOut,
    PolicyChange,
    PolicyOut,
    RenewalOut,
    StaffOut,
)
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource

GROUP = "术语标化"

DICTIONARIES = Resource(
    name="terms.dictionaries",
    domain="terms",
    title="源端字典",
    title_en="Source dictionaries",
    schema=DictionaryOut,
    source=DictionarySource(),
    read=READ.code,
    write=MANAGE.code,
    update=DictionaryChange,
    default_sort=("org_code", "kind", "system", "topic"),
    overrides={"cell:title": "terms/DictionaryLink"},
    group=GROUP,
    icon="book",
    order=20,
)
ENTRIES = Resource(
    name="terms.entries",
    domain="terms",
    title="源端条目与对照",
    title_en="Source entries and their mapping",
    schema=EntryOut,
    source=EntrySource(),
    read=READ.code,
    columns=(
        *("org_code", "system", "kind", "code", "name", "records", "state", "mapped", "mapped_name", "top_score"),
        *("present", "origin", "first_load", "changed_load", "vanished_load", "decided_name", "decided_at"),
        "reviewed_name",
    ),
    default_sort=("-records",),
    group=GROUP,
    icon="unordered-list",
    order=30,
)
STAFF = Resource(
    name="terms.staff",
    domain="terms",
    title="源端人员",
    title_en="Source staff",
    schema=StaffOut,
    source=StaffSource(),
    read=READ.code,
    default_sort=("org_code", "code"),
    group=GROUP,
    icon="team",
    order=35,
)
LOADS = Resource(
    name="terms.loads",
    domain="terms",
    title="字典版本",
    title_en="Dictionary versions",
    schema=LoadOut,
    source=ModelSource(TermLoad, scope_column="org_code", search=("file_name",)),
    read=READ.code,
    default_sort=("-loaded_at",),
    group=GROUP,
    icon="history",
    order=70,
)
PAIRS = Resource(
    name="terms.pairs",
    domain="terms",
    title="标化知识库",
    title_en="Knowledge base",
    schema=PairOut,
    source=ModelSource(TermPair, search=("name", "standard_names", "standard_codes")),
    read=READ.code,
    write=MANAGE.code,
    default_sort=("-support", "name"),
    group=GROUP,
    icon="profile",
    order=60,
)
BATCHES = Resource(
    name="terms.batches",
    domain="terms",
    title="批量确认记录",
    title_en="Batch accepts",
    schema=BatchOut,
    source=ModelSource(TermBatch, scope_column="org_code"),
    read=READ.code,
    actions=(
        Action("undo", "撤销", "Undo", MAP.code, "撤销该批次？其后又被人工处理的条目保留。"),
        Action("resume", "继续", "Resume", MAP.code, "继续该批次未完成的部分？"),
    ),
    default_sort=("-accepted_at",),
    group=GROUP,
    icon="check",
    order=75,
)
COLLECTIONS = Resource(
    name="terms.collections",
    domain="terms",
    title="采集范围",
    title_en="Collection scope",
    schema=CollectionOut,
    source=CollectionSource(),
    read=READ.code,
    write=MANAGE.code,
    create=CollectionIn,
    update=CollectionChange,
    delete=True,
    default_sort=("org_code", "system", "kind"),
    group=GROUP,
    icon="schedule",
    order=80,
)
POLICIES = Resource(
    name="terms.policies",
    domain="terms",
    title="标化设置",
    title_en="Mapping settings",
    schema=PolicyOut,
    source=PolicySource(),
    read=READ.code,
    write=MANAGE.code,
    update=PolicyChange,
    key="kind",
    group=GROUP,
    icon="setting",
    order=85,
)
ACCEPTANCES = Resource(
    name="terms.acceptances",
    domain="terms",
    title="自动接受阈值",
    title_en="Acceptance thresholds",
    schema=AcceptanceOut,
    source=ModelSource(TermAcceptance, search=("target",)),
    read=READ.code,
    default_sort=("-made_at",),
    group=GROUP,
    icon="safety",
    order=87,
)
APPLICATIONS = Resource(
    name="terms.applications",
    domain="terms",
    title="应用记录",
    title_en="Applications of the mapping",
    schema=ApplicationOut,
    source=ModelSource(TermApplication),
    read=READ.code,
    default_sort=("-applied_at",),
    group=GROUP,
    icon="interaction",
    order=78,
)
RENEWALS = Resource(
    name="terms.renewals",
    domain="terms",
    title="新版核对",
    title_en="Edition review",
    schema=RenewalOut,
    source=ModelSource(
        TermRenewal, scope_column="org_code", search=("code", "name", "former_codes", "former_names", "proposed_codes")
    ),
    read=READ.code,
    default_sort=("-records",),
    overrides={"cell:name": "terms/EntryLink"},
    group=GROUP,
    icon="diff",
    order=45,
)
RESOURCES = (
    *(DICTIONARIES, ENTRIES, STAFF, LOADS, PAIRS, BATCHES, COLLECTIONS, POLICIES, ACCEPTANCES, APPLICATIONS, RENEWALS),
)
