"""What can go wrong with indicators."""

from typing import Any

from suwen.kernel.errors import Conflict, Invalid, NotFound


class InvalidIndicator(Invalid):
    """An indicator cannot be: feeds of several sources, a source that takes no queries."""

    title = "指标级对账配置无效"


class InvalidStatement(Invalid):
    """A statement of an indicator is not one that tells figures by day; `detail` says which and why."""

    title = "指标级对账语句无效"

    def __init__(self, side: str, why: str, *, received: Any = None, allowed: Any = None) -> None:
        super().__init__(f"the {side}'s statement {why}", received=received, allowed=allowed, side=side)


class UnknownIndicator(NotFound):
    """No indicator has this id, or it lies outside the caller's institutions."""

    title = "没有此对账指标"

    def __init__(self, key: object) -> None:
        super().__init__("no such indicator", received=str(key))


class UnknownIndicatorCheck(NotFound):
    """No check of an indicator has this id, or it lies outside the caller's institutions."""

    title = "没有此指标级对账记录"

    def __init__(self, key: object) -> None:
        super().__init__("no such check of an indicator", received=str(key))


class UnknownIndicatorDifference(NotFound):
    """No difference of an indicator has this id, or it lies outside the caller's institutions."""

    title = "没有此指标级差异"

    def __init__(self, key: object) -> None:
        super().__init__("no such difference of an indicator", received=str(key))


class AlreadyClosed(Conflict):
    """A difference that is closed is explained no more."""

    title = "差异已关闭"

    def __init__(self) -> None:
        super().__init__("the difference is closed", received="closed", allowed="open")
