"""Reads a table of organisations from csv or xlsx, and says exactly what is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from suwen.domains.orgs.schemas import WrongValue
from suwen.kernel.resources import declared
from suwen.kernel.uploads import FIRST, Mistake, Place, UnreadableFile, mistake, once, read_header, read_rows, refuse
from suwen.kernel.words import Words

Line = tuple[int, Mapping[str, str]]
Form = TypeVar("Form", bound=BaseModel)
OUT_OF_SCOPE = Words("不在您的数据范围内", "outside your institutions")


def labels_of(schema: type[BaseModel]) -> dict[str, Words]:
    """Return the labels of a form's fields by name, which are the columns of a file of them."""
    columns = {name: declared(info) for name, info in schema.model_fields.items()}
    return {name: Words(column.label or name, column.label_en or name) for name, column in columns.items()}


def read_forms(content: bytes, schema: type[Form], place: Place = FIRST) -> list[tuple[int, Form]]:
    """Return row number and form of every line; the header holds labels (``机构名称``) or field names (``name``).

    Raises `UnreadableFile`, or `ImportRefused` with row, column and reason of every mistake (the first 100 told).
    """
    forms, errors = parse_forms(content, schema, place)
    refuse(errors)
    return forms


def parse_forms(
    content: bytes, schema: type[Form], place: Place = FIRST
) -> tuple[list[tuple[int, Form]], list[Mistake]]:
    """Return row number and form of every right line, and each mistake of the others."""
    labels = labels_of(schema)
    fields = {label.zh: name for name, label in labels.items()} | {name: name for name in labels}
    forms: list[tuple[int, Form]] = []
    errors: list[Mistake] = []
    masked = {name for name, info in schema.model_fields.items() if declared(info).mask}
    for number, line in _lines(content, fields, place):
        # An export gives identifiers masked: such a cell says nothing of the value.
        given = {name: text for name, text in line.items() if not (name in masked and "*" in text)}
        try:
            forms.append((number, schema.model_validate(given)))
        except ValidationError as error:
            errors += [mistake(number, labels.get(name, name), reason) for name, reason in mistakes(error)]
    return forms, errors


def mistakes(error: ValidationError) -> Iterator[tuple[str, Words]]:
    """Yield field and reason of each mistake; the received values stay out: a form may hold a person's phone."""
    for item in error.errors(include_url=False, include_input=False):
        cause = item.get("ctx", {}).get("error")
        told = cause.words if isinstance(cause, WrongValue) else _REASONS.get(item["type"])
        yield str(item["loc"][0]) if item["loc"] else "", told or Words(item["msg"], item["msg"])


_REASONS = {
    "missing": Words("必填", "required"),
    "string_too_short": Words("不能为空", "may not be empty"),
    "string_too_long": Words("太长", "too long"),
    "int_parsing": Words("须为整数", "a whole number is needed"),
    "bool_parsing": Words("须为是或否", "yes (是) or no (否) is needed"),
    "string_pattern_mismatch": Words("格式不符", "not of the right form"),
    "literal_error": Words("不在可选值内", "none of the values to choose from"),
    "extra_forbidden": Words("没有此字段", "there is no such field"),
}


def _lines(content: bytes, fields: Mapping[str, str], place: Place) -> Iterator[Line]:
    rows = read_rows(content, place)
    header = read_header(rows)
    if unknown := [text for text in header if text and text not in fields]:
        raise UnreadableFile(
            "表头有未知的列",
            detail_en="the header has unknown columns",
            received="、".join(unknown),
            allowed=list(fields),
        )
    names = [fields.get(text, "") for text in header]
    once(names)
    for number, row in enumerate(rows, start=place.header_row + 1):
        if any(text.strip() for text in row):
            yield number, {name: text for name, text in zip(names, row, strict=False) if name}
