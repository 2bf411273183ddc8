"""The life of every dataset as a standard: in force since when, retired when, what is proposed, who uses it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from suwen.domains.standards.definitions import Dataset
from suwen.domains.standards.repository import LifeRepository, StandardsRepository
from suwen.domains.standards.usage import Touched, Usage, usages
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class Proposed:
    """What is proposed for a dataset: operation and stage as in the life cycle, from which day if that is known."""

    id: UUID
    operation: str
    stage: str
    effective_from: date | None
    begun_at: datetime
    begun_by: str


@dataclass(frozen=True)
class DatasetLife:
    """A dataset in its newest version: in force, or retired at `retired_at`.

    since: from when this version is or was in force. proposed: what is on its way, or waits for its day.
    """

    dataset: Dataset
    edition: str
    since: datetime
    retired_at: datetime | None
    review_due: date
    proposed: Proposed | None


@dataclass(frozen=True)
class VersionSpan:
    """A version of a dataset: in force from, until (None: still); who published and who ended it, where noted."""

    version: int
    since: datetime
    until: datetime | None
    published_by: str | None
    retired_by: str | None


async def dataset_lives(uow: UnitOfWork) -> list[DatasetLife]:
    """Return every dataset that is or ever was in force, by code; nothing where no standards are installed."""
    repository = LifeRepository(uow.session)
    proposed = {
        each.code: Proposed(
            id=each.id,
            operation=each.operation,
            stage=each.stage,
            effective_from=each.effective_from,
            begun_at=each.created_at,
            begun_by=each.created_by,
        )
        for each in await repository.proposals()
    }
    return [
        DatasetLife(
            dataset=Dataset.model_validate(item.body | {"version": item.version}),
            edition=item.edition,
            since=item.valid_from,
            retired_at=item.valid_to,
            review_due=item.review_due,
            proposed=proposed.get(item.code),
        )
        for item in await repository.newest()
    ]


async def version_spans(uow: UnitOfWork, dataset: str) -> list[VersionSpan]:
    """Return the versions of a dataset, oldest first."""
    editions = (await StandardsRepository(uow.session).editions("dataset")).get(dataset, [])
    approved = await LifeRepository(uow.session).approvals(dataset)
    return [
        VersionSpan(version, since, until, approved.get((False, version)), approved.get((True, version)))
        for version, since, until in editions
    ]


async def uses_of(uow: UnitOfWork, datasets: Sequence[Dataset], scope: Scope) -> dict[str, list[Usage]]:
    """Return what other rooms use of some datasets in force, and the documents made of them, by dataset."""
    codes = {each.code for each in datasets}
    touched = Touched(
        datasets=frozenset(codes),
        columns=frozenset((each.code, column.name) for each in datasets for column in each.columns),
        value_sets=frozenset(),
    )
    found: defaultdict[str, list[Usage]] = defaultdict(list)
    everything = await usages(uow, touched, scope) if datasets else []
    for code, title, carried in await LifeRepository(uow.session).documents():
        everything.append(Usage(kind="document", code=code, title=title, datasets=carried))
    for usage in everything:
        for code in codes.intersection(usage.datasets):
            found[code].append(usage)
    return found
