"""Where a number stands beside the kind of document it is of: rules about resident ids speak of resident cards only."""

from sqlglot import exp

from suwen.domains.quality.rule_type import column
from suwen.domains.standards.public import Dataset

TYPE_COLUMN = "id_type_code"
CARD_CODES = ("01",)
"""CV02.01.101: 01 is the person's own resident card (居民身份证); 19, the mother's, says nothing about its bearer."""


def type_column_of(dataset: Dataset) -> str | None:
    """Return the column that tells a dataset's kind of document, or None where there is none."""
    return TYPE_COLUMN if TYPE_COLUMN in dataset.by_name else None


def is_card(type_column: str, codes: tuple[str, ...]) -> exp.Expr:
    """Return `t.type IS NULL OR t.type IN (codes)`: a kind that nobody stated is taken for a card."""
    known = column(type_column)
    return exp.or_(known.is_(exp.null()), known.isin(*(exp.Literal.string(code) for code in codes)))
