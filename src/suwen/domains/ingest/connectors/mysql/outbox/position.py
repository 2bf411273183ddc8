"""How far a table of changes has been read.

a1b2c3d4 150                          the changes up to number 150 are here
a1b2c3d4 150 17-17@1700000000,20-25@… but for these: not seen when later ones were, at that second of the source's clock

The letters before it say which triggers were read (`Seen.made`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Gap:
    """Numbers that were not seen though a later one was: their transactions are under way, or were rolled back."""

    low: int
    high: int
    since: int


@dataclass(frozen=True)
class Position:
    """See the module's words; gaps in rising order."""

    made: str
    top: int = 0
    gaps: tuple[Gap, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Position":
        """Read a position that was kept."""
        words = text.split()
        return cls(words[0], int(words[1]), tuple(_gap(each) for each in words[2].split(",")) if words[2:] else ())

    def without(self, gone: Iterable[Gap]) -> "Position":
        """Return the position without gaps that nothing will ever fill."""
        given = set(gone)
        return replace(self, gaps=tuple(gap for gap in self.gaps if gap not in given))

    def after(self, numbers: Iterable[int], now: int) -> "Position":
        """Return the position behind the changes of these rising numbers, which were seen at a second."""
        gaps, found, top = list(self.gaps), list[Gap](), self.top
        for number in numbers:
            if number > top:
                if number > top + 1:
                    found.append(Gap(top + 1, number - 1, now))
                top = number
                continue
            while gaps and gaps[0].high < number:
                found.append(gaps.pop(0))
            if gaps and gaps[0].low <= number:
                held = gaps.pop(0)
                if held.low < number:
                    found.append(Gap(held.low, number - 1, held.since))
                if number < held.high:
                    gaps.insert(0, Gap(number + 1, held.high, held.since))
        ordered = sorted([*found, *gaps], key=lambda gap: gap.low)
        return Position(self.made, top, tuple(ordered))

    def __str__(self) -> str:
        gaps = ",".join(f"{gap.low}-{gap.high}@{gap.since}" for gap in self.gaps)
        return f"{self.made} {self.top} {gaps}".rstrip()


def _gap(text: str) -> Gap:
    numbers, since = text.split("@")
    low, high = numbers.split("-")
    return Gap(int(low), int(high), int(since))
