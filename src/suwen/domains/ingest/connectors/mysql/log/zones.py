"""Moments as a server's own sessions show them: the log has seconds of UTC, a table is read in the server's zone."""

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import pairwise

from suwen.domains.ingest.connectors.mysql.server import Server

_EPOCH = datetime(1970, 1, 1)
_WEEK, _LAST = 7 * 86400, (1 << 31) - 1
_AT_ONCE = 500


class LocalTime:
    """Seconds of UTC as the date and time of a server's zone, by what the server itself says of it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._begins: list[int] | None = None
        self._offsets: list[int] = []

    def text(self, seconds: int) -> str:
        """Return ``2024-01-01 08:00:00`` for a moment."""
        if self._begins is None:
            self._learn()
        begins = self._begins or [0]
        offset = self._offsets[max(0, bisect_right(begins, seconds) - 1)]
        return (_EPOCH + timedelta(seconds=seconds + offset)).isoformat(" ")

    def _learn(self) -> None:
        """Find when the zone's offset changes: it is asked for each week, then halved between those that differ."""
        moments = [*range(1, _LAST, _WEEK), _LAST]
        known = dict(zip(moments, self._asked(moments), strict=True))
        open_ones = [(a, b) for a, b in pairwise(moments) if known[a] != known[b]]
        changes: list[int] = []
        while open_ones:
            halves = [(low + high) // 2 for low, high in open_ones]
            known |= dict(zip(halves, self._asked(halves), strict=True))
            pairs = [pair for (a, b), h in zip(open_ones, halves, strict=True) for pair in ((a, h), (h, b))]
            differing = [(a, b) for a, b in pairs if known[a] != known[b]]
            changes += [b for a, b in differing if b - a == 1]
            open_ones = [(a, b) for a, b in differing if b - a > 1]
        self._begins = [0, *sorted(changes)]
        self._offsets = [known[1], *(known[moment] for moment in self._begins[1:])]

    def _asked(self, moments: list[int]) -> list[int]:
        """Return the offsets of moments, in seconds."""
        found: list[int] = []
        for first in range(0, len(moments), _AT_ONCE):
            asked = moments[first : first + _AT_ONCE]
            columns = ", ".join(
                f"TIMESTAMPDIFF(SECOND, '1970-01-01', FROM_UNIXTIME({moment:d})) AS m{place:d}"
                for place, moment in enumerate(asked)
            )
            row = self._server.one(f"SELECT {columns}")
            found += [int(row[f"m{place}"]) - moment for place, moment in enumerate(asked)]
        return found
