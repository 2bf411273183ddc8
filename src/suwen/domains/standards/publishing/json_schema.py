"""The specification as JSON Schema: an object of rows for each dataset, value sets as shared definitions."""

from typing import Any

import orjson

from suwen.domains.standards.publishing.model import Field, Sheet, Specified

ENUMERATED = 500
"""Codes up to which a value set becomes an enumeration; longer ones are checked by the platform."""
_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
}


def write_json_schema(specified: Specified) -> bytes:
    """Return a schema of draft 2020-12: `{"<dataset>": [row, ...]}`."""
    enumerated = {each.code: each for each in specified.value_sets if 0 < len(each.items) <= ENUMERATED}
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{specified.title} {specified.number}".strip(),
        "description": specified.note,
        "type": "object",
        "additionalProperties": False,
        "properties": {
            sheet.code: {"type": "array", "items": {"$ref": f"#/$defs/{_pointer(sheet.code)}"}}
            for sheet in specified.sheets
        },
        "$defs": {sheet.code: _rows(sheet, set(enumerated)) for sheet in specified.sheets}
        | {f"vs:{code}": {"title": each.title, "enum": list(each.codes)} for code, each in enumerated.items()},
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)


def _rows(sheet: Sheet, enumerated: set[str]) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "description": f"{sheet.standard}; key {' + '.join(sheet.key)}",
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in sheet.fields if field.required],
        "properties": {field.name: _property(field, enumerated) for field in sheet.fields},
    }


def _property(field: Field, enumerated: set[str]) -> dict[str, Any]:
    made = {"title": field.title, **_TYPES[field.type]}
    if field.type == "string":
        if field.length:
            made["maxLength"] = field.length
        if field.low:
            made["minLength"] = field.low
    if field.scale is not None and field.type == "decimal":
        made["multipleOf"] = 1 if field.scale == 0 else float(f"1e-{field.scale}")
    if field.value_set in enumerated:
        made["allOf"] = [{"$ref": f"#/$defs/{_pointer(f'vs:{field.value_set}')}"}]
    made |= {name: value for name, value in (("x-data-element", field.de), ("x-value-set", field.value_set)) if value}
    # An empty field may be left out or sent as null.
    return made if field.required else {"anyOf": [made, {"type": "null"}], "title": field.title}


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace(" ", "%20")
