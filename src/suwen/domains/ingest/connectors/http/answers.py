"""What an answer holds beside its records: a document within, the next cursor, the number of all records."""

import json
import re
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, fromstring

from suwen.domains.ingest.connectors.http.options import Call
from suwen.domains.ingest.errors import SourceUnreadable

_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml.*?\?>", re.DOTALL)
_CLOSE = ("Body", "Fault")


class Answer:
    """An answer as text, taken apart only where somebody asks what stands at a path."""

    def __init__(self, place: str, text: str, kind: str) -> None:
        self._place, self._text, self._kind = place, text, kind
        self._parsed: Any = None

    def at(self, path: str) -> str | None:
        """Return the text or number that stands at a path; None where nothing does. Raises SourceUnreadable."""
        return self._of_xml(path) if self._kind == "xml" else self._of_json(path)

    def fault(self) -> str | None:
        """Return the code of a SOAP fault; the words beside it may name persons, and are not repeated."""
        if self._kind != "xml" or "Fault" not in self._text:
            return None
        fault = _below(self._root(), _CLOSE)
        if fault is None:
            return None
        code = _below(fault, ("faultcode",))
        code = code if code is not None else _below(fault, ("Code", "Value"))
        return (code.text or "").strip() if code is not None else "without a code"

    def _of_json(self, path: str) -> str | None:
        if self._parsed is None:
            try:
                self._parsed = json.loads(self._text, parse_float=str, parse_int=str)
            except (ValueError, RecursionError):
                raise self._no("JSON") from None
        value = self._parsed
        for member in path.split("."):
            value = cast("dict[str, Any]", value).get(member) if isinstance(value, dict) else None
        return None if value is None or isinstance(value, dict | list | bool) else str(value)

    def _of_xml(self, path: str) -> str | None:
        found = _below(self._root(), tuple(path.strip("/").split("/")))
        return found.text if found is not None else None

    def _root(self) -> Element:
        if self._parsed is None:
            try:
                # The declaration speaks of bytes, which are text by now.
                self._parsed = fromstring(_DECLARATION.sub("", self._text))
            except ParseError:
                raise self._no("XML") from None
        return cast("Element", self._parsed)

    def _no(self, kind: str) -> SourceUnreadable:
        return SourceUnreadable(f"{self._place}: the answer is no {kind}", file=self._place)


def document(answer: Answer, call: Call, text: str, path: Path) -> bool:
    """Write the document that holds the records into a file; False where the answer holds none."""
    found = answer.at(call.within) if call.within else text
    if found is None or not found.strip():
        return False
    path.write_text(_DECLARATION.sub("", found), encoding="utf-8")
    return True


def _below(element: Element, names: tuple[str, ...]) -> Element | None:
    for name in names:
        found = next((child for child in element if child.tag.rpartition("}")[2] == name), None)
        if found is None:
            return None
        element = found
    return element
