"""The JSON Schemas of a pack's files, and the check against them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, exceptions

# jsonschema's own annotations leave the error's fields unknown.
_exceptions: Any = exceptions
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Violation:
    """Where a document breaks its schema: the place as a path, why, the value received and what was allowed."""

    place: str
    reason: str
    received: object
    allowed: list[str] | str | None


def first_violation(kind: str, document: object) -> Violation | None:
    """Return the most telling breach of the schema ``<kind>.json`` by `document`, or None when it is valid."""
    checker: Any = _validator(kind)
    found: Any = _exceptions.best_match(checker.iter_errors(document))
    if found is None:
        return None
    rule: Any = found.validator_value
    allowed: list[str] | str | None = None
    if found.validator == "enum" or found.validator == "required":
        allowed = [str(value) for value in rule]
    elif found.validator == "additionalProperties":
        allowed = sorted(found.schema["properties"])
    elif found.validator in ("type", "pattern", "minimum", "maximum"):
        allowed = str(rule)
    scalar = isinstance(found.instance, str | int | float)
    return Violation(
        place="/".join(str(part) for part in found.absolute_path) or "file",
        reason=str(found.message)[:300],
        received=found.instance if scalar else None,
        allowed=allowed,
    )


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((HERE / f"{kind}.json").read_text("utf-8")))
