"""What a document is, by its content, and the text that it holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile, ZipFile

import docx
import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree, html
from pypdf import PdfReader
from pypdf.errors import PyPdfError

KINDS = (
    ("pdf", "PDF", "PDF"),
    ("docx", "Word（docx）", "Word (docx)"),
    ("xlsx", "Excel（xlsx）", "Excel (xlsx)"),
    ("office", "旧版 Office", "Office of old"),
    ("rtf", "RTF", "RTF"),
    ("html", "HTML", "HTML"),
    ("cda", "CDA 文档", "CDA document"),
    ("xml", "XML", "XML"),
    ("txt", "文本", "Text"),
    ("image", "图像", "Image"),
    ("dicom", "DICOM", "DICOM"),
    ("other", "其他", "Other"),
)
MOST_CHARACTERS = 2_000_000
"""Longest text that is taken of a document."""
MOST_UNPACKED = 300_000_000
"""Most bytes that a packed document may hold: more is no document."""
_BEGINS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"), (b"{\\rtf", "rtf"), (b"\xd0\xcf\x11\xe0", "office"), (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"BM", "image"), (b"II*\0", "image"), (b"MM\0*", "image"),
)  # fmt: skip
_HEAD = 4096
_CDA = "{urn:hl7-org:v3}"


class Unreadable(Exception):
    """A document is damaged or locked; says why, without its content."""


@dataclass(frozen=True)
class Content:
    """What a document holds. text: None where its kind has no text layer. patient_id: whose it says it is."""

    kind: str
    text: str | None = None
    pages: int | None = None
    patient_id: str | None = None


def kind_of(file: Path) -> str:
    """Return the kind of a document by its content: one of KINDS."""
    with file.open("rb") as source:
        head = source.read(_HEAD)
    if head[128:132] == b"DICM":
        return "dicom"
    if (kind := next((kind for begins, kind in _BEGINS if head.startswith(begins)), None)) is not None:
        return kind
    if head.startswith(b"PK\x03\x04"):
        return _packed(file)
    return _of_text(head)


def _packed(file: Path) -> str:
    try:
        with ZipFile(file) as held:
            names = set(held.namelist())
    except (BadZipFile, OSError):
        return "other"
    if "word/document.xml" in names:
        return "docx"
    return "xlsx" if "xl/workbook.xml" in names else "other"


def _of_text(head: bytes) -> str:
    if not head or (b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return "other"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith(b"<?xml") or (start.startswith(b"<") and b"xmlns" in start):
        return "cda" if b"clinicaldocument" in start else "xml"
    return "txt"


def read(file: Path) -> Content:
    """Return what a document holds. Raises Unreadable."""
    kind = kind_of(file)
    reader = _READERS.get(kind)
    if reader is None:
        return Content(kind)
    try:
        return reader(kind, file)
    except Unreadable:
        raise
    except Exception as error:
        # Whatever a damaged document brings about in a reader is no fault of the run's; its text may quote content.
        raise Unreadable(f"{kind}: {type(error).__name__}") from error


def _pdf(kind: str, file: Path) -> Content:
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("pdf: locked by a password")
        pages = len(reader.pages)
        return Content(kind, _capped("\n".join(page.extract_text() for page in reader.pages)), pages)
    except PyPdfError as error:
        raise Unreadable(f"pdf: damaged ({type(error).__name__})") from error


def _docx(kind: str, file: Path) -> Content:
    with ZipFile(file) as held:
        if sum(one.file_size for one in held.infolist()) > MOST_UNPACKED:
            raise Unreadable("docx: it unpacks to more than any document holds")
    with file.open("rb") as source:
        document = docx.Document(source)
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return Content(kind, _capped("\n".join(parts)))


def _xml(kind: str, file: Path) -> Content:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(file.read_bytes(), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"xml: damaged at line {error.lineno}") from error
    patient = root.find(f"{_CDA}recordTarget/{_CDA}patientRole/{_CDA}id")
    told = None if patient is None else patient.get("extension")
    return Content(kind, _capped(_lines(root)), patient_id=None if told is None else str(told))


def _html(kind: str, file: Path) -> Content:
    # Typed by no stub that knows what it returns.
    root: Any = cast(Any, html).document_fromstring(_decoded(file).encode(), parser=html.HTMLParser(encoding="utf-8"))
    for hidden in root.iter("script", "style"):
        hidden.text = None
    return Content(kind, _capped(_lines(root)))


def _lines(root: Any) -> str:
    parts: Iterable[str] = root.itertext()
    return "\n".join(text for part in parts if (text := part.strip()))


def _txt(kind: str, file: Path) -> Content:
    return Content(kind, _capped(_decoded(file)))


def _decoded(file: Path) -> str:
    content = file.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("txt: neither UTF-8 nor GB 18030")


def _capped(text: str) -> str:
    # PostgreSQL keeps no such character.
    return text[:MOST_CHARACTERS].replace("\0", "")


_READERS: Mapping[str, Callable[[str, Path], Content]] = {
    "pdf": _pdf, "docx": _docx, "cda": _xml, "xml": _xml, "html": _html, "txt": _txt,
}  # fmt: skip


WHOSE = ("patient_id", "encounter_id")
"""The groups of an expression that say whose a document is."""


def keys_of(path: str, naming: str) -> dict[str, str]:
    """Return whose a document is by its path, as the expression's groups say. Raises ValueError for no expression."""
    named = cast("list[dict[str, str] | None]", _extracted([path], naming).to_pylist())[0] if naming else None
    return {name: value for name in WHOSE if (value := (named or {}).get(name))}


def groups_of(naming: str) -> set[str]:
    """Return the names of an expression's groups. Raises ValueError for one that is none."""
    return {field.name for field in cast("Iterable[pa.Field[Any]]", _extracted([], naming).type)}


def _extracted(paths: Sequence[str], naming: str) -> "pa.Array[Any]":
    # People write them: with this engine (RE2) none takes longer than its text is long.
    return pc.extract_regex(pa.array(paths, pa.string()), pattern=naming)
