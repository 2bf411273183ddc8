"""The rows of the lists of sources and feeds: those that were not removed."""

from typing import cast

from pydantic import BaseModel
from sqlalchemy import Select

from suwen.domains.ingest.categories.errors import UnknownCategory
from suwen.domains.ingest.categories.repository import CategoryRepository
from suwen.domains.ingest.categories.schemas import FeedChange
from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope


class PresentSources(ModelSource[IngestSource]):
    """The sources that were not removed."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[IngestSource]:
        """Return the rows that the scope lets through."""
        return super().query(uow, scope).where(IngestSource.removed_at.is_(None))


class PresentFeeds(ModelSource[IngestFeed]):
    """The feeds that were not removed."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[IngestFeed]:
        """Return the rows that the scope lets through."""
        return super().query(uow, scope).where(IngestFeed.removed_at.is_(None))

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Set a feed's category or priority. Raises NotFound, UnknownCategory."""
        category, repository = cast(FeedChange, data).category, CategoryRepository(uow.session)
        if category is not None and await repository.named(category) is None:
            raise UnknownCategory(category, [one.code for one in await repository.categories()])
        return await super().update(uow, scope, key, data)
