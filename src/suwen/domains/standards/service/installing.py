"""Brings packs into force as versions in the database."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from anyio import to_thread

from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.definitions import MODELS, Dataset, Item, Kind, Specification
from suwen.domains.standards.dictionary import rows_of
from suwen.domains.standards.errors import UnknownItem
from suwen.domains.standards.events import StandardChanged
from suwen.domains.standards.models import StandardItem
from suwen.domains.standards.packs import CORE, SHIPPED, digest_of, read_pack
from suwen.domains.standards.repository import Former, Key, StandardsRepository
from suwen.domains.standards.schemas import InstallReport
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.pinyin import initials
from suwen.kernel.progress import NullProgress, Progress, watched

REVIEW_DAYS = 5 * 365
"""A standard is to be reviewed within five years (标准化法实施条例: 复审周期一般不超过五年)."""
LOCAL = "local"
"""The pack of items that were revised here: no shipped pack takes them back."""


async def install_packs(uow: UnitOfWork, paths: Iterable[Path] | None = None) -> InstallReport:
    """Bring the packs' items into force: what changed becomes a new version, the rest stays as it is.

    paths: folders of packs, by default the core pack alone. A pack that is in force as it stands is not read again.
    Items in force that no pack names are kept, and so are those revised here (`InstallReport.kept`). Raises
    `InvalidPack` before anything is written, also when an item of the packs contradicts one that stays in force.
    """
    repository = StandardsRepository(uow.session)
    digests = await repository.pack_digests()
    folders = [(path, digest_of(path)) for path in (paths or (CORE,))]
    packs = [
        (read_pack(path, trusted=path in SHIPPED), digest) for path, digest in folders if digest not in digests.values()
    ]
    if not packs:
        return InstallReport(added=(), changed=(), unchanged=await repository.living_count())
    living = await repository.living()
    coming = [(pack.code, item) for pack, _ in packs for item in pack.items]
    kept = {_key(item) for _, item in coming if (former := living.get(_key(item))) and former.pack == LOCAL}
    kept |= {_key(item) for _, item in coming} & await repository.retired()
    coming = [each for each in coming if _key(each[1]) not in kept]
    staying = await _staying(repository, living, {_key(item) for _, item in coming})
    Catalog.of([*staying, *(item for _, item in coming)], ", ".join(pack.code for pack, _ in packs))
    bodies = [(pack, item, body_of(item), living.get(_key(item))) for pack, item in coming]
    fresh = [each for each in bodies if each[3] is None or each[3].digest != _digest(each[2])]
    await bring_into_force(repository, fresh)
    for _, item, _, former in fresh:
        if former is not None:
            uow.announce(StandardChanged(item.kind, item.code, former.version, former.version + 1))
    await repository.note_packs({pack.code: digest for pack, digest in packs}, now())
    return InstallReport(
        added=tuple(item.code for _, item, _, former in fresh if former is None),
        changed=tuple(item.code for _, item, _, former in fresh if former is not None),
        unchanged=len(coming) - len(fresh),
        kept=tuple(sorted(code for _, code in kept)),
    )


async def _staying(repository: StandardsRepository, living: dict[Key, Former], coming: set[Key]) -> list[Item]:
    kept = living.keys() - coming
    items: list[Item] = []
    for kind in MODELS:
        codes = [code for held, code in kept if held == kind]
        items += await repository.items(kind, codes) if codes else []
    return items


async def bring_item(uow: UnitOfWork, item: Item, pack: str, progress: Progress | None = None) -> int:
    """Bring one item into force as its next version, and tell so; returns the version."""
    repository = StandardsRepository(uow.session)
    versions = await repository.versions(item.kind, item.code)
    living = next((row for row in versions if row.valid_to is None), None)
    former = Former(living.id, living.version, living.digest, living.pack) if living else None
    number = versions[0].version + 1 if versions else 1
    await bring_into_force(repository, [(pack, item, body_of(item), former)], {_key(item): number}, progress)
    if former is not None:
        uow.announce(StandardChanged(item.kind, item.code, former.version, number))
    return number


async def retire_item(uow: UnitOfWork, kind: Kind, code: str) -> None:
    """End an item without a new version, and tell so. Raises UnknownItem."""
    repository = StandardsRepository(uow.session)
    former = (await repository.living()).get((kind, code))
    if former is None:
        raise UnknownItem(f"{kind} {code}", received=code)
    await repository.end([former], now())
    await repository.clear(kind, [code])
    uow.announce(StandardChanged(kind, code, former.version, None))


async def bring_into_force(
    repository: StandardsRepository,
    fresh: list[tuple[str, Item, bytes, Former | None]],
    numbers: Mapping[Key, int] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write new versions: (pack, item, its body, the version in force or None); former versions end now.

    numbers: versions of items that were retired once and come back; others go on from the version in force.
    """
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
                "version": (numbers or {}).get(_key(item), 1 if former is None else former.version + 1),
                "pack": pack,
                "category": item.category if isinstance(item, Dataset | Specification) else None,
                "initials": initials(item.title),
                "verified": item.verified,
                "size": item.size,
                "body": body.decode(),
                "digest": _digest(body),
                "valid_from": moment,
                "review_due": next_review(),
                **_shown(item),
            },
        )
        for pack, item, body, former in fresh
    )
    told = progress or NullProgress()
    told.stage("整理检索词", sum(item.size for _, item, _, _ in fresh))
    # Tens of thousands of titles are read for their initials: not in the way of other requests.
    rows = await to_thread.run_sync(
        lambda: list(watched((row for pack, item, _, _ in fresh for row in rows_of(pack, item)), told))
    )
    told.stage("写入", len(rows))
    await repository.append(rows, told)


def next_review() -> date:
    """Return the day by which what comes into force, or is confirmed, today is to be reviewed."""
    return today() + timedelta(days=REVIEW_DAYS)


def _shown(item: Item) -> dict[str, Any]:
    return item.model_dump(include={"code", "title", "title_en", "standard", "edition", "status", "provenance"})


def _key(item: Item) -> Key:
    return item.kind, item.code


def body_of(item: Item) -> bytes:
    """Return an item as it is stored: JSON with its keys in order."""
    return orjson.dumps(item.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
