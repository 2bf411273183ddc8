"""Installs packs as versions in the database, and reads the living standards back."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.definitions import Dataset, ValueSet
from suwen.domains.standards.errors import StandardsNotInstalled
from suwen.domains.standards.models import DictionaryCode, DictionaryElement, StandardItem
from suwen.domains.standards.packs import CORE, read_pack
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.schemas import Dictionary, InstallReport, UsedValueSet
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork

Item = Dataset | ValueSet
Key = tuple[str, str]


async def install_packs(uow: UnitOfWork, paths: Iterable[Path] | None = None) -> InstallReport:
    """Bring the packs' items into force: what changed becomes a new version, the rest stays as it is.

    Items in force that no pack names are kept. Raises `InvalidPack` before anything is written, also when an item
    of the packs contradicts one that stays in force.
    """
    packs = [read_pack(path) for path in (paths or (CORE,))]
    coming = [(pack.code, item) for pack in packs for item in (*pack.value_sets, *pack.datasets)]
    repository = StandardsRepository(uow.session)
    living = {(row.kind, row.code): row for row in await repository.living()}
    _check_together(living, [item for _, item in coming], ", ".join(pack.code for pack in packs))
    added: list[str] = []
    changed: list[str] = []
    for pack, item in coming:
        former = living.get(_key(item))
        if former is not None and former.digest == _digest(item):
            continue
        (added if former is None else changed).append(item.code)
        await _bring_into_force(repository, pack, item, former)
    return InstallReport(added=tuple(added), changed=tuple(changed), unchanged=len(coming) - len(added) - len(changed))


async def load_catalog(uow: UnitOfWork) -> Catalog:
    """Return the standards in force. Raises `StandardsNotInstalled` while there are none."""
    rows = await StandardsRepository(uow.session).living()
    datasets = [Dataset.model_validate(row.body) for row in rows if row.kind == "dataset"]
    if not datasets:
        raise StandardsNotInstalled
    value_sets = [ValueSet.model_validate(row.body) for row in rows if row.kind == "value_set"]
    return Catalog.of(datasets, value_sets, origin="database")


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


def _check_together(living: Mapping[Key, StandardItem], coming: list[Item], origin: str) -> None:
    keys = {_key(item) for item in coming}
    kept = [row for key, row in living.items() if key not in keys]
    datasets = [Dataset.model_validate(row.body) for row in kept if row.kind == "dataset"]
    value_sets = [ValueSet.model_validate(row.body) for row in kept if row.kind == "value_set"]
    for item in coming:
        if isinstance(item, Dataset):
            datasets.append(item)
        else:
            value_sets.append(item)
    Catalog.of(datasets, value_sets, origin)


async def _bring_into_force(
    repository: StandardsRepository, pack: str, item: Item, former: StandardItem | None
) -> None:
    moment = now()
    if former is not None:
        former.valid_to = moment
        # Only one version of an item may be in force, so the former one has to end first.
        await repository.flush()
    is_dataset = isinstance(item, Dataset)
    repository.add(
        StandardItem(
            kind="dataset" if is_dataset else "value_set",
            code=item.code,
            version=1 if former is None else former.version + 1,
            pack=pack,
            title=item.title,
            title_en=item.title_en,
            category=item.category if is_dataset else None,
            standard=item.standard,
            edition=item.edition,
            status=item.status,
            provenance=item.provenance,
            size=len(item.elements if is_dataset else item.items),
            body=item.model_dump(mode="json"),
            digest=_digest(item),
            valid_from=moment,
        )
    )
    if is_dataset:
        await repository.replace_elements(item.code, _element_rows(item))
    else:
        await repository.replace_codes(item.code, _code_rows(item))


def _element_rows(dataset: Dataset) -> list[DictionaryElement]:
    shown = {"name", "title", "title_en", "de", "type", "format", "length", "value_set", "required", "grade", "mask"}
    return [
        DictionaryElement(
            id=f"{dataset.code}.{element.name}",
            dataset=dataset.code,
            position=position,
            **element.model_dump(include={*shown, "unit", "source"}),
        )
        for position, element in enumerate(dataset.elements, start=1)
    ]


def _code_rows(value_set: ValueSet) -> list[DictionaryCode]:
    return [
        DictionaryCode(
            id=f"{value_set.code}:{item.code}", value_set=value_set.code, position=position, **item.model_dump()
        )
        for position, item in enumerate(value_set.items, start=1)
    ]


def _key(item: Item) -> Key:
    return ("dataset" if isinstance(item, Dataset) else "value_set", item.code)


def _digest(item: Item) -> str:
    return hashlib.sha256(orjson.dumps(item.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).hexdigest()
