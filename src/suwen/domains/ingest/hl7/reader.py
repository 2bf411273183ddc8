r"""HL7 v2 messages: bytes → segments → fields → repetitions, components, subcomponents (HL7 v2.5, chapter 2).

    MSH|^~\&|LIS|H1|SUWEN|C|20240101080000||ORU^R01|77|P|2.4||||||GB 18030
    PID|1||P1^^^H1^PI~33010219900101123X^^^^IDCard||张^三

The separators are those that the message says in its MSH. Text is decoded before it is cut: the second byte of a
Chinese character may be that of a separator.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from suwen.kernel.errors import Invalid

_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
NONE = "\0"
_ENDS = re.compile(r"\r\n|\r|\n")
CHARSETS = {
    "ASCII": "ascii", "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "UTF8": "utf-8", "UNICODE": "utf-8",
    "GB 18030-2000": "gb18030", "GB18030-2000": "gb18030", "GB 18030": "gb18030", "GB18030": "gb18030",
    "GB2312": "gb18030", "GB 2312": "gb18030", "GBK": "gb18030", "8859/1": "latin-1",
}  # fmt: skip
"""Codes of HL7 table 0211 (and what Chinese systems write instead) → codec."""


class Malformed(Invalid):
    """What came is no HL7 message; `place` says where. No value is repeated."""

    title = "不是 HL7 消息"
    title_en = "Not an HL7 message"


@dataclass(frozen=True)
class Separators:
    """Of fields, components, repetitions and subcomponents, and the letter that begins and ends an escape.

    One that a message does not have is NUL, which stands in no message.
    """

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"

    @property
    def coding(self) -> str:
        """MSH-2."""
        return (self.component + self.repetition + self.escape + self.sub).replace(NONE, "")


class Segment:
    """A segment: `name`, and `fields` as they are written; number n is field n, also of MSH."""

    __slots__ = ("fields", "name")

    def __init__(self, name: str, fields: list[str]) -> None:
        self.name, self.fields = name, fields

    def field(self, number: int) -> str:
        """Return a field as it is written; "" where there is none."""
        return self.fields[number] if number < len(self.fields) else ""


@dataclass(frozen=True)
class Message:
    """A message that was read; charset: the codec of its bytes."""

    separators: Separators
    segments: list[Segment]
    charset: str

    @property
    def header(self) -> Segment:
        """The MSH."""
        return self.segments[0]

    @property
    def kind(self) -> str:
        """Code and trigger, ``ORU^R01``."""
        parts = self.header.field(9).split(self.separators.component)
        return "^".join(part for part in parts[:2] if part)

    @property
    def control_id(self) -> str:
        """MSH-10, by which the sender knows it."""
        return self.text(self.header.field(10)).strip()

    def repetitions(self, field: str) -> list[str]:
        """Return the repetitions of a field as it is written."""
        mark = self.separators.repetition
        return field.split(mark) if mark in field else [field]

    def component(self, written: str, number: int, sub: int = 1) -> str:
        """Return a component (from 1) of a repetition, and of that a subcomponent, as text."""
        marks = self.separators
        if marks.component in written:
            parts = written.split(marks.component)
            written = parts[number - 1] if number <= len(parts) else ""
        elif number > 1:
            return ""
        if marks.sub in written:
            parts = written.split(marks.sub)
            written = parts[sub - 1] if sub <= len(parts) else ""
        elif sub > 1:
            return ""
        return self.text(written)

    def text(self, written: str) -> str:
        """Return what is written with its escapes undone."""
        marks = self.separators
        return unescaped(written, marks, self.charset) if marks.escape in written else written


def read(raw: bytes, fallback: str = "auto") -> Message:
    """Read a message. fallback: the codec where MSH-18 says none; auto: UTF-8 if it is that, else GB 18030.

    Raises Malformed.
    """
    charset = charset_of(raw, fallback)
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError as error:
        raise Malformed(
            f"字节 {error.start} 不是所声明字符集的文字", place=f"byte {error.start}", received=charset,
            detail_en=f"byte {error.start} is no text of the declared character set",
        ) from None  # fmt: skip
    if "\0" in text:
        raise Malformed("含有空字符", place=f"character {text.index(chr(0))}", detail_en="holds a NUL")
    lines = [line for line in _ENDS.split(text) if line.strip()]
    if not lines:
        raise Malformed("没有内容", place="message", detail_en="empty")
    separators = separators_of(lines[0])
    return Message(separators, list(_segments(lines, separators)), charset)


def charset_of(raw: bytes, fallback: str = "auto") -> str:
    """Return the codec of a message's bytes, by its MSH-18. Raises Malformed for one that is not known."""
    head = _ENDS.split(_decoded(raw[:2000]).lstrip("\ufeff"), 1)[0]
    marks = separators_of(head)
    fields = head.split(marks.field)
    told = fields[17] if len(fields) > 17 else ""
    names = [name.strip().upper() for name in (told.split(marks.repetition))]
    found = [CHARSETS.get(name) for name in names if name]
    if None in found:
        raise Malformed("MSH-18 的字符集不支持", place="MSH-18", allowed=sorted(CHARSETS), detail_en="unknown charset")
    # Of several sets the wider one holds the text of all.
    wide = [codec for codec in found if codec not in (None, "ascii")]
    if wide or found:
        return str(wide[-1] if wide else found[0])
    return fallback if fallback != "auto" else _guessed(raw)


