"""How far a table of changes has been read.

16385.16390.16391 733:740:735                      what the snapshot 733:740:735 sees is here
16385.16390.16391 733:740:735 until 750:750: at 9  the same, and of what the second one sees, the changes up to number 9

The numbers before it say which table and triggers were read (`Seen.made`).
"""

from dataclasses import dataclass

from suwen.domains.ingest.connectors.postgres.snapshot import Snapshot


@dataclass(frozen=True)
class Position:
    """See the module's words; number: 0 where `until` is None."""

    made: str
    seen: Snapshot
    until: Snapshot | None = None
    number: int = 0

    @classmethod
    def of(cls, text: str) -> "Position":
        """Read a position that was kept."""
        words = text.split()
        position = cls(words[0], Snapshot.of(words[1]))
        return position.at(Snapshot.of(words[3]), int(words[5])) if len(words) > 2 else position

    def at(self, until: Snapshot, number: int) -> "Position":
        """Return the position amid what `until` sees."""
        return Position(self.made, self.seen, until, number)

    def __str__(self) -> str:
        if self.until is None:
            return f"{self.made} {self.seen}"
        return f"{self.made} {self.seen} until {self.until} at {self.number}"
