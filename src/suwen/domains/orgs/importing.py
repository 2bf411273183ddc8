"""Reads a table of organisations from csv or xlsx, and says exactly what is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from suwen.kernel.resources import declared
from suwen.kernel.uploads import FIRST, Place, UnreadableFile, read_rows, refuse

Line = tuple[int, Mapping[str, str]]
Form = TypeVar("Form", bound=BaseModel)


def read_forms(content: bytes, schema: type[Form], place: Place = FIRST) -> list[tuple[int, Form]]:
    """Return row number and form of every line; the header holds labels (``机构名称``) or field names (``name``).

    Raises `UnreadableFile`, or `ImportRefused` with row, column and reason of every mistake (the first 100 told).
    """
    forms, errors = parse_forms(content, schema, place)
    refuse(errors)
    return forms


def parse_forms(
    content: bytes, schema: type[Form], place: Place = FIRST
) -> tuple[list[tuple[int, Form]], list[dict[str, Any]]]:
    """Return row number and form of every right line, and row, column and reason of each mistake of the others."""
    fields = {declared(info).label or name: name for name, info in schema.model_fields.items()}
    labels = {name: label for label, name in fields.items()}
    fields |= {name: name for name in labels}
    forms: list[tuple[int, Form]] = []
    errors: list[dict[str, Any]] = []
    masked = {name for name, info in schema.model_fields.items() if declared(info).mask}
    for number, line in _lines(content, fields, place):
        # An export gives identifiers masked: such a cell says nothing of the value.
        given = {name: text for name, text in line.items() if not (name in masked and "*" in text)}
        try:
            forms.append((number, schema.model_validate(given)))
        except ValidationError as error:
            errors += [
                {"row": number, "column": labels.get(name, name), "reason": reason} for name, reason in mistakes(error)
            ]
    return forms, errors


def mistakes(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield field and reason of each mistake; the received values stay out: a form may hold a person's phone."""
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        yield str(item["loc"][0]) if item["loc"] else "", _told(item["type"], item["msg"])


def _told(kind: str, message: str) -> str:
    known = {
        "missing": "必填",
        "string_too_short": "不能为空",
        "string_too_long": "太长",
        "int_parsing": "须为整数",
        "bool_parsing": "须为是或否",
        "string_pattern_mismatch": "格式不符",
        "literal_error": "不在可选值内",
        "extra_forbidden": "没有此字段",
    }
    return known.get(kind, message.removeprefix("Value error, "))


def _lines(content: bytes, fields: Mapping[str, str], place: Place) -> Iterator[Line]:
    rows = read_rows(content, place)
    header = [text.strip() for text in next(rows, list[str]())]
    if not any(header):
        raise UnreadableFile("文件没有表头")
    if unknown := [text for text in header if text and text not in fields]:
        raise UnreadableFile("表头有未知的列", received="、".join(unknown), allowed=list(fields))
    names = [fields.get(text, "") for text in header]
    if doubled := sorted({name for name in names if name and names.count(name) > 1}):
        raise UnreadableFile("表头有重复的列", received="、".join(doubled))
    for number, row in enumerate(rows, start=place.header_row + 1):
        if any(text.strip() for text in row):
            yield number, {name: text for name, text in zip(names, row, strict=False) if name}