def _guessed(raw: bytes) -> str:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _decoded(head: bytes) -> str:
    """Return the beginning of a message as text, whatever stands in it; it may end within a character."""
    for codec in ("utf-8", "gb18030"):
        for length in range(len(head), max(len(head) - 4, 0), -1):
            try:
                return head[:length].decode(codec)
            except UnicodeDecodeError:
                continue
    return head.decode("latin-1")


def separators_of(line: str) -> Separators:
    """Return the separators that an MSH says. Raises Malformed."""
    if not line.startswith("MSH") or len(line) < 5:
        raise Malformed("不以 MSH 段开始", place="segment 1", detail_en="does not begin with MSH")
    field = line[3]
    coding = line[4:].split(field, 1)[0]
    marks = field + coding
    if not 1 <= len(coding) <= 5 or len(set(marks)) != len(marks) or any(m.isalnum() or m.isspace() for m in marks):
        raise Malformed("MSH-1、MSH-2 的分隔符无效", place="MSH-2", detail_en="separators that cannot be")
    padded = [*coding[:4], NONE, NONE, NONE]
    return Separators(field, *padded[:4])


def _segments(lines: list[str], separators: Separators) -> Iterator[Segment]:
    for number, line in enumerate(lines, start=1):
        name = line[:3]
        if not _SEGMENT.fullmatch(name) or (len(line) > 3 and line[3] != separators.field):
            raise Malformed(f"第 {number} 行不是段", place=f"segment {number}", detail_en="no segment")
        fields = line.split(separators.field)
        if number == 1:
            # The separator itself is MSH-1.
            fields.insert(1, separators.field)
        elif name == "MSH":
            raise Malformed("有两个 MSH 段", place=f"segment {number}", detail_en="a second MSH")
        yield Segment(name, fields)


def unescaped(written: str, marks: Separators, charset: str) -> str:
    r"""Return text with its escapes undone: ``\F\`` and the like, ``\X…\`` bytes, ``\.br\`` a new line.

    Highlighting and changes of the character set are left out; what is no escape stays as it is.
    """
    plain = {"F": marks.field, "S": marks.component, "T": marks.sub, "R": marks.repetition, "E": marks.escape}
    made: list[str] = []
    parts = written.split(marks.escape)
    place = 0
    while place < len(parts):
        made.append(parts[place])
        if place + 2 > len(parts) - 1 and place + 1 < len(parts):
            # An escape that does not end.
            made.append(marks.escape + parts[place + 1])
            break
        if place + 1 < len(parts):
            made.append(_escape(parts[place + 1], plain, marks, charset))
        place += 2
    return "".join(made)


def _escape(code: str, plain: dict[str, str], marks: Separators, charset: str) -> str:
    if code in plain:
        return plain[code]
    if code in ("H", "N") or re.fullmatch(r"[CM][0-9A-Fa-f]{4,6}", code):
        return ""
    if code in (".br", ".sp", ".nf"):
        return "\n"
    if re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", code):
        text = bytes.fromhex(code[1:]).decode(charset, "replace")
        return text.replace("\0", "\ufffd")
    return f"{marks.escape}{code}{marks.escape}"


def escaped(text: str, marks: Separators) -> str:
    """Return text as it is written between separators."""
    if marks.escape == NONE:
        return text
    codes = {marks.escape: "E", marks.field: "F", marks.component: "S", marks.sub: "T", marks.repetition: "R"}
    made = "".join(f"{marks.escape}{codes[c]}{marks.escape}" if c in codes else c for c in text)
    return _ENDS.sub(lambda _: f"{marks.escape}.br{marks.escape}", made)
