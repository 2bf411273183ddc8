"""What can be wrong with source dictionaries and mappings."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from suwen.kernel.errors import Conflict, Invalid, NotFound


class UnknownKind(Invalid):
    """No kind of source dictionary has that code."""

    title = "没有此类字典"
    title_en = "No such kind of dictionary"

    def __init__(self, kind: str, known: Iterable[str]) -> None:
        super().__init__("没有此类源端字典", received=kind, allowed=list(known))


class UnknownDictionary(NotFound):
    """There is no such source dictionary, or the scope hides it."""

    title = "没有此源端字典"
    title_en = "No such source dictionary"

    def __init__(self, dictionary: UUID) -> None:
        super().__init__("没有此源端字典", received=str(dictionary))


class UnknownEntry(NotFound):
    """There is no such source entry, or the scope hides it."""

    title = "没有此源端条目"
    title_en = "No such source entry"

    def __init__(self, entry: UUID) -> None:
        super().__init__("没有此源端条目", received=str(entry))


class NoTarget(Invalid):
    """The dictionary has no standard terminology to be mapped to."""

    title = "未指定标准术语集"
    title_en = "No standard terminology is named"


class UnknownStandardTerm(Invalid):
    """The target terminology has no such code."""

    title = "标准代码不存在"
    title_en = "No such standard code"

    def __init__(self, target: str, codes: Iterable[str]) -> None:
        told = "、".join(codes)
        super().__init__(f"标准术语集 {target} 中没有此代码", received=told, allowed=f"{target} 的现行代码")


class RetiredStandardTerm(Invalid):
    """The code was in force in an earlier edition only, or its whole terminology is retired."""

    title = "标准代码已停用"
    title_en = "The standard code is retired"

    def __init__(self, target: str, codes: Iterable[str]) -> None:
        super().__init__(
            f"标准术语集 {target} 的此代码已停用", received="、".join(codes), allowed=f"{target} 的现行代码"
        )


class EntryChanged(Conflict):
    """Somebody else decided on the entry since it was read."""

    title = "条目已被他人处理"
    title_en = "Somebody else has decided on the entry"

    def __init__(self, by: str | None, at: datetime | None, state: str, version: int) -> None:
        who = f"{by or '他人'} 已处理此条目"
        super().__init__(
            f"{who}，请查看后再决定",
            decided_by=by,
            decided_at=at.isoformat() if at else None,
            state=state,
            version=version,
        )


class TaskTaken(Conflict):
    """The mapping task is another person's."""

    title = "任务已被他人申领"
    title_en = "The task is another person's"

    def __init__(self, by: str | None) -> None:
        super().__init__(f"该标化任务由 {by or '他人'} 申领", claimed_by=by)


class NotAwaitingReview(Conflict):
    """The entry is not waiting for a second person."""

    title = "条目不在待审核状态"
    title_en = "The entry does not wait for review"


class OwnReview(Conflict):
    """Whoever decided may not be the second person."""

    title = "不能审核自己的标化结果"
    title_en = "One's own mapping is reviewed by another"


class AlreadyUndone(Conflict):
    """The batch was undone before."""

    title = "该批次已撤销"
    title_en = "The batch was undone"


class BatchAtWork(Conflict):
    """A job works on the batch."""

    title = "该批次正在执行"
    title_en = "The batch is at work"


class NothingToResume(Conflict):
    """The batch, or its undoing, has come to its end."""

    title = "该批次已完成"
    title_en = "The batch has come to its end"


class UndeclaredConversion(Invalid):
    """No factor is declared between the two units."""

    title = "没有声明此单位换算"
    title_en = "No factor is declared between these units"
