"""Rule type: a moment does not lie in the future."""

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
    present,
    template,
)
from suwen.domains.standards.public import Catalog, Dataset


class NotFutureParams(Params):
    """column: a date or datetime element."""

    column: str


class NotFuture(RuleType[NotFutureParams]):
    """时间在将来：业务发生时间晚于质控当日。

    The day of a present moment lies after the day of judging: `CAST(t.x AS DATE) > $today`.
    """

    code = "not_future"
    title = "不在将来"
    title_en = "Not in the future"
    dimension = Dimension.accuracy
    severity = Severity.major
    params = NotFutureParams
    examples = (
        Example(
            NotFutureParams(column="reported_at"),
            {"reported_at": "TIMESTAMP"},
            good=({"reported_at": "1999-12-31 00:00:00"}, {"reported_at": None}),
            bad=({"reported_at": "9999-12-31 00:00:00"},),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[NotFutureParams]]:
        """Yield a rule for the dataset's time column and for a birth date."""
        for element in dataset.elements:
            if element.name == dataset.time_column or element.mask == "birth_date":
                yield Declared(
                    element.name,
                    element.name,
                    NotFutureParams(column=element.name),
                    f"{element.title}不得晚于当日",
                    f"{element.title_en} must not be in the future",
                )

    def check(self, params: NotFutureParams) -> Check:
        """Return the condition over rows with a value; `$today` is bound when the statement runs."""
        return Check(present(params.column), template("CAST(:x AS DATE) > $today", x=column(params.column)))


RULE_TYPE = NotFuture()
