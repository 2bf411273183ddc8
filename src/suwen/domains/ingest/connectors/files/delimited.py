"""Delimited text: names of its columns, a clean UTF-8 form, and the DuckDB read that keeps what is no row."""

import csv
import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from suwen.domains.ingest.connector import Refused
from suwen.domains.ingest.connectors.files.layout import Layout
from suwen.domains.ingest.documents.scan import Scan, beginning, decoded, line_of, scan
from suwen.domains.ingest.errors import SourceUnreadable
from suwen.domains.ingest.session import Session, literal, quoted

HEAD = 2**16
DELIMITERS = (",", "\t", "|", ";", "\x01")
# Noncharacters stand for escaped ones until the row is split: they never occur in text.
_ESCAPED = {
    "\\\\": "\ufdd0",
    "\\\n": "\ufdd1",
    "\\n": "\ufdd1",
    "\\\t": "\ufdd2",
    "\\t": "\ufdd2",
    "\\r": "\ufdd3",
    "\\0": "",
}
# The sign of no value, which is everywhere, is passed over.
_ESCAPE = re.compile(r"\\[^N]", re.DOTALL)
_STANDS_FOR = {"\ufdd0": "\\", "\ufdd1": "\n", "\ufdd2": "\t", "\ufdd3": "\r"}
_SMALLEST_LINE_BUFFER = 2 * 2**20


@dataclass(frozen=True)
class Delimited:
    """A text file ready to be read: `path` is UTF-8; `escaped` are the stand-ins that occur in it."""

    original: Path
    path: Path
    names: tuple[str, ...]
    delimiter: str
    header: bool
    longest: int
    escaped: tuple[str, ...]


def prepare(original: Path, layout: Layout, max_line_bytes: int, folder: Path, first: int | None = None) -> Delimited:
    """Look a file through and bring it into a form that DuckDB reads; raises SourceUnreadable.

    first: so many rows are enough; of a large file only its beginning is looked at.
    """
    piece = original if first is None else beginning(original, layout.encoding, layout.quote, first, folder)
    seen = replace(scan(piece, layout.encoding, max_line_bytes), path=original)
    delimiter = _delimiter(seen, layout)
    names, header = _names(seen, layout, delimiter)
    path, escaped = piece, tuple[str, ...]()
    if not seen.is_utf8 or layout.backslash:
        path = folder / f"{uuid.uuid4().hex}.txt"
        escaped = _rewrite(replace(seen, path=piece), layout, path)
    return Delimited(original, path, names, delimiter, header, seen.longest, escaped)


def peek(original: Path, layout: Layout) -> tuple[str, ...]:
    """Return the column names by the head of a file alone."""
    head = Scan(original, _head_encoding(original, layout), 0, 0)
    return _names(head, layout, _delimiter(head, layout))[0]


