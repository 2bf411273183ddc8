"""What the room patients announces."""

from dataclasses import dataclass
from typing import ClassVar

from suwen.kernel.events import Event


@dataclass(frozen=True)
class PersonsLinked(Event):
    """A linkage run has ended: the person behind every identity is up to date."""

    name: ClassVar[str] = "patients.persons_linked"
    identities: int
    persons: int
    suspects: int


@dataclass(frozen=True)
class PersonsMerged(Event):
    """Two persons turned out to be one; ``gone`` no longer has identities."""

    name: ClassVar[str] = "patients.persons_merged"
    kept: str
    gone: str
