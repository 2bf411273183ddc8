"""Progress on a terminal: a bar a stage, told through ``kernel.progress``."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


class TerminalProgress:
    """A ``kernel.progress.Progress`` that draws one line a stage; on a pipe it prints a line at each end."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        self._bars.stop()

    def stage(self, title: str, total: int | None = None) -> None:
        """Begin a new line; the one before is full."""
        self._finish()
        self._task = self._bars.add_task(title, total=total, note="")

    def advance(self, n: int = 1) -> None:
        """Move the bar of the present stage."""
        if self._task is not None:
            self._bars.advance(self._task, n)

    def message(self, text: str) -> None:
        """Show a note beside the bar."""
        if self._task is not None:
            self._bars.update(self._task, note=text)

    def _finish(self) -> None:
        if self._task is None:
            return
        task = next(task for task in self._bars.tasks if task.id == self._task)
        done = task.completed if task.total is None else task.total
        self._bars.update(self._task, total=done or 1, completed=done or 1)
