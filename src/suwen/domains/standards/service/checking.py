"""Whether an item may come into force, or leave it, as the others stand."""

from typing import Any, cast

from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.definitions import (
    CatalogueDataset,
    DataElement,
    Dataset,
    Document,
    Item,
    Kind,
    ValueSet,
)
from suwen.domains.standards.errors import InvalidPack
from suwen.domains.standards.packs.schema import first_violation
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.usage import Touched, usages
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

_SCHEMAS: tuple[Kind, ...] = ("dataset", "value_set", "specification")
"""Kinds whose schema is that of a single item."""


async def contradiction(uow: UnitOfWork, item: Item) -> str | None:
    """Return what is wrong with an item beside those in force, or None.

    Looked at are its own schema, the datasets (they refer to each other) and the value sets that it or they name.
    """
    if item.kind in _SCHEMAS and item.size:
        violation = first_violation(item.kind, _bare(item.model_dump(mode="json")))
        if violation is not None:
            return f"{violation.place}: {violation.reason}"
    repository = StandardsRepository(uow.session)
    beside = [each for each in await repository.items("dataset") if (each.kind, each.code) != (item.kind, item.code)]
    datasets = [each for each in (*beside, item) if isinstance(each, Dataset)]
    used = {element.value_set for dataset in datasets for element in dataset.elements if element.value_set}
    if isinstance(item, CatalogueDataset):
        used |= {element.value_set for element in item.elements if element.value_set}
    if isinstance(item, DataElement) and item.value_set:
        used.add(item.value_set)
    if isinstance(item, ValueSet):
        used.discard(item.code)
    try:
        Catalog.of([*beside, *await repository.items("value_set", used), item], "draft")
    except InvalidPack as error:
        return error.detail.removeprefix("draft: ")
    return None


async def lost_columns(uow: UnitOfWork, before: Item | None, after: Item) -> str | None:
    """Return which columns a dataset would lose that mappings, metrics or others still read; None when there is none.

    Rules are no hindrance: they are made from the dataset as it stands.
    """
    if not isinstance(before, Dataset) or not isinstance(after, Dataset):
        return None
    lost = set(before.names) - set(after.names)
    if not lost:
        return None
    columns = frozenset((before.code, name) for name in lost)
    touched = Touched(frozenset({before.code}), columns, frozenset())
    users = [each for each in await usages(uow, touched, Scope.everything()) if each.kind != "rule"]
    if not users:
        return None
    named = "、".join(dict.fromkeys(each.title or each.code for each in users[:5]))
    return f"去掉的字段 {'、'.join(sorted(lost))} 仍被 {len(users)} 处使用：{named}"


async def still_used(uow: UnitOfWork, item: Item) -> str | None:
    """Return what stands in the way of retiring an item: which standards in force name it; None when none does."""
    repository = StandardsRepository(uow.session)
    users: list[str] = []
    if isinstance(item, ValueSet):
        users += [row.id for row in await repository.elements_with(value_set=item.code)]
        users += [row.id for row in await repository.catalogue_elements_with(value_set=item.code)]
        users += [row.code for row in await repository.data_elements_with(item.code)]
    if isinstance(item, Dataset):
        for kind in ("document", "catalogue"):
            around = cast("list[Document | CatalogueDataset]", await repository.items(kind))
            users += [each.code for each in around if item.code in each.datasets]
        others = cast("list[Dataset]", await repository.items("dataset"))
        users += [
            each.code
            for each in others
            if each.code != item.code and any(reference.dataset == item.code for reference in each.references)
        ]
    if not users:
        return None
    return f"仍被 {len(users)} 处现行标准使用：{'、'.join(users[:5])}{'…' if len(users) > 5 else ''}"


def _bare(value: Any) -> Any:
    """Return a declaration as a file would have it: without what is left empty."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _bare(each) for name, each in fields.items() if each is not None and each != ""}
    return [_bare(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
