"""The lists of schemes: the schemes themselves, and their tables with how far each has come."""

from typing import cast

from pydantic import BaseModel

from suwen.domains.ingest.permissions import READ, WRITE
from suwen.domains.ingest.schemes.errors import UnknownScope
from suwen.domains.ingest.schemes.models import IngestScheme
from suwen.domains.ingest.schemes.schemas import SchemeChange, SchemeIn, SchemeRow, SchemeTableRow
from suwen.domains.ingest.schemes.standing import tables_of
from suwen.domains.ingest.schemes.systems import system_kinds
from suwen.domains.standards.public import load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.resource_computed import ComputedSource
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Resource, listed
from suwen.kernel.scope import Scope

GROUP = "数据采集"


class Schemes(ModelSource[IngestScheme]):
    """The schemes of the scope's institutions; a scope that is left empty is the usual one of the system."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a scheme. Raises Invalid for an unknown system, UnknownScope, Forbidden, Conflict for a second one."""
        wanted = cast(SchemeIn, data)
        if wanted.system not in system_kinds():
            raise Invalid("没有此系统种类", received=wanted.system, allowed=list(system_kinds()))
        wanted.datasets = await _known(uow, wanted.system, wanted.datasets)
        return await super().create(uow, scope, wanted)

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a scheme. Raises NotFound, UnknownScope."""
        change = cast(SchemeChange, data)
        if "datasets" in change.model_fields_set:
            scheme = await self.get(uow, scope, key)
            change.datasets = await _known(uow, scheme.system, change.datasets)
        return await super().update(uow, scope, key, change)


async def _known(uow: UnitOfWork, system: str, datasets: list[str]) -> list[str]:
    known = {dataset.code for dataset in await load_catalog(uow)}
    if unknown := set(datasets) - known:
        raise UnknownScope(unknown, known)
    return list(dict.fromkeys(datasets)) or [code for code in system_kinds()[system].datasets if code in known]


class SchemeTables(ComputedSource[SchemeTableRow]):
    """The tables of the schemes of the scope's institutions."""

    scope_column = "org_code"


SCHEMES = Resource(
    name="ingest.schemes",
    domain="ingest",
    title="采集方案",
    title_en="Schemes",
    schema=SchemeRow,
    source=Schemes(IngestScheme, scope_column="org_code", search=("system", "phase", "remark")),
    read=READ.code,
    write=WRITE.code,
    create=SchemeIn,
    update=SchemeChange,
    delete=True,
    columns=listed(SchemeRow),
    default_sort=("org_code", "system"),
    group=GROUP,
    icon="solution",
    order=7,
)

TABLES = Resource(
    name="ingest.scheme_tables",
    domain="ingest",
    title="采集范围",
    title_en="Scope of collection",
    schema=SchemeTableRow,
    source=SchemeTables(SchemeTableRow, tables_of, key="id", search=("dataset", "feed", "phase")),
    read=READ.code,
    columns=listed(SchemeTableRow),
    default_sort=("org_code", "system", "dataset"),
    group=GROUP,
    icon="ordered-list",
    order=8,
)

RESOURCES = (SCHEMES, TABLES)
