"""Where files are distributed to: a folder of the workspace, or one of an SFTP server."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from suwen.domains.ingest.connectors.files.places.sftp import Sftp
from suwen.domains.ingest.distribution.errors import TargetUnavailable
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.kernel.durable import sync, write_durably


class Folder(Protocol):
    """A folder whose files are put in place whole."""

    def held(self, name: str) -> bytes | None:
        """Return what a small file holds; None where there is none. Raises TargetUnavailable."""
        ...

    def has(self, name: str) -> bool:
        """Say whether there is such a file. Raises TargetUnavailable."""
        ...

    @contextmanager
    def making(self, name: str) -> Generator[Path]:
        """Give the path of a file to be written, and put it in place behind. Raises TargetUnavailable."""
        ...

    def write(self, name: str, content: str) -> None:
        """Put a small file in place. Raises TargetUnavailable."""
        ...


@dataclass(frozen=True)
class LocalFolder:
    """A folder here."""

    path: Path

    def held(self, name: str) -> bytes | None:
        """Return what a small file holds."""
        found = self.path / name
        return found.read_bytes() if found.exists() else None

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        return (self.path / name).exists()

    @contextmanager
    def making(self, name: str) -> Generator[Path]:
        """Give a path beside the file's."""
        self.path.mkdir(parents=True, exist_ok=True)
        written = self.path / f".{name}.{os.getpid()}"
        try:
            yield written
            sync(written)
            written.replace(self.path / name)
        finally:
            written.unlink(missing_ok=True)

    def write(self, name: str, content: str) -> None:
        """Put a small file in place."""
        write_durably(self.path / name, content)


@dataclass(frozen=True)
class SftpFolder:
    """A folder of an SFTP server, `folder` below the one that its source names; it is made unless it is there."""

    server: Sftp
    folder: str

    def held(self, name: str) -> bytes | None:
        """Return what a small file holds."""
        with _reached():
            return self.server.content(self._path(name))

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        with _reached():
            return self.server.has(self._path(name))

    @contextmanager
    def making(self, name: str) -> Generator[Path]:
        """Give a path here; the file is sent under another name and renamed there when all of it has come."""
        with TemporaryDirectory(prefix="suwen-sftp-") as folder:
            written = Path(folder) / name
            yield written
            with _reached():
                self.server.store(written, self._path(name))

    def write(self, name: str, content: str) -> None:
        """Put a small file in place."""
        with self.making(name) as path:
            path.write_text(content, encoding="utf-8")

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name


@contextmanager
def _reached() -> Generator[None]:
    try:
        yield
    except SourceUnavailable as error:
        raise TargetUnavailable(error.detail) from None
