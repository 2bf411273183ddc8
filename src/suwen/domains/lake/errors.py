"""What can go wrong at the lake's door."""

from collections.abc import Iterable

from suwen.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class UnknownTable(NotFound):
    """A statement names a table that the lake does not hold, or not in the wanted version."""

    title = "数据湖中没有此表"


class UnknownColumn(Invalid):
    """A statement or a write names a column that the table does not have."""

    title = "表中没有此列"


class FieldNotOpen(Invalid):
    """There is no such column to filter or sort by: a masked value must not be found by guessing."""

    title = "不能按此字段筛选或排序"

    def __init__(self, field: str, open_fields: Iterable[str]) -> None:
        super().__init__("不能按此字段筛选或排序", received=field, allowed=list(open_fields))


class InvalidStatement(Invalid):
    """A statement is not one readable query, or reaches for something beside the lake's tables."""

    title = "查询语句无效"


class ScopeTooNarrow(Forbidden):
    """The caller's data scope cannot be enforced on this table, so nothing of it is given out."""

    title = "数据范围不足"


class InvalidTable(Invalid):
    """A table declaration contradicts itself."""

    title = "表定义无效"


class SchemaConflict(Conflict):
    """A new declaration of a table cannot be reached from the stored one without losing data."""

    title = "表结构变更不兼容"


class DataMismatch(Invalid):
    """Rows to write do not fit the table: a value does not convert, or a key column is empty."""

    title = "写入数据与表结构不符"


class DuplicateKeys(Conflict):
    """Rows to write carry the same key twice."""

    title = "写入数据主键重复"


class WriteConflict(Conflict):
    """Another writer committed first, again and again; nothing was changed, a retry can help."""

    retryable = True
    title = "并发写入冲突"


class EngineUnavailable(Unavailable):
    """The engine cannot start: a library, Java or the Delta jars are missing."""

    retryable = False
    title = "计算引擎不可用"
