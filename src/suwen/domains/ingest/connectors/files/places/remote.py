"""What a place gives that is not this server: the names of its files, and the files themselves."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from suwen.domains.ingest.errors import SourceUnavailable

PIECE = 4 * 2**20
"""Bytes of a file that lie in memory at once."""


@dataclass(frozen=True)
class Found:
    """A file: its name in its folder, its bytes, and a text that is another once it has been written anew."""

    name: str
    size: int
    stamp: str


class Remote(ABC):
    """A folder elsewhere, or one file there; each call reaches the place anew."""

    @abstractmethod
    def files(self) -> tuple[Found, ...]:
        """Return its files by name. Raises SourceUnavailable."""

    @abstractmethod
    def fetch(self, wanted: Sequence[Found], folder: Path, most: int | None = None) -> list[Path]:
        """Write files into a folder here; most: so many bytes of each are enough.

        Raises SourceUnavailable, also when a file was written anew since it was found.
        """


def must_be_whole(found: Found, path: Path, most: int | None) -> None:
    """Raise SourceUnavailable unless all of a file came that was to come."""
    came, wanted = path.stat().st_size, found.size if most is None else min(found.size, most)
    if came != wanted:
        raise SourceUnavailable(
            f"file {found.name}: {came} bytes came instead of {wanted}; it is being written, or was cut off",
            file=found.name,
        )
