"""Packs: folders of YAML that declare standards, and how they are read.

``pack.yaml``: code, title, edition, basis, note; ``datasets/*.yaml`` and ``value_sets/*.yaml``: one item each;
``tables.yaml``: value sets known by name only; ``data_elements/*.yaml`` and ``documents/*.yaml``: lists of items under
one standard, edition and provenance. Only ``pack.yaml`` must be there. ``schema/*.json``: the JSON Schema of each file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

from suwen.domains.standards.definitions import DataElement, Dataset, Document, Item, ValueSet
from suwen.domains.standards.errors import InvalidPack
from suwen.domains.standards.packs.schema import first_violation

HERE = Path(__file__).parent
CORE = HERE / "core"
SHIPPED = (CORE, HERE / "ws364", HERE / "ws363", HERE / "shared_documents")
"""The packs that come with Suwen: `CORE` is what data are stored by, the others are there to look up and build on."""

AnyItem = TypeVar("AnyItem", bound=Item)


@dataclass(frozen=True)
class Pack:
    """One pack as read: its identity and its items, each already valid by itself."""

    code: str
    title: str
    title_en: str
    edition: str
    datasets: tuple[Dataset, ...]
    value_sets: tuple[ValueSet, ...]
    data_elements: tuple[DataElement, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Return everything the pack declares."""
        return (*self.value_sets, *self.datasets, *self.data_elements, *self.documents)


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
        value_sets=(
            *(ValueSet.model_validate(_read(path, "value_set", folder)) for path in _yaml_files(folder / "value_sets")),
            *_listed(ValueSet, "tables", folder.glob("tables.yaml"), folder),
        ),
        data_elements=tuple(_listed(DataElement, "data_elements", _yaml_files(folder / "data_elements"), folder)),
        documents=tuple(_listed(Document, "documents", _yaml_files(folder / "documents"), folder)),
    )


def _listed(model: type[AnyItem], kind: str, paths: Iterable[Path], folder: Path) -> Iterator[AnyItem]:
    for path in paths:
        content = cast("dict[str, Any]", _read(path, kind, folder))
        common = {name: content[name] for name in ("standard", "edition", "provenance")}
        for item in content[kind]:
            yield model.model_validate(common | item)


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
