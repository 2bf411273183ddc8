"""Tables that people upload: csv or xlsx read row by row, and refused whole with each mistake named."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Annotated, cast

from fastapi import Depends, Form, UploadFile
from python_calamine import CalamineError, CalamineWorkbook

from suwen.kernel.errors import Invalid
from suwen.kernel.words import Words

ERRORS_SHOWN = 100
MAX_BYTES = 50_000_000
AT_ONCE = 5_000
"""Rows of a file that the request itself takes in; more are checked by it and taken in by a job."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a row of a file: `row` as a spreadsheet counts, `column` empty for the row as a whole."""

    row: int
    column: str
    reason: str
    column_en: str
    reason_en: str


def mistake(row: int, column: Words | str, reason: Words) -> Mistake:
    """Return what is wrong with a row; a column given as the file itself calls it has that name in both languages."""
    named = Words(column, column) if isinstance(column, str) else column
    return Mistake(row, named.zh, reason.zh, named.en, reason.en)


class ImportRefused(Invalid):
    """A file has mistakes, so nothing of it was stored; `errors` names row, column and reason of each."""

    title = "导入文件有误，未导入任何数据"
    title_en = "The file has mistakes; nothing was imported"

    def __init__(self, errors: Sequence[Mistake], total: int) -> None:
        first = errors[0]
        super().__init__(
            f"共 {total} 处错误，第 {first.row} 行「{first.column}」：{first.reason}",
            detail_en=f"{total} mistakes; row {first.row}, {first.column_en}: {first.reason_en}",
            errors=[asdict(each) for each in errors],
            total=total,
        )


class UnreadableFile(Invalid):
    """A file is neither csv nor xlsx, is damaged, too large, or has no header."""

    title = "无法读取文件"
    title_en = "The file cannot be read"


NO_ROWS = Words("文件没有数据行", "the file has no rows of data")


def repeats(row: int) -> Words:
    """Return that a row says what an earlier one has said."""
    return Words(f"与第 {row} 行重复", f"the same as row {row}")


def refuse(errors: Sequence[Mistake]) -> None:
    """Raise `ImportRefused` when there are errors; the first 100 are told."""
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


def read_header(rows: Iterator[list[str]]) -> list[str]:
    """Take the header off a file's rows, blanks made single. Raises `UnreadableFile` for none, or a column twice."""
    header = [" ".join(text.split()) for text in next(rows, list[str]())]
    if not any(header):
        raise UnreadableFile("文件没有表头", detail_en="the file has no header")
    once(header)
    return header


def once(columns: Sequence[str]) -> None:
    """Raise `UnreadableFile` when a column is there twice; unnamed ones do not count."""
    if doubled := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise UnreadableFile("表头有重复的列", detail_en="the header names a column twice", received="、".join(doubled))


def lacking(wanted: Sequence[str], header: Sequence[str]) -> UnreadableFile:
    """Return the error of a file that has not all columns that it is to be read by."""
    told = "、".join(wanted)
    return UnreadableFile("文件没有这些列", detail_en="the file lacks these columns", received=told, allowed=header)


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
        raise UnreadableFile("文件太大", detail_en="the file is too large", allowed=f"不超过 {MAX_BYTES:,} 字节")
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
            raise UnreadableFile(f"不是有效的 csv：{error}", detail_en=f"no valid csv: {error}") from error
        return
    raise UnreadableFile(
        "csv 的编码无法识别", detail_en="the encoding of the csv is not known", allowed=["utf-8", "gb18030"]
    )


def _is_workbook(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04"


def _workbook(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        raise UnreadableFile("xlsx 已损坏或不完整", detail_en="the xlsx is damaged or incomplete") from error


def _xlsx(content: bytes, name: str) -> Iterator[list[str]]:
    workbook = _workbook(content)
    if name and name not in workbook.sheet_names:
        raise UnreadableFile(
            "没有此工作表", detail_en="there is no such sheet", received=name, allowed=workbook.sheet_names
        )
    try:
        sheet = workbook.get_sheet_by_name(name) if name else workbook.get_sheet_by_index(0)
        rows = cast("list[list[object]]", sheet.to_python(skip_empty_area=False))
    except CalamineError as error:
        raise UnreadableFile("xlsx 已损坏或不完整", detail_en="the xlsx is damaged or incomplete") from error
    for row in rows:
        yield [_text(value) for value in row]


def _text(value: object) -> str:
    # A spreadsheet keeps every number as a float: 12.0 was typed as 12.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
