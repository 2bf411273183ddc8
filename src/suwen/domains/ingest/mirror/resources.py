"""The lists of mirrors: the tables with where they stand, and the settings of sources."""

from sqlalchemy import Select
from sqlalchemy.orm import with_expression

from suwen.domains.ingest.mirror.models import Mirror, MirrorSetting
from suwen.domains.ingest.mirror.repository import BEHIND
from suwen.domains.ingest.mirror.schemas import MirrorRow, MirrorSettingChange, MirrorSettingIn, MirrorSettingRow
from suwen.domains.ingest.mirror.setting import MirrorSettings
from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed
from suwen.kernel.scope import Scope

GROUP = "镜像库"


class PresentMirrors(ModelSource[Mirror]):
    """The mirrors of the feeds that were not removed, each with how many batches it is behind."""

    def __init__(self) -> None:
        super().__init__(Mirror, scope_column="org_code", search=("feed", "origin"))
        self.attributes = {**self.attributes, "behind": BEHIND}

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[Mirror]:
        """Return the rows that the scope lets through."""
        present = IngestFeed.removed_at.is_(None)
        query = super().query(uow, scope).join(IngestFeed, IngestFeed.id == Mirror.feed_id).where(present)
        return query.options(with_expression(Mirror.behind, BEHIND))


MIRROR_SETTINGS = MirrorSettings(MirrorSetting, scope_column="org_code", search=("source",))

MIRRORS = Resource(
    name="ingest.mirrors",
    domain="ingest",
    title="镜像表",
    title_en="Mirrored tables",
    schema=MirrorRow,
    source=PresentMirrors(),
    read=READ.code,
    columns=listed(MirrorRow),
    default_sort=("feed",),
    actions=(
        Action("sync", "同步", "Bring up", RUN.code),
        Action("rebuild", "重建", "Rebuild", RUN.code, confirm="按已接收的全部批次重新生成该镜像表？"),
    ),
    group=GROUP,
    icon="table",
    order=10,
)

SETTINGS = Resource(
    name="ingest.mirror_settings",
    domain="ingest",
    title="镜像库配置",
    title_en="What is mirrored",
    schema=MirrorSettingRow,
    source=MIRROR_SETTINGS,
    read=READ.code,
    write=WRITE.code,
    create=MirrorSettingIn,
    update=MirrorSettingChange,
    columns=listed(MirrorSettingRow),
    default_sort=("source",),
    actions=(Action("sync", "全部同步", "Bring all up", RUN.code),),
    group=GROUP,
    icon="setting",
    order=20,
)

RESOURCES = (MIRRORS, SETTINGS)
