"""What sources share whose changes triggers write into a table, an outbox (decision record 0013)."""

from collections.abc import Iterable

from suwen.domains.ingest.changelog import ChangeSource, Obstacle, Wanted
from suwen.domains.ingest.errors import SourceNotPrepared

AT_ONCE = 200_000
"""Changes read at once; what is left of a transaction then comes with the next batch."""
_MADE_ANEW = Obstacle(
    "error",
    "变更表或触发器已重建，其间的变更没有记录，须重新快照",
    "the table of changes or its triggers were made anew, changes between are lost: take a new snapshot",
)


class OutboxSource(ChangeSource):
    """An outbox that the platform only reads: all that is written at the source is its administrator's."""

    def confirm(self, position: str) -> None:
        """Do nothing: what was read is deleted by the source's administrator."""

    def end(self) -> None:
        """Do nothing: what is at the source is taken off by its administrator."""


def must_work(found: Iterable[Obstacle], wanted: Wanted) -> None:
    """Raise SourceNotPrepared with the errors among what was found, if there are any."""
    errors = [one.text_en for one in found if one.level == "error"]
    if errors:
        raise SourceNotPrepared("; ".join(errors), received=wanted.table, feed=wanted.feed)


def made_anew(found: tuple[Obstacle, ...]) -> tuple[Obstacle, ...]:
    """Return what was found about triggers that are not those of the position.

    Where they do not work either, that comes first: making them work makes them anew once more.
    """
    return found if any(one.level == "error" for one in found) else (_MADE_ANEW, *found)
