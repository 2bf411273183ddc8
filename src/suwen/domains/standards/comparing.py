"""Differences between two versions of an item, field by field, and between a source table and a dataset."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel

from suwen.domains.standards.definitions import Item
from suwen.domains.standards.publishing.model import Field, Sheet

Change = Literal["added", "removed", "changed"]
_KEYED: Mapping[str, tuple[str, ...]] = {
    "elements": ("name", "code"),
    "items": ("code",),
    "clauses": ("code",),
    "sections": ("title",),
}
"""Lists whose parts have a name of their own: they are compared part by part, wherever they stand."""


class Difference(BaseModel):
    """One difference: `place` is the field, or `elements.<name>.<field>`; values as they are shown."""

    place: str
    change: Change
    before: str | None = None
    after: str | None = None


def differences(before: Item | None, after: Item | None) -> list[Difference]:
    """Return what changed between two versions of an item, in the order of the newer; None: no such version."""
    old = before.model_dump(mode="json") if before else {}
    new = after.model_dump(mode="json") if after else {}
    return list(_compared("", old, new))


def _compared(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Difference]:
    for name in dict.fromkeys((*new, *old)):
        left, right = old.get(name), new.get(name)
        if left == right:
            continue
        here = f"{place}{name}"
        if name in _KEYED and not place:
            yield from _parts(here, left or [], right or [], _KEYED[name])
        elif name == "attributes":
            # An attribute of a code is told as a field of the code: items.<code>.strength.
            yield from _compared(place, left or dict[str, Any](), right or dict[str, Any]())
        elif left in (None, [], ""):
            yield Difference(place=here, change="added", after=_shown(right))
        elif right in (None, [], ""):
            yield Difference(place=here, change="removed", before=_shown(left))
        else:
            yield Difference(place=here, change="changed", before=_shown(left), after=_shown(right))


def _parts(
    place: str, old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]], keys: tuple[str, ...]
) -> Iterable[Difference]:
    def by_key(parts: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {str(next(part[key] for key in keys if part.get(key))): part for part in parts}

    left, right = by_key(old), by_key(new)
    for key in dict.fromkeys((*right, *left)):
        if key not in left:
            yield Difference(place=f"{place}.{key}", change="added", after=_title(right[key]))
        elif key not in right:
            yield Difference(place=f"{place}.{key}", change="removed", before=_title(left[key]))
        else:
            yield from _compared(f"{place}.{key}.", left[key], right[key])


def _title(part: Mapping[str, Any]) -> str:
    return str(part.get("title") or "")


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, cast("Iterable[object]", value)))
    return {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)


class SourceColumn(BaseModel):
    """A column of a source table: `title` is its comment, `length` what its type allows."""

    name: str
    title: str = ""
    type: str = ""
    length: int | None = None


Finding = Literal["same", "type", "longer", "shorter", "missing"]


class Compared(BaseModel):
    """A field of the dataset beside the column that carries it.

    finding: "missing" no column; "type" another kind of type; "longer" the source allows longer values than the
    standard, which would be refused; "shorter" it allows less, which is no harm; "same" otherwise.
    """

    field: str
    title: str
    title_en: str
    required: bool
    key: bool
    type: str
    length: int | None
    column: str | None = None
    column_title: str = ""
    column_type: str = ""
    column_length: int | None = None
    finding: Finding


class Comparison(BaseModel):
    """A source table beside a dataset: counts by finding, fields, and the columns that no field takes."""

    dataset: str
    title: str
    title_en: str
    fields: int
    covered: int
    required: int
    required_covered: int
    findings: dict[str, int]
    compared: list[Compared]
    extra: list[SourceColumn]


_NOISE = re.compile(r"[\s_\-./（）()：:，,、]+")
_FAMILIES: tuple[tuple[str, str], ...] = (
    (r"bool|bit\b|logical", "boolean"),
    (r"timestamp|datetime|date ?time", "datetime"),
    (r"date", "date"),
    (r"decimal|numeric|number|float|double|real|money", "decimal"),
    (r"int|serial", "integer"),
    (r"char|text|clob|string|uuid|enum", "string"),
)
_FITS = {
    ("integer", "decimal"),
    ("datetime", "date"),
    ("date", "datetime"),
    ("boolean", "integer"),
    ("integer", "boolean"),
    ("string", "boolean"),
}
_SIZE = re.compile(r"\((\d+)")


def compare_table(sheet: Sheet, columns: Sequence[SourceColumn], pairs: Mapping[str, str]) -> Comparison:
    """Return a source table's columns beside a dataset's fields.

    pairs: columns by field, where it is known; the rest go together when name or title are equal but for case, blanks
    and underscores. A column goes to one field.
    """
    free = {column.name: column for column in columns}
    found: dict[str, SourceColumn] = {}
    for field, name in pairs.items():
        if name in free:
            found[field] = free.pop(name)
    for field in sheet.fields:
        if field.name not in found:
            wanted = {_plain(text) for text in (field.name, field.title, field.title_en, field.de or "")} - {""}
            hit = next((c for c in free.values() if wanted & {_plain(c.name), _plain(c.title)}), None)
            if hit is not None:
                found[field.name] = free.pop(hit.name)
    compared = [_beside(field, found.get(field.name)) for field in sheet.fields]
    counts: dict[str, int] = dict.fromkeys(("same", "type", "longer", "shorter", "missing"), 0)
    for one in compared:
        counts[one.finding] += 1
    required = [one for one in compared if one.required]
    return Comparison(
        dataset=sheet.code,
        title=sheet.title,
        title_en=sheet.title_en,
        fields=len(compared),
        covered=len(compared) - counts["missing"],
        required=len(required),
        required_covered=sum(one.finding != "missing" for one in required),
        findings=counts,
        compared=compared,
        extra=list(free.values()),
    )


COMPARISON_HEADER = (
    "标准字段", "字段名称", "主键", "必填", "标准类型", "标准长度", "源字段", "源字段说明", "源类型", "源长度", "结论",
)  # fmt: skip
_FINDINGS: Mapping[Finding, str] = {
    "same": "一致",
    "type": "类型不同",
    "longer": "源表更长",
    "shorter": "源表更短",
    "missing": "源表没有",
}
_EXTRA = "没有对应标准字段"


def comparison_rows(comparison: Comparison) -> Iterable[tuple[object, ...]]:
    """Return a comparison as rows under `COMPARISON_HEADER`: the fields in their order, then the columns left over."""
    for one in comparison.compared:
        field = (one.field, one.title, one.key, one.required, one.type, one.length)
        yield (*field, one.column, one.column_title, one.column_type, one.column_length, _FINDINGS[one.finding])
    for column in comparison.extra:
        yield (*(None,) * 6, column.name, column.title, column.type, column.length, _EXTRA)


def _beside(field: Field, column: SourceColumn | None) -> Compared:
    base = Compared(
        field=field.name,
        title=field.title,
        title_en=field.title_en,
        required=field.required,
        key=field.key,
        type=field.type,
        length=field.length,
        finding="missing",
    )
    if column is None:
        return base
    size = column.length or (int(found[1]) if (found := _SIZE.search(column.type)) else None)
    taken = {"column": column.name, "column_title": column.title, "column_type": column.type, "column_length": size}
    return base.model_copy(update=taken | {"finding": _finding(field, column.type, size)})


def _finding(field: Field, type: str, size: int | None) -> Finding:
    family = next((name for pattern, name in _FAMILIES if re.search(pattern, type, re.IGNORECASE)), None)
    if family is not None and family != field.type and (family, field.type) not in _FITS:
        return "type"
    if field.type == "string" and family == "string" and field.length and size:
        return "longer" if size > field.length else "shorter" if size < field.length else "same"
    return "same"


def _plain(text: str) -> str:
    return _NOISE.sub("", text).lower()
