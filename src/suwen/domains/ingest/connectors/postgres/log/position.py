"""Where a feed stands in a server's log.

0/16B3748                                    everything that was committed before it is here
0/16B3748 snapshot 733:740:735 until 0/17F   the same, and of what was committed after it, before `until`, the
transactions that the snapshot sees: the rows were read under it
"""

from dataclasses import dataclass

from suwen.domains.ingest.connectors.postgres.snapshot import Snapshot


@dataclass(frozen=True)
class Position:
    """See the module's words."""

    lsn: int
    snapshot: Snapshot | None = None
    until: int = 0

    @classmethod
    def of(cls, text: str) -> "Position":
        """Read a position that was kept."""
        words = text.split()
        if len(words) == 1:
            return cls(lsn_of(words[0]))
        return cls(lsn_of(words[0]), Snapshot.of(words[2]), lsn_of(words[4]))

    def holds(self, commit: int, xid: int) -> bool:
        """Say whether a transaction is here already; commit: LSN of its commit."""
        if commit < self.lsn:
            return True
        return self.snapshot is not None and commit < self.until and self.snapshot.sees(xid)

    def at(self, lsn: int) -> "Position":
        """Return the position at a later LSN."""
        return Position(lsn) if lsn >= self.until else Position(lsn, self.snapshot, self.until)

    def __str__(self) -> str:
        if self.snapshot is None:
            return lsn_text(self.lsn)
        return f"{lsn_text(self.lsn)} snapshot {self.snapshot} until {lsn_text(self.until)}"


def lsn_of(text: str) -> int:
    """Return the number of an LSN ``16/B374D848``."""
    high, low = text.split("/")
    return (int(high, 16) << 32) | int(low, 16)


def lsn_text(lsn: int) -> str:
    """Return an LSN as PostgreSQL writes it."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"
