"""Reads a table of organisations from csv or xlsx, and says exactly what is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from suwen.kernel.resources import declared
from suwen.kernel.uploads import UnreadableFile, read_rows, refuse

Line = tuple[int, Mapping[str, str]]
Form = TypeVar("Form", bound=BaseModel)


def read_forms(content: bytes, schema: type[Form]) -> list[tuple[int, Form]]:
    """Return row number and form of every line; the header holds labels (``机构名称``) or field names (``name``).

    Raises `UnreadableFile`, or `ImportRefused` with row, column and reason of every mistake (the first 100 told).
    """
    fields = {declared(info).label or name: name for name, info in schema.model_fields.items()}
    labels = {name: label for label, name in fields.items()}
    fields |= {name: name for name in labels}
    forms: list[tuple[int, Form]] = []
    errors: list[dict[str, Any]] = []
    for number, line in _lines(content, fields):
        try:
            forms.append((number, schema.model_validate(line)))
        except ValidationError as error:
            # The received values stay out of the message: a line may hold a person's phone.
            for item in error.errors(include_url=False, include_input=False, include_context=False):
                name = str(item["loc"][0]) if item["loc"] else ""
                reason = item["msg"].removeprefix("Value error, ")
                errors.append({"row": number, "column": labels.get(name, name), "reason": reason})
    refuse(errors)
    return forms


def _lines(content: bytes, fields: Mapping[str, str]) -> Iterator[Line]:
    rows = read_rows(content)
    header = [text.strip() for text in next(rows, list[str]())]
    if not any(header):
        raise UnreadableFile("文件没有表头")
    if unknown := [text for text in header if text and text not in fields]:
        raise UnreadableFile("表头有未知的列", received="、".join(unknown), allowed=list(fields))
    names = [fields.get(text, "") for text in header]
    if doubled := sorted({name for name in names if name and names.count(name) > 1}):
        raise UnreadableFile("表头有重复的列", received="、".join(doubled))
    for number, row in enumerate(rows, start=2):
        if any(text.strip() for text in row):
            yield number, {name: text for name, text in zip(names, row, strict=False) if name}
