"""What can go wrong with migrations of platforms."""

from collections.abc import Iterable, Mapping

from suwen.kernel.errors import Conflict, Invalid, NotFound


class UnknownMigration(NotFound):
    """No migration has this id, or it lies outside the caller's institutions."""

    title = "没有此平台迁移"

    def __init__(self, key: object) -> None:
        super().__init__("no such migration", received=str(key))


class UnknownPart(NotFound):
    """No institution of a migration has this id, or it lies outside the caller's institutions."""

    title = "没有此迁移机构"

    def __init__(self, key: object) -> None:
        super().__init__("no such institution of a migration", received=str(key))


class NotDivisible(Invalid):
    """A feed of the pattern cannot be read for one institution at a time."""

    title = "该采集任务不能按机构迁移"

    def __init__(self, feed: str, why: str) -> None:
        super().__init__(f"feed {feed} cannot be divided by institution: {why}", received=feed)


class CodesTaken(Conflict):
    """Codes of the platform belong to another part already: its rows would be taken over twice."""

    title = "原平台机构代码已分配"

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__("these codes belong to another part of the migration", received=sorted(codes))


class NoTally(Conflict):
    """The platform was not counted yet, so it is not known which of its tables name an institution."""

    title = "尚未清点原平台"

    def __init__(self, title: str) -> None:
        super().__init__("count the platform first", received=title)


class Settled(Conflict):
    """An institution that was accepted, or that stays behind, is not read, made or changed."""

    title = "该机构已验收或不迁移"

    def __init__(self, title: str) -> None:
        super().__init__("accepted, or not to be taken over: reopen or change it first", received=title)


class NotProven(Conflict):
    """Tables of an institution were not found equal since they were last read."""

    title = "尚未全部核对一致"

    def __init__(self, tables: Mapping[str, str]) -> None:
        super().__init__("tables that are not proven equal yet", received=dict(tables))


class InUse(Conflict):
    """A migration has institutions whose sources were made, or an institution has one: these are removed first."""

    title = "已建立数据源，不能删除"

    def __init__(self, title: str) -> None:
        super().__init__("sources were made of it; remove these first", received=title)
