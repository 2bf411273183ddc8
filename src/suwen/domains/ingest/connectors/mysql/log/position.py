"""Where a feed stands in a server's binlog.

bin.000007 1042 1700000000 - 0-7-153

Everything that was committed before this byte of this file is here. Behind it: when the file was begun (seconds), the
digest of the table's columns, the last transaction's GTID.
"""

from dataclasses import dataclass

NONE = "-"
FIRST = 4
"""Where the first event of a file begins."""


@dataclass(frozen=True)
class Position:
    """See the module's words.

    begun tells a file from another of its name: a server was restored, or its log begun anew. layout: the digest of the
    table's columns where the log does not name them, "" where it does. gtid: for whoever has to find the place on
    another server.
    """

    file: str
    offset: int
    begun: int
    layout: str = ""
    gtid: str = ""

    @classmethod
    def of(cls, text: str) -> "Position":
        """Read a position that was kept."""
        file, offset, begun, layout, gtid = text.rsplit(" ", 4)
        return cls(file, int(offset), int(begun), layout.removeprefix(NONE), gtid.removeprefix(NONE))

    @property
    def place(self) -> tuple[int, int]:
        """Its place among all positions of its server."""
        return number(self.file), self.offset

    def __str__(self) -> str:
        return f"{self.file} {self.offset} {self.begun} {self.layout or NONE} {self.gtid or NONE}"


def number(file: str) -> int:
    """Return the number of a file ``bin.000007``."""
    return int(file.rpartition(".")[2])


def sequence(file: str, offset: int) -> int:
    """Return the number of a place in the log that orders changes."""
    return (number(file) << 32) | (offset & 0xFFFFFFFF)
