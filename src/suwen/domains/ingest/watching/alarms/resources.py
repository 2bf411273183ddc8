"""The lists of alarms and of their rules."""

from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.domains.ingest.resources import GROUP
from suwen.domains.ingest.watching.alarms.models import Alarm
from suwen.domains.ingest.watching.alarms.rules import ALARM_RULES
from suwen.domains.ingest.watching.alarms.schemas import AlarmRow, AlarmRuleChange, AlarmRuleIn, AlarmRuleRow
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource

ALARMS = Resource(
    name="ingest.alarms",
    domain="ingest",
    title="采集告警",
    title_en="Alarms",
    schema=AlarmRow,
    source=ModelSource(Alarm, scope_column="org_code", search=("feed", "rule", "text", "text_en")),
    read=READ.code,
    columns=tuple(name for name in AlarmRow.model_fields if name != "id"),
    default_sort=("-raised_at",),
    overrides={"cell:text": "ingest/AlarmText", "cell:severity": "ingest/AlarmSeverity"},
    group=GROUP,
    icon="alert",
    order=2,
)

RULES = Resource(
    name="ingest.alarm_rules",
    domain="ingest",
    title="告警规则",
    title_en="Alarm rules",
    schema=AlarmRuleRow,
    source=ALARM_RULES,
    read=READ.code,
    write=WRITE.code,
    create=AlarmRuleIn,
    update=AlarmRuleChange,
    delete=True,
    columns=tuple(name for name in AlarmRuleRow.model_fields if name != "id"),
    default_sort=("title",),
    actions=(Action("evaluate", "立即检查", "Look now", RUN.code),),
    group=GROUP,
    icon="setting",
    order=3,
)

RESOURCES = (ALARMS, RULES)
