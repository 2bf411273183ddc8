"""Sources that tell their changes themselves: what a run asks of one.

    begin      before the rows are read whole; from here on every change is told
    waiting    is there anything behind a position?
    tell       changes behind a position into files, those of a row in the order in which they were made
    confirm    what lies before a position has been kept here and may be forgotten there

A position is a text that only its source understands. Told again from an older position, changes are the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from suwen.domains.ingest.rawtable import SourceColumn

Kind = Literal["log", "outbox", "push"]
"""By the log of the database, by a table into which triggers write every change, or sent by the source itself."""
KINDS: tuple[Kind, ...] = get_args(Kind)
INSERTED, UPDATED, DELETED, EMPTIED = "I", "U", "D", "T"
OP, COMMITTED, SEQUENCE, SAME = "_op", "_committed_at", "_sequence", "_same"
"""Columns of a file of changes beside the source's: I, U, D, or T (all rows are gone); when the source committed it
(UTC; triggers know only when it was made); its place in the source's order; the columns that it leaves as they were
without telling them (none: NULL)."""


@dataclass(frozen=True)
class Own:
    """What lies in this installation's own database: where that is, the key of what is encrypted there, the source."""

    dsn: str = field(repr=False)
    key: bytes = field(repr=False)
    source: str


@dataclass(frozen=True)
class Wanted:
    """Whose changes, told how: a feed (full code), its table and key columns, and the name of this installation (8
    letters). own: for changes that were sent here.
    """

    kind: Kind
    feed: str
    table: str
    key: tuple[str, ...]
    installation: str
    own: Own | None = None


@dataclass(frozen=True)
class Obstacle:
    """What keeps a source from telling its changes ("error"), or what somebody should know ("warning")."""

    level: Literal["error", "warning"]
    text: str
    text_en: str


@dataclass(frozen=True)
class Held:
    """What a source keeps for a reader until it is confirmed: a slot of its log, or a table of changes.

    name: as the source calls it. bytes: what it takes, or what cannot be freed because of it. state: the source's own
    word, "lost" when it has been given up, "" where it has none. active: somebody is reading it now. changes, oldest:
    how many wait to be read (at most MOST_COUNTED), and since when (UTC); None where it is not known. removal: the SQL
    by which its administrator drops it; "" where this installation may do so itself.
    """

    name: str
    bytes: int | None
    state: str
    active: bool = False
    reason: str | None = None
    changes: int | None = None
    oldest: datetime | None = None
    removal: str = ""


MOST_COUNTED = 1_000_000


@dataclass(frozen=True)
class Readiness:
    """Whether a source can tell a table's changes, and what its administrator does about it.

    before: of an updated or deleted row the source tells it whole ("row") or only its key ("key"). setup, removal: SQL
    in the source's dialect for its administrator, who alone runs it. clean_up: likewise, deletes there what was read;
    "" where nothing is to be deleted by hand. held: what is kept for this feed there.
    """

    obstacles: tuple[Obstacle, ...]
    before: Literal["row", "key", "none"]
    setup: str
    removal: str
    held: Held | None = None
    clean_up: str = ""

    @property
    def errors(self) -> tuple[Obstacle, ...]:
        """What must be dealt with before the first run."""
        return tuple(each for each in self.obstacles if each.level == "error")


@dataclass(frozen=True)
class Shape:
    """The columns that changes of a table tell; version: a text that differs once a name or type of them does."""

    columns: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class Told:
    """Changes in files, in the order of their names; sql: the SELECT of them in DuckDB, with `columns` typed.

    position: behind the last of them. more: there may be more already. partial: some leave values as they were without
    telling them (SAME), or say that all rows are gone (EMPTIED).
    """

    changes: int
    position: str
    sql: str
    columns: tuple[SourceColumn, ...]
    more: bool
    partial: bool


class ChangeSource(ABC):
    """The changes of one feed's table. kept_as: the name of what the source keeps for it; None: it keeps nothing."""

    kept_as: str | None = None

    @abstractmethod
    def readiness(self, position: str | None = None) -> Readiness:
        """Look at what the source needs; nothing is changed there. position: of the feed, if it has one.

        Raises SourceUnavailable.
        """

    @abstractmethod
    def begin(self) -> str:
        """Have changes kept from now on, and return the position of now; what was kept before is given up.

        Raises SourceNotPrepared, SourceUnavailable.
        """

    @abstractmethod
    def shape(self) -> Shape:
        """Return which columns changes tell; the rows are to be read with these alone."""

    @abstractmethod
    def waiting(self, position: str) -> str | None:
        """Return None when there is something behind a position, else the position up to which there is nothing.

        Raises ChangesLost.
        """

    @abstractmethod
    def tell(self, position: str, columns: tuple[SourceColumn, ...], folder: Path, done: Callable[[int], None]) -> Told:
        """Write what lies behind a position into a folder.

        columns: of the table as it is read whole. done: is told how many changes were written so far.
        Raises ChangesLost, SourceUnavailable.
        """

    @abstractmethod
    def confirm(self, position: str) -> None:
        """Let the source forget what lies before a position. Raises SourceUnavailable."""

    @abstractmethod
    def end(self) -> None:
        """Have nothing kept any longer; nothing happens where nothing is. Raises SourceUnavailable."""
