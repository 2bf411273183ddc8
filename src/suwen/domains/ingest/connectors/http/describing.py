"""A WSDL 1.1 read: its operations with what they take and give, each as a call that a feed can be pulled by."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from xml.sax.saxutils import quoteattr

from suwen.domains.ingest.documents.outside import Node, Unsafe, local, parsed, space
from suwen.domains.ingest.errors import InvalidDefinition

XS = "http://www.w3.org/2001/XMLSchema"
VERSIONS = {"http://schemas.xmlsoap.org/wsdl/soap/": "1.1", "http://schemas.xmlsoap.org/wsdl/soap12/": "1.2"}
ENVELOPES = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
DEEPEST = 12
MOST_FIELDS, MOST_PARTS = 1000, 30
"""Fields of an operation; documents that one WSDL is made of."""
Fetch = Callable[[str], bytes | None]
_LETTER = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(rf"[{_LETTER}][{_LETTER}0-9.\xb7\u0300-\u036f\u203f\u2040-]*")
"""NCName (Namespaces in XML 1.0, 3): what has no such name cannot stand in a body."""
_USUAL = {
    "since": ("since", "begin", "start", "from", "kssj", "startdate", "starttime", "begindate", "begintime",
              "updatetime"),
    "page": ("page", "pageno", "pageindex", "pagenum", "currentpage"),
    "limit": ("limit", "size", "pagesize", "rows", "count"),
    "user": ("user", "username", "userid", "account", "appid"),
    "password": ("password", "pwd", "pass", "secret", "appsecret"),
    "token": ("token", "accesstoken"),
}  # fmt: skip


@dataclass(frozen=True)
class WsdlField:
    """A field of a message. path: element names by slashes, below the operation's element; many: it may come often."""

    path: str
    type: str
    required: bool
    many: bool
    leaf: bool


@dataclass(frozen=True)
class WsdlOperation:
    """An operation as one port offers it. call: fields of a Call of an HTTP source, with a body to be gone over."""

    name: str
    address: str
    version: str
    action: str
    inputs: tuple[WsdlField, ...]
    outputs: tuple[WsdlField, ...]
    call: dict[str, Any]


def read_wsdl(content: bytes, address: str = "", fetch: Fetch | None = None) -> list[WsdlOperation]:
    """Return the operations that a WSDL binds to SOAP, each once, 1.1 before 1.2; those without a name are left out.

    address: where it came from, to which the documents that it imports are relative; fetch: gets those, None where they
    are not to be had, and then their fields are not known. Raises InvalidDefinition.
    """
    return _Wsdl(content, address, fetch).operations()


@dataclass
class _Parts:
    """The named parts of all documents."""

    found: dict[tuple[str, str, str], Node] = field(default_factory=dict[tuple[str, str, str], Node])
    qualified: dict[str, bool] = field(default_factory=dict[str, bool])

    def add(self, kind: str, own: str, node: Node) -> None:
        self.found[kind, own, node.get("name", "")] = node

    def get(self, kind: str, name: str) -> "Node | None":
        """Return a part by its name, whatever its prefix: one WSDL seldom has two of a name."""
        plain = name.rpartition(":")[2]
        return next((node for (k, _, n), node in self.found.items() if k == kind and n == plain), None)

    def space_of(self, kind: str, name: str) -> str:
        """Return the namespace of a part."""
        plain = name.rpartition(":")[2]
        return next((own for (k, own, n) in self.found if k == kind and n == plain), "")


