"""Rule type: a required element has a value."""

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


class RequiredParams(Params):
    """column: the element; text: a blank string counts as missing too."""

    column: str
    text: bool = True


class Required(RuleType[RequiredParams]):
    """必填项缺失：标准规定必填的数据元为空，或只含空白。

    A required element is NULL or blank: `t.x IS NULL OR TRIM(t.x) = ''`. Every row is checked.
    """

    code = "required"
    title = "必填"
    title_en = "Required"
    dimension = Dimension.completeness
    severity = Severity.major
    params = RequiredParams
    examples = (
        Example(
            RequiredParams(column="dept_code"),
            {"dept_code": "VARCHAR"},
            good=({"dept_code": "0302"}, {"dept_code": "内科"}),
            bad=({"dept_code": None}, {"dept_code": ""}, {"dept_code": "  "}),
        ),
        Example(
            RequiredParams(column="started_at", text=False),
            {"started_at": "TIMESTAMP"},
            good=({"started_at": "2024-05-01 08:00:00"},),
            bad=({"started_at": None},),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[RequiredParams]]:
        """Yield one rule for each required element; a key element weighs more."""
        for element in dataset.elements:
            if element.required:
                yield Declared(
                    element.name,
                    element.name,
                    RequiredParams(column=element.name, text=element.type == "string"),
                    f"{element.title}不能为空",
                    f"{element.title_en} must be present",
                    Severity.critical if element.name in dataset.key else None,
                )

    def check(self, params: RequiredParams) -> Check:
        """Return the condition over every row."""
        text = ":x IS NULL OR TRIM(:x) = ''" if params.text else ":x IS NULL"
        return Check(applies=template("TRUE"), fails=template(text, x=column(params.column)))


RULE_TYPE = Required()
