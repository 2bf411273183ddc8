"""What targets are told that take messages: which row, in what order, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Operation = Literal["insert", "update", "delete"]
Values = dict[str, Any]


@dataclass(frozen=True)
class ToldRow:
    """What is told of a row. name: digest of its key; values: None for one that is gone."""

    name: str
    org_code: str
    operation: Operation
    key: Values
    values: Values | None
    digest: str
    sequence: int


@dataclass(frozen=True)
class Message:
    """Rows of one institution told at once, all of them inserts, updates or deletes; repeated under the same id."""

    id: str
    operation: Operation
    org_code: str
    rows: tuple[ToldRow, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a message. refused: names of the rows that the target did not take, with its reason.

    status, number, reason: what a platform answered, its own receipt; tries: how often it was sent. asked: whether it
    was sent at all.
    """

    message: Message
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    status: int | None = None
    number: str | None = None
    reason: str | None = None
    tries: int = 1
    asked: bool = True


class Teller(Protocol):
    """A target that takes messages."""

    @property
    def per_message(self) -> int:
        """Return how many rows a message holds at most."""
        ...

    @property
    def removals(self) -> bool:
        """Say whether it is told of rows that are gone."""
        ...

    @property
    def receipts(self) -> bool:
        """Say whether what it answers is kept."""
        ...

    def open(self) -> None:
        """Reach the target. Raises TargetUnavailable, TargetRefused."""
        ...

    def tell(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Send messages; give what became of each as soon as the target has it, or has refused it.

        Raises TargetUnavailable, TargetRefused: of the messages without an outcome nobody knows.
        """
        ...

    def close(self) -> None:
        """Leave the target."""
        ...
