"""What can go wrong with categories."""

from collections.abc import Iterable

from suwen.kernel.errors import Conflict, Invalid


class UnknownCategory(Invalid):
    """A feed was given a category that there is not."""

    title = "没有此任务分类"

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__("no such category", received=code, allowed=list(known))


class CategoryTaken(Conflict):
    """Another category has this code."""

    title = "分类编码已被占用"

    def __init__(self, code: str) -> None:
        super().__init__("another category has this code", received=code)


class CategoryInUse(Conflict):
    """A category is not removed while feeds have it."""

    title = "分类仍在使用"

    def __init__(self, code: str, feeds: int) -> None:
        super().__init__(f"{feeds} feeds have this category", received=code)
