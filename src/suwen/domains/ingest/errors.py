"""What can go wrong between a source and the standard tables."""

from collections.abc import Iterable

from suwen.kernel.errors import Conflict, Invalid, NotFound, SuwenError, Unavailable


class InvalidDefinition(Invalid):
    """A source or feed definition cannot work; `detail` names file, feed, column and expression."""

    title = "接入配置无效"


class UnknownConnector(Invalid):
    """A source names a connector that is not installed."""

    title = "没有此连接器"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("no such connector", received=name, allowed=sorted(known))


class UnknownSource(NotFound):
    """No source has this code."""

    title = "没有此数据源"

    def __init__(self, code: str) -> None:
        super().__init__("no such source", received=code)


class UnknownFeed(NotFound):
    """No feed has this code."""

    title = "没有此采集任务"

    def __init__(self, code: str) -> None:
        super().__init__("no such feed", received=code)


class UnknownBatch(NotFound):
    """No batch has this id, or it lies outside the caller's institutions."""

    title = "没有此批次"

    def __init__(self, batch_id: object) -> None:
        super().__init__("no such batch", received=str(batch_id))


class InvalidKey(Invalid):
    """A row was asked for by another number of values than its key has columns; the values are not repeated."""

    title = "主键不完整"

    def __init__(self, columns: Iterable[str], given: int) -> None:
        super().__init__("one value for each column of the key is needed", received=given, allowed=list(columns))


class NotHeld(Conflict):
    """A batch was confirmed that waits for nobody."""

    title = "该批次无需确认"

    def __init__(self, status: str) -> None:
        super().__init__("only a held batch is confirmed", received=status, allowed="held")


class CodeTaken(Conflict):
    """A source outside the caller's institutions has this code already."""

    title = "编码已被占用"

    def __init__(self, code: str) -> None:
        super().__init__("another source has this code", received=code)


class InvalidPlan(Invalid):
    """A plan's times cannot be: no cron expression, one that never comes, half a window."""

    title = "采集计划的时间无效"


class UnknownSourceColumn(Invalid):
    """A mapping, key or capture names a column that the source table does not have."""

    title = "源表没有此列"

    def __init__(self, feed: str, place: str, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"feed {feed}, {place}: the source has no column {name!r}", received=name, allowed=list(known), feed=feed
        )


class SourceUnreadable(Invalid):
    """The source's data cannot be read as declared: encoding, structure, a damaged file.

    context: source, table, and where known file, line (1-based), byte (0-based offset), rows_read.
    """

    title = "源数据无法读取"


class SourceUnavailable(Unavailable):
    """The source cannot be reached, or went away while it was read; what had landed stays, a re-run resumes."""

    title = "数据源不可用"


class FeedBusy(Conflict):
    """Another worker is running this feed."""

    retryable = True
    title = "该采集任务正在运行"

    def __init__(self, code: str) -> None:
        super().__init__("the feed is being run by another worker", received=code)


class LostRows(SuwenError):
    """The counts do not add up: a row is neither in std nor in quarantine. Nothing of the batch was published."""

    status = 500
    title = "批次行数不平"


class SourceNotPrepared(Invalid):
    """A source cannot tell its changes as it is set up; `detail` says what its administrator has to do."""

    title = "来源尚未为变更采集做好准备"


class ChangesLost(Conflict):
    """A source no longer has the changes since the last read: its log was given up or cleared."""

    title = "来源已不再保留上次之后的变更，须重新快照"


class BehindNode(Conflict):
    """The center does not reach this source: a node 前置机 in the hospital reads it."""

    title = "该数据源由前置机采集"
    title_en = "Read by an edge node"

    def __init__(self, source: str) -> None:
        super().__init__("the source is read by its edge node, the center does not connect to it", received=source)
