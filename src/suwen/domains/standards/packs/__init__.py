"""Packs: folders of YAML that declare standards, and how they are read.

``pack.yaml``: code, title, edition, basis, note; ``datasets/*.yaml`` and ``value_sets/*.yaml``: one item each;
``tables.yaml``: value sets known by name only; ``data_elements/*.yaml`` and ``documents/*.yaml``: lists of items under
one standard, edition and provenance; ``catalogue/datasets.yaml`` with ``catalogue/elements.csv``: datasets of a
standard and their elements; ``specifications/*.yaml``: one each; ``lists/*.yaml`` with a csv of the same name: value
sets of many codes, their columns code, title, title_en, parent and attributes. Only ``pack.yaml`` must be there.
``schema/*.json``: the JSON Schema of each kind of file.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import ValidationError

from suwen.domains.standards.attributes import ATTRIBUTES
from suwen.domains.standards.definitions import (
    CatalogueDataset,
    DataElement,
    Dataset,
    Document,
    Item,
    Specification,
    ValueSet,
)
from suwen.domains.standards.errors import InvalidPack
from suwen.domains.standards.packs.schema import first_violation

HERE = Path(__file__).parent
CORE = HERE / "core"
SHIPPED = (
    CORE,
    *(HERE / name for name in ("ws364", "ws363", "shared_documents", "ws445", "ws365", "specifications", "starter")),
)
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
    catalogue: tuple[CatalogueDataset, ...] = ()
    specifications: tuple[Specification, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Return everything the pack declares."""
        return (
            *self.value_sets,
            *self.datasets,
            *self.data_elements,
            *self.documents,
            *self.catalogue,
            *self.specifications,
        )


def digest_of(folder: Path) -> str:
    """Return a digest of all that a pack folder holds, names and contents: it changes when the pack does."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()


def read_pack(folder: Path, *, trusted: bool = False) -> Pack:
    """Read one pack folder.

    trusted: leave out the check against the JSON Schemas; for packs whose check is a test of the project, since it
    takes half of the reading time. Raises `InvalidPack` with the file, the place, the value received, those allowed.
    """
    reader = _Reader(folder, trusted)
    head = reader.read(folder / "pack.yaml", "pack")
    return Pack(
        code=str(head["code"]),
        title=str(head["title"]),
        title_en=str(head["title_en"]),
        edition=str(head["edition"]),
        datasets=reader.each(Dataset, "dataset", "datasets"),
        value_sets=(
            *reader.each(ValueSet, "value_set", "value_sets"),
            *reader.listed(ValueSet, "tables", "."),
            *reader.lists(),
        ),
        data_elements=reader.listed(DataElement, "data_elements"),
        documents=reader.listed(Document, "documents"),
        catalogue=reader.catalogue(),
        specifications=reader.each(Specification, "specification", "specifications"),
    )


@dataclass(frozen=True)
class _Reader:
    root: Path
    trusted: bool

    def each(self, model: type[AnyItem], kind: str, folder: str) -> tuple[AnyItem, ...]:
        """Read the files of a folder, one item each."""
        return tuple(model.model_validate(self.read(path, kind)) for path in _yaml_files(self.root / folder))

    def listed(self, model: type[AnyItem], kind: str, folder: str | None = None) -> tuple[AnyItem, ...]:
        """Read files of many items each, with what they have in common said once."""
        paths = self.root.glob(f"{kind}.yaml") if folder == "." else _yaml_files(self.root / (folder or kind))
        items: list[AnyItem] = []
        for path in paths:
            items += [model.model_validate(content) for content in self.contents(path, kind)]
        return tuple(items)

    def contents(self, path: Path, kind: str) -> list[dict[str, Any]]:
        """Return the items of such a file as they are written."""
        content = cast("dict[str, Any]", self.read(path, kind))
        common = {name: content[name] for name in ("standard", "edition", "provenance")}
        return [common | item for item in content[kind]]

    def lists(self) -> Iterator[ValueSet]:
        """Read the value sets whose codes are tables; a row without any attribute is one without attributes."""
        for path in _yaml_files(self.root / "lists"):
            head, table = self.read(path, "list"), path.with_suffix(".csv")
            if not table.is_file():
                raise InvalidPack(self.name(table), "file", "not found")
            rows = csv.DictReader(io.StringIO(table.read_text("utf-8")))
            known = (*_CODE_COLUMNS, *ATTRIBUTES)
            if unknown := [name for name in rows.fieldnames or () if name not in known]:
                raise InvalidPack(self.name(table), "header", "no such column", received=unknown[0], allowed=known)
            yield self.made(ValueSet, table, head | {"items": [_code(row) for row in rows]})

    def made(self, model: type[AnyItem], path: Path, content: dict[str, Any]) -> AnyItem:
        """Return an item of a table's rows; what is wrong with it is told with its place."""
        try:
            return model.model_validate(content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = "/".join(str(part) for part in first["loc"])
            raise InvalidPack(self.name(path), place, first["msg"], received=str(first["input"])) from None

    def catalogue(self) -> tuple[CatalogueDataset, ...]:
        """Read the catalogue datasets, each with its elements."""
        path = self.root / "catalogue" / "datasets.yaml"
        if not path.is_file():
            return ()
        heads = self.contents(path, "catalogue")
        elements: dict[str, list[dict[str, str]]] = {head["code"]: [] for head in heads}
        table = self.root / "catalogue" / "elements.csv"
        for number, row in enumerate(csv.DictReader(io.StringIO(table.read_text("utf-8"))), start=2):
            dataset = row.pop("dataset")
            if dataset not in elements:
                raise InvalidPack(self.name(table), f"row {number}", "no such catalogue dataset", received=dataset)
            elements[dataset].append({name: value for name, value in row.items() if value})
        return tuple(self.made(CatalogueDataset, table, head | {"elements": elements[head["code"]]}) for head in heads)

    def read(self, path: Path, kind: str) -> dict[str, object]:
        """Return a file's content, checked against the schema of its kind."""
        name = self.name(path)
        try:
            content = cast(object, yaml.load(path.read_bytes(), Loader=_LOADER))
        except FileNotFoundError:
            raise InvalidPack(name, "file", "not found") from None
        except yaml.YAMLError as error:
            raise InvalidPack(name, "file", f"not valid YAML: {error}") from None
        violation = None if self.trusted else first_violation(kind, content)
        if violation is not None:
            place, reason = violation.place, violation.reason
            raise InvalidPack(name, place, reason, received=violation.received, allowed=violation.allowed)
        return cast(dict[str, object], content)

    def name(self, path: Path) -> str:
        """Return how errors name a file."""
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"


_CODE_COLUMNS = ("code", "title", "title_en", "parent")


def _code(row: dict[str, str]) -> dict[str, Any]:
    filled = {name: value for name, value in row.items() if value}
    return {name: filled.pop(name) for name in _CODE_COLUMNS if name in filled} | {"attributes": filled}


def _yaml_files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.yaml"))


# The C loader reads the core pack ten times faster; it is part of every PyYAML wheel, not of every source build.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
