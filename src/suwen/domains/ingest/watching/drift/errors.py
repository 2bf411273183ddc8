"""What a changed source table brings to a halt."""

from collections.abc import Sequence

from suwen.domains.ingest.watching.drift.comparing import ColumnDrift
from suwen.kernel.errors import Conflict, NotFound


class SchemaDrifted(Conflict):
    """A column that the mapping uses is gone or has another type; nothing was read. `detail` names feed and columns."""

    title = "源表结构已变化"
    title_en = "The source table has changed"

    def __init__(self, feed: str, drifts: Sequence[ColumnDrift]) -> None:
        told = "; ".join(
            f"column {one.column} is gone"
            if one.kind == "removed"
            else f"column {one.column} was {one.was}, is {one.now_is}"
            for one in drifts
        )
        super().__init__(
            f"feed {feed}: the mapping uses what has changed at the source, nothing was read: {told}",
            received=[one.column for one in drifts],
        )


class UnknownDrift(NotFound):
    """No open change of the feed's table has this id."""

    title = "没有此待处理的表结构变化"
    title_en = "No such open change of the table"

    def __init__(self, key: object) -> None:
        super().__init__("no such open change of the table", received=str(key))
