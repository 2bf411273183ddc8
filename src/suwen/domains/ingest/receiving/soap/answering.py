"""Answers in SOAP: what became of a message, and faults that name what is wrong and where."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from lxml import etree

from suwen.domains.ingest.receiving.soap.reading import PREFIX, VERSIONS, NotUnderstood, VersionMismatch, namespace_of
from suwen.kernel.errors import SuwenError

CONTENT = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
_SPACES = {version: space for space, version in VERSIONS.items()}
_SERVERS_FAULT = 500
_RIGHTS = (401, 403)
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Node = Any
"""An lxml element: the stubs keep its class private."""


def answered(source: str, table: str, version: str, answer: Mapping[str, Any]) -> bytes:
    """Return the envelope that tells what became of a message."""
    own = namespace_of(source)
    envelope, body = _envelope(version)
    told = etree.SubElement(body, f"{{{own}}}{PREFIX}{table}Response", nsmap={"r": own})
    for name in ("message_id", "accepted", "stale", "refused"):
        _add(told, own, name, answer[name])
    for refusal in cast("Sequence[Mapping[str, Any]]", answer["refusals"]):
        one = etree.SubElement(told, f"{{{own}}}refusal")
        for name in ("place", "reason", "reason_en"):
            _add(one, own, name, refusal[name])
    _add(told, own, "received_at", answer["received_at"])
    return _written(envelope)


def fault(source: str, version: str, error: SuwenError) -> tuple[int, bytes]:
    """Return HTTP status and envelope of a fault; its detail names code, place, what came and what is allowed.

    SOAP 1.1 has 500 for every fault (SOAP 1.1, 6.2), 1.2 tells the sender's by 400 (SOAP 1.2 Part 2, 7.5.2.2).
    """
    senders = error.status < _SERVERS_FAULT
    own, space = namespace_of(source), _SPACES[version]
    envelope, body = _envelope(version)
    made = etree.SubElement(body, f"{{{space}}}Fault")
    words = f"{error.title}：{error.detail}"
    code = _code(error, version, senders=senders)
    if version == "1.1":
        _plain(made, "faultcode", f"soap:{code}")
        _plain(made, "faultstring", words)
        detail = etree.SubElement(made, "detail")
    else:
        _add(etree.SubElement(made, f"{{{space}}}Code"), space, "Value", f"soap:{code}")
        text = etree.SubElement(etree.SubElement(made, f"{{{space}}}Reason"), f"{{{space}}}Text", {_XML_LANG: "zh"})
        text.text = _sayable(words)
        detail = etree.SubElement(made, f"{{{space}}}Detail")
    problem = error.problem()
    told = etree.SubElement(detail, f"{{{own}}}problem", nsmap={"r": own})
    for name in ("code", "place", "detail_en", "received", "allowed"):
        value = problem.get(name)
        if value is not None:
            _add(told, own, name, ", ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else value)
    if error.status in _RIGHTS:
        # Of HTTP, before SOAP is spoken.
        return error.status, _written(envelope)
    return (400 if senders and version == "1.2" else _SERVERS_FAULT), _written(envelope)


def _code(error: SuwenError, version: str, *, senders: bool) -> str:
    if isinstance(error, VersionMismatch):
        return "VersionMismatch"
    if isinstance(error, NotUnderstood):
        return "MustUnderstand"
    return {"1.1": ("Server", "Client"), "1.2": ("Receiver", "Sender")}[version][senders]


def _envelope(version: str) -> tuple[Node, Node]:
    space = _SPACES[version]
    envelope = etree.Element(f"{{{space}}}Envelope", nsmap={"soap": space})
    return envelope, etree.SubElement(envelope, f"{{{space}}}Body")


def _add(parent: Node, space: str, name: str, value: object) -> None:
    etree.SubElement(parent, f"{{{space}}}{name}").text = _sayable(str(value))


def _plain(parent: Node, name: str, value: str) -> None:
    etree.SubElement(parent, name).text = _sayable(value)


def _sayable(text: str) -> str:
    """Return a text without characters that XML has no way to write."""
    return "".join(each if each in "\t\n\r" or (each >= " " and each not in "\ufffe\uffff") else "?" for each in text)


def _written(envelope: Node) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
