"""The lists of migrations: platforms, their institutions, and each of their tables."""

from suwen.domains.ingest.migration.listing import Migrations, migration_rows, part_rows, table_rows
from suwen.domains.ingest.migration.schemas import MigrationChange, MigrationIn, MigrationRow, PartRow, PartTableRow
from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.kernel.resource_computed import ComputedSource
from suwen.kernel.resources import Action, Resource, listed

GROUP = "数据采集"


class Parts(ComputedSource[PartRow]):
    """The institutions of migrations that the scope holds."""

    scope_column = "org_code"


class Tables(ComputedSource[PartTableRow]):
    """The tables of these institutions."""

    scope_column = "org_code"


MIGRATIONS = Resource(
    name="ingest.migrations",
    domain="ingest",
    title="平台迁移任务",
    title_en="Platforms taken over",
    schema=MigrationRow,
    source=Migrations(MigrationRow, migration_rows, key="id", search=("title", "source")),
    read=READ.code,
    write=WRITE.code,
    create=MigrationIn,
    update=MigrationChange,
    delete=True,
    columns=listed(MigrationRow),
    default_sort=("title",),
    actions=(Action("tally", "清点原平台", "Count", RUN.code),),
    group=GROUP,
    icon="swap",
    order=15,
)

PARTS = Resource(
    name="ingest.migration_parts",
    domain="ingest",
    title="迁移机构",
    title_en="Institutions taken over",
    schema=PartRow,
    source=Parts(PartRow, part_rows, key="id", search=("title", "source", "migration")),
    read=READ.code,
    columns=listed(PartRow),
    default_sort=("migration", "title"),
    actions=(
        Action("make", "建立 / 更新", "Make or update", WRITE.code),
        Action("run", "迁移", "Take over", RUN.code),
        Action("check", "核对", "Check", RUN.code),
    ),
    group=GROUP,
    icon="bank",
    order=16,
)

TABLES = Resource(
    name="ingest.migration_tables",
    domain="ingest",
    title="迁移明细",
    title_en="Tables taken over",
    schema=PartTableRow,
    source=Tables(PartTableRow, table_rows, key="id", search=("title", "feed", "origin")),
    read=READ.code,
    columns=listed(PartTableRow),
    default_sort=("migration", "title", "feed"),
    group=GROUP,
    icon="table",
    order=17,
)

RESOURCES = (MIGRATIONS, PARTS, TABLES)
