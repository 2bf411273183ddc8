"""What can be wrong about a look at a person's records."""

from collections.abc import Sequence
from uuid import UUID

from suwen.kernel.errors import NotFound


class NoRecords(NotFound):
    """The person is unknown, or none of its identities lies in the reader's scope."""

    title = "没有这个人员的记录，或不在您的数据范围内"

    def __init__(self, person_id: UUID) -> None:
        super().__init__("没有这个人员的记录，或不在您的数据范围内", received=str(person_id))


class UnknownSection(NotFound):
    """No dataset of that code makes a section."""

    title = "没有这个数据集"

    def __init__(self, code: str, known: Sequence[str]) -> None:
        super().__init__("没有这个数据集", received=code, allowed=list(known))


class UnknownEvent(NotFound):
    """The person has no such event in the reader's scope; it may have been replaced since the timeline was read."""

    title = "没有这条记录"

    def __init__(self, event: str) -> None:
        super().__init__("没有这条记录，可能已被更新，请刷新时间轴", received=event)
