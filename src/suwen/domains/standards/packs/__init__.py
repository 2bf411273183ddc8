"""Packs: folders of YAML that declare standards, and how they are read.

``core/pack.yaml``: code, title, edition, basis; ``core/datasets/*.yaml``: one dataset each;
``core/value_sets/*.yaml``: one value set each; ``schema/*.json``: the JSON Schema of the three kinds of file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from suwen.domains.standards.definitions import Dataset, ValueSet
from suwen.domains.standards.errors import InvalidPack
from suwen.domains.standards.packs.schema import first_violation

CORE = Path(__file__).parent / "core"


@dataclass(frozen=True)
class Pack:
    """One pack as read: its identity and its items, each already valid by itself."""

    code: str
    title: str
    title_en: str
    edition: str
    datasets: tuple[Dataset, ...]
    value_sets: tuple[ValueSet, ...]


def read_pack(folder: Path) -> Pack:
    """Read one pack folder.

    Raises `InvalidPack` with the file, the place in it, the value received and the values allowed.
    """
    head = _read(folder / "pack.yaml", "pack", folder)
    return Pack(
        code=str(head["code"]),
        title=str(head["title"]),
        title_en=str(head["title_en"]),
        edition=str(head["edition"]),
        datasets=tuple(
            Dataset.model_validate(_read(path, "dataset", folder)) for path in _yaml_files(folder / "datasets")
        ),
        value_sets=tuple(
            ValueSet.model_validate(_read(path, "value_set", folder)) for path in _yaml_files(folder / "value_sets")
        ),
    )


def _yaml_files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.yaml"))


def _read(path: Path, kind: str, root: Path) -> dict[str, object]:
    name = f"{root.name}/{path.relative_to(root).as_posix()}"
    try:
        content = cast(object, yaml.load(path.read_bytes(), Loader=_LOADER))
    except FileNotFoundError:
        raise InvalidPack(name, "file", "not found") from None
    except yaml.YAMLError as error:
        raise InvalidPack(name, "file", f"not valid YAML: {error}") from None
    violation = first_violation(kind, content)
    if violation is not None:
        raise InvalidPack(
            name, violation.place, violation.reason, received=violation.received, allowed=violation.allowed
        )
    return cast(dict[str, object], content)


# The C loader reads the core pack ten times faster; it is part of every PyYAML wheel, not of every source build.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
