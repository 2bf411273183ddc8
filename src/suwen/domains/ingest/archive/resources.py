"""The lists of documents and of what they are collected by."""

from typing import cast

from pydantic import BaseModel

from suwen.domains.ingest.archive.collecting import FILES
from suwen.domains.ingest.archive.errors import NoFiles
from suwen.domains.ingest.archive.models import CollectedDocument, DocumentCollection
from suwen.domains.ingest.archive.schemas import CollectionChange, CollectionIn, CollectionRow, DocumentRow
from suwen.domains.ingest.permissions import READ, ROWS, RUN, WRITE
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed
from suwen.kernel.scope import Scope

GROUP = "文档采集"


class Collections(ModelSource[DocumentCollection]):
    """The collections of the scope's institutions."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a collection. Raises UnknownSource, NoFiles."""
        wanted = cast(CollectionIn, data)
        source = await IngestRepository(uow.session).source(wanted.source, scope)
        if source.connector != FILES:
            raise NoFiles(source.connector)
        own = {"source_id": source.id, "source": source.code, "org_code": source.org_code}
        row = DocumentCollection(**{**wanted.model_dump(), **own})
        uow.session.add(row)
        await self._flush(uow)
        return row


COLLECTIONS = Resource(
    name="ingest.collections",
    domain="ingest",
    title="文档采集任务",
    title_en="Collections of documents",
    schema=CollectionRow,
    source=Collections(DocumentCollection, scope_column="org_code", search=("title", "source")),
    read=READ.code,
    write=WRITE.code,
    create=CollectionIn,
    update=CollectionChange,
    columns=listed(CollectionRow),
    default_sort=("title",),
    actions=(Action("run", "采集", "Collect", RUN.code),),
    group=GROUP,
    icon="folder-open",
    order=10,
)

DOCUMENTS = Resource(
    name="ingest.documents",
    domain="ingest",
    title="文档",
    title_en="Documents",
    schema=DocumentRow,
    # What a list is narrowed by stands in its address: nothing that may name a patient.
    source=ModelSource(CollectedDocument, scope_column="org_code", search=("source",)),
    read=ROWS.code,
    columns=listed(DocumentRow),
    default_sort=("-collected_at",),
    actions=(Action("replay", "重新读取", "Read again", RUN.code),),
    group=GROUP,
    icon="file-text",
    order=20,
)

RESOURCES = (COLLECTIONS, DOCUMENTS)
