"""The collection specification 采集规范 as files: xlsx, docx, html to read, JSON Schema and XSD for programs.

Every writer takes the same `Specified`, so a file says what the others say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from suwen.domains.standards.publishing.html import write_html
from suwen.domains.standards.publishing.json_schema import write_json_schema
from suwen.domains.standards.publishing.model import Field, Sheet, Specified, sheet_of
from suwen.domains.standards.publishing.word import write_docx
from suwen.domains.standards.publishing.workbook import write_xlsx
from suwen.domains.standards.publishing.xsd import write_xsd


@dataclass(frozen=True)
class Writer:
    """How a format is written: file name ending, media type, and the function."""

    ending: str
    media_type: str
    write: Callable[[Specified], bytes]


WRITERS: Mapping[str, Writer] = {
    "xlsx": Writer("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "docx": Writer("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", write_docx),
    "html": Writer("html", "text/html; charset=utf-8", write_html),
    "json": Writer("schema.json", "application/schema+json", write_json_schema),
    "xsd": Writer("xsd", "application/xml", write_xsd),
}

__all__ = ["WRITERS", "Field", "Sheet", "Specified", "Writer", "sheet_of"]
