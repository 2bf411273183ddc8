"""Templates: made of a source as it stands, and made again when it has changed."""

from collections.abc import Sequence
from typing import Any, cast

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from suwen.domains.ingest.connector import connector_class
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rollout.errors import TemplateInUse, UnknownParameters
from suwen.domains.ingest.rollout.models import Template
from suwen.domains.ingest.rollout.repository import RolloutRepository
from suwen.domains.ingest.rollout.schemas import TemplateColumn, TemplateIn
from suwen.domains.ingest.vault import PLACE, secret_fields
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import declared
from suwen.kernel.scope import Scope

USUAL = {*PLACE, "database", "user", "password", "schema", "service", "bucket", "folder"}
"""Options that differ from institution to institution, unless a template says which do."""
OWN = (
    TemplateColumn(name="code", label="数据源编码", label_en="Source code", secret=False, required=True),
    TemplateColumn(name="title", label="名称", label_en="Title", secret=False, required=True),
    TemplateColumn(name="org_code", label="机构代码", label_en="Institution", secret=False, required=True),
)
PLAN = ("title", "cron", "window_from", "window_to", "enabled")


class Templates(ModelSource[Template]):
    """All templates; they hold nothing of an institution."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Make a template of a source. Raises UnknownSource, UnknownParameters, Conflict for a title that is taken."""
        wanted = cast(TemplateIn, data)
        source = await IngestRepository(uow.session).source(wanted.source, scope)
        parameters = parameters_of(source.connector, wanted.parameters)
        template = Template(
            title=wanted.title,
            source=source.code,
            connector=source.connector,
            system=source.system,
            parameters=parameters,
            definition=await definition_of(uow, source, parameters),
        )
        uow.session.add(template)
        await self._flush(uow)
        return template

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a template. Raises NotFound, TemplateInUse."""
        template = await self.get(uow, scope, key)
        used = await RolloutRepository(uow.session).of_template(template.id, Scope.everything())
        if used:
            raise TemplateInUse(template.title, len(used))
        await uow.session.delete(template)
        await self._flush(uow)


def parameters_of(connector: str, wanted: Sequence[str]) -> list[str]:
    """Return the options that each institution gives, secret ones always. Raises UnknownParameters."""
    fields = connector_class(connector).options_model.model_fields
    if unknown := set(wanted) - fields.keys():
        raise UnknownParameters(unknown, fields)
    secret = secret_fields(connector_class(connector).options_model)
    chosen = secret | (set(wanted) or {name for name in fields if name in USUAL})
    return [name for name in fields if name in chosen]


async def definition_of(uow: UnitOfWork, source: IngestSource, parameters: Sequence[str]) -> dict[str, Any]:
    """Return what of a source its template holds."""
    feeds = await IngestRepository(uow.session).feeds(Scope.everything(), source.id)
    plans = await RolloutRepository(uow.session).plans(source.id)
    own = len(source.code) + 1
    return {
        "options": {name: value for name, value in source.options.items() if name not in parameters},
        "feeds": [feed.definition for feed in feeds],
        "settings": {feed.code[own:]: {"category": feed.category, "priority": feed.priority} for feed in feeds},
        "plans": [{name: getattr(plan, name) for name in PLAN} for plan in plans],
    }


async def refresh(uow: UnitOfWork, scope: Scope, template: Template) -> bool:
    """Make a template of its source again as this stands now; returns whether it changed. Raises UnknownSource."""
    source = await IngestRepository(uow.session).source(template.source, scope)
    definition = await definition_of(uow, source, template.parameters)
    if definition == template.definition:
        return False
    template.definition, template.revision = definition, template.revision + 1
    return True


def columns_of(template: Template) -> list[TemplateColumn]:
    """Return the columns that an institution of a template is given in."""
    fields = connector_class(template.connector).options_model.model_fields
    shared = template.definition["options"]
    return [*OWN, *(_column(name, fields[name], shared) for name in template.parameters if name in fields)]


def _column(name: str, info: FieldInfo, shared: dict[str, Any]) -> TemplateColumn:
    said = declared(info)
    return TemplateColumn(
        name=name,
        label=said.label or name,
        label_en=said.label_en or name,
        secret=info.annotation is SecretStr,
        required=info.is_required() and name not in shared,
    )
