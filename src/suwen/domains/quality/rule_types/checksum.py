"""Rule type: the check digit of an identifier is right."""

from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

from suwen.domains.orgs.public import CHECKS_SQL
from suwen.domains.quality.identity_card import CARD_CODES, is_card, type_column_of
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


class ChecksumParams(Params):
    """column: the element; kind: which check; type_column: judged only where it is NULL or one of type_codes."""

    column: str
    kind: Literal["resident_id", "uscc"]
    type_column: str | None = None
    type_codes: tuple[str, ...] = ()


class Checksum(RuleType[ChecksumParams]):
    """校验位错误：公民身份号码（GB 11643-1999）或统一社会信用代码（GB 32100-2015）的校验位不正确。

    A present identifier has a wrong shape or check digit: resident id, 17 digits weighted, sum modulo 11 picks one of
    `10X98765432` (ISO 7064 MOD 11-2), with a birth date that exists; credit code, 17 letters of base 31 weighted,
    modulo 31. A 15-digit resident id of before 1999 carries no check digit and passes.
    """

    code = "checksum"
    title = "校验位"
    title_en = "Check digit"
    dimension = Dimension.accuracy
    severity = Severity.critical
    params = ChecksumParams
    examples = (
        Example(
            ChecksumParams(column="id_no", kind="resident_id", type_column="id_type_code", type_codes=("01",)),
            {"id_no": "VARCHAR", "id_type_code": "VARCHAR"},
            good=(
                {"id_no": "11010519491231002X", "id_type_code": "01"},
                {"id_no": "11010519491231002x", "id_type_code": None},
                {"id_no": "110105491231002", "id_type_code": "01"},
                {"id_no": "E12345678", "id_type_code": "03"},
                {"id_no": None, "id_type_code": "01"},
            ),
            bad=(
                {"id_no": "110105194912310021", "id_type_code": "01"},
                {"id_no": "11010519491231", "id_type_code": "01"},
                {"id_no": "1101051949123100AX", "id_type_code": None},
            ),
        ),
        Example(
            ChecksumParams(column="code", kind="uscc"),
            {"code": "VARCHAR"},
            good=({"code": "91350100M000100Y43"}, {"code": None}),
            bad=({"code": "91350100M000100Y44"}, {"code": "91350100M000100Y4"}, {"code": "91350100I000100Y43"}),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[ChecksumParams]]:
        """Yield one rule for each element that declares such a check.

        A resident id beside an `id_type_code` is judged only where that says resident identity card (CV02.01.101: 01).
        """
        for element in dataset.elements:
            if element.check != "resident_id" and element.check != "uscc":
                continue
            type_column = type_column_of(dataset) if element.check == "resident_id" else None
            yield Declared(
                element.name,
                element.name,
                ChecksumParams(
                    column=element.name,
                    kind=element.check,
                    type_column=type_column,
                    type_codes=CARD_CODES if type_column else (),
                ),
                f"{element.title}的校验位应正确",
                f"The check digit of {element.title_en} must be right",
            )

    def check(self, params: ChecksumParams) -> Check:
        """Return the condition over rows with a value of the judged kind."""
        applies = template("COALESCE(TRIM(:x), '') <> ''", x=column(params.column))
        if params.type_column is not None:
            applies = exp.and_(applies, is_card(params.type_column, params.type_codes))
        upper = template("UPPER(:x)", x=column(params.column))
        return Check(applies, fails=exp.not_(CHECKS_SQL[params.kind](upper)))


RULE_TYPE = Checksum()
