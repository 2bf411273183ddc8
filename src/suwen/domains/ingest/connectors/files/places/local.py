"""Files in a folder of this server and the folders below it."""

from collections.abc import Sequence
from pathlib import Path

from suwen.domains.ingest.connectors.files.options import FilesOptions
from suwen.domains.ingest.connectors.files.places.remote import Found, Remote
from suwen.domains.ingest.errors import SourceUnavailable


class Local(Remote):
    """A folder with all below it, or one file; what begins with a dot is left out."""

    def __init__(self, options: FilesOptions) -> None:
        self._root = options.path

    def files(self) -> tuple[Found, ...]:
        """Return the files, each by its path below the folder. Raises SourceUnavailable."""
        if self._root.is_file():
            return (_found(self._root, self._root.name),)
        if not self._root.is_dir():
            raise SourceUnavailable("no such file or folder", received=str(self._root))
        found = [(path, path.relative_to(self._root)) for path in self._root.rglob("*") if path.is_file()]
        shown = [(path, name) for path, name in found if not any(part.startswith(".") for part in name.parts)]
        return tuple(sorted((_found(path, name.as_posix()) for path, name in shown), key=lambda one: one.name))

    def fetch(self, wanted: Sequence[Found], folder: Path, most: int | None = None) -> list[Path]:
        """Return where the files lie; nothing is copied. Raises SourceUnavailable."""
        single = self._root.is_file()
        paths = [self._root if single else self._root / one.name for one in wanted]
        for found, path in zip(wanted, paths, strict=True):
            if not path.is_file():
                raise SourceUnavailable(f"file {found.name} is gone", file=found.name)
        return paths


def _found(path: Path, name: str) -> Found:
    stat = path.stat()
    return Found(name, stat.st_size, f"{stat.st_size} {stat.st_mtime_ns}")
