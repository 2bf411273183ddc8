"""Reading source definitions from YAML, with references resolved and errors that name the place."""

import importlib.util
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError

from suwen.domains.ingest.definition import SourceDefinition
from suwen.domains.ingest.errors import InvalidDefinition

_REFERENCE = re.compile(r"\$\{(\w+):([^}]+)\}")


def read_definition(origin: Path | Mapping[str, Any]) -> SourceDefinition:
    """Return the definition in a YAML file (or the mapping one gives).

    ``${package:name/data/file}`` is a file of an installed Python package, ``${here:file}`` one beside the YAML file.
    Raises InvalidDefinition naming file, feed and field.
    """
    if isinstance(origin, Path):
        where, folder = origin.name, origin.parent
        try:
            loaded: object = yaml.safe_load(origin.read_text(encoding="utf-8"))
        except OSError as error:
            raise InvalidDefinition(f"{where} cannot be read: {error.strerror}", received=str(origin)) from error
        except yaml.YAMLError as error:
            raise InvalidDefinition(f"{where} is no YAML: {error}") from error
    else:
        where, folder, loaded = "definition", Path.cwd(), dict(origin)
    if not isinstance(loaded, dict):
        raise InvalidDefinition(f"{where}: a mapping with source and feeds is needed")
    resolved = cast("dict[str, Any]", _resolve(cast("dict[str, Any]", loaded), folder.absolute()))
    try:
        return SourceDefinition.model_validate(resolved)
    except ValidationError as error:
        problems = [_told(resolved, item) for item in error.errors(include_input=False)]
        raise InvalidDefinition(f"{where}: {'; '.join(problems)}") from error


def _told(loaded: dict[str, Any], item: Any) -> str:
    place = [str(part) for part in item["loc"]]
    if len(place) > 1 and place[0] == "feeds":
        feeds = cast("list[dict[str, Any]]", loaded["feeds"])
        feed = feeds[int(place[1])] if place[1].isdigit() else {}
        place = [f"feed {feed.get('code', place[1])}", *place[2:]]
    return f"{', '.join(place)}: {item['msg']}"


def _package(name: str, folder: Path) -> str:
    package, _, inside = name.partition("/")
    spec = importlib.util.find_spec(package)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(root) / inside).exists():
            return str(Path(root) / inside)
    raise InvalidDefinition("the package or its file is not installed", received=f"${{package:{name}}}")


def _here(name: str, folder: Path) -> str:
    return str(folder / name)


RESOLVERS: dict[str, Callable[[str, Path], str]] = {"package": _package, "here": _here}
"""How a reference ``${kind:name}`` becomes text; name and folder of the definition are given."""


def _resolve(value: object, folder: Path) -> object:
    if isinstance(value, dict):
        return {key: _resolve(inner, folder) for key, inner in cast("dict[object, object]", value).items()}
    if isinstance(value, list):
        return [_resolve(inner, folder) for inner in cast("list[object]", value)]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _one(found, folder), value)
    return value


def _one(found: re.Match[str], folder: Path) -> str:
    kind, name = found.groups()
    if kind not in RESOLVERS:
        raise InvalidDefinition("unknown reference", received=found.group(0), allowed=sorted(RESOLVERS))
    return RESOLVERS[kind](name, folder)
