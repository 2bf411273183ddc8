"""What was counted over a table, kept until the table changes."""

from collections.abc import Callable
from typing import Generic, TypeVar

from suwen.domains.lake.service import Lake

T = TypeVar("T")


class Remembered(Generic[T]):
    """The newest result for each table; `state` is whatever else it depends on, compared by `==`.

    _counts: Remembered[int] = Remembered()
    _counts.of(lake, "std.encounter", None, lambda version: count(lake, version))
    """

    def __init__(self) -> None:
        self._held: dict[tuple[Lake, str], tuple[tuple[int, object], T]] = {}

    def fresh(self, lake: Lake, table: str, state: object) -> bool:
        """Say whether the result for the table as it is now is known."""
        held = self._held.get((lake, table))
        return held is not None and held[0] == (lake.snapshot(table).version, state)

    def of(self, lake: Lake, table: str, state: object, compute: Callable[[int], T]) -> T:
        """Return the result for the table as it is now; `compute` is given the version to read."""
        key = (lake.snapshot(table).version, state)
        held = self._held.get((lake, table))
        if held is None or held[0] != key:
            held = self._held[lake, table] = (key, compute(key[0]))
        return held[1]
