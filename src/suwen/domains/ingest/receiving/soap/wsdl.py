"""The WSDL 1.1 of a source that sends: an operation for each declared table, bound to SOAP 1.1 and 1.2."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from suwen.domains.ingest.receiving.declared import DeclaredTable
from suwen.domains.ingest.receiving.reading import MOST_RECORDS
from suwen.domains.ingest.receiving.soap.reading import PREFIX, namespace_of

WSDL, XS = "http://schemas.xmlsoap.org/wsdl/", "http://www.w3.org/2001/XMLSchema"
BINDINGS = {
    "Soap11": "http://schemas.xmlsoap.org/wsdl/soap/",
    "Soap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
}
_HTTP = "http://schemas.xmlsoap.org/soap/http"
Node = Any
"""An lxml element: the stubs keep its class private."""


def write_wsdl(source: str, title: str, address: str, declared: Mapping[str, DeclaredTable]) -> bytes:
    """Return the description of a source's service. address: where it is called."""
    own = namespace_of(source)
    spaces = {"wsdl": WSDL, "xs": XS, "tns": own, "soap": BINDINGS["Soap11"], "soap12": BINDINGS["Soap12"]}
    root = etree.Element(f"{{{WSDL}}}definitions", nsmap=spaces, targetNamespace=own, name="Receive")
    _wsdl(root, "documentation").text = title
    schema = etree.SubElement(
        _wsdl(root, "types"), f"{{{XS}}}schema", targetNamespace=own, elementFormDefault="qualified"
    )
    _common(schema)
    for table in declared.values():
        _table(schema, table)
    names = [f"{PREFIX}{name}" for name in declared]
    for name in (*names, *(f"{name}Response" for name in names), "problem"):
        _wsdl(_wsdl(root, "message", name=name), "part", name="parameters", element=f"tns:{name}")
    port_type = _wsdl(root, "portType", name="Receive")
    for name in names:
        operation = _wsdl(port_type, "operation", name=name)
        _wsdl(operation, "input", message=f"tns:{name}")
        _wsdl(operation, "output", message=f"tns:{name}Response")
        _wsdl(operation, "fault", name="problem", message="tns:problem")
    for version, space in BINDINGS.items():
        _binding(root, version, space, names)
    service = _wsdl(root, "service", name="Receive")
    for version, space in BINDINGS.items():
        port = _wsdl(service, "port", name=f"Receive{version}", binding=f"tns:Receive{version}")
        etree.SubElement(port, f"{{{space}}}address", location=address)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _binding(root: Node, version: str, space: str, names: list[str]) -> None:
    binding = _wsdl(root, "binding", name=f"Receive{version}", type="tns:Receive")
    etree.SubElement(binding, f"{{{space}}}binding", transport=_HTTP, style="document")
    for name in names:
        operation = _wsdl(binding, "operation", name=name)
        etree.SubElement(operation, f"{{{space}}}operation", soapAction=name, style="document")
        for way in ("input", "output"):
            etree.SubElement(_wsdl(operation, way), f"{{{space}}}body", use="literal")
        etree.SubElement(_wsdl(operation, "fault", name="problem"), f"{{{space}}}fault", name="problem", use="literal")


def _common(schema: Node) -> None:
    operation = _xs(_xs(schema, "simpleType", name="operation"), "restriction", base="xs:string")
    for name in ("upsert", "insert", "update", "delete"):
        _xs(operation, "enumeration", value=name)
    message_id = _xs(_xs(schema, "simpleType", name="messageId"), "restriction", base="xs:string")
    _xs(message_id, "maxLength", value="100")
    key = _xs(_xs(schema, "simpleType", name="key"), "restriction", base="xs:string")
    _xs(key, "minLength", value="1")
    refusal = _xs(_xs(schema, "complexType", name="refusal"), "sequence")
    for name in ("place", "reason", "reason_en"):
        _xs(refusal, "element", name=name, type="xs:string")
    received = _xs(_xs(schema, "complexType", name="received"), "sequence")
    _xs(received, "element", name="message_id", type="xs:string")
    for name in ("accepted", "stale", "refused"):
        _xs(received, "element", name=name, type="xs:int")
    _xs(received, "element", name="refusal", type="tns:refusal", minOccurs="0", maxOccurs="unbounded")
    _xs(received, "element", name="received_at", type="xs:dateTime")
    problem = _xs(_xs(_xs(schema, "element", name="problem"), "complexType"), "sequence")
    for name in ("code", "place", "detail_en", "received", "allowed"):
        _xs(problem, "element", name=name, type="xs:string", minOccurs="0")


def _table(schema: Node, table: DeclaredTable) -> None:
    record = _xs(schema, "complexType", name=f"record_{table.name}")
    columns = _xs(record, "sequence")
    for name in table.columns:
        # Texts as the system writes them: the mapping of the feed makes dates and numbers of them.
        if name in table.key:
            column = _xs(columns, "element", name=name, type="tns:key")
        else:
            column = _xs(columns, "element", name=name, type="xs:string", minOccurs="0", nillable="true")
        if comment := (table.comments or {}).get(name):
            _say(column, comment)
    _xs(record, "attribute", name="operation", type="tns:operation", default="upsert")
    name = f"{PREFIX}{table.name}"
    sent = _xs(schema, "element", name=name)
    if table.title:
        _say(sent, table.title)
    content = _xs(_xs(sent, "complexType"), "sequence")
    _xs(content, "element", name="message_id", type="tns:messageId", minOccurs="0")
    _xs(content, "element", name="record", type=f"tns:record_{table.name}", maxOccurs=str(MOST_RECORDS))
    _xs(schema, "element", name=f"{name}Response", type="tns:received")


def _wsdl(parent: Node, kind: str, /, **attributes: str) -> Node:
    return etree.SubElement(parent, f"{{{WSDL}}}{kind}", attributes)


def _xs(parent: Node, kind: str, /, **attributes: str) -> Node:
    return etree.SubElement(parent, f"{{{XS}}}{kind}", attributes)


def _say(element: Node, text: str) -> None:
    _xs(_xs(element, "annotation"), "documentation").text = text
