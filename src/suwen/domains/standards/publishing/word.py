"""The specification as a document to print: a heading and a table for each dataset, then the value sets."""

import io
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table

from suwen.domains.standards.publishing.model import Field, Sheet, Specified

FIELDS = ("序号", "字段名", "数据元名称", "标识符", "类型", "格式", "必填", "值域", "级别")
CODES = ("代码", "含义", "上级代码")
SHOWN_CODES = 300
"""Codes of a value set that are printed; the workbook has them all."""


def write_docx(specified: Specified) -> bytes:
    """Return a docx file, landscape, with Chinese fonts."""
    word = Document()
    # Any: python-docx types every style as its base class.
    style: Any = word.styles["Normal"]
    style.font.name = "Arial"
    style.font.size = Pt(9)
    # python-docx sets the Latin font only; Chinese text takes its font from this attribute.
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "SimSun")
    page = word.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    word.add_heading(specified.title, 0)
    word.add_paragraph(f"编号 {specified.number}　　日期 {specified.day}")
    if specified.note:
        word.add_paragraph(specified.note)
    for sheet in specified.sheets:
        _dataset(word, sheet)
    if specified.value_sets:
        word.add_heading("值域代码", 1)
    for value_set in specified.value_sets:
        word.add_heading(f"{value_set.code} {value_set.title}（{value_set.standard}）", 2)
        items = value_set.items[:SHOWN_CODES]
        held = value_set.attributes
        header = (*CODES, *(attribute.title for attribute in held))
        rows = [
            (item.code, item.title, item.parent or "", *(item.attributes.get(each.name, "") for each in held))
            for item in items
        ]
        _table(word, header, rows)
        if len(value_set.items) > SHOWN_CODES:
            word.add_paragraph(f"共 {len(value_set.items)} 项，此处列出前 {SHOWN_CODES} 项，全部见 xlsx。")
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _dataset(word: Word, sheet: Sheet) -> None:
    word.add_heading(f"{sheet.title}　{sheet.code}", 1)
    word.add_paragraph(
        f"依据 {sheet.standard}（{sheet.edition}），第 {sheet.version} 版；主键 {' + '.join(sheet.key)}；"
        f"业务时间 {sheet.time or '—'}；患者标识 {sheet.patient or '—'}。来源：{sheet.provenance}"
    )
    _table(word, FIELDS, [_cells(position, field) for position, field in enumerate(sheet.fields, start=1)])


def _cells(position: int, field: Field) -> tuple[str, ...]:
    return (
        str(position),
        field.name,
        field.title,
        field.de or "",
        field.type,
        field.format or "",
        "主键" if field.key else "是" if field.required else "",
        field.value_set or "",
        str(field.grade),
    )


def _table(word: Word, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = word.add_table(rows=len(rows) + 1, cols=len(header), style="Light Grid Accent 1")
    # A row's cells are looked up once: asking the table for each costs a walk over all of them.
    for row, texts in zip(table.rows, (header, *rows), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table
