"""One run of a collection: what is new or changed is fetched, kept, read and noted, a document at a time."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.archive.errors import ContentGone, NoFiles
from suwen.domains.ingest.archive.models import CollectedDocument, DocumentCollection, DocumentStatus
from suwen.domains.ingest.archive.reading import Content, Unreadable, keys_of, kind_of, read
from suwen.domains.ingest.archive.repository import DocumentRepository
from suwen.domains.ingest.archive.shelf import Shelf
from suwen.domains.ingest.connectors.files.options import FilesOptions
from suwen.domains.ingest.connectors.files.places.choice import place_of
from suwen.domains.ingest.connectors.files.places.remote import Found, Remote
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.sources import connected
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import JobContext
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

COLLECT = "ingest.collect_documents"
FILES = "files"
PATIENCE = 5
"""So many files one after the other that cannot be fetched: the place is away, not they."""


async def collect(ctx: JobContext, key: UUID) -> dict[str, Any]:
    """Collect what is new or changed; each document is a commit, so that a run that is killed goes on behind it.

    Raises SourceUnavailable when the place is away. A file that is too large, or changed while it was fetched, is left
    to the next run and told.
    """
    everything = Scope.everything()
    async with ctx.uow() as uow:
        collection = await DocumentRepository(uow.session).collection(key, everything)
        source = await IngestRepository(uow.session).source(collection.source, everything)
        place = files_of(source, ctx.settings)
        stamps = await DocumentRepository(uow.session).stamps(key)
    found = [one for one in await to_thread.run_sync(place.files) if fnmatchcase(one.name, collection.pattern)]
    fresh = [one for one in found if stamps.get(one.name) != one.stamp]
    shelf, refused, counts = Shelf(ctx.settings), list[str](), dict.fromkeys(DocumentStatus, 0)
    failing = 0
    ctx.reporter.stage("采集文档", len(fresh))
    for done, one in enumerate(fresh):
        await ctx.progress(done, len(fresh))
        if one.size > collection.most_bytes:
            refused.append(f"{one.name}: {one.size} > {collection.most_bytes}")
            continue
        try:
            values = await to_thread.run_sync(_taken, place, one, collection, shelf)
        except SourceUnavailable as error:
            failing += 1
            if failing == PATIENCE:
                raise
            refused.append(f"{one.name}: {error.detail}")
            continue
        failing = 0
        async with ctx.uow() as uow:
            await DocumentRepository(uow.session).put(values)
        counts[values["status"]] += 1
    async with ctx.uow() as uow:
        noted = await DocumentRepository(uow.session).collection(key, everything)
        noted.found, noted.kept, noted.refused = len(found), sum(counts.values()), refused[:100]
        noted.unreadable, noted.last_at = counts[DocumentStatus.UNREADABLE], now()
    return {"found": len(found), "kept": sum(counts.values()), "refused": len(refused)}


def files_of(source: IngestSource, settings: Settings) -> Remote:
    """Return the place of a source's files. Raises NoFiles for a source of another kind, BehindNode."""
    if source.connector != FILES:
        raise NoFiles(source.connector)
    options: FilesOptions = connected(source, settings).options
    return place_of(options)


def _taken(place: Remote, found: Found, collection: DocumentCollection, shelf: Shelf) -> dict[str, Any]:
    with TemporaryDirectory(prefix="suwen-documents-") as folder:
        (file,) = place.fetch([found], Path(folder))
        digest = shelf.keep(file)
    # Read where it is kept: the file of a folder may be written anew meanwhile.
    kept = shelf.place(digest)
    return {
        "id": new_id(), "collection_id": collection.id, "org_code": collection.org_code, "source": collection.source,
        "path": found.name, "stamp": found.stamp, "digest": digest, "size": kept.stat().st_size, "collected_at": now(),
        **_read(kept, found.name, collection.naming),
    }  # fmt: skip


def _read(file: Path, path: str, naming: str) -> dict[str, Any]:
    error = None
    try:
        content = read(file)
        status = DocumentStatus.PLAIN if content.text is None else DocumentStatus.READ
    except Unreadable as reason:
        content, status, error = Content(kind_of(file)), DocumentStatus.UNREADABLE, str(reason)
    keys: Mapping[str, str] = keys_of(path, naming)
    return {
        "kind": content.kind, "text": content.text, "characters": len(content.text or ""), "pages": content.pages,
        "patient_id": keys.get("patient_id") or content.patient_id, "encounter_id": keys.get("encounter_id"),
        "status": status.value, "error": error,
    }  # fmt: skip


async def replay(uow: UnitOfWork, scope: Scope, settings: Settings, key: UUID) -> CollectedDocument:
    """Read a kept document again, by the reader and the naming rule of today. Raises UnknownDocument, ContentGone."""
    repository = DocumentRepository(uow.session)
    document = await repository.document(key, scope)
    collection = await repository.collection(document.collection_id, scope)
    values = await to_thread.run_sync(_read, content_of(settings, document), document.path, collection.naming)
    for name, value in values.items():
        setattr(document, name, value)
    await uow.session.flush()
    return document


def content_of(settings: Settings, document: CollectedDocument) -> Path:
    """Return the file that holds a document's bytes. Raises ContentGone."""
    place = Shelf(settings).place(document.digest)
    if not place.is_file():
        raise ContentGone("the content is not in the store", received=document.digest)
    return place
