"""Tables that people upload: csv or xlsx read row by row, and refused whole with each mistake named."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, cast

from fastapi import Depends, UploadFile
from python_calamine import CalamineError, CalamineWorkbook

from suwen.kernel.errors import Invalid

ERRORS_SHOWN = 100
MAX_BYTES = 50_000_000


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


def read_rows(content: bytes) -> Iterator[list[str]]:
    """Yield the rows of a csv (UTF-8 or GB 18030) or of an xlsx file's first sheet as texts, the header first.

    A spreadsheet's whole numbers come as typed: ``12``, not ``12.0``. Raises `UnreadableFile`.
    """
    return _xlsx(content) if content[:4] == b"PK\x03\x04" else _csv(content)


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


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = cast("list[list[object]]", sheet.to_python(skip_empty_area=False))
    except CalamineError as error:
        raise UnreadableFile("xlsx 已损坏或不完整") from error
    for row in rows:
        yield [_text(value) for value in row]


def _text(value: object) -> str:
    # A spreadsheet keeps every number as a float: 12.0 was typed as 12.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
