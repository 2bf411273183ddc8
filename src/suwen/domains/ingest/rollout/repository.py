"""The queries of templates and rollouts on PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from suwen.domains.ingest.models import IngestPlan
from suwen.domains.ingest.rollout.errors import UnknownRollout, UnknownTemplate
from suwen.domains.ingest.rollout.models import Rollout, RolloutStatus, Template
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope


class RolloutRepository(Repository):
    """Templates, and the institutions brought in after them."""

    async def template(self, key: UUID) -> Template:  # unscoped: a template holds nothing of an institution
        """Return a template. Raises UnknownTemplate."""
        found = await self.find(Template, key)
        if found is None:
            raise UnknownTemplate(key)
        return found

    async def rollout(self, key: UUID, scope: Scope) -> Rollout:
        """Return an institution of a template. Raises UnknownRollout."""
        found = await self.find(Rollout, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownRollout(key)
        return found

    async def of_code(self, code: str) -> Rollout | None:  # unscoped: asked to tell whether a code is taken
        """Return what is brought in under a source's code, or None."""
        return await self.one_or_none(select(Rollout).where(Rollout.code == code))

    async def of_template(self, template: UUID, scope: Scope, *statuses: RolloutStatus) -> Sequence[Rollout]:
        """Return the institutions of a template in some states (none: all), within the scope, by code."""
        query = select(Rollout).where(Rollout.template_id == template).order_by(Rollout.code)
        if statuses:
            query = query.where(Rollout.status.in_([status.value for status in statuses]))
        return [found for found in await self.all(query) if scope.allows(found.org_code)]

    async def plans(self, source: UUID) -> list[IngestPlan]:  # unscoped: of a source read by scope before
        """Return the plans of a source, by title."""
        return await self.all(select(IngestPlan).where(IngestPlan.source_id == source).order_by(IngestPlan.title))
