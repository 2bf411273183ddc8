"""What is kept of a difference while it is settled: its keys, their numbers, why it is open still."""

from collections.abc import Sequence
from uuid import UUID

from suwen.domains.ingest.reconcile.keys import kept_key
from suwen.domains.ingest.reconcile.locating import LocatedKey
from suwen.domains.ingest.reconcile.models import Difference, DifferenceStatus
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

KINDS = ("missing", "extra", "differing", "lost", "stray")
BLIND = ("timestamp",)
"""Modes of capture that never learn of a row that is gone; all others bring the deletion with their next run."""
EVERYTHING = Scope.everything()


async def keep_keys(uow: UnitOfWork, difference: Difference, found: Sequence[LocatedKey], master: bytes) -> None:
    """Keep keys that were found."""
    repository = CheckRepository(uow.session)
    for one in found:
        repository.add(kept_key(difference, one, master))
    await uow.session.flush()


async def counted(uow: UnitOfWork, key: UUID) -> dict[str, int]:
    """Return how many keys of each kind a difference has."""
    counts = await CheckRepository(uow.session).key_counts(key)
    return {kind: counts.get(kind, 0) for kind in KINDS}


async def count(uow: UnitOfWork, difference: Difference) -> dict[str, int]:
    """Note the numbers of keys once all are found, and return them by kind."""
    counts = await counted(uow, difference.id)
    difference.missing, difference.differing = counts["missing"], counts["differing"]
    difference.lost, difference.pending = counts["lost"], None
    difference.extra = counts["extra"] + counts["stray"]
    return counts


async def tell(uow: UnitOfWork, difference: Difference, mode: str) -> None:
    """Note why a difference is open after all: rows may be gone at the source, which not every capture can see."""
    if difference.status == DifferenceStatus.OPEN.value:
        counts = await counted(uow, difference.id)
        difference.reason = "extra" if mode in BLIND and counts["extra"] else "unsettled"
