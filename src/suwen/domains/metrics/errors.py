"""What can be wrong with a metric or with a request for one."""

from collections.abc import Iterable

from suwen.kernel.errors import Invalid, NotFound


class UnknownMetric(NotFound):
    """There is no metric of that code."""

    code = "metrics.unknown_metric"
    title = "没有这个指标"

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(f"no metric {code!r}", received=code, allowed=sorted(known))


class InvalidPack(Invalid):
    """A metric pack breaks its format, or a metric names what the standards do not have."""

    code = "metrics.invalid_pack"
    title = "指标包有误"

    def __init__(
        self, place: str, reason: str, *, received: object = None, allowed: Iterable[str] | None = None
    ) -> None:
        super().__init__(f"{place}: {reason}", received=received, allowed=sorted(allowed) if allowed else None)


class InvalidQuery(Invalid):
    """A query names a dimension that the metric does not have, or a period that ends before it begins."""

    code = "metrics.invalid_query"
    title = "指标查询有误"
