"""What a SOAP request says: an envelope of either version, an operation for each declared table, its records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.etree.ElementTree import canonicalize, tostring

from suwen.domains.ingest.documents.outside import Node, Unsafe, local, parsed, space
from suwen.domains.ingest.receiving.declared import DeclaredTable
from suwen.domains.ingest.receiving.errors import UnknownTable, Unreadable
from suwen.domains.ingest.receiving.reading import Given, Read, Wrong, read_records

VERSIONS = {"http://schemas.xmlsoap.org/soap/envelope/": "1.1", "http://www.w3.org/2003/05/soap-envelope": "1.2"}
PREFIX = "send_"
"""Before a table's name, of the operation that sends its records."""
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TRUE = ("1", "true")
_MEMBERS = ("message_id", "record")


class VersionMismatch(Unreadable):
    """The envelope is of no version of SOAP that is known."""

    title = "不是 SOAP 1.1 或 1.2 信封"


class NotUnderstood(Unreadable):
    """A header must be understood, and is not known."""

    title = "有必须理解而未知的 SOAP 头"


@dataclass(frozen=True)
class Called:
    """An operation that was called: the table, its records, and its content, the same bytes when it is repeated."""

    table: DeclaredTable
    read: Read
    content: bytes


def envelope_of(body: bytes, content_type: str) -> Node:
    """Return the root of a request. Raises Unreadable."""
    try:
        return parsed(body, content_type)
    except Unsafe as error:
        raise Unreadable(error.reason, place=error.place, detail_en=error.reason_en) from None


def namespace_of(source: str) -> str:
    """Return the namespace of a source's operations."""
    return f"urn:suwen:receive:{source}"


def called(root: Node, source: str, declared: Mapping[str, DeclaredTable]) -> Called:
    """Return what an envelope calls. Raises Unreadable and its kin, UnknownTable, TooLarge."""
    operation = _operation(root)
    own = namespace_of(source)
    if space(operation) not in ("", own):
        raise Unreadable(
            "操作不在本服务的命名空间", place=local(operation), detail_en="operation of another namespace", allowed=own
        )
    name = local(operation).removeprefix(PREFIX)
    table = declared.get(name) if local(operation).startswith(PREFIX) else None
    if table is None:
        raise UnknownTable(local(operation), [f"{PREFIX}{each}" for each in sorted(declared)])
    given = list(operation)
    if unknown := sorted({local(one) for one in given} - set(_MEMBERS)):
        raise Unreadable("未知的元素", received=unknown, allowed=_MEMBERS, place=local(operation))
    ids = [one for one in given if local(one) == "message_id"]
    if len(ids) > 1:
        raise Unreadable("message_id 重复", place="message_id", detail_en="message_id stands twice")
    message_id = (ids[0].text or "").strip() or None if ids else None
    records = [one for one in given if local(one) == "record"]
    read = read_records(message_id, list(_given(records)), table, single=len(records) == 1)
    return Called(table, read, canonicalize(tostring(operation, encoding="unicode")).encode())


def version_of(root: Node) -> str:
    """Return the version of an envelope. Raises VersionMismatch."""
    found = VERSIONS.get(space(root))
    if found is None or local(root) != "Envelope":
        raise VersionMismatch("须为 SOAP 信封", place=local(root)[:60], detail_en="a SOAP envelope is needed",
                              allowed=list(VERSIONS))  # fmt: skip
    return found


def _operation(root: Node) -> Node:
    version_of(root)
    own = space(root)
    for part in root:
        if local(part) == "Header":
            for header in part:
                if header.get(f"{{{own}}}mustUnderstand") in _TRUE:
                    raise NotUnderstood("不认识该 SOAP 头", place=local(header)[:60], detail_en="header is not known")
    bodies = [part for part in root if part.tag == f"{{{own}}}Body"]
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise Unreadable("Body 中须恰有一个操作", place="Body", detail_en="Body holds exactly one operation")
    return bodies[0][0]


def _given(records: list[Node]) -> Iterator[Given]:
    for number, record in enumerate(records, 1):
        yield Given(f"record[{number}]", _record(record), partial(_text, record))


def _text(record: Node) -> str:
    return tostring(record, encoding="unicode")


def _record(record: Node) -> dict[str, Any] | Wrong:
    values: dict[str, str | None] = {}
    for column in record:
        name = local(column)
        if name in values:
            return Wrong("有重复的列", "a column stands twice")
        if len(column):
            return Wrong("列的值须为文本", "a column's value is a text")
        values[name] = None if column.get(_NIL) in _TRUE else column.text or ""
    return {"operation": record.get("operation", "upsert"), "record": values}
