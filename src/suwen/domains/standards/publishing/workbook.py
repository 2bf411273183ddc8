"""The specification as a workbook: a sheet of contents, a sheet for each dataset, one of the codes."""

import io
import re

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from suwen.domains.standards.attributes import in_order
from suwen.domains.standards.publishing.model import Field, Sheet, Specified

HEADER = (
    ("序号", 6),
    ("字段名", 24),
    ("数据元名称", 28),
    ("英文名称", 28),
    ("数据元标识符", 18),
    ("类型", 10),
    ("表示格式", 10),
    ("最大长度", 10),
    ("主键", 6),
    ("必填", 6),
    ("值域", 22),
    ("敏感级别", 10),
    ("单位", 8),
    ("来源", 34),
)
CONTENTS = (("代码", 20), ("数据集", 34), ("依据标准", 24), ("年版", 8), ("字段数", 8), ("主键", 34), ("来源", 60))
CODES = (("值域", 22), ("值域名称", 28), ("依据标准", 22), ("代码", 10), ("含义", 36), ("上级代码", 10))
_HEAD_FILL = PatternFill("solid", fgColor="E8EEF7")


def write_xlsx(specified: Specified) -> bytes:
    """Return an xlsx file; a specification of one dataset has no sheet of contents."""
    book = Workbook()
    book.remove(book.worksheets[0])
    if len(specified.sheets) > 1:
        _contents(book.create_sheet("目录"), specified)
    names = set[str]()
    for sheet in specified.sheets:
        _dataset(book.create_sheet(_sheet_name(sheet.code, names)), sheet)
    codes = book.create_sheet("值域代码")
    codes.append(["值域代码 Codes"])
    held = in_order(attribute.name for value_set in specified.value_sets for attribute in value_set.attributes)
    _head(codes, (*CODES, *((attribute.title, 16) for attribute in held)))
    for value_set in specified.value_sets:
        for item in value_set.items:
            line = [value_set.code, value_set.title, value_set.standard, item.code, item.title, item.parent]
            codes.append([*line, *(item.attributes.get(attribute.name) for attribute in held)])
    codes.freeze_panes = "A3"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _contents(sheet: Worksheet, specified: Specified) -> None:
    sheet.append([f"{specified.title}　{specified.number}　{specified.day}"])
    _head(sheet, CONTENTS)
    for one in specified.sheets:
        key = " + ".join(one.key)
        sheet.append([one.code, one.title, one.standard, one.edition, len(one.fields), key, one.provenance])
    if specified.note:
        sheet.append([])
        sheet.append([specified.note])
    sheet.freeze_panes = "A3"


def _dataset(fields: Worksheet, sheet: Sheet) -> None:
    title = f"{sheet.title} {sheet.title_en}".strip()
    fields.append([f"{title}（{sheet.standard}，第 {sheet.version} 版）"])
    _head(fields, HEADER)
    for position, field in enumerate(sheet.fields, start=1):
        fields.append(_line(position, field))
    fields.freeze_panes = "D3"


def _sheet_name(code: str, taken: set[str]) -> str:
    # A sheet's name has at most 31 characters, some of which are not allowed.
    plain = re.sub(r"[\[\]:*?/\\]", "_", code)[:28]
    name, number = plain, 2
    while name.lower() in taken:
        name, number = f"{plain}~{number}", number + 1
    taken.add(name.lower())
    return name


def _head(sheet: Worksheet, columns: tuple[tuple[str, int], ...]) -> None:
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([title for title, _ in columns])
    for number, (cell, (_, width)) in enumerate(zip(sheet[2], columns, strict=True), start=1):
        cell.font = Font(bold=True)
        cell.fill = _HEAD_FILL
        cell.alignment = Alignment(vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = width


def _line(position: int, field: Field) -> list[str | int | None]:
    return [
        position,
        field.name,
        field.title,
        field.title_en,
        field.de,
        field.type,
        field.format,
        field.length,
        "是" if field.key else None,
        "是" if field.required else None,
        field.value_set,
        field.grade,
        field.unit,
        field.source,
    ]
