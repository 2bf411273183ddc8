"""A backup is made: the database as of one moment, then the lake, never older than the database.

The order matters: the database tells which batches landed, so the lake may hold a batch of which it knows nothing yet
(its commit tag makes a repetition harmless), and must never lack one of which it does.
"""

import uuid
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import pyarrow as pa
from anyio import to_thread

from suwen.domains.ingest.public import document_contents, key_fingerprint
from suwen.domains.lake.public import Lake, TableImage
from suwen.domains.ops.archive import (
    DATABASE,
    LAKE,
    KeptFile,
    KeptRows,
    KeptTable,
    Manifest,
    copied,
    kept,
    write_manifest,
    writing,
)
from suwen.domains.ops.repository import StateRepository, TableShape
from suwen.kernel.clock import now
from suwen.kernel.database import Database
from suwen.kernel.progress import Progress
from suwen.kernel.settings import Settings


@dataclass(frozen=True)
class Made:
    """A finished backup and its digest."""

    manifest: Manifest
    digest: str


async def create(
    database: Database, lake: Lake, settings: Settings, folder: Path, progress: Progress, key: uuid.UUID
) -> Made:
    """Write a backup into a folder that must not exist; it is there when all of it is. Raises FolderTaken.

    key: the backup's id. Readers and writers go on meanwhile.
    """
    with writing(folder) as partial:
        moment = now()
        async with database.unit_of_work() as uow:
            state = StateRepository(uow.session)
            await state.pin()
            images = await to_thread.run_sync(_images, lake, partial, progress)
            shapes = await state.shapes()
            progress.stage("数据库 database", len(shapes))
            tables: list[KeptRows] = []
            for shape in shapes:
                progress.message(shape.name)
                tables.append(await _rows(state, shape, partial))
                progress.advance()
            # Sequences are of no moment: read last, they are past every number among the rows.
            sequences, revision = await state.sequences(), await state.revision()
        files = await to_thread.run_sync(_files, partial, tables, images, progress)
        files += await to_thread.run_sync(_documents, settings, partial, progress)
        manifest = Manifest(
            id=key,
            made_at=moment,
            product=version("suwen"),
            revision=revision,
            key=key_fingerprint(settings),
            tables=tables,
            sequences=sequences,
            lake=[KeptTable(ref=image.ref, version=image.version, rows=image.rows) for image in images],
            files=files,
        )
        return Made(manifest, await to_thread.run_sync(write_manifest, partial, manifest))


def _images(lake: Lake, partial: Path, progress: Progress) -> list[TableImage]:
    infos = lake.tables()
    progress.stage("数据湖版本 lake versions", len(infos))
    found: list[TableImage] = []
    for info in infos:
        found.append(lake.image(f"{info.layer}.{info.name}", partial / LAKE))
        progress.advance()
    return found


async def _rows(state: StateRepository, shape: TableShape, partial: Path) -> KeptRows:
    name = f"{DATABASE}/{shape.name}.zst"
    path = partial / name
    path.parent.mkdir(exist_ok=True)
    rows = 0
    with pa.CompressedOutputStream(str(path), "zstd") as file:
        async for piece in state.rows(shape):
            file.write(piece)
            rows += piece.count(b"\n")
    return KeptRows(name=shape.name, columns=list(shape.columns), rows=rows, file=name)


def _files(partial: Path, tables: list[KeptRows], images: list[TableImage], progress: Progress) -> list[KeptFile]:
    found = [kept(partial, partial / table.file) for table in tables]
    progress.stage("数据湖 lake", sum(path.stat().st_size for image in images for _, path in image.data))
    for image in images:
        progress.message(image.ref)
        found += [kept(partial, partial / LAKE / name) for name in image.log]
        for name, path in image.data:
            file = copied(path, partial, PurePosixPath(LAKE) / name)
            progress.advance(file.bytes)
            found.append(file)
    return found


def _documents(settings: Settings, partial: Path, progress: Progress) -> list[KeptFile]:
    """Copy what documents consist of. The database was read before: what it tells of lies there, and never changes."""
    found = list(document_contents(settings))
    progress.stage("文档 documents", len(found))
    held: list[KeptFile] = []
    for path in found:
        held.append(copied(path, partial, PurePosixPath(LAKE) / path.relative_to(settings.lake).as_posix()))
        progress.advance()
    return held
