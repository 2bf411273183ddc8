"""How long work tells what it is doing, whoever listens: a terminal bar, a job's row, or nobody."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar, runtime_checkable

T = TypeVar("T")
STEPS = 1000
"""Things that are told of at once by `watched`."""


class Progress(Protocol):
    """Told of stages and steps; implementations draw bars or store rows."""

    def stage(self, title: str, total: int | None = None) -> None:
        """Begin a stage; `total` is its number of steps (rows, files ...) when known."""
        ...

    def advance(self, n: int = 1) -> None:
        """Report `n` more finished steps of the current stage."""
        ...

    def message(self, text: str) -> None:
        """Tell what is happening now; never carries a direct identifier."""
        ...


@runtime_checkable
class TellsWork(Protocol):
    """A `Progress` that is also told what each thread of the work does now."""

    def working(self, parts: Sequence[str], rows: int | None = None) -> None:
        """Tell what each thread does now, and how many rows the stage has done."""
        ...


class NullProgress:
    """A `Progress` that nobody watches."""

    def stage(self, title: str, total: int | None = None) -> None:
        """Ignore a stage."""

    def advance(self, n: int = 1) -> None:
        """Ignore steps."""

    def message(self, text: str) -> None:
        """Ignore a message."""


def watched(things: Iterable[T], progress: Progress) -> Iterator[T]:
    """Yield things one by one and tell how many are done."""
    count = 0
    for count, thing in enumerate(things, start=1):
        yield thing
        if count % STEPS == 0:
            progress.advance(STEPS)
    progress.advance(count % STEPS)
