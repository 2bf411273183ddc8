"""The room's lists."""

from suwen.domains.ops.models import Backup, Restoration
from suwen.domains.ops.permissions import READ, WRITE
from suwen.domains.ops.schemas import BackupOut, RestorationOut
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed

GROUP = "系统管理"

BACKUPS = Resource(
    name="ops.backups",
    domain="ops",
    title="备份",
    title_en="Backups",
    schema=BackupOut,
    source=ModelSource(Backup, search=("folder", "note", "digest")),
    read=READ.code,
    columns=listed(BackupOut),
    actions=(
        Action("verify", "校验", "Verify", WRITE.code),
        Action("remove", "删除", "Remove", WRITE.code, "删除此备份的全部文件？记录会保留。"),
    ),
    default_sort=("-started_at",),
    group=GROUP,
    icon="server",
    order=80,
)

RESTORATIONS = Resource(
    name="ops.restorations",
    domain="ops",
    title="还原记录",
    title_en="Restores",
    schema=RestorationOut,
    source=ModelSource(Restoration, search=("digest",)),
    read=READ.code,
    columns=listed(RestorationOut),
    default_sort=("-restored_at",),
    group=GROUP,
    icon="history",
    order=81,
)

RESOURCES = (BACKUPS, RESTORATIONS)
