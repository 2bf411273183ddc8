"""The lists of reconciliation: checks, their days, differences, settings."""

from typing import cast

from pydantic import BaseModel

from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.domains.ingest.reconcile.models import Check, CheckDay, CheckSetting, Difference
from suwen.domains.ingest.reconcile.schemas import (
    CheckRow,
    DayRow,
    DifferenceRow,
    SettingChange,
    SettingIn,
    SettingRow,
)
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed
from suwen.kernel.scope import Scope

GROUP = "数据对账"


class SettingsOfFeeds(ModelSource[CheckSetting]):
    """The settings of the scope's feeds; each feed has one at most."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a feed's setting. Raises UnknownFeed, Conflict for a feed that has one."""
        wanted = cast(SettingIn, data)
        feed = await IngestRepository(uow.session).feed(wanted.feed, scope)
        values = wanted.model_dump() | {"feed": feed.code}
        setting = CheckSetting(**values, feed_id=feed.id, dataset=feed.dataset, org_code=feed.org_code)
        uow.session.add(setting)
        await self._flush(uow)
        return setting


CHECK_SETTINGS = SettingsOfFeeds(CheckSetting, scope_column="org_code", search=("feed", "dataset"))

CHECKS = Resource(
    name="ingest.checks",
    domain="ingest",
    title="对账记录",
    title_en="Checks",
    schema=CheckRow,
    source=ModelSource(Check, scope_column="org_code", search=("feed", "origin", "dataset")),
    read=READ.code,
    columns=listed(CheckRow),
    default_sort=("-started_at",),
    group=GROUP,
    icon="audit",
    order=20,
)

DAYS = Resource(
    name="ingest.check_days",
    domain="ingest",
    title="对账明细",
    title_en="Days checked",
    schema=DayRow,
    source=ModelSource(CheckDay, scope_column="org_code", search=("feed", "dataset")),
    read=READ.code,
    columns=listed(DayRow),
    default_sort=("-day", "-checked_at"),
    group=GROUP,
    icon="calendar",
    order=30,
)

DIFFERENCES = Resource(
    name="ingest.differences",
    domain="ingest",
    title="对账差异",
    title_en="Differences",
    schema=DifferenceRow,
    source=ModelSource(Difference, scope_column="org_code", search=("feed", "dataset")),
    read=READ.code,
    columns=listed(DifferenceRow),
    default_sort=("-found_at",),
    actions=(
        Action("settle", "定位并补采", "Locate and re-pull", RUN.code, confirm="定位差异、补采并再次核对？"),
        Action("check", "再次核对", "Check again", RUN.code),
    ),
    group=GROUP,
    icon="exception",
    order=10,
)

SETTINGS = Resource(
    name="ingest.check_settings",
    domain="ingest",
    title="数量级对账配置",
    title_en="What is checked",
    schema=SettingRow,
    source=CHECK_SETTINGS,
    read=READ.code,
    write=WRITE.code,
    create=SettingIn,
    update=SettingChange,
    delete=True,
    columns=listed(SettingRow),
    default_sort=("feed",),
    actions=(Action("check", "立即核对", "Check now", RUN.code),),
    group=GROUP,
    icon="setting",
    order=40,
)

RESOURCES = (DIFFERENCES, CHECKS, DAYS, SETTINGS)
