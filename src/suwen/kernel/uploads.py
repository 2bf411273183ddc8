"""Tables that people upload: csv or xlsx read row by row, and refused whole with each mistake named."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, cast

from fastapi import Depends, Form, UploadFile
from python_calamine import CalamineError, CalamineWorkbook

from suwen.kernel.errors import Invalid

ERRORS_SHOWN = 100
MAX_BYTES = 50_000_000
AT_ONCE = 5_000
"""Rows of a file that the request itself takes in; more are checked by it and taken in by a job."""


class ImportRefused(Invalid):
    """A file has mistakes, so nothing of it was stored; `errors` names row, column and reason of each."""

    title = "导入文件有误，未导入任何数据"

    def __init__(self, errors: Sequence[dict[str, Any]], total: int) -> None:
        first = errors[0]
        super().__init__(
            f"共 {total} 处错误，第 {first['row']} 行「{first['column']}」：{first['reason']}",
            errors=list(errors),
            total=total,
        )


class UnreadableFile(Invalid):
    """A file is neither csv nor xlsx, is damaged, too large, or has no header."""

    title = "无法读取文件"


def refuse(errors: Sequence[dict[str, Any]]) -> None:
    """Raise `ImportRefused` when there are errors (the first 100 are told): mappings of row, column, reason."""
    if errors:
        raise ImportRefused(errors[:ERRORS_SHOWN], len(errors))


@dataclass(frozen=True)
class Place:
    """Where in a file the table is: the sheet of a workbook (the first unless named), the row of the header from 1."""

    sheet: str = ""
    header_row: int = 1


FIRST = Place()


def read_rows(content: bytes, place: Place = FIRST) -> Iterator[list[str]]:
    """Yield the rows of a csv (UTF-8 or GB 18030) or of an xlsx file's sheet as texts, the header first.

    A spreadsheet's whole numbers come as typed: ``12``, not ``12.0``. Raises `UnreadableFile`.
    """
    rows = _xlsx(content, place.sheet) if _is_workbook(content) else _csv(content)
    return islice(rows, place.header_row - 1, None)


def sheets_of(content: bytes) -> list[str]:
    """Return the names of a workbook's sheets, none for a csv. Raises `UnreadableFile`."""
    return _workbook(content).sheet_names if _is_workbook(content) else []


def place_of(
    sheet: Annotated[str, Form(description="sheet of a workbook; the first unless named")] = "",
    header_row: Annotated[int, Form(ge=1, le=100, description="row of the header, from 1")] = 1,
) -> Place:
    """FastAPI dependency: where in the uploaded file the table is."""
    return Place(sheet, header_row)


Placed = Annotated[Place, Depends(place_of)]
"""A route parameter: the form fields `sheet` and `header_row`."""


async def content_of(file: UploadFile) -> bytes:
    """FastAPI dependency: the bytes of the uploaded file. Raises UnreadableFile for one over 50 MB."""
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableFile("文件太大", allowed=f"不超过 {MAX_BYTES:,} 字节")
    return content


Content = Annotated[bytes, Depends(content_of)]
"""A route parameter: what was uploaded as the form field `file`."""


def _csv(content: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            yield from csv.reader(io.StringIO(text, newline=""), strict=True)
        except csv.Error as error:
            raise UnreadableFile(f"不是有效的 csv：{error}") from error
        return
    raise UnreadableFile("csv 的编码无法识别", allowed=["utf-8", "gb18030"])


def _is_workbook(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04"


def _workbook(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        raise UnreadableFile("xlsx 已损坏或不完整") from error


def _xlsx(content: bytes, name: str) -> Iterator[list[str]]:
    workbook = _workbook(content)
    if name and name not in workbook.sheet_names:
        raise UnreadableFile("没有此工作表", received=name, allowed=workbook.sheet_names)
    try:
        sheet = workbook.get_sheet_by_name(name) if name else workbook.get_sheet_by_index(0)
        rows = cast("list[list[object]]", sheet.to_python(skip_empty_area=False))
    except CalamineError as error:
        raise UnreadableFile("xlsx 已损坏或不完整") from error
    for row in rows:
        yield [_text(value) for value in row]


def _text(value: object) -> str:
    # A spreadsheet keeps every number as a float: 12.0 was typed as 12.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