class _Wsdl:
    def __init__(self, content: bytes, address: str, fetch: Fetch | None) -> None:
        self._fetch, self._seen, self._parts = fetch, {address}, _Parts()
        self._services: list[Node] = []
        self._fields = 0
        root = _document(content, address or "WSDL")
        if local(root) != "definitions":
            raise InvalidDefinition("no WSDL 1.1: its root is not definitions", received=local(root)[:60])
        self._definitions(root, address)

    def operations(self) -> list[WsdlOperation]:
        """Return the operations of all ports."""
        found: dict[str, WsdlOperation] = {}
        for one in sorted(filter(None, self._offered()), key=lambda one: one.version):
            found.setdefault(one.name, one)
        if not found:
            raise InvalidDefinition("the WSDL binds no operation to SOAP over HTTP")
        return list(found.values())

    def _definitions(self, root: Node, address: str) -> None:
        own = root.get("targetNamespace", "")
        for node in root:
            match local(node):
                case "message" | "portType" | "binding" as kind:
                    self._parts.add(kind, own, node)
                case "service":
                    self._services.append(node)
                case "types":
                    for schema in node:
                        self._schema(schema, address)
                case "import":
                    self._follow(node.get("location", ""), address, self._definitions)
                case _:
                    pass

    def _schema(self, schema: Node, address: str) -> None:
        own = schema.get("targetNamespace", "")
        self._parts.qualified[own] = schema.get("elementFormDefault") == "qualified"
        for node in schema:
            match local(node):
                case "element" | "complexType" | "simpleType" as kind:
                    self._parts.add(kind, own, node)
                case "import" | "include":
                    self._follow(node.get("schemaLocation", ""), address, self._schema)
                case _:
                    pass

    def _follow(self, location: str, address: str, read: Callable[[Node, str], None]) -> None:
        target = urljoin(address, location) if location else ""
        if not target or target in self._seen or self._fetch is None or len(self._seen) > MOST_PARTS:
            return
        self._seen.add(target)
        content = self._fetch(target)
        if content is not None:
            read(_document(content, target), target)

    def _offered(self) -> "Iterator[WsdlOperation | None]":
        for service in self._services:
            for port in service:
                binding = self._parts.get("binding", port.get("binding", ""))
                bound = next((one for one in binding if space(one) in VERSIONS), None) if binding is not None else None
                if binding is None or bound is None:
                    continue
                place = next((one.get("location", "") for one in port if space(one) in VERSIONS), "")
                port_type = self._parts.get("portType", binding.get("type", ""))
                for operation in port_type if port_type is not None else ():
                    if local(operation) == "operation":
                        yield self._operation(operation, binding, bound, place)

    def _operation(self, operation: Node, binding: Node, bound: Node, address: str) -> WsdlOperation | None:
        name, version = operation.get("name", ""), VERSIONS[space(bound)]
        here = next((one for one in binding if local(one) == "operation" and one.get("name") == name), None)
        detail = next((one for one in here if space(one) in VERSIONS), None) if here is not None else None
        action = detail.get("soapAction", "") if detail is not None else ""
        style = (detail.get("style") if detail is not None else None) or bound.get("style", "document")
        sent = self._message(operation, "input", name, rpc=style == "rpc")
        given = self._message(operation, "output", f"{name}Response", rpc=style == "rpc")
        if not (name and _NAME.fullmatch(sent.name)):
            return None
        return WsdlOperation(
            name, address, version, action, tuple(sent.fields), tuple(given.fields), _call(version, action, sent, given)
        )

    def _message(self, operation: Node, way: str, usual: str, *, rpc: bool) -> "_Content":
        self._fields = 0
        told = next((one for one in operation if local(one) == way), None)
        message = self._parts.get("message", told.get("message", "")) if told is not None else None
        parts = [one for one in message if local(one) == "part"] if message is not None else []
        if not rpc and len(parts) == 1 and parts[0].get("element"):
            name = parts[0].get("element", "")
            element = self._parts.get("element", name)
            content = _Content(name.rpartition(":")[2], self._parts.space_of("element", name))
            content.qualified = self._parts.qualified.get(content.space, False)
            if element is not None:
                content.fields.extend(self._below(element, "", 0))
            return content
        content = _Content(usual, self._parts.space_of("message", told.get("message", "")) if told is not None else "")
        for part in parts:
            content.fields.extend(self._element(part, "", 0))
        return content

    def _below(self, element: Node, path: str, depth: int) -> Iterator[WsdlField]:
        """Give the fields within an element."""
        kind = next((one for one in element if local(one) == "complexType"), None)
        if kind is None and (named := element.get("type", "")):
            kind = self._parts.get("complexType", named)
        if kind is not None and depth < DEEPEST:
            yield from self._members(kind, path, depth)

    def _members(self, group: Node, path: str, depth: int) -> Iterator[WsdlField]:
        for one in group:
            match local(one):
                case "element":
                    yield from self._element(one, path, depth)
                case "sequence" | "all" | "choice" | "complexContent":
                    yield from self._members(one, path, depth)
                case "extension":
                    base = self._parts.get("complexType", one.get("base", ""))
                    if base is not None and depth < DEEPEST:
                        yield from self._members(base, path, depth + 1)
                    yield from self._members(one, path, depth)
                case _:
                    pass

    def _element(self, element: Node, path: str, depth: int) -> Iterator[WsdlField]:
        named = element.get("ref", "")
        whole = self._parts.get("element", named) if named else element
        name = (element.get("name") or named).rpartition(":")[2]
        if whole is None or not _NAME.fullmatch(name):
            return
        below = f"{path}/{name}" if path else name
        self._fields += 1
        if self._fields > MOST_FIELDS:
            # Types that hold themselves would go on for ever.
            return
        fields = list(self._below(whole, below, depth + 1))
        most = element.get("maxOccurs", "1")
        yield WsdlField(
            below,
            whole.get("type", "").rpartition(":")[2] or ("" if fields else "string"),
            element.get("minOccurs", "1") != "0",
            most == "unbounded" or (most.isdigit() and int(most) > 1),
            not fields,
        )
        yield from fields


