"""Jobs of the room that others begin, told by name: who only matches lists loads neither lake nor database."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from suwen.kernel.database import UnitOfWork

HARVEST = "terms.harvest"


def have_harvested(uow: "UnitOfWork", kinds: Sequence[str] = (), orgs: Sequence[str] | None = None) -> uuid.UUID:
    """Have a job bring the dictionaries, all or of some kinds and institutions, to what the landed data hold.

    Each dictionary that comes in has candidates made for what is new. Returns the job.
    """
    return uow.defer(HARVEST, {"kinds": list(kinds), "orgs": list(orgs) if orgs is not None else None})
