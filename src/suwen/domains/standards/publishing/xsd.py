"""The specification as XML Schema: one element per dataset with its rows, value sets as simple types."""

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from lxml import etree

from suwen.domains.standards.definitions import ValueSet
from suwen.domains.standards.publishing.json_schema import ENUMERATED
from suwen.domains.standards.publishing.model import Field, Sheet, Specified

Node: TypeAlias = Any
"""An lxml element: the stubs keep its class private."""
XS = "http://www.w3.org/2001/XMLSchema"
_TYPES = {"integer": "integer", "decimal": "decimal", "date": "date", "datetime": "dateTime", "boolean": "boolean"}


def write_xsd(specified: Specified) -> bytes:
    """Return an XSD 1.0: `<collection>` holds any number of rows, each an element named for its dataset."""
    root = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS}, elementFormDefault="qualified")
    _say(root, f"{specified.title} {specified.number}".strip())
    sets = {each.code: each for each in specified.value_sets if 0 < len(each.items) <= ENUMERATED}
    collection = _add(root, "element", name="collection")
    choice = _add(_add(collection, "complexType"), "choice", minOccurs="0", maxOccurs="unbounded")
    for sheet in specified.sheets:
        _add(choice, "element", ref=_name(sheet.code))
    for sheet in specified.sheets:
        _dataset(root, sheet, set(sets))
    for value_set in sets.values():
        _simple_type(root, value_set)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _dataset(root: Node, sheet: Sheet, sets: set[str]) -> None:
    element = _add(root, "element", name=_name(sheet.code))
    _say(element, f"{sheet.title}; {sheet.standard}; {' + '.join(sheet.key)}")
    # `all`: a sender need not keep the order of the fields.
    fields = _add(_add(element, "complexType"), "all")
    for field in sheet.fields:
        _field(fields, field, sets)


def _field(parent: Node, field: Field, sets: set[str]) -> None:
    element = _add(parent, "element", name=_name(field.name), minOccurs="1" if field.required else "0")
    if field.value_set in sets:
        element.set("type", _set_name(field.value_set or ""))
        _say(element, field.title)
        return
    _say(element, field.title)
    restriction = _add(_add(element, "simpleType"), "restriction", base=f"xs:{_TYPES.get(field.type, 'string')}")
    if field.type == "string":
        facets: Iterable[tuple[str, int | None]] = (("minLength", field.low), ("maxLength", field.length))
    elif field.type == "decimal":
        facets = (("totalDigits", field.precision), ("fractionDigits", field.scale))
    else:
        facets = ()
    for facet, value in facets:
        if value is not None:
            _add(restriction, facet, value=str(value))


def _simple_type(root: Node, value_set: ValueSet) -> None:
    made = _add(root, "simpleType", name=_set_name(value_set.code))
    _say(made, value_set.title)
    restriction = _add(made, "restriction", base="xs:string")
    for item in value_set.items:
        _say(_add(restriction, "enumeration", value=item.code), item.title)


def _say(element: Node, text: str) -> None:
    _add(_add(element, "annotation"), "documentation").text = text


def _add(parent: Node, tag: str, **attributes: str) -> Node:
    return etree.SubElement(parent, f"{{{XS}}}{tag}", attributes)


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", text)


def _set_name(code: str) -> str:
    return f"vs_{_name(code)}"
