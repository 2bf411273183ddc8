"""Which transactions a moment of a PostgreSQL server sees."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Snapshot:
    """`pg_snapshot`: transactions from `xmax` on, and those in `running`, are not seen; all others before it are."""

    xmin: int
    xmax: int
    running: frozenset[int]

    @classmethod
    def of(cls, text: str) -> "Snapshot":
        """Read the text ``xmin:xmax:xip,xip…``."""
        xmin, xmax, running = text.split(":")
        return cls(int(xmin), int(xmax), frozenset(int(each) for each in running.split(",") if each))

    def sees(self, xid: int) -> bool:
        """Say whether a committed transaction is seen; xid: its low 32 bits, as the log gives them."""
        full = (self.xmax & ~0xFFFFFFFF) | xid
        if full > self.xmax + 2**31:
            full -= 2**32
        elif full < self.xmax - 2**31:
            full += 2**32
        return full < self.xmax and full not in self.running

    def __str__(self) -> str:
        return f"{self.xmin}:{self.xmax}:{','.join(str(each) for each in sorted(self.running))}"
