"""What a platform's answer says of the rows that were sent: taken, refused as a whole, or some of them refused."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeGuard, cast
from xml.etree.ElementTree import Element, ParseError, fromstring

from suwen.domains.ingest.connectors.http.answers import Answer
from suwen.domains.ingest.distribution.targets.delivery import PlatformDelivery
from suwen.domains.ingest.distribution.targets.templating import json_value, text_value
from suwen.domains.ingest.distribution.told import ToldRow
from suwen.domains.ingest.errors import SourceUnreadable

_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml.*?\?>", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A JSON value or an XML element, with what stands in it at paths: members by dots, elements by slashes."""

    value: Any

    def at(self, path: str) -> str | None:
        """Return the text, number or truth that stands at a path; None where nothing does."""
        found = self._below(path)
        if _is_element(found):
            return (found.text or "").strip()
        return None if found is None or isinstance(found, dict | list) else text_value(found).strip()

    def items(self, path: str) -> list["Part"]:
        """Return what is listed at a path: the items of a JSON list, the elements of that name."""
        if _is_element(self.value):
            above, _, name = path.strip("/").rpartition("/")
            parent = self._below(above) if above else self.value
            return [Part(one) for one in parent if _local(one) == name] if _is_element(parent) else []
        found = self._below(path)
        return [Part(one) for one in cast("list[Any]", found)] if isinstance(found, list) else []

    def _below(self, path: str) -> Any:
        found = self.value
        if _is_element(found):
            for name in path.strip("/").split("/"):
                found = next((one for one in found if _local(one) == name), None)
                if found is None:
                    return None
            return found
        for member in path.split("."):
            found = cast("dict[str, Any]", found).get(member) if isinstance(found, dict) else None
        return found


def part_of(text: str | None, kind: str) -> Part | None:
    """Return a document; None where the text is none."""
    if text is None:
        return None
    try:
        if kind == "xml":
            # The declaration speaks of bytes, which are text by now.
            return Part(fromstring(_DECLARATION.sub("", text)))
        return Part(json.loads(text, parse_float=str, parse_int=str))
    except (ParseError, ValueError, RecursionError):
        return None


class Judge:
    """An answer under the rule of a delivery."""

    def __init__(self, delivery: PlatformDelivery, place: str, status: int, text: str) -> None:
        self._rule, self._place, self._status, self._text = delivery, place, status, text
        self._outer = delivery.answer or delivery.format

    @cached_property
    def fault(self) -> str | None:
        """The code of a SOAP fault; None where there is none."""
        try:
            return Answer(self._place, self._text, self._outer).fault()
        except SourceUnreadable:
            return None

    @cached_property
    def receipt(self) -> str | None:
        """The number that the platform gave."""
        return self._at(self._rule.receipt)

    @cached_property
    def reason(self) -> str:
        """The platform's words, or what else tells why it did not take the request."""
        words = self._at(self._rule.reason)
        if words:
            return words
        if self.fault is not None:
            return f"SOAP fault {self.fault}"
        if self._rule.success and self._status in self._rule.statuses:
            found = self._at(self._rule.success)
            return f"{self._rule.success} = {found}" if found is not None else f"no {self._rule.success} in the answer"
        return f"HTTP {self._status}"

    def refused(self, rows: Sequence[ToldRow]) -> dict[str, str]:
        """Return the names of the rows that were not taken, each with its reason."""
        listed = self._listed(rows)
        if self._taken() or listed:
            return listed
        return {row.name: self.reason for row in rows}

    def _taken(self) -> bool:
        if self._status not in self._rule.statuses or self.fault is not None:
            return False
        if not self._rule.success:
            return True
        found = self._at(self._rule.success)
        return found is not None and (not self._rule.success_values or found in self._rule.success_values)

    def _listed(self, rows: Sequence[ToldRow]) -> dict[str, str]:
        """Return the rows that the answer lists as refused."""
        rule = self._rule
        if not rule.refused or self._document is None:
            return {}
        by_value = {self._said(row): row for row in rows}
        found: dict[str, str] = {}
        for one in self._document.items(rule.refused):
            row = by_value.get(one.at(rule.refused_value) or "")
            if row is not None:
                found[row.name] = (one.at(rule.refused_reason) if rule.refused_reason else None) or self.reason
        return found

    def _said(self, row: ToldRow) -> str:
        value = (row.values or row.key).get(self._rule.refused_column)
        return text_value(json_value(value, self._rule.date_format, self._rule.time_format))

    @cached_property
    def _document(self) -> Part | None:
        outer = part_of(self._text, self._outer)
        if not self._rule.within:
            return outer
        return part_of(outer.at(self._rule.within), self._rule.within_format or self._outer) if outer else None

    def _at(self, path: str) -> str | None:
        return self._document.at(path) or None if path and self._document is not None else None


def _is_element(value: Any) -> TypeGuard[Element]:
    return isinstance(value, Element)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
