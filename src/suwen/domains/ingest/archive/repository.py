"""The queries of documents on PostgreSQL."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from suwen.domains.ingest.archive.errors import UnknownCollection, UnknownDocument
from suwen.domains.ingest.archive.models import CollectedDocument, DocumentCollection
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope


class DocumentRepository(Repository):
    """Collections and documents."""

    async def collection(self, key: UUID, scope: Scope) -> DocumentCollection:
        """Return a collection; raise UnknownCollection."""
        found = await self.find(DocumentCollection, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownCollection(key)
        return found

    async def document(self, key: UUID, scope: Scope) -> CollectedDocument:
        """Return a document; raise UnknownDocument."""
        found = await self.find(CollectedDocument, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownDocument(key)
        return found

    async def stamps(self, collection: UUID) -> dict[str, str]:  # unscoped: of a collection read by scope before
        """Return, by path, the stamp of the newest document that a collection has of it."""
        newest = select(CollectedDocument.path, CollectedDocument.stamp).ext(distinct_on(CollectedDocument.path))
        own = newest.where(CollectedDocument.collection_id == collection)
        order = CollectedDocument.path, CollectedDocument.collected_at.desc(), CollectedDocument.id.desc()
        found = (await self.session.execute(own.order_by(*order))).all()
        return {path: stamp for path, stamp in found if stamp}

    async def put(self, values: dict[str, object]) -> None:  # unscoped: of a collection read by scope before
        """Store a document, or what is known now of one that was there with the same content."""
        kept = insert(CollectedDocument).values(values)
        changed = {
            name: kept.excluded[name] for name in values if name not in ("id", "collection_id", "path", "digest")
        }
        there = ["collection_id", "path", "digest"]
        await self.session.execute(kept.on_conflict_do_update(index_elements=there, set_=changed))
