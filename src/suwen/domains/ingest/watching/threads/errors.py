"""What can be wrong with a task that is asked for."""

from uuid import UUID

from suwen.kernel.errors import NotFound


class UnknownTask(NotFound):
    """There is no such task of collection, or not for the caller."""

    title = "没有此采集任务"

    def __init__(self, key: UUID) -> None:
        super().__init__("no such task of collection", received=str(key))
