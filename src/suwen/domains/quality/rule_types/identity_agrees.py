"""Rule type: a resident id agrees with the birth date and the sex beside it."""

from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

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

_COMPARED: tuple[tuple[str, Literal["birth_date", "sex"]], ...] = (("birth_date", "birth_date"), ("sex_code", "sex"))


class IdentityAgreesParams(Params):
    """id_column: resident id; other: the column beside it; about: what of the id is compared with it;
    type_column: judged only where it is NULL or one of type_codes.
    """

    id_column: str
    other: str
    about: Literal["birth_date", "sex"]
    type_column: str | None = None
    type_codes: tuple[str, ...] = ()


class IdentityAgrees(RuleType[IdentityAgreesParams]):
    """证件与信息不一致：18 位公民身份号码所含的出生日期或性别与登记的不一致。

    Places 7-14 of an 18-character resident id are the birth date, place 17 is odd for male (GB 11643-1999, 4).
    Judged where the id has that shape and the other value is present (for sex: 1 male or 2 female); a number that is
    stated to be of another document, as the mother's card of a newborn, is not.
    """

    code = "identity_agrees"
    title = "证件一致"
    title_en = "Agrees with id"
    dimension = Dimension.consistency
    severity = Severity.major
    params = IdentityAgreesParams
    examples = (
        Example(
            IdentityAgreesParams(id_column="id_no", other="birth_date", about="birth_date"),
            {"id_no": "VARCHAR", "birth_date": "DATE"},
            good=(
                {"id_no": "11010519491231002X", "birth_date": "1949-12-31"},
                {"id_no": "110105491231002", "birth_date": "1950-12-31"},
                {"id_no": "11010519491231002X", "birth_date": None},
            ),
            bad=({"id_no": "11010519491231002X", "birth_date": "1949-12-30"},),
        ),
        Example(
            IdentityAgreesParams(id_column="id_no", other="sex_code", about="sex"),
            {"id_no": "VARCHAR", "sex_code": "VARCHAR"},
            good=({"id_no": "11010519491231002X", "sex_code": "2"}, {"id_no": "11010519491231002X", "sex_code": "9"}),
            bad=({"id_no": "11010519491231002X", "sex_code": "1"},),
        ),
        Example(
            IdentityAgreesParams(
                id_column="id_no",
                other="birth_date",
                about="birth_date",
                type_column="id_type_code",
                type_codes=("01",),
            ),
            {"id_no": "VARCHAR", "birth_date": "DATE", "id_type_code": "VARCHAR"},
            good=({"id_no": "11010519491231002X", "birth_date": "2024-05-01", "id_type_code": "19"},),
            bad=(
                {"id_no": "11010519491231002X", "birth_date": "2024-05-01", "id_type_code": "01"},
                {"id_no": "11010519491231002X", "birth_date": "2024-05-01", "id_type_code": None},
            ),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[IdentityAgreesParams]]:
        """Yield a rule for each pair of a resident id with a birth date or a sex code in one dataset."""
        ids = [element for element in dataset.elements if element.check == "resident_id"]
        type_column = type_column_of(dataset)
        for element in ids[:1]:
            for name, about in _COMPARED:
                if other := dataset.by_name.get(name):
                    yield Declared(
                        name,
                        name,
                        IdentityAgreesParams(
                            id_column=element.name,
                            other=name,
                            about=about,
                            type_column=type_column,
                            type_codes=CARD_CODES if type_column else (),
                        ),
                        f"{other.title}应与{element.title}一致",
                        f"{other.title_en} must agree with {element.title_en}",
                    )

    def check(self, params: IdentityAgreesParams) -> Check:
        """Return the condition over rows with both values."""
        parts = {"x": column(params.id_column), "y": column(params.other)}
        applies = "COALESCE(REGEXP_MATCHES(:x, '^[0-9]{17}[0-9Xx]$'), FALSE) AND :y IS NOT NULL"
        if params.about == "sex":
            applies += " AND :y IN ('1', '2')"
            # '13579' holds the odd digits; a place found there is a man's.
            fails = "(STRPOS('13579', SUBSTR(:x, 17, 1)) > 0) <> (:y = '1')"
        else:
            fails = "SUBSTR(:x, 7, 8) <> STRFTIME(:y, '%Y%m%d')"
        condition = template(applies, **parts)
        if params.type_column is not None:
            condition = exp.and_(condition, is_card(params.type_column, params.type_codes))
        return Check(condition, template(fails, **parts))


RULE_TYPE = IdentityAgrees()