@dataclass
class _Content:
    """What stands in a body. name, space: of its element; qualified: whether those within are of the namespace too."""

    name: str
    space: str
    qualified: bool = False
    fields: list[WsdlField] = field(default_factory=list[WsdlField])


def _document(content: bytes, place: str) -> Node:
    try:
        return parsed(content)
    except Unsafe as error:
        raise InvalidDefinition(f"{place}: {error}") from None


def _call(version: str, action: str, sent: _Content, given: _Content) -> dict[str, Any]:
    kind = f'application/soap+xml; charset=utf-8; action="{action}"'
    headers = {"SOAPAction": f'"{action}"'} if version == "1.1" else {"Content-Type": kind}
    call: dict[str, Any] = {
        "method": "POST", "path": "", "headers": headers, "format": "xml", "body": _body(version, sent),
    }  # fmt: skip
    return call | _answer(given)


def _body(version: str, sent: _Content) -> str:
    """Return an envelope with the operation's fields; those that are usually asked by are filled in."""
    own = f" xmlns={quoteattr(sent.space)}" if sent.qualified else f" xmlns:o={quoteattr(sent.space)}"
    name = sent.name if sent.qualified else f"o:{sent.name}"
    lines = [
        f'<soap:Envelope xmlns:soap="{ENVELOPES[version]}">',
        "<soap:Body>",
        f"<{name}{own if sent.space else ''}>",
    ]
    if not sent.space:
        lines[-1] = f"<{sent.name}>"
        name = sent.name
    open_: list[str] = []
    for one in sent.fields:
        *above, last = one.path.split("/")
        while open_ != above[: len(open_)]:
            lines.append(f"</{open_.pop()}>")
        if one.leaf:
            lines.append(f"<{last}>{_usual(last)}</{last}>")
        else:
            open_.append(last)
            lines.append(f"<{last}>")
    lines += [f"</{each}>" for each in reversed(open_)]
    return "\n".join([*lines, f"</{name}>", "</soap:Body>", "</soap:Envelope>"])


def _usual(name: str) -> str:
    plain = name.lower().replace("_", "")
    return next((f"{{{place}}}" for place, names in _USUAL.items() if plain in names), "")


def _answer(given: _Content) -> dict[str, Any]:
    """Return where the records are: what may come often, or the only text, in which a document usually stands."""
    base = f"Body/{given.name}"
    often = next((one for one in given.fields if one.many and not one.leaf), None)
    if often is not None:
        inside = f"{often.path}/"
        columns = [one.path.removeprefix(inside) for one in given.fields if one.path.startswith(inside) and one.leaf]
        return {"record": f"{base}/{often.path}", "columns": [name for name in columns if "/" not in name]}
    leaves = [one for one in given.fields if one.leaf]
    if len(leaves) == 1 and leaves[0].type == "string":
        return {"within": f"{base}/{leaves[0].path}", "within_format": "xml", "record": ""}
    return {"record": base, "columns": [one.path for one in leaves if "/" not in one.path]}
