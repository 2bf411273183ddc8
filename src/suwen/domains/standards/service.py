"""Installs packs as versions in the database, and reads the living standards back."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import orjson

from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.definitions import MODELS, Dataset, Item
from suwen.domains.standards.dictionary import rows_of
from suwen.domains.standards.errors import StandardsNotInstalled
from suwen.domains.standards.models import StandardItem
from suwen.domains.standards.packs import CORE, read_pack
from suwen.domains.standards.repository import Former, Key, StandardsRepository
from suwen.domains.standards.schemas import Dictionary, InstallReport, UsedValueSet
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.pinyin import initials


async def install_packs(uow: UnitOfWork, paths: Iterable[Path] | None = None) -> InstallReport:
    """Bring the packs' items into force: what changed becomes a new version, the rest stays as it is.

    paths: folders of packs, by default the core pack alone. Items in force that no pack names are kept. Raises
    `InvalidPack` before anything is written, also when an item of the packs contradicts one that stays in force.
    """
    packs = [read_pack(path) for path in (paths or (CORE,))]
    coming = [(pack.code, item) for pack in packs for item in pack.items]
    repository = StandardsRepository(uow.session)
    living = await repository.living()
    together = await _kept(repository, living, {_key(item) for _, item in coming})
    Catalog.of([*together, *(item for _, item in coming)], ", ".join(pack.code for pack in packs))
    fresh = [(pack, item, _body(item), living.get(_key(item))) for pack, item in coming]
    fresh = [each for each in fresh if each[3] is None or each[3].digest != _digest(each[2])]
    await _bring_into_force(repository, fresh)
    added = tuple(item.code for _, item, _, former in fresh if former is None)
    changed = tuple(item.code for _, item, _, former in fresh if former is not None)
    return InstallReport(added=added, changed=changed, unchanged=len(coming) - len(fresh))


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


async def _kept(repository: StandardsRepository, living: dict[Key, Former], coming: set[Key]) -> list[Item]:
    kept = living.keys() - coming
    items: list[Item] = []
    for kind in MODELS:
        codes = [code for held, code in kept if held == kind]
        items += await repository.items(kind, codes) if codes else []
    return items


async def _bring_into_force(
    repository: StandardsRepository, fresh: list[tuple[str, Item, bytes, Former | None]]
) -> None:
    if not fresh:
        return
    moment = now()
    changed = [(item, former) for _, item, _, former in fresh if former is not None]
    if changed:
        await repository.end([former for _, former in changed], moment)
        for kind in MODELS:
            if codes := [item.code for item, _ in changed if item.kind == kind]:
                await repository.clear(kind, codes)
    await repository.append(
        (
            StandardItem,
            {
                "id": new_id(),
                "kind": item.kind,
                "version": 1 if former is None else former.version + 1,
                "pack": pack,
                "category": item.category if isinstance(item, Dataset) else None,
                "initials": initials(item.title),
                "verified": item.verified,
                "size": item.size,
                "body": body.decode(),
                "digest": _digest(body),
                "valid_from": moment,
                **_shown(item),
            },
        )
        for pack, item, body, former in fresh
    )
    await repository.append(row for pack, item, _, _ in fresh for row in rows_of(pack, item))


def _shown(item: Item) -> dict[str, Any]:
    return item.model_dump(include={"code", "title", "title_en", "standard", "edition", "status", "provenance"})


def _key(item: Item) -> Key:
    return item.kind, item.code


def _body(item: Item) -> bytes:
    return orjson.dumps(item.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
