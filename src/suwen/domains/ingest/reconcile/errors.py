"""What can go wrong when a check or a difference is asked for."""

from suwen.kernel.errors import Conflict, NotFound


class NotAnswered(Conflict):
    """What the edge node was asked was given up: by somebody, or since it does not read the source any more."""

    title = "前置机未答复，已放弃"
    title_en = "Given up before the node answered"

    def __init__(self, feed: str) -> None:
        super().__init__("the question to the edge node was given up before it answered", received=feed)


class UnknownCheck(NotFound):
    """No check has this id, or it lies outside the caller's institutions."""

    title = "没有此对账记录"

    def __init__(self, key: object) -> None:
        super().__init__("no such check", received=str(key))


class UnknownDifference(NotFound):
    """No difference has this id, or it lies outside the caller's institutions."""

    title = "没有此对账差异"

    def __init__(self, key: object) -> None:
        super().__init__("no such difference", received=str(key))
