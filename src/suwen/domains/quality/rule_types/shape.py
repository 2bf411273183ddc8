"""Rule type: a telephone number or division code has a possible shape."""

from collections.abc import Iterator
from typing import Literal

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

_SHAPES = {
    # Mobile 11 digits from 1; fixed line with or without area code.
    "phone": "REGEXP_MATCHES(:x, '^(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7})$')",
    # GB/T 2260 county (6), township (9) or village (12 digits, statistical codes).
    "division": "REGEXP_MATCHES(:x, '^[1-9][0-9]{5}([0-9]{3}|[0-9]{6})?$')",
}


class ShapeParams(Params):
    """column: the element; kind: telephone number, or code of an administrative division."""

    column: str
    kind: Literal["phone", "division"]


class Shape(RuleType[ShapeParams]):
    """形式不符：电话号码不是可能的手机或固定电话号码，或行政区划代码不是 6、9、12 位数字。

    A present value does not match the shape of its kind, e.g. mobile `^1[3-9][0-9]{9}$`.
    """

    code = "shape"
    title = "形式"
    title_en = "Shape"
    dimension = Dimension.conformity
    severity = Severity.minor
    params = ShapeParams
    examples = (
        Example(
            ShapeParams(column="phone", kind="phone"),
            {"phone": "VARCHAR"},
            good=({"phone": "13900001234"}, {"phone": "0818-2345678"}, {"phone": "2345678"}, {"phone": ""}),
            bad=({"phone": "1390000123"}, {"phone": "12345678901"}, {"phone": "无"}),
        ),
        Example(
            ShapeParams(column="division_code", kind="division"),
            {"division_code": "VARCHAR"},
            good=({"division_code": "511702"}, {"division_code": "511702001"}, {"division_code": None}),
            bad=({"division_code": "5117"}, {"division_code": "011702"}, {"division_code": "511702x"}),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[ShapeParams]]:
        """Yield one rule for each element that declares such a check."""
        for element in dataset.elements:
            if element.check == "phone" or element.check == "division":
                yield Declared(
                    element.name,
                    element.name,
                    ShapeParams(column=element.name, kind=element.check),
                    f"{element.title}的形式应正确",
                    f"{element.title_en} must have a possible shape",
                )

    def check(self, params: ShapeParams) -> Check:
        """Return the condition over rows with a value."""
        value = column(params.column)
        return Check(
            applies=template("COALESCE(TRIM(:x), '') <> ''", x=value),
            fails=template(_SHAPES[params.kind], x=value).not_(),
        )


RULE_TYPE = Shape()
