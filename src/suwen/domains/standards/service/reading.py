"""Reads the living standards back."""

from typing import cast

from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.definitions import Dataset
from suwen.domains.standards.errors import StandardsNotInstalled
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.schemas import Dictionary, UsedValueSet
from suwen.kernel.database import UnitOfWork


async def load_catalog(uow: UnitOfWork) -> Catalog:
    """Return the datasets in force and the value sets that they use.

    Value sets that no dataset uses, data elements and documents are there to look up: the lists read them. Raises
    `StandardsNotInstalled` while there is no dataset.
    """
    repository = StandardsRepository(uow.session)
    datasets = cast("list[Dataset]", await repository.items("dataset"))
    if not datasets:
        raise StandardsNotInstalled
    used = {element.value_set for dataset in datasets for element in dataset.elements if element.value_set}
    return Catalog.of([*datasets, *await repository.items("value_set", used)], origin="database")


async def dictionary_of(uow: UnitOfWork, code: str) -> Dictionary:
    """Return a dataset in full with the value sets it uses. Raises `UnknownDataset`."""
    catalog = await load_catalog(uow)
    dataset = catalog.dataset(code)
    used = dict.fromkeys(element.value_set for element in dataset.elements if element.value_set)
    sets = [catalog.value_set(name) for name in used]
    return Dictionary(
        dataset=dataset,
        value_sets=tuple(
            UsedValueSet(code=each.code, title=each.title, standard=each.standard, items=each.items) for each in sets
        ),
    )
