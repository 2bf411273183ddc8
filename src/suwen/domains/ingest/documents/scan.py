"""The first look at a text file: all of it, in pieces, never a whole line in memory."""

import codecs
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np

from suwen.domains.ingest.errors import SourceUnreadable

CHUNK = 2**20
BEGINNING = 2**22
ENDINGS = 64
# So many lines with other than ASCII decide whether a damaged file was meant as UTF-8 or is another encoding.
DECIDING_LINES = 20_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Scan:
    """What a file is: its encoding, number of lines, longest line in bytes."""

    path: Path
    encoding: str
    lines: int
    longest: int

    @property
    def is_utf8(self) -> bool:
        """Whether the file can be read as it lies there."""
        return self.encoding in ("utf-8", "utf-8-sig")


def scan(path: Path, encoding: str, max_line_bytes: int) -> Scan:
    """Read a file through once or twice; raises SourceUnreadable with file, line and byte.

    encoding: a Python codec name, or ``auto``: UTF-8 when all of the file is valid UTF-8, else GB18030 when all of it
    is that and most lines with Chinese in them are no UTF-8. A file that is mostly UTF-8 with damaged bytes is
    refused: read as GB18030 it would turn into nonsense without an error.
    """
    try:
        with path.open("rb") as file:
            lines, longest = _lines(path, file, max_line_bytes)
            if encoding != "auto":
                _must_decode(path, file, encoding, [encoding])
                return Scan(path, encoding, lines, longest)
            return Scan(path, _detect(path, file), lines, longest)
    except OSError as error:
        raise SourceUnreadable(f"file {path.name} cannot be read: {error.strerror}", file=path.name) from error


def beginning(path: Path, encoding: str, quote: str, rows: int, folder: Path) -> Path:
    """Return a copy, of the same name, of so much of a large text file as surely holds its first rows.

    It ends with a line outside quotes and escapes. The file itself is returned where it is small or no such end is
    found in its first megabytes, and for UTF-16, where a byte tells nothing of a line.
    """
    if path.stat().st_size <= BEGINNING or encoding.lower().startswith("utf-16"):
        return path
    with path.open("rb") as file:
        head = file.read(BEGINNING)
    mark = quote.encode("ascii", errors="ignore") or b"\0"
    ends, end = list[int](), len(head)
    while len(ends) < ENDINGS and (end := head.rfind(b"\n", 0, end)) > 0:
        ends.append(end)
    fitting = (at for at in ends if head[at - 1 : at] != b"\\" and head.count(mark, 0, at) % 2 == 0)
    end = next(fitting, 0)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or head.count(b"\n", 0, end) <= rows:
        return path
    copy = folder / uuid.uuid4().hex / path.name
    copy.parent.mkdir()
    copy.write_bytes(head[: end + 1])
    return copy


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """Give the text of a file piece by piece, without a byte-order mark."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)


def _lines(path: Path, file: BinaryIO, max_line_bytes: int) -> tuple[int, int]:
    """Return the number of lines and the longest one's bytes."""
    lines, longest, start, position = 0, 0, 0, 0
    while chunk := file.read(CHUNK):
        ends = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10) + position
        position += len(chunk)
        bounds = [start, *(int(end) + 1 for end in ends[:1]), *(int(end) + 1 for end in ends[-1:])]
        inner = int(np.diff(ends).max()) if len(ends) > 1 else 0
        longest = max(longest, inner, *(b - a for a, b in pairwise(bounds[:2])), 0)
        last = int(ends[-1]) + 1 if len(ends) else start
        if max(longest, position - last) > max_line_bytes:
            line = lines + _which_line(start, ends, position, max_line_bytes)
            raise SourceUnreadable(
                f"file {path.name}, line {line}: longer than {max_line_bytes} bytes; the right file?",
                file=path.name,
                line=line,
                allowed=f"max_line_bytes {max_line_bytes}",
            )
        lines, start = lines + len(ends), last
    return lines + (1 if start < position else 0), max(longest, position - start)


def _which_line(start: int, ends: "np.ndarray[tuple[int], np.dtype[np.int64]]", position: int, limit: int) -> int:
    bounds = [start, *(int(end) + 1 for end in ends), position]
    return next(n for n, (a, b) in enumerate(pairwise(bounds), start=1) if b - a > limit)


def _detect(path: Path, file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(4)
    for mark, name in _BOMS:
        if head.startswith(mark):
            _must_decode(path, file, name, [name])
            return name
    failed, beyond_latin, ascii_only = _decode_utf8(file)
    if failed is None:
        # Short GBK words can be valid two-byte UTF-8 by chance; real UTF-8 Chinese takes three bytes a character.
        chance = not ascii_only and not beyond_latin and _first_failure(file, "gb18030") is None
        return "gb18030" if chance else "utf-8"
    if _mostly_utf8(file):
        _refuse(path, file, failed, ["utf-8"])
    _must_decode(path, file, "gb18030", ["utf-8", "gb18030"])
    return "gb18030"


def _decode_utf8(file: BinaryIO) -> tuple[int | None, bool, bool]:
    """Return the offset of the first byte that is no UTF-8, whether characters from U+0800 came, whether only ASCII."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    position, beyond_latin, ascii_only = 0, False, True
    while True:
        chunk = file.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return position - pending + error.start, beyond_latin, False
        if not text.isascii():
            ascii_only = False
            beyond_latin = beyond_latin or max(text) >= "\u0800"
        position += len(chunk)
        if not chunk:
            return None, beyond_latin, ascii_only


def _first_failure(file: BinaryIO, encoding: str) -> int | None:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    while True:
        chunk = file.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return position - pending + error.start
        position += len(chunk)
        if not chunk:
            return None


def _mostly_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    valid = invalid = 0
    for line in file:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            valid += 1
        except UnicodeDecodeError:
            invalid += 1
        if valid + invalid >= DECIDING_LINES:
            break
    return valid > invalid


def _must_decode(path: Path, file: BinaryIO, encoding: str, tried: list[str]) -> None:
    try:
        failed = _first_failure(file, encoding)
    except LookupError as error:
        raise SourceUnreadable("no such encoding", received=encoding, file=path.name) from error
    if failed is not None:
        _refuse(path, file, failed, tried)


def _refuse(path: Path, file: BinaryIO, offset: int, tried: list[str]) -> None:
    line = line_of(file, offset)
    raise SourceUnreadable(
        f"file {path.name}, line {line}, byte {offset}: not {' nor '.join(tried)} text",
        file=path.name,
        line=line,
        byte=offset,
        allowed=tried,
    )


def line_of(file: BinaryIO, offset: int) -> int:
    """Return the 1-based number of the line that holds the byte at `offset`."""
    file.seek(0)
    lines, left = 1, offset
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        lines += chunk.count(b"\n")
        left -= len(chunk)
    return lines
