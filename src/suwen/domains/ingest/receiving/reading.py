"""What a sender's request says: JSON into changes, and what is none with where and why.

Numbers and texts stay as they are written. Values are never repeated in a reason.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from suwen.domains.ingest.receiving.declared import DeclaredTable
from suwen.domains.ingest.receiving.entries import DELETE, UPSERT, Change, Op, Part, Refusal, Values
from suwen.domains.ingest.receiving.errors import TooLarge, Unreadable

MOST_RECORDS = 10_000
LONGEST_VALUE = 1_000_000
"""Characters of one value."""
MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,100}")
OPERATIONS: Mapping[str, Op] = {"upsert": UPSERT, "insert": UPSERT, "update": UPSERT, "delete": DELETE}
_ENVELOPE = {"message_id", "records"}
_RECORD = {"operation", "record"}
_WHOLE = re.compile(r"0*(\d{1,40})")


class Wrong(Exception):
    """A record is none: why, in Chinese and English."""

    def __init__(self, reason: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.reason, self.reason_en = reason, reason_en


@dataclass(frozen=True)
class Given:
    """What was given as a record: where it stands, what it says (Wrong: why it is none), and its text to be kept."""

    place: str
    told: object
    text: Callable[[], str]


@dataclass(frozen=True)
class Read:
    """A request that was read. message_id: None where the sender gave none."""

    message_id: str | None
    part: Part
    refusals: tuple[Refusal, ...]


def read_request(body: bytes, table: DeclaredTable) -> Read:
    """Read ``{"record": {…}}`` or ``{"records": [{"operation": "upsert", "record": {…}}, …]}``.

    A single record that is none is told by Unreadable; of several the others go on. Raises Unreadable, TooLarge.
    """
    envelope = decoded(body)
    message_id = envelope.get("message_id")
    if "records" not in envelope:
        single = {name: value for name, value in envelope.items() if name != "message_id"}
        return read_records(message_id, [Given("record", single, partial(_text, single))], table, single=True)
    if unknown := sorted(set(envelope) - _ENVELOPE):
        raise Unreadable("消息有未知的成员", received=unknown, allowed=sorted(_ENVELOPE), place="message")
    given = [
        Given(f"records[{number}]", one, partial(_text, one))
        for number, one in enumerate(_records(envelope["records"]))
    ]
    return read_records(message_id, given, table, single=False)


def read_records(message_id: object, given: Sequence[Given], table: DeclaredTable, *, single: bool) -> Read:
    """Read records of a table. single: the only one that is none is told by Unreadable, not kept.

    Raises Unreadable, TooLarge.
    """
    known = _message_id(message_id)
    _check_count(len(given))
    changes: list[Change] = []
    refusals: list[Refusal] = []
    for one in given:
        try:
            changes.append(change(one.told, table))
        except Wrong as wrong:
            if single:
                raise Unreadable(wrong.reason, place=one.place, detail_en=wrong.reason_en) from None
            refusals.append(Refusal(table.name, one.place, wrong.reason, wrong.reason_en, one.text()))
    return Read(known, Part(table.name, table.key, changes), tuple(refusals))


def decoded(body: bytes) -> dict[str, Any]:
    """Return a JSON object, its numbers as they are written. Raises Unreadable."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("不是 UTF-8 文本", place=f"byte {error.start}", detail_en="not UTF-8") from None
    try:
        envelope = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise Unreadable("不是 JSON", place=place, detail_en="not JSON") from None
    except RecursionError:
        raise Unreadable("嵌套过深", place="message", detail_en="nested too deeply") from None
    if not isinstance(envelope, dict):
        raise Unreadable(
            "须为带 record 或 records 的对象", place="message", detail_en="an object with record or records is needed"
        )
    return cast("dict[str, Any]", envelope)


class _Repeated(dict[str, Any]):
    """An object with a member twice, of which nobody can say which one counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Repeated(made)


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_object)


def _message_id(given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or not MESSAGE_ID.fullmatch(given):
        raise Unreadable(
            "message_id 须为 1 到 100 个可见的 ASCII 字符",
            place="message_id",
            detail_en="message_id is 1 to 100 visible ASCII characters",
        )
    return str(given)


def _records(given: object) -> list[object]:
    if not isinstance(given, list):
        raise Unreadable("records 须为列表", place="records", detail_en="records is a list")
    records = cast("list[object]", given)
    _check_count(len(records))
    return records


def _check_count(count: int) -> None:
    if not count:
        raise Unreadable("records 为空", place="records", detail_en="records is empty")
    if count > MOST_RECORDS:
        raise TooLarge(f"一次最多 {MOST_RECORDS} 条记录", received=count, allowed=f"<= {MOST_RECORDS} records")


def change(given: object, table: DeclaredTable) -> Change:
    """Return what ``{"operation": …, "record": {…}}`` says of a table. Raises Wrong."""
    if isinstance(given, Wrong):
        raise given
    if not isinstance(given, dict):
        raise Wrong("不是对象", "not an object")
    told = cast("dict[str, Any]", given)
    if isinstance(told, _Repeated):
        raise Wrong("有重复的成员", "a member stands twice")
    if unknown := sorted(set(told) - _RECORD):
        raise Wrong(f"未知的成员 {_names(unknown)}", f"unknown members {_names(unknown)}")
    op = OPERATIONS.get(str(told.get("operation", "upsert")))
    if op is None:
        allowed = "、".join(OPERATIONS)
        raise Wrong(f"operation 须为 {allowed} 之一", f"operation is one of {', '.join(OPERATIONS)}")
    if not isinstance(told.get("record"), dict):
        raise Wrong("record 须为对象", "record is an object")
    values = _values(told["record"], table)
    for name in table.key:
        if not (values.get(name) or "").strip():
            raise Wrong(f"主键列 {name} 没有值", f"key column {name} has no value")
    version = values.get(table.version) if table.version else None
    if table.version and op == UPSERT and not (version or "").strip():
        raise Wrong(f"版本列 {table.version} 没有值", f"version column {table.version} has no value")
    if op == DELETE:
        values = {name: values[name] for name in table.key}
    return Change(op, values, sortable(version) if version else None)


def _values(record: dict[str, Any], table: DeclaredTable) -> Values:
    if isinstance(record, _Repeated):
        raise Wrong("record 有重复的列", "a column stands twice")
    known = set(table.columns)
    if unknown := sorted(set(record) - known):
        raise Wrong(f"未声明的列 {_names(unknown)}", f"columns that are not declared: {_names(unknown)}")
    return {name: _value(name, record.get(name)) for name in table.columns}


def _value(name: str, value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            text = "true" if value else "false"
        case str():
            text = str(value)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    if len(text) > LONGEST_VALUE:
        raise Wrong(f"列 {name} 过长", f"column {name} is too long")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Wrong(f"列 {name} 有半个字符", f"column {name} holds half a character") from None
    if "\0" in text:
        raise Wrong(f"列 {name} 有空字符", f"column {name} holds a NUL")
    return text


def sortable(version: str) -> str:
    """Return a version so that texts compare as versions do: whole numbers by size, else as written, T as blank."""
    plain = version.strip()
    whole = _WHOLE.fullmatch(plain)
    if whole:
        return f"{len(whole[1]):02d}{whole[1]}"
    return f"~{plain.replace('T', ' ', 1)}"


def _names(names: list[str]) -> str:
    """Return names of columns as they may be told: a sender's mistake may have put a value in their place."""
    shown = [name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", name) else "?" for name in names[:5]]
    return ", ".join(shown) + (" …" if len(names) > 5 else "")


def _text(given: object) -> str:
    return json.dumps(given, ensure_ascii=False)