def select(file: Delimited, layout: Layout, refused: str) -> str:
    """Return the SELECT of a file's rows, all columns text; what is no row goes to the tables named by `refused`."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in file.names)
    longest = max(_SMALLEST_LINE_BUFFER, 2 * file.longest + 1024)
    options = {
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "header": "true" if file.header else "false",
        "delim": literal(file.delimiter),
        "quote": literal(layout.quote),
        "escape": literal(layout.quote),
        "nullstr": literal(layout.null),
        "max_line_size": str(longest),
        "buffer_size": str(max(32 * 2**20, 4 * longest)),
        "store_rejects": "true",
        "rejects_limit": "0",
        "rejects_table": literal(f"{refused}_rows"),
        "rejects_scan": literal(f"{refused}_files"),
    }
    shown = [_restored(quoted(name), file.escaped) + f" AS {quoted(name)}" for name in file.names]
    arguments = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"SELECT {', '.join(shown)} FROM read_csv({literal(str(file.path))}, {arguments})"  # noqa: S608


def refusals(session: Session, refused: str, files: list[Delimited]) -> Iterator[Refused]:
    """Give what was no row, after the read ran; raises SourceUnreadable for a quote that swallowed following lines."""
    by_path = {str(file.path): file for file in files}
    found = session.rows(
        "SELECT f.file_path, r.line, min(r.line_byte_position), arg_min(r.error_type, r.column_idx)::VARCHAR, "  # noqa: S608
        f"min(r.csv_line) FROM {quoted(refused + '_rows')} AS r JOIN {quoted(refused + '_files')} AS f "
        "USING (scan_id, file_id) GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for path, line, offset, kind, text in found:
        file = by_path[str(path)]
        number = _physical_line(file, int(str(line)), offset)
        if kind == "UNQUOTED VALUE" and "\n" in str(text or "").rstrip("\n"):
            raise SourceUnreadable(
                f"file {file.original.name}, line {number}: a quote is opened and not closed",
                file=file.original.name,
                line=number,
            )
        reason = {"TOO MANY COLUMNS": "too many fields", "MISSING COLUMNS": "too few fields"}.get(
            str(kind), str(kind).lower()
        )
        yield Refused(f"{file.original.name}:{number}", reason, str(text or ""))


def _physical_line(file: Delimited, record: int, offset: object) -> int:
    # A quoted line break makes records and lines differ; the byte says where the record starts. An escaped one is
    # already a stand-in, so the line can no longer be told.
    if not isinstance(offset, int) or "\ufdd1" in file.escaped:
        return record
    with file.path.open("rb") as opened:
        return line_of(opened, offset - 1)


def _restored(column: str, escaped: tuple[str, ...]) -> str:
    for stand_in in escaped:
        column = f"replace({column}, {literal(stand_in)}, {literal(_STANDS_FOR[stand_in])})"
    return column


def _rewrite(seen: Scan, layout: Layout, target: Path) -> tuple[str, ...]:
    """Write the file as UTF-8, escapes replaced by stand-ins; returns the stand-ins that occur."""
    used: set[str] = set()
    kept = ""

    def stand_in(escape: re.Match[str]) -> str:
        found = _ESCAPED.get(escape[0])
        if found is None:
            return escape[0]
        used.add(found)
        return found

    with target.open("w", encoding="utf-8", newline="") as out:
        for piece in decoded(seen.path, seen.encoding):
            text = kept + piece
            kept = ""
            if layout.backslash:
                if (len(text) - len(text.rstrip("\\"))) % 2:
                    text, kept = text[:-1], "\\"
                text = _ESCAPE.sub(stand_in, text)
            out.write(text)
        out.write(kept)
    return tuple(stand_in for stand_in in _STANDS_FOR if stand_in in used)


def _head(seen: Scan) -> str:
    with seen.path.open("rb") as file:
        raw = file.read(HEAD)
    return raw.decode(seen.encoding, errors="ignore")


def _head_encoding(path: Path, layout: Layout) -> str:
    if layout.encoding != "auto":
        return layout.encoding
    with path.open("rb") as file:
        raw = file.read(HEAD)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        raw[: raw.rfind(b"\n") + 1 or None].decode("utf-8")
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "gb18030"


def _delimiter(seen: Scan, layout: Layout) -> str:
    if layout.delimiter != "auto":
        return {"\\t": "\t", "tab": "\t"}.get(layout.delimiter, layout.delimiter)
    if layout.backslash or seen.path.suffix == ".tsv":
        return "\t"
    lines = _head(seen).splitlines()[:50]
    best, most = ",", 0.0
    for candidate in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=candidate, quotechar=layout.quote or None)]
        if counts and counts[0] > 1:
            agreeing = sum(count == counts[0] for count in counts) / len(counts)
            if agreeing * counts[0] > most:
                best, most = candidate, agreeing * counts[0]
    return best


def _names(seen: Scan, layout: Layout, delimiter: str) -> tuple[tuple[str, ...], bool]:
    if layout.columns:
        return layout.columns, bool(layout.header)
    declared = seen.path.with_suffix(".sql")
    if layout.header is None and layout.backslash and declared.is_file():
        return _names_of_ddl(declared), False
    reader = csv.reader(
        io.StringIO(_head(seen).lstrip("\ufeff")), delimiter=delimiter, quotechar=layout.quote or None,
        quoting=csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE,
    )  # fmt: skip
    first = next((row for row in reader if row), None)
    if first is None:
        raise SourceUnreadable(f"file {seen.path.name} is empty: not even a header", file=seen.path.name, line=1)
    if layout.header is False:
        return tuple(f"column{n}" for n in range(1, len(first) + 1)), False
    return unique_names(seen.path, first), True


def unique_names(path: Path, header: list[str]) -> tuple[str, ...]:
    """Return the names of a header line; raise SourceUnreadable when one comes twice. Unnamed columns get a number."""
    names = [name.strip() or f"column{n}" for n, name in enumerate(header, start=1)]
    folded = [name.lower() for name in names]
    if doubled := sorted({name for name in names if folded.count(name.lower()) > 1}):
        places = [n for n, name in enumerate(folded, start=1) if name in {d.lower() for d in doubled}]
        raise SourceUnreadable(
            f"file {path.name}, line 1: the header names columns twice, at positions {places}",
            received=doubled,
            file=path.name,
            line=1,
        )
    return tuple(names)


def _names_of_ddl(path: Path) -> tuple[str, ...]:
    try:
        for tree in sqlglot.parse(path.read_text(encoding="utf-8", errors="replace"), read="mysql"):
            if isinstance(tree, exp.Create):
                return tuple(column.name for column in tree.find_all(exp.ColumnDef))
    except (ParseError, TokenError) as error:
        raise SourceUnreadable(f"file {path.name}: {str(error).splitlines()[0]}", file=path.name) from error
    raise SourceUnreadable(f"file {path.name}: no CREATE TABLE in it", file=path.name)
