"""The collection specification 采集规范 of a dataset as a workbook: what a hospital has to deliver."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from suwen.domains.standards.definitions import Element
from suwen.domains.standards.schemas import Dictionary

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


def specification(dictionary: Dictionary) -> bytes:
    """Return an xlsx file: one sheet of fields, one sheet of the codes that they may hold."""
    book = Workbook()
    book.remove(book.worksheets[0])
    dataset = dictionary.dataset
    fields = book.create_sheet(dataset.code[:31])
    fields.append([f"{dataset.title} {dataset.title_en}（{dataset.standard}，第 {dataset.version} 版）"])
    _head(fields, HEADER)
    for position, element in enumerate(dataset.elements, start=1):
        fields.append(_line(position, element, element.name in dataset.key))
    fields.freeze_panes = "D3"
    codes = book.create_sheet("值域代码")
    codes.append(["值域代码 Codes"])
    _head(codes, (("值域", 22), ("值域名称", 28), ("依据标准", 22), ("代码", 10), ("含义", 36), ("上级代码", 10)))
    for value_set in dictionary.value_sets:
        for item in value_set.items:
            codes.append([value_set.code, value_set.title, value_set.standard, item.code, item.title, item.parent])
    codes.freeze_panes = "A3"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head(sheet: Worksheet, columns: tuple[tuple[str, int], ...]) -> None:
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([title for title, _ in columns])
    for number, (cell, (_, width)) in enumerate(zip(sheet[2], columns, strict=True), start=1):
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = width


def _line(position: int, element: Element, is_key: bool) -> list[str | int | None]:
    return [
        position,
        element.name,
        element.title,
        element.title_en,
        element.de,
        element.type,
        element.format,
        element.length,
        "是" if is_key else None,
        "是" if element.required else None,
        element.value_set,
        element.grade,
        element.unit,
        element.source,
    ]
