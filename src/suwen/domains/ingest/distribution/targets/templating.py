"""Values of rows as messages carry them: JSON's types, texts of dates and times, templates filled in."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from xml.sax.saxutils import escape

from suwen.domains.ingest.distribution.errors import InvalidDistribution

PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnsayableValue(Exception):
    """XML has no way to write a character of a value; `column` says whose."""

    def __init__(self, column: str) -> None:
        super().__init__(f"{column} holds a character that XML cannot carry")


def jsonable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with JSON's types; times as ISO 8601 says, decimals as numbers where no digit is lost."""
    return {name: json_value(value, "", "") for name, value in values.items()}


def json_value(value: Any, date_format: str, time_format: str) -> Any:
    """Return a value with JSON's types; the formats are strftime's, "" is ISO 8601."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.strftime(time_format) if time_format else value.isoformat()
        case date():
            return value.strftime(date_format) if date_format else value.isoformat()
        case Decimal():
            if value == value.to_integral_value():
                return int(value)
            number = float(value)
            return number if Decimal(repr(number)) == value else str(value)
        case _:
            return str(value)


def text_value(value: Any) -> str:
    """Return a value of JSON's types as a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def filled_json(template: Any, facts: Mapping[str, Any]) -> Any:
    """Return a JSON template with its placeholders filled in; one that stands alone keeps its value's type."""
    if isinstance(template, dict):
        return {name: filled_json(one, facts) for name, one in cast("dict[str, Any]", template).items()}
    if isinstance(template, list):
        return [filled_json(one, facts) for one in cast("list[Any]", template)]
    if not isinstance(template, str):
        return template
    alone = PLACE.fullmatch(template)
    if alone is not None:
        return facts[alone[1]]
    return PLACE.sub(lambda match: text_value(facts[match[1]]), template)


def filled_text(template: str, facts: Mapping[str, Any]) -> str:
    """Return a text with its placeholders filled in as they are."""
    return PLACE.sub(lambda match: text_value(facts[match[1]]), template)


def filled_xml(template: str, facts: Mapping[str, Any], inner: Mapping[str, str]) -> str:
    """Return XML with its placeholders filled in, escaped; `inner`: those that are XML themselves.

    Raises UnsayableValue.
    """

    def value(match: re.Match[str]) -> str:
        return inner[match[1]] if match[1] in inner else xml_text(match[1], facts[match[1]])

    return PLACE.sub(value, template)


def xml_text(name: str, value: Any) -> str:
    """Return a value as text of XML. Raises UnsayableValue."""
    text = text_value(value)
    if _UNSAYABLE.search(text):
        raise UnsayableValue(name)
    return escape(text, {'"': "&quot;"})


def parsed_json(what: str, text: str) -> Any:
    """Return a JSON template. Raises InvalidDistribution."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidDistribution(f"delivery.{what} is no JSON; placeholders stand in quotes") from None


def known_places(what: str, text: str, allowed: Sequence[str]) -> set[str]:
    """Return the placeholders of a text. Raises InvalidDistribution for unknown ones."""
    found = set(PLACE.findall(text))
    if unknown := sorted(found - set(allowed)):
        raise InvalidDistribution(f"delivery.{what} has unknown placeholders", received=unknown, allowed=allowed)
    return found
