"""Rule type: a text follows the character notation of its element."""

import re
from collections.abc import Iterator

from sqlglot import exp

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

_DIGITS = re.compile(r"^N(?P<range>\.\.)?(?P<count>\d+)$")
_FIXED = re.compile(r"^AN(?P<count>\d+)$")


class FormatParams(Params):
    """column: the element; notation: its format in WS 363 notation, e.g. `N6`, `N..10`, `AN18`; digits: only 0-9 may
    occur; exact: the number of characters that the notation fixes, if it does.
    """

    column: str
    notation: str
    digits: bool = False
    exact: int | None = None


class Format(RuleType[FormatParams]):
    """格式不符：字符型数据元的内容不符合标准的表示格式（N 只含数字；AN18、N6 为定长）。

    A present text breaks its notation (WS 363.1 representation format): for `N6`,
    `NOT (REGEXP_MATCHES(t.x, '^[0-9]+$') AND LENGTH(t.x) = 6)`. Too long texts are the rule `length`'s concern.
    """

    code = "format"
    title = "格式"
    title_en = "Format"
    dimension = Dimension.conformity
    severity = Severity.minor
    params = FormatParams
    examples = (
        Example(
            FormatParams(column="division_code", notation="N6", digits=True, exact=6),
            {"division_code": "VARCHAR"},
            good=({"division_code": "511702"}, {"division_code": None}),
            bad=({"division_code": "5117"}, {"division_code": "51170A"}, {"division_code": "５１１７０２"}),
        ),
        Example(
            FormatParams(column="id_no", notation="AN18", exact=18),
            {"id_no": "VARCHAR"},
            good=({"id_no": "11010519491231002X"},),
            bad=({"id_no": "110105491231002"},),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[FormatParams]]:
        """Yield one rule for each text element whose notation says more than a greatest length.

        An element with a value set has none: the value set says it all.
        """
        for element in dataset.elements:
            if element.type != "string" or element.value_set or not element.format:
                continue
            params = read_notation(element.name, element.format)
            if params is not None:
                yield Declared(
                    element.name,
                    element.name,
                    params,
                    f"{element.title}应符合格式 {element.format}",
                    f"{element.title_en} must follow {element.format}",
                )

    def check(self, params: FormatParams) -> Check:
        """Return the condition over rows with a value."""
        value = column(params.column)
        parts = [template("REGEXP_MATCHES(:x, '^[0-9]+$')", x=value)] if params.digits else []
        if params.exact is not None:
            parts.append(template("LENGTH(:x) = :n", x=value, n=params.exact))
        return Check(present(params.column), fails=exp.and_(*parts).not_())


def read_notation(name: str, notation: str) -> FormatParams | None:
    """Return what a notation demands beyond a greatest length, or None.

    >>> read_notation("x", "N..10").digits, read_notation("x", "AN..50"), read_notation("x", "AN18").exact
    (True, None, 18)
    """
    if found := _DIGITS.match(notation):
        exact = None if found["range"] else int(found["count"])
        return FormatParams(column=name, notation=notation, digits=True, exact=exact)
    if found := _FIXED.match(notation):
        return FormatParams(column=name, notation=notation, exact=int(found["count"]))
    return None


RULE_TYPE = Format()
