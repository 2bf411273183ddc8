"""JSON files: a record a line, or a list of records, by itself or somewhere in a document.

Numbers stay as they are written: a read through floating point would take digits off amounts and long identifiers.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from suwen.domains.ingest.connector import Refused
from suwen.domains.ingest.documents.records import SHOWN, Row, flattened
from suwen.domains.ingest.documents.scan import CHUNK, decoded, scan
from suwen.domains.ingest.errors import SourceUnreadable

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_BETWEEN = re.compile(r"[\s,]*")


def json_records(path: Path, record: str, encoding: str, longest: int) -> Iterator[Row | Refused]:
    """Give the records of a file, and what is no record with the line, or number in the list, where it stood.

    record: members from the document's root to the list, joined by dots; "" where the file is the list, or has
    one record after another, a line each or not. longest: so many characters a record, or a document with a path, may
    have. Raises SourceUnreadable with file and line.
    """
    pieces = filter(None, decoded(path, scan(path, encoding, sys.maxsize).encoding))
    if record:
        return _listed(path, _at_path(path, "".join(_bounded(path, pieces, longest)), record))
    head = ""
    for piece in pieces:
        head += piece
        if "\n" in head.lstrip():
            break
    begin = head.lstrip()
    if begin[:1] == "[":
        before = head.count("\n", 0, len(head) - len(begin))
        return _one_by_one(path, begin[1:], pieces, longest, before + 1, within="]")
    if begin.partition("\n")[0].rstrip()[-1:] in ("{", "[", ","):
        # A line that ends so is the beginning of a record written over many.
        return _one_by_one(path, head, pieces, longest, 1, within="")
    return _of_lines(path, head, pieces, longest)


def _bounded(path: Path, pieces: Iterator[str], longest: int) -> Iterator[str]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > longest:
            _too_long(path, 1, longest)
        yield piece


def _of_lines(path: Path, head: str, pieces: Iterator[str], longest: int) -> Iterator[Row | Refused]:
    number, left = 0, head
    while True:
        piece = next(pieces, "")
        *lines, left = (left + piece).split("\n") if piece else [*left.split("\n"), ""]
        for line in lines:
            number += 1
            if line.strip():
                yield _record(f"{path.name}:{number}", line)
        if not piece:
            return
        if len(left) > longest:
            _too_long(path, number + 1, longest)


def _record(place: str, line: str) -> Row | Refused:
    try:
        value = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return Refused(place, "not JSON", line[:SHOWN])
    return _told(place, value)


def _told(place: str, value: Any) -> Row | Refused:
    if not isinstance(value, dict):
        return Refused(place, "not an object", json.dumps(value)[:SHOWN])
    return flattened(place, cast("dict[str, Any]", value))


def _listed(path: Path, values: list[Any]) -> Iterator[Row | Refused]:
    return (_told(f"{path.name}#{number}", value) for number, value in enumerate(values, start=1))


def _one_by_one(
    path: Path, text: str, pieces: Iterator[str], longest: int, line: int, *, within: str
) -> Iterator[Row | Refused]:
    """Give the elements of a list (``within`` "]"), or values behind each other (""), holding only what is not told."""
    at, number, ended = 0, 0, False
    while True:
        start = cast(re.Match[str], _BETWEEN.match(text, at)).end()
        line += text.count("\n", at, start)
        at = start
        if within and text[at : at + 1] == within:
            if rest := (text[at + 1 :] + "".join(_bounded(path, pieces, longest))).strip():
                message = f"file {path.name}, line {line}: more behind the end of the list: {len(rest)} characters"
                raise SourceUnreadable(message, file=path.name, line=line)
            return
        if ended and not within and at == len(text):
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
            # A number at the end of what was read may go on in the next piece.
            whole = ended or end < len(text)
        except (ValueError, RecursionError) as error:
            if ended:
                message = f"file {path.name}, line {line}: cut off or no JSON, after {number} records"
                raise SourceUnreadable(message, file=path.name, line=line) from error
            whole, value, end = False, None, at
        if end - at > longest or (not whole and len(text) - at > longest):
            _too_long(path, line, longest)
        if whole:
            number += 1
            line += text.count("\n", at, end)
            at = end
            yield _told(f"{path.name}#{number}", value)
            continue
        # Twice as much each time, so that a long record is not read over and over.
        more: list[str] = []
        wanted = max(CHUNK, len(text) - at)
        while wanted > 0 and (piece := next(pieces, "")):
            more.append(piece)
            wanted -= len(piece)
        ended = not more
        text, at = text[at:] + "".join(more), 0


def _at_path(path: Path, text: str, record: str) -> list[Any]:
    try:
        value: Any = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise SourceUnreadable(
            f"file {path.name}, line {error.lineno}: not JSON, perhaps cut off", file=path.name, line=error.lineno
        ) from error
    passed: list[str] = []
    for member in record.split("."):
        if not isinstance(value, dict) or member not in value:
            known: list[str] = list(cast("dict[str, Any]", value)) if isinstance(value, dict) else []
            raise SourceUnreadable(
                f"file {path.name}: no member {member} in {'.'.join(passed) or 'the document'}",
                received=record,
                allowed=known,
                file=path.name,
            )
        value = cast("dict[str, Any]", value)[member]
        passed.append(member)
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _too_long(path: Path, line: int, longest: int) -> None:
    raise SourceUnreadable(
        f"file {path.name}, line {line}: a record longer than {longest} characters; the right record path?",
        file=path.name,
        line=line,
        allowed=f"max_line_bytes {longest}",
    )
