"""Rule type: a text is not longer than its element allows."""

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


class LengthParams(Params):
    """column: the element; longest: the greatest number of characters allowed."""

    column: str
    longest: int


class Length(RuleType[LengthParams]):
    """超长：字符型数据元的字符数超过标准规定的长度（一个汉字计一个字符）。

    A present text has more characters than declared: `LENGTH(t.x) > 20`. Rows without the value are not checked.
    """

    code = "length"
    title = "长度"
    title_en = "Length"
    dimension = Dimension.conformity
    severity = Severity.minor
    params = LengthParams
    examples = (
        Example(
            LengthParams(column="drug_name", longest=4),
            {"drug_name": "VARCHAR"},
            good=({"drug_name": "阿莫西林"}, {"drug_name": ""}, {"drug_name": None}),
            bad=({"drug_name": "阿莫西林胶囊"}, {"drug_name": "ASPIRIN"}),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[LengthParams]]:
        """Yield one rule for each text element with a length; a value set, where there is one, says it all."""
        for element in dataset.elements:
            if element.type == "string" and element.length and not element.value_set:
                yield Declared(
                    element.name,
                    element.name,
                    LengthParams(column=element.name, longest=element.length),
                    f"{element.title}不超过{element.length}个字符",
                    f"{element.title_en} has at most {element.length} characters",
                )

    def check(self, params: LengthParams) -> Check:
        """Return the condition over rows with a value."""
        return Check(
            applies=present(params.column),
            fails=template("LENGTH(:x) > :n", x=column(params.column), n=params.longest),
        )


RULE_TYPE = Length()
