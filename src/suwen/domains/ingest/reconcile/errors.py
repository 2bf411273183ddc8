"""What can go wrong when a check or a difference is asked for."""

from suwen.kernel.errors import NotFound


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
