"""Masks of direct identifiers, in Python and as SQL of the same outcome on every engine."""

import re
from dataclasses import replace
from typing import Final, Literal, get_args

from sqlglot import exp, parse_one

from suwen.kernel.errors import Forbidden
from suwen.kernel.scope import Scope

MaskKind = Literal["name", "id_number", "phone", "address", "card", "birth_date", "free_text"]
KINDS: Final[tuple[str, ...]] = get_args(MaskKind)
View = Literal["clear", "masked", "empty"]
_LONG_NUMBER = "[0-9]{7,}[Xx]?"


class UnknownMask(ValueError):
    """A kind of mask that does not exist."""


def asking(scope: Scope, *, unmask: bool) -> Scope:
    """Return the scope of one request: masked unless unmasking was asked for. Raises Forbidden without the right."""
    if unmask and not scope.unmask:
        raise Forbidden("没有查看明文标识的权限")
    return replace(scope, unmask=unmask)


def view_of(grade: int, mask: str | None, scope: Scope) -> View:
    """Return how a scope sees a value of a sensitivity grade that has (or has not) a kind of mask.

    | | grade within the scope | grade above it |
    |---|---|---|
    | no mask | clear | empty |
    | mask | masked; clear with `unmask` | masked |
    | mask free_text | masked; clear with `unmask` | empty |

    A masked free text keeps all but the numbers in it, so it does not make up for a missing grade.
    """
    if grade > scope.grade:
        return "masked" if mask is not None and mask != "free_text" else "empty"
    return "masked" if mask is not None and not scope.unmask else "clear"


def mask_value(kind: str, value: object) -> str | None:
    """Return the masked text of a value; None stays None.

    name 张三丰 -> 张**; id_number 330102199001011234 -> 330***********1234; phone 13912345678 -> 139****5678;
    card 6222021234567890 -> ************7890; address 浙江省杭州市西湖区1号 -> 浙江省杭州市****;
    birth_date 1990-01-01 -> 1990******; free_text: numbers of 7 digits or more -> ***. What is too short to keep a part
    of it becomes stars altogether. Lengths are Unicode code points. Raises UnknownMask.
    """
    if value is None:
        return None
    text = str(value)
    size = len(text)
    match kind:
        case "name":
            return text[:1] + "*" * max(size - 1, 1) if text else text
        case "id_number" | "phone":
            return text[:3] + "*" * (size - 7) + text[-4:] if size > 7 else "*" * size
        case "card":
            return "*" * (size - 4) + text[-4:] if size > 4 else "*" * size
        case "address":
            return text[:6] + "****" if size > 6 else "*" * size
        case "birth_date":
            return text[:4] + "*" * max(size - 4, 0)
        case "free_text":
            return re.sub(_LONG_NUMBER, "***", text)
        case _:
            raise UnknownMask(f"no mask {kind!r}; known: {', '.join(KINDS)}")


def mask_sql(kind: str, column: exp.Expr) -> exp.Expr:
    """Return the SQL expression over a text column that gives what `mask_value` gives. Raises UnknownMask."""
    if kind not in _TEMPLATES:
        raise UnknownMask(f"no mask {kind!r}; known: {', '.join(KINDS)}")
    template = parse_one(_TEMPLATES[kind], dialect="duckdb")

    def put(node: exp.Expr) -> exp.Expr:
        return column.copy() if isinstance(node, exp.Column) and node.name == "x" else node

    return template.transform(put)


_ENDS = (
    "CASE WHEN LENGTH(x) > 7 THEN CONCAT(SUBSTRING(x, 1, 3), REPEAT('*', LENGTH(x) - 7), "
    "SUBSTRING(x, LENGTH(x) - 3, 4)) ELSE REPEAT('*', LENGTH(x)) END"
)
_TEMPLATES: Final[dict[str, str]] = {
    "name": "CASE WHEN LENGTH(x) > 0 THEN CONCAT(SUBSTRING(x, 1, 1), REPEAT('*', GREATEST(LENGTH(x) - 1, 1))) "
    "ELSE x END",
    "id_number": _ENDS,
    "phone": _ENDS,
    "card": "CASE WHEN LENGTH(x) > 4 THEN CONCAT(REPEAT('*', LENGTH(x) - 4), SUBSTRING(x, LENGTH(x) - 3, 4)) "
    "ELSE REPEAT('*', LENGTH(x)) END",
    "address": "CASE WHEN LENGTH(x) > 6 THEN CONCAT(SUBSTRING(x, 1, 6), '****') ELSE REPEAT('*', LENGTH(x)) END",
    # || and not CONCAT: DuckDB's CONCAT takes NULL for empty text.
    "birth_date": "SUBSTRING(x, 1, 4) || REPEAT('*', GREATEST(LENGTH(x) - 4, 0))",
    "free_text": f"REGEXP_REPLACE(x, '{_LONG_NUMBER}', '***', 'g')",
}
