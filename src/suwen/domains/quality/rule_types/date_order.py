"""Rule type: an earlier moment does not lie after a later one."""

from collections.abc import Iterator

from suwen.domains.quality.rule_type import (
    Check,
    Declared,
    Dimension,
    Example,
    Params,
    RuleType,
    Severity,
    column,
    template,
)
from suwen.domains.standards.public import Catalog, Dataset


class DateOrderParams(Params):
    """earlier, later: two date or datetime columns of the row; days: compare whole days (one has no time)."""

    earlier: str
    later: str
    days: bool = False


class DateOrderRule(RuleType[DateOrderParams]):
    """时序颠倒：先发生的时间晚于后发生的时间，如出院早于入院、报告早于采样。

    Both moments are present and `t.earlier > t.later`; days are compared when one of them has no time of day.
    """

    code = "date_order"
    title = "时序"
    title_en = "Date order"
    dimension = Dimension.consistency
    severity = Severity.major
    params = DateOrderParams
    examples = (
        Example(
            DateOrderParams(earlier="collected_at", later="reported_at"),
            {"collected_at": "TIMESTAMP", "reported_at": "TIMESTAMP"},
            good=(
                {"collected_at": "2024-05-01 08:00:00", "reported_at": "2024-05-01 09:30:00"},
                {"collected_at": "2024-05-01 08:00:00", "reported_at": "2024-05-01 08:00:00"},
                {"collected_at": None, "reported_at": "2024-05-01 08:00:00"},
            ),
            bad=({"collected_at": "2024-05-01 08:00:01", "reported_at": "2024-05-01 08:00:00"},),
        ),
        Example(
            DateOrderParams(earlier="started_at", later="left_on", days=True),
            {"started_at": "TIMESTAMP", "left_on": "DATE"},
            good=({"started_at": "2024-05-01 08:00:00", "left_on": "2024-05-01"},),
            bad=({"started_at": "2024-05-02 00:00:00", "left_on": "2024-05-01"},),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[DateOrderParams]]:
        """Yield one rule for each declared order."""
        for order in dataset.orders:
            earlier, later = dataset.by_name[order.earlier], dataset.by_name[order.later]
            yield Declared(
                f"{order.earlier}-{order.later}",
                order.earlier,
                DateOrderParams(earlier=order.earlier, later=order.later, days=earlier.type != later.type),
                f"{earlier.title}不得晚于{later.title}",
                f"{earlier.title_en} must not be after {later.title_en}",
            )

    def check(self, params: DateOrderParams) -> Check:
        """Return the condition over rows with both moments."""
        text = "CAST(:a AS DATE) > CAST(:b AS DATE)" if params.days else ":a > :b"
        return Check(
            applies=template(":a IS NOT NULL AND :b IS NOT NULL", a=column(params.earlier), b=column(params.later)),
            fails=template(text, a=column(params.earlier), b=column(params.later)),
        )


RULE_TYPE = DateOrderRule()
