"""Publishes collection specifications: which versions they hold is kept, the files are written when asked for."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from anyio import to_thread

from suwen.domains.standards.definitions import CatalogueDataset, Dataset, Item, ValueSet
from suwen.domains.standards.errors import NothingChosen, UnknownFormat, UnknownItem
from suwen.domains.standards.models import Publication
from suwen.domains.standards.publishing import WRITERS, Specified, sheet_of
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.schemas_publishing import Chosen, PublicationIn
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork

Version = tuple[str, str, int]
"""Kind, code and version of an item."""


async def publish(uow: UnitOfWork, wanted: PublicationIn) -> Publication:
    """Publish a specification of the datasets in force, with the value sets that they use.

    Raises NothingChosen, UnknownItem; Conflict when the number is taken.
    """
    repository = StandardsRepository(uow.session)
    versions = await _versions(repository, wanted.datasets)
    moment = now()
    year = f"{today():%Y}"
    number = wanted.number or f"SW-{year}-{await repository.publication_count(year) + 1:03d}"
    publication = Publication(
        number=number,
        title=wanted.title,
        note=wanted.note,
        items=[{"kind": kind, "code": code, "version": version} for kind, code, version in versions],
        datasets=sum(kind != "value_set" for kind, _, _ in versions),
        status="current",
        effective_from=wanted.effective_from or today(),
        published_at=moment,
        published_by=uow.principal.display_name if uow.principal else "",
    )
    repository.add(publication)
    await repository.flush()
    return publication


async def withdraw(uow: UnitOfWork, key: UUID) -> Publication:
    """Withdraw a publication: it stays on record and can no longer be downloaded from the home page."""
    publication = await StandardsRepository(uow.session).get(Publication, key)
    publication.status = "withdrawn"
    return publication


async def publication_file(uow: UnitOfWork, key: UUID, format: str) -> tuple[str, str, bytes]:
    """Return file name, media type and content of a publication. Raises NotFound, UnknownFormat."""
    writer = WRITERS.get(format)
    if writer is None:
        raise UnknownFormat(f"no format {format!r}", received=format, allowed=list(WRITERS))
    repository = StandardsRepository(uow.session)
    publication = await repository.get(Publication, key)
    versions = [(item["kind"], item["code"], item["version"]) for item in publication.items]
    head = (publication.title, publication.number, f"{publication.effective_from:%Y-%m-%d}", publication.note)
    specified = _specified(head, versions, await repository.at_versions(versions))
    content = await to_thread.run_sync(writer.write, specified)
    return f"{publication.number}.{writer.ending}", writer.media_type, content


async def dataset_file(uow: UnitOfWork, kind: str, code: str, format: str) -> tuple[str, str, bytes]:
    """Return file name, media type and content of the specification of one dataset as it is in force."""
    writer = WRITERS.get(format)
    if writer is None:
        raise UnknownFormat(f"no format {format!r}", received=format, allowed=list(WRITERS))
    repository = StandardsRepository(uow.session)
    versions = await _versions(repository, [Chosen.model_validate({"kind": kind, "code": code})])
    items = await repository.at_versions(versions)
    title = items[versions[0]].title
    specified = _specified((title, code, f"{today():%Y-%m-%d}", ""), versions, items)
    return f"{code}.{writer.ending}", writer.media_type, await to_thread.run_sync(writer.write, specified)


async def _versions(repository: StandardsRepository, chosen: Sequence[Chosen]) -> list[Version]:
    """Return the versions in force of the chosen datasets and then of the value sets that they use."""
    if not chosen:
        raise NothingChosen("没有选择数据集")
    living = await repository.living()
    found: list[Version] = []
    used: dict[str, None] = {}
    for one in dict.fromkeys((each.kind, each.code) for each in chosen):
        former = living.get(one)
        if former is None:
            raise UnknownItem(f"{one[0]} {one[1]}", received=one[1])
        found.append((*one, former.version))
    for item in (await repository.at_versions(found)).values():
        elements = cast("Dataset | CatalogueDataset", item).elements
        used |= dict.fromkeys(element.value_set for element in elements if element.value_set)
    found += [("value_set", code, living["value_set", code].version) for code in sorted(used)]
    return found


def _specified(head: tuple[str, str, str, str], versions: Sequence[Version], items: dict[Version, Item]) -> Specified:
    title, number, day, note = head
    datasets = [(items[key], key[2]) for key in versions if key[0] != "value_set"]
    sheets = tuple(sheet_of(cast("Dataset | CatalogueDataset", item), version) for item, version in datasets)
    value_sets = tuple(cast("ValueSet", items[key]) for key in versions if key[0] == "value_set")
    return Specified(title, number, day, note, sheets, value_sets)
