"""Source dictionaries from files and requests: columns found, lines checked, the whole list refused for one mistake."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from suwen.domains.terms.kinds import Kind
from suwen.domains.terms.names import JOIN, name_key
from suwen.kernel.pinyin import initials
from suwen.kernel.uploads import (
    FIRST,
    NO_ROWS,
    Mistake,
    Place,
    UnreadableFile,
    lacking,
    mistake,
    read_header,
    read_rows,
    refuse,
    repeats,
)
from suwen.kernel.words import Words

CODE, NAME, PARENT, STANDARD = "code", "name", "parent", "standard_code"
_ALIASES: dict[str, tuple[str, ...]] = {
    CODE: ("代码", "编码", "编号", "code", "id"),
    NAME: ("名称", "名字", "姓名", "name", "title"),
    PARENT: ("上级代码", "上级编码", "父级", "上级", "parent"),
    STANDARD: ("标准代码", "标准编码", "国家代码", "standard_code"),
}
STANDARD_TITLE = Words("标准代码", "Standard code")
NO_NAME = Words("名称为空", "no name")
LONGEST = 500
MOST = 1_000_000


@dataclass(frozen=True)
class Line:
    """One entry of a source list; row: where it stands in the file, 2 being the first below the header."""

    row: int
    code: str
    name: str
    parent: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict[str, str])
    standard: tuple[str, ...] = ()
    records: int | None = None
    name_key: str = ""
    initials: str = ""


def fields_of(kind: Kind) -> dict[str, Words]:
    """Return the fields that a file may bring for a kind, with their titles."""
    named = {
        CODE: Words("代码", "Code"),
        NAME: Words("名称", "Name"),
        PARENT: Words("上级代码", "Parent"),
        STANDARD: STANDARD_TITLE,
    }
    return named | {part.name: Words(part.title, part.title_en) for part in kind.parts}


def preview(
    content: bytes, kind: Kind, place: Place = FIRST, lines: int = 5
) -> tuple[list[str], dict[str, str], list[list[str]]]:
    """Return a file's header, which of its columns seem to be which field, and its first lines."""
    rows = read_rows(content, place)
    header = read_header(rows)
    shown = [row for row, _ in zip(rows, range(lines), strict=False)]
    return header, guess(header, kind), shown


def guess(header: Sequence[str], kind: Kind) -> dict[str, str]:
    """Return field → column by what the columns are called: the same words first, then words within."""
    aliases = _ALIASES | {part.name: (part.title, part.name, *part.aliases) for part in kind.parts}
    found: dict[str, str] = {}
    for exact in (True, False):
        # A column named 标准代码 is no 代码: what says more is looked for first.
        for name in (STANDARD, PARENT, *(part.name for part in kind.parts), CODE, NAME):
            for column in header:
                if name in found or column in found.values():
                    continue
                lower = column.strip().lower()
                if any(lower == alias if exact else alias in lower for alias in aliases[name]):
                    found[name] = column
    return found


def read_file(content: bytes, kind: Kind, columns: Mapping[str, str] | None = None, place: Place = FIRST) -> list[Line]:
    """Return the lines of a file. columns: field → the file's column; without it as `guess` finds them.

    Raises UnreadableFile, or ImportRefused with row, column and reason of each mistake; see `checked`.
    """
    rows = read_rows(content, place)
    header = read_header(rows)
    chosen = {name: column for name, column in (columns or guess(header, kind)).items() if column}
    allowed = fields_of(kind)
    if unknown := sorted(set(chosen) - set(allowed)):
        raise UnreadableFile(
            "没有此字段", detail_en="no such field", received="、".join(unknown), allowed=list(allowed)
        )
    if missing := sorted(set(chosen.values()) - set(header)):
        raise lacking(missing, header)
    if NAME not in chosen:
        raise UnreadableFile(
            "须指明哪一列是名称",
            detail_en="say which column is the name",
            received="、".join(header),
            allowed=list(allowed),
        )
    places = {name: header.index(column) for name, column in chosen.items()}
    lines = _lines(rows, places, place.header_row + 1)
    return checked(lines, kind, {name: chosen.get(name, title) for name, title in allowed.items()})


def checked(lines: Iterable[Mapping[str, Any]], kind: Kind, titles: Mapping[str, Words | str]) -> list[Line]:
    """Return entries ready to store from mappings of `row` and fields.

    Raises ImportRefused, all or nothing, for: no name, a code that comes twice, a name without code that comes twice,
    an overlong text, a parent that is not in the list, parents in a circle, more than a million entries.
    """
    errors: list[Mistake] = []
    found: list[Line] = []
    seen: dict[str, int] = {}

    def wrong(row: int, name: str, reason: Words) -> None:
        errors.append(mistake(row, titles.get(name, name), reason))

    for given in lines:
        line = _line(given, kind)
        if len(found) >= MOST:
            wrong(line.row, NAME, Words(f"超过 {MOST:,} 条", f"more than {MOST:,} entries"))
            break
        if not line.name:
            wrong(line.row, NAME, NO_NAME)
        for name, text in ((CODE, line.code), (NAME, line.name)):
            if len(text) > LONGEST:
                wrong(line.row, name, Words(f"超过 {LONGEST} 字", f"more than {LONGEST} characters"))
        key = f"c{line.code}" if line.code else f"n{line.name}"
        if key in seen:
            again, said = repeats(seen[key]), line.code or line.name
            wrong(line.row, CODE if line.code else NAME, Words(f"{again.zh}：{said}", f"{again.en}: {said}"))
        seen.setdefault(key, line.row)
        found.append(line)
    for row, reason in _parents(found):
        wrong(row, PARENT, reason)
    refuse(sorted(errors, key=lambda error: error.row))
    if not found:
        raise UnreadableFile(NO_ROWS.zh, detail_en=NO_ROWS.en)
    return found


def _line(given: Mapping[str, Any], kind: Kind) -> Line:
    def text(name: str) -> str:
        return str(given.get(name) or "").strip()

    name = text(NAME)
    standard = tuple(code.strip() for code in text(STANDARD).split(JOIN) if code.strip())
    return Line(
        row=int(given["row"]),
        code=text(CODE),
        name=name,
        parent=text(PARENT) or None,
        parts={part.name: value for part in kind.parts if (value := text(part.name))},
        standard=standard,
        records=given.get("records"),
        name_key=name_key(name),
        initials=initials(name)[:LONGEST],
    )


def _parents(lines: Sequence[Line]) -> Iterator[tuple[int, Words]]:
    """Yield row and reason of each parent that is none: not in the list, or part of a circle."""
    by_code: dict[str, Line] = {}
    for line in lines:
        # Of a code that comes twice the first counts, or a circle would hide behind the second until that is mended.
        if line.code:
            by_code.setdefault(line.code, line)
    sound: set[str] = set()
    for line in lines:
        if line.parent is None:
            continue
        if line.parent not in by_code:
            yield line.row, Words(f"上级代码不在列表中：{line.parent}", f"the list has no {line.parent}")
            continue
        path: dict[str, None] = {}
        at: str | None = line.code
        while at and at not in sound and at not in path:
            path[at] = None
            at = by_code[at].parent if at in by_code else None
        if at and at in path:
            circle = " → ".join([*list(path)[list(path).index(at) :], at][:8])
            yield by_code[at].row, Words(f"上级成环：{circle}", f"parents in a circle: {circle}")
        sound.update(path)


def _lines(rows: Iterator[list[str]], places: Mapping[str, int], first: int) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=first):
        if any(text.strip() for text in row):
            values = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            yield {"row": number, **values}
