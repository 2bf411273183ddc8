"""Metric definitions and the state of cubes in PostgreSQL."""

from collections.abc import Mapping

from sqlalchemy import select

from suwen.domains.metrics.definition import DEFINITION, Atomic, Derived, Ratio
from suwen.domains.metrics.models import MetricCube, MetricDefinition
from suwen.kernel.clock import now
from suwen.kernel.repository import Repository


class DefinitionRepository(Repository):  # unscoped: definitions belong to no institution
    """The definitions in force."""

    async def living(self) -> dict[str, Atomic | Derived | Ratio]:
        """Return the definitions in force by code, in their order."""
        rows = await self.all(select(MetricDefinition).order_by(MetricDefinition.position, MetricDefinition.code))
        return {row.code: DEFINITION.validate_python(row.body) for row in rows}

    async def install(self, definitions: Mapping[str, Atomic | Derived | Ratio]) -> None:
        """Bring definitions into force: new ones are added, changed ones replaced, others kept."""
        stored = {row.code: row for row in await self.all(select(MetricDefinition))}
        for position, each in enumerate(definitions.values()):
            values = {
                "kind": each.kind,
                "title": each.title,
                "title_en": each.title_en,
                "group": each.group,
                "unit": each.unit,
                "direction": each.direction,
                "dataset": each.dataset if isinstance(each, Atomic) else None,
                "formula": each.formula,
                "definition": each.definition,
                "definition_en": each.definition_en,
                "source": each.source,
                "position": position,
                "body": each.model_dump(mode="json"),
            }
            row = stored.get(each.code)
            if row is None:
                self.add(MetricDefinition(code=each.code, **values))
                continue
            for name, value in values.items():
                if getattr(row, name) != value:
                    setattr(row, name, value)
        await self.session.flush()

    async def cube(self, dataset: str) -> MetricCube | None:
        """Return how a dataset's cube was made last, or None."""
        return await self.find(MetricCube, dataset)

    async def keep_cube(self, dataset: str, digest: str, std_version: int, lines: int) -> None:
        """Store how a dataset's cube was made."""
        made = MetricCube(dataset=dataset, digest=digest, std_version=std_version, lines=lines, refreshed_at=now())
        await self.session.merge(made)
