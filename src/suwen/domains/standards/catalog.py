"""A consistent set of standards, from packs or from the database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from suwen.domains.standards.definitions import (
    RESERVED_COLUMNS,
    CatalogueDataset,
    DataElement,
    Dataset,
    Document,
    Element,
    Item,
    Specification,
    ValueSet,
)
from suwen.domains.standards.errors import InvalidPack, UnknownDataset, UnknownElement, UnknownValueSet
from suwen.domains.standards.packs import CORE, Pack, read_pack

AnyItem = TypeVar("AnyItem", bound=Item)


@dataclass(frozen=True)
class Catalog:
    """The standards of one moment, each kind by code, checked against each other when made."""

    datasets: Mapping[str, Dataset]
    value_sets: Mapping[str, ValueSet]
    data_elements: Mapping[str, DataElement] = field(default_factory=dict[str, DataElement])
    documents: Mapping[str, Document] = field(default_factory=dict[str, Document])
    catalogue: Mapping[str, CatalogueDataset] = field(default_factory=dict[str, CatalogueDataset])
    specifications: Mapping[str, Specification] = field(default_factory=dict[str, Specification])

    @classmethod
    def of(cls, items: Iterable[Item], origin: str = "catalog") -> "Catalog":
        """Build a catalog; raise `InvalidPack` where the items contradict each other, naming `origin`."""
        items = tuple(items)
        catalog = cls(
            _unique(items, Dataset, origin),
            _unique(items, ValueSet, origin),
            _unique(items, DataElement, origin),
            _unique(items, Document, origin),
            _unique(items, CatalogueDataset, origin),
            _unique(items, Specification, origin),
        )
        for dataset in catalog.datasets.values():
            _check_dataset(dataset, catalog, origin)
        for value_set in catalog.value_sets.values():
            _check_value_set(value_set, origin)
        for data_element in catalog.data_elements.values():
            if data_element.value_set is not None and data_element.value_set not in catalog.value_sets:
                place, reason = f"data element {data_element.code}", "names an unknown value set"
                raise InvalidPack(origin, place, reason, received=data_element.value_set)
        for document in catalog.documents.values():
            for code in document.datasets:
                if code not in catalog.datasets:
                    place, allowed = f"document {document.code}", sorted(catalog.datasets)
                    raise InvalidPack(origin, place, "no such dataset", received=code, allowed=allowed)
        for each in catalog.catalogue.values():
            _check_catalogue(each, catalog, origin)
        for specification in catalog.specifications.values():
            _check_clauses(specification, origin)
        return catalog

    @classmethod
    def from_packs(cls, paths: Iterable[Path] | None = None) -> "Catalog":
        """Read packs (default: the core pack) from their folders; see `InvalidPack`."""
        return cls.from_read([read_pack(path) for path in (paths or (CORE,))])

    @classmethod
    def from_read(cls, packs: Iterable[Pack]) -> "Catalog":
        """Build a catalog of packs already read."""
        packs = list(packs)
        return cls.of((item for pack in packs for item in pack.items), origin=", ".join(pack.code for pack in packs))

    def dataset(self, code: str) -> Dataset:
        """Return the dataset of `code`; raise `UnknownDataset` with the known ones."""
        found = self.datasets.get(code)
        if found is None:
            raise UnknownDataset(code, self.datasets)
        return found

    def value_set(self, code: str) -> ValueSet:
        """Return the value set of `code`; raise `UnknownValueSet` with the known ones."""
        found = self.value_sets.get(code)
        if found is None:
            raise UnknownValueSet(code, self.value_sets)
        return found

    def element(self, dataset: str, name: str) -> Element:
        """Return one element of one dataset; raise `UnknownDataset` or `UnknownElement`."""
        declared = self.dataset(dataset).by_name
        if name not in declared:
            raise UnknownElement(dataset, name, declared)
        return declared[name]

    def __iter__(self) -> Iterator[Dataset]:
        return iter(self.datasets.values())


def _unique(items: Iterable[Item], model: type[AnyItem], origin: str) -> Mapping[str, AnyItem]:
    found: dict[str, AnyItem] = {}
    for item in items:
        if isinstance(item, model):
            if item.code in found:
                kind = item.kind.replace("_", " ")
                raise InvalidPack(origin, f"{kind} {item.code}", f"{kind} declared twice", received=item.code)
            found[item.code] = item
    return MappingProxyType(found)


def _check_dataset(dataset: Dataset, catalog: Catalog, origin: str) -> None:
    place = f"dataset {dataset.code}"
    names: set[str] = set()
    for element in dataset.elements:
        if element.name in names:
            raise InvalidPack(origin, place, f"element {element.name} declared twice", received=element.name)
        if element.name in RESERVED_COLUMNS:
            reason = f"element {element.name}: every table has a column of that name"
            raise InvalidPack(origin, place, reason, received=element.name)
        names.add(element.name)
        if element.value_set is not None and element.value_set not in catalog.value_sets:
            known = sorted(catalog.value_sets)
            reason = f"element {element.name} names an unknown value set"
            raise InvalidPack(origin, place, reason, received=element.value_set, allowed=known)
    used = {"key": dataset.key, "patient_column": (dataset.patient_column,)}
    if dataset.time_column:
        used["time_column"] = (dataset.time_column,)
    for order in dataset.orders:
        used[f"order {order.earlier} <= {order.later}"] = (order.earlier, order.later)
    for reference in dataset.references:
        used[f"reference to {reference.dataset}"] = reference.columns
    for binding in dataset.terms:
        used[f"term {binding.kind}"] = binding.sources
        if doubled := sorted(set(binding.targets) & names):
            reason = f"term {binding.kind}: its columns are elements already"
            raise InvalidPack(origin, place, reason, received=doubled)
        names.update(binding.targets)
    for what, columns in used.items():
        _known_columns(origin, place, what, columns, dataset)
    for reference in dataset.references:
        what = f"reference to {reference.dataset}"
        if reference.dataset not in catalog.datasets:
            reason = f"{what}: no such dataset"
            raise InvalidPack(origin, place, reason, received=reference.dataset, allowed=sorted(catalog.datasets))
        if len(reference.columns) != len(reference.target_columns):
            reason = f"{what}: as many columns as target columns are needed"
            raise InvalidPack(origin, place, reason, received=list(reference.columns))
        _known_columns(origin, place, what, reference.target_columns, catalog.datasets[reference.dataset])
    for order in dataset.orders:
        for name in (order.earlier, order.later):
            if dataset.by_name[name].type not in ("date", "datetime"):
                reason = f"order {order.earlier} <= {order.later}: {name} is not a date"
                raise InvalidPack(
                    origin, place, reason, received=dataset.by_name[name].type, allowed=["date", "datetime"]
                )


def _known_columns(origin: str, place: str, what: str, columns: Iterable[str], dataset: Dataset) -> None:
    for name in columns:
        if name not in dataset.by_name:
            reason = f"{what}: dataset {dataset.code} has no element {name}"
            raise InvalidPack(origin, place, reason, received=name, allowed=list(dataset.names))


def _check_value_set(value_set: ValueSet, origin: str) -> None:
    place = f"value set {value_set.code}"
    seen: set[str] = set()
    for item in value_set.items:
        if item.code in seen:
            raise InvalidPack(origin, place, f"code {item.code} declared twice", received=item.code)
        seen.add(item.code)
    for item in value_set.items:
        if item.parent is not None and item.parent not in seen:
            raise InvalidPack(origin, place, f"code {item.code} has an unknown parent", received=item.parent)
    if circle := cyclic({item.code: item.parent for item in value_set.items if item.parent}):
        raise InvalidPack(origin, place, f"code {circle[0]} is its own ancestor", received=" → ".join(circle))


def cyclic(parents: Mapping[str, str]) -> list[str]:
    """Return the codes of a circle among parents, in its order; empty when there is none."""
    clear: set[str] = set()
    for start in parents:
        way: dict[str, None] = {}
        code: str | None = start
        while code is not None and code not in clear:
            if code in way:
                codes = list(way)
                return [*codes[codes.index(code) :], code]
            way[code] = None
            code = parents.get(code)
        # Not |=, which copies the whole set to join it with the keys of a dict.
        clear.update(way)
    return []


def _check_catalogue(dataset: CatalogueDataset, catalog: Catalog, origin: str) -> None:
    place, codes = f"catalogue dataset {dataset.code}", set[str]()
    for element in dataset.elements:
        if element.code in codes:
            raise InvalidPack(origin, place, f"element {element.code} declared twice", received=element.code)
        codes.add(element.code)
        if element.value_set is not None and element.value_set not in catalog.value_sets:
            raise InvalidPack(origin, place, f"element {element.code}: unknown value set", received=element.value_set)
    for code in filter(None, (*dataset.key, dataset.time_element, dataset.patient_element)):
        if code not in codes:
            raise InvalidPack(origin, place, f"has no element {code}", received=code, allowed=sorted(codes))
    for code in dataset.datasets:
        if code not in catalog.datasets:
            raise InvalidPack(origin, place, "no such dataset", received=code, allowed=sorted(catalog.datasets))


def _check_clauses(specification: Specification, origin: str) -> None:
    seen = set[str]()
    for clause in specification.clauses:
        if clause.code in seen:
            place = f"specification {specification.code}"
            raise InvalidPack(origin, place, f"clause {clause.code} declared twice", received=clause.code)
        seen.add(clause.code)
