"""Rule type: a code is in its value set."""

from collections.abc import Iterator

from sqlglot import exp

from suwen.domains.quality.rule_type import (
    Check,
    Declared,
    Dimension,
    Example,
    Join,
    Params,
    RuleType,
    Severity,
    column,
    present,
    template,
)
from suwen.domains.standards.public import Catalog, Dataset

CODES = "lookup.value_set_code"
"""The value sets in use, given to the engine with the statement: value_set VARCHAR, code VARCHAR."""


class ValueSetParams(Params):
    """column: the element; value_set: code of the value set."""

    column: str
    value_set: str


class ValueSetRule(RuleType[ValueSetParams]):
    """值域不符：数据元的值不在标准规定的值域代码表内。

    A present code is not in its value set: `v.code IS NULL` after a left join with the set's codes (a join, because a
    literal IN list inside an aggregate is 40 to 70 times slower). Blank texts are the rule `required`'s concern.
    """

    code = "value_set"
    title = "值域"
    title_en = "Value set"
    dimension = Dimension.conformity
    severity = Severity.major
    params = ValueSetParams
    examples = (
        Example(
            ValueSetParams(column="sex_code", value_set="GB/T 2261.1"),
            {"sex_code": "VARCHAR"},
            good=({"sex_code": "1"}, {"sex_code": "9"}, {"sex_code": None}, {"sex_code": " "}),
            bad=({"sex_code": "M"}, {"sex_code": "女"}, {"sex_code": "01"}),
            codes={"GB/T 2261.1": ("0", "1", "2", "9"), "other": ("M",)},
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[ValueSetParams]]:
        """Yield one rule for each text element with a value set."""
        for element in dataset.elements:
            if element.value_set and element.type == "string":
                title = catalog.value_set(element.value_set).title
                yield Declared(
                    element.name,
                    element.name,
                    ValueSetParams(column=element.name, value_set=element.value_set),
                    f"{element.title}应在值域《{title}》内",
                    f"{element.title_en} must be in value set {element.value_set}",
                )

    def check(self, params: ValueSetParams) -> Check:
        """Return the condition over rows with a value."""
        alias = f"v_{params.column}"
        codes = exp.select("code").from_(CODES).where(exp.column("value_set").eq(exp.Literal.string(params.value_set)))
        return Check(
            applies=present(params.column),
            fails=template(":v IS NULL AND TRIM(:x) <> ''", v=column("code", alias), x=column(params.column)),
            joins=(Join(alias, codes, column("code", alias).eq(column(params.column))),),
        )


RULE_TYPE = ValueSetRule()
