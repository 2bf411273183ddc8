"""A backup on disk: a folder of files, and a manifest that lists each with its size and digest.

    <folder>/manifest.json          what the backup holds (`Manifest`)
    <folder>/manifest.sm3           the manifest's digest, which is the backup's
    <folder>/database/<table>.zst   rows of a table in PostgreSQL's COPY text format, zstd
    <folder>/lake/<layer>/<name>/…  files of a lake table, as they lie in the lake
    <folder>/lake/_documents/…      what collected documents consist of

It is written beside its place, as `.<name>.partial`, and renamed when all is on disk: a folder under the backup's name
is whole, whenever the writer died.
"""

import fcntl
import os
import shutil
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ValidationError, field_validator

from suwen.domains.ops.errors import FolderTaken, NotABackup
from suwen.kernel.crypto import Sm3, sm3, sm3_of_file
from suwen.kernel.durable import sync
from suwen.kernel.progress import Progress

MANIFEST, MANIFEST_DIGEST = "manifest.json", "manifest.sm3"
DATABASE, LAKE = "database", "lake"
_PIECE = 1 << 20


class KeptFile(BaseModel):
    """A file of a backup: its path below the backup's folder, bytes, SM3 digest (64 hex digits)."""

    path: str
    bytes: int
    sm3: str

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            raise ValueError("a path must stay inside the backup")
        return path


class KeptRows(BaseModel):
    """A table of the database: its columns in the order of the file, its rows."""

    name: str
    columns: list[str]
    rows: int
    file: str


class KeptTable(BaseModel):
    """A table of the lake at a version."""

    ref: str
    version: int
    rows: int


class Manifest(BaseModel):
    """What a backup holds, and of which moment; the database's state is never newer than the lake's.

    revision: that of the database's tables. sequences: by name, the last value given out. key: fingerprint of the
    master key that the stored secrets need; the key itself is never part of a backup.
    """

    format: Literal[1] = 1
    id: uuid.UUID
    made_at: datetime
    product: str
    revision: str
    key: str | None
    tables: list[KeptRows]
    sequences: dict[str, int]
    lake: list[KeptTable]
    files: list[KeptFile]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)

    @property
    def database_rows(self) -> int:
        """Rows of all tables of the database."""
        return sum(table.rows for table in self.tables)

    @property
    def lake_rows(self) -> int:
        """Rows of all tables of the lake."""
        return sum(table.rows for table in self.lake)


class Fault(BaseModel):
    """A file that is not as the manifest says: `missing`, `changed` (digest or size), `unlisted`."""

    path: str
    what: Literal["missing", "changed", "unlisted"]


def kept(folder: Path, path: Path) -> KeptFile:
    """Bring a finished file to disk and return its entry."""
    sync(path)
    return KeptFile(path=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sm3=sm3_of_file(path))


def copied(source: Path, folder: Path, name: PurePosixPath) -> KeptFile:
    """Copy a file into the backup and return its entry; the digest is of what was read."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    found, size = Sm3(), 0
    with source.open("rb") as read, target.open("wb") as write:
        while piece := read.read(_PIECE):
            found.update(piece)
            size += write.write(piece)
        write.flush()
        os.fsync(write.fileno())
    return KeptFile(path=name.as_posix(), bytes=size, sm3=found.hexdigest())


@contextmanager
def writing(folder: Path) -> Generator[Path]:
    """Give the folder to write into; at a clean end it takes its name, at any other it is removed.

    Raises FolderTaken when the name is taken, or another process writes this backup.
    """
    if folder.exists():
        raise FolderTaken("此目录已存在，请另选一个", received=folder.name)
    partial = partial_of(folder)
    partial.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(partial):
        # What a killed writer left.
        for left in partial.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield partial
            _sync_folders(partial)
            partial.rename(folder)
            sync(folder.parent)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


@contextmanager
def _held(partial: Path) -> Generator[None]:
    """Be the only process that writes in the folder; the kernel gives it back when the process dies."""
    descriptor = os.open(partial, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise FolderTaken("另一个进程正在写此备份", received=partial.name) from error
    finally:
        os.close(descriptor)


def partial_of(folder: Path) -> Path:
    """Return where a backup is written until it is whole."""
    return folder.with_name(f".{folder.name}.partial")


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest and its digest; returns the digest."""
    body = manifest.model_dump_json(indent=1).encode()
    digest = sm3(body)
    for name, content in ((MANIFEST, body), (MANIFEST_DIGEST, digest.encode())):
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return digest


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Return the manifest and its digest. Raises NotABackup."""
    try:
        body = (folder / MANIFEST).read_bytes()
        digest = (folder / MANIFEST_DIGEST).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotABackup(
            "此目录中没有完整的备份清单", received=folder.name, allowed=[MANIFEST, MANIFEST_DIGEST]
        ) from error
    if sm3(body) != digest:
        raise NotABackup("备份清单与其摘要不符", received=folder.name)
    try:
        return Manifest.model_validate_json(body), digest
    except ValidationError as error:
        raise NotABackup("备份清单的格式不能识别", received=folder.name, allowed="format 1") from error


def faults_of(folder: Path, manifest: Manifest, progress: Progress) -> list[Fault]:
    """Read every file of a backup and return what is not as the manifest says; steps are bytes."""
    progress.stage("校验 verify", manifest.bytes)
    found: list[Fault] = []
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            found.append(Fault(path=file.path, what="missing"))
        elif path.stat().st_size != file.bytes or sm3_of_file(path) != file.sm3:
            found.append(Fault(path=file.path, what="changed"))
        progress.advance(file.bytes)
    listed = {MANIFEST, MANIFEST_DIGEST, *(file.path for file in manifest.files)}
    there = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return found + [Fault(path=path, what="unlisted") for path in there if path not in listed]


def discard(folder: Path) -> None:
    """Remove a backup: it is none any more from the first moment on. Does nothing where there is none.

    Raises FolderTaken while it is being written.
    """
    gone = partial_of(folder)
    if folder.exists():
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
    if gone.exists():
        with _held(gone):
            shutil.rmtree(gone)


def _sync_folders(folder: Path) -> None:
    for path in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        sync(path)
