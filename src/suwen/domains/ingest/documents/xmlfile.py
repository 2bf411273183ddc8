"""XML files: one element a record, its children and attributes the columns; documents such as CDA as one record each.

Read as a stream of text: a file of any size, in any encoding that Python knows (expat alone knows no GB 18030).
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from suwen.domains.ingest.connector import Refused
from suwen.domains.ingest.documents.records import Row, flattened
from suwen.domains.ingest.documents.scan import decoded, scan
from suwen.domains.ingest.errors import SourceUnreadable

_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_NOTHING = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ROOT = "."
_TOLD = 50
"""So many other paths are named when none is the asked one."""
_DEEPEST = 200
"""Elements within each other: no record has so many, and what has would exhaust the stack."""


def xml_records(path: Path, record: str, encoding: str, *, some: bool = True) -> Iterator[Row | Refused]:
    """Give the records of a file: columns by element name, attributes by ``@name``, namespaces left out.

    record: elements from below the root to the record, joined by slashes; "": every child of the root; ".": the
    whole document. Text of an element that has attributes or children too is its column ``#text``. Raises
    SourceUnreadable with file and line, and for a path that no element has (``some``).
    """
    wanted = [] if record in ("", ROOT) else record.strip("/").split("/")
    depth = 0 if record == ROOT else len(wanted) or 1
    above: list[Element] = []
    seen: dict[str, None] = {}
    number, within = 0, False
    for event, element in _events(path, _encoding(path, encoding)):
        if event == "start":
            above.append(element)
            level = len(above) - 1
            if level == depth and not within:
                names = [_local(each.tag) for each in above[1:]]
                seen.setdefault("/".join(names))
                within = not wanted or names == wanted
            elif level > _DEEPEST:
                message = f"file {path.name}: more than {_DEEPEST} elements within each other"
                raise SourceUnreadable(message, file=path.name)
            continue
        above.pop()
        if within and len(above) > depth:
            continue
        if within:
            number, within = number + 1, False
            value = _members(element)
            yield flattened(f"{path.name}#{number}", value if isinstance(value, dict) else {"#text": value})
        # What is told, or is no part of a record, is let go at once: of a long file only one record is held.
        element.clear()
        if above:
            above[-1].remove(element)
    if some and not number:
        raise SourceUnreadable(
            f"file {path.name}: no element at {record or 'the root'}",
            received=record,
            allowed=list(seen)[:_TOLD],
            file=path.name,
        )


def _encoding(path: Path, encoding: str) -> str:
    if encoding != "auto":
        return scan(path, encoding, sys.maxsize).encoding
    with path.open("rb") as file:
        declared = _DECLARED.match(file.read(1024))
    name = declared[1].decode() if declared else "auto"
    # GB 18030 holds all of GB 2312 and GBK, whose names are often given to texts that go beyond them.
    name = "gb18030" if name.lower() in ("gb2312", "gbk") else name
    return scan(path, name, sys.maxsize).encoding


def _events(path: Path, encoding: str) -> Iterator[tuple[str, Element]]:
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    pieces = decoded(path, encoding)
    head = ""
    for piece in pieces:
        head += piece
        if ">" in head:
            break
    try:
        # The declaration speaks of bytes, which are text by now.
        parser.feed(_DECLARATION.sub(_as_lines, head.lstrip("\ufeff"), count=1))
        yield from _ready(parser)
        for piece in pieces:
            parser.feed(piece)
            yield from _ready(parser)
        parser.close()
        yield from _ready(parser)
    except ParseError as error:
        line, column = error.position
        reason = str(error).partition(":")[0]
        raise SourceUnreadable(
            f"file {path.name}, line {line}, column {column}: not XML: {reason}", file=path.name, line=line
        ) from error


def _as_lines(declaration: re.Match[str]) -> str:
    return "\n" * declaration[0].count("\n")


def _ready(parser: "XMLPullParser[Element]") -> Iterator[tuple[str, Element]]:
    return cast("Iterator[tuple[str, Element]]", parser.read_events())


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _members(element: Element) -> dict[str, Any] | str | None:
    """An element as text, or as its members where it has attributes or children."""
    members: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items() if name != _NOTHING}
    for child in element:
        name, value = _local(child.tag), _members(child)
        if name not in members:
            members[name] = value
        elif isinstance(members[name], list):
            members[name].append(value)
        else:
            members[name] = [members[name], value]
    text = element.text
    if not members:
        return text or None
    if text and text.strip():
        members["#text"] = text.strip()
    return members
