"""The command ``suwen``: every process and every job from a terminal.

A command's module is imported when the command is asked for: who matches two files waits for no database.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_group

from suwen.kernel.errors import SuwenError
from suwen.kernel.logs import setup_logs
from suwen.kernel.registry import find_in_rooms
from suwen.kernel.settings import get_settings

_OWN = {
    **{name: f"suwen.app.cli.processes:{name}" for name in ("init", "serve", "worker", "run", "demo")},
    "backup": "suwen.app.cli.backup",
    "bench": "suwen.app.cli.bench:bench",
    "edge": "suwen.domains.ingest.edge.cli",
    "ingest": "suwen.app.cli.ingest",
    "terms": "suwen.app.cli.terms",
}
"""Name of each command → the module whose `app` it is, or `module:command` for one command of that app."""


class Commands(Mapping[str, Any]):
    """The commands by name, each imported when it is asked for; a room brings its own in its `cli.py`."""

    def __init__(self) -> None:
        self._places = {**find_in_rooms("cli"), **_OWN}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return a command as typer has it. Raises KeyError."""
        if name not in self._loaded:
            module, _, command = self._places[name].partition(":")
            group = get_group(import_module(module).app)
            group.name = name
            self._loaded[name] = group.commands[command] if command else group
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in the order in which the help lists them."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return how many commands there are."""
        return len(self._places)


class _Suwen(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Typer finds a command in this mapping, and the names alone for the help and for a slip of the pen.
        self.commands = cast("dict[str, Any]", Commands())

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)


app = typer.Typer(cls=_Suwen, no_args_is_help=True, add_completion=False)


@app.callback()
def suwen() -> None:
    """Suwen 素问: a regional health data platform."""


def main() -> None:
    """Entry of the command; errors that a user can act on are told in one line."""
    settings = get_settings()
    setup_logs(settings.log_level, as_json=settings.log_json)
    try:
        app()
    except SuwenError as error:
        Console(stderr=True).print(f"[red]{error.title}[/]: {error}", highlight=False)
        raise SystemExit(1) from error
