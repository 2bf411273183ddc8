"""Where the bytes of documents lie: one file for each content, named by its SM3 digest, whole or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path

from suwen.kernel.crypto import sm3_of_file
from suwen.kernel.durable import sync
from suwen.kernel.ids import new_id
from suwen.kernel.settings import Settings

PIECE = 1 << 20


class Shelf:
    """The documents' contents of an installation, beside its lake: all its processes reach them."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.lake / "_documents"

    def keep(self, file: Path) -> str:
        """Keep a file's content unless it is there, and return its digest; it is on the disk when this returns."""
        digest = sm3_of_file(file)
        place = self.place(digest)
        if place.exists():
            return digest
        place.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: another process may keep the same content at the same time.
        made = place.with_name(f"{digest}.{new_id().hex}.new")
        with file.open("rb") as source, made.open("wb") as copy:
            while piece := source.read(PIECE):
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        made.rename(place)
        sync(place.parent)
        return digest

    def place(self, digest: str) -> Path:
        """Return where a content lies."""
        return self._root / digest[:2] / digest

    def contents(self) -> Iterator[Path]:
        """Return the files of all contents that are whole."""
        for part in sorted(self._root.iterdir()) if self._root.is_dir() else ():
            yield from (file for file in sorted(part.iterdir()) if not file.suffix)


def document_contents(settings: Settings) -> Iterator[Path]:
    """Return the files, below the lake's folder, that hold what documents consist of."""
    return Shelf(settings).contents()
