"""The rows of the lists of sources and feeds: those that were not removed."""

from sqlalchemy import Select

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
