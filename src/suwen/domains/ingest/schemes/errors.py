"""What can go wrong with schemes."""

from collections.abc import Iterable

from suwen.kernel.errors import Invalid, NotFound


class UnknownScheme(NotFound):
    """No scheme has this id, or its institution lies outside the caller's."""

    title = "没有此采集方案"
    title_en = "There is no such scheme"

    def __init__(self, key: object) -> None:
        super().__init__("no such scheme", received=str(key))


class UnknownScope(Invalid):
    """A scheme's scope names datasets that the standards in force do not have."""

    title = "采集范围中有未知的数据集"
    title_en = "The scope names unknown datasets"

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__("unknown datasets", received=sorted(unknown), allowed=sorted(known))


class UnknownDialect(Invalid):
    """No front database is made for this kind of database."""

    title = "不支持此种数据库"
    title_en = "No front database is made for this kind of database"

    def __init__(self, dialect: str, known: Iterable[str]) -> None:
        super().__init__("unknown kind of database", received=dialect, allowed=list(known))
