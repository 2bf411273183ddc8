"""Reading metric packs: YAML files validated by their JSON Schema, then against the standards."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from suwen.domains.metrics.definition import DEFINITION, Atomic, Derived, Ratio
from suwen.domains.metrics.errors import InvalidPack, UnknownMetric
from suwen.domains.metrics.measure import check_measure, measure_of
from suwen.domains.standards.public import Catalog

PACKS = Path(__file__).parent / "packs"
CORE = PACKS / "core"
Definitions = Mapping[str, Atomic | Derived | Ratio]


def load_pack(catalog: Catalog, folder: Path = CORE) -> Definitions:
    """Return the metrics of a pack folder by code, in the order of its files.

    Raises InvalidPack with the file and metric when one breaks the schema, names a metric that is not there, or an
    element that the dataset does not have.
    """
    found: dict[str, Atomic | Derived | Ratio] = {}
    for path in sorted(folder.glob("*.yaml")):
        for definition in _read(path):
            if definition.code in found:
                raise InvalidPack(f"{path.name}: {definition.code}", "declared twice", received=definition.code)
            found[definition.code] = definition
    check_definitions(found, catalog)
    return found


def check_definitions(definitions: Definitions, catalog: Catalog) -> None:
    """Raise InvalidPack unless every metric can be computed from the datasets of the catalogue."""
    for definition in definitions.values():
        if isinstance(definition, Ratio):
            for code in (definition.numerator, definition.denominator):
                if isinstance(_named(definition.code, code, definitions), Ratio):
                    raise InvalidPack(definition.code, "a ratio is made of metrics that are none", received=code)
        else:
            try:
                check_measure(measure_of(definition.code, definitions), catalog)
            except UnknownMetric as error:
                reason = "names no metric of the pack"
                raise InvalidPack(definition.code, reason, received=error.received, allowed=definitions) from None


def _named(where: str, code: str, definitions: Definitions) -> Atomic | Derived | Ratio:
    if code not in definitions:
        raise InvalidPack(where, "names no metric of the pack", received=code, allowed=definitions)
    return definitions[code]


def _read(path: Path) -> Iterable[Atomic | Derived | Ratio]:
    try:
        content: Any = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        raise InvalidPack(path.name, f"not valid YAML: {error}") from None
    for error in sorted(_validator().iter_errors(content), key=lambda each: list(each.absolute_path)):
        place = "/".join(str(part) for part in error.absolute_path)
        raise InvalidPack(f"{path.name}: {place}", error.message)
    metrics = cast("list[dict[str, Any]]", cast("dict[str, Any]", content)["metrics"])
    return [DEFINITION.validate_python(metric) for metric in metrics]


@cache
def _validator() -> Validator:
    schema = cast("dict[str, Any]", json.loads((PACKS / "schema" / "metrics.json").read_text(encoding="utf-8")))
    return Draft202012Validator(schema)
