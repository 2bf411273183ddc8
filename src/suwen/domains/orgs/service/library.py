"""The base resource library 基础资源库: what every institution has registered and in use."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from suwen.domains.orgs.models import Department, Equipment, Institution, Staff, Supply
from suwen.domains.orgs.repository.organisations import OrgsRepository
from suwen.domains.orgs.schemas import LibraryRow
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import Page, PageRequest
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

_COUNTED = {"departments": Department, "staff": Staff, "equipment": Equipment, "supplies": Supply}


class Library(ModelSource[Institution]):
    """The institutions of the register, each with the numbers of what it has registered and in use."""

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[Any]:
        """Return one page of the institutions within the scope."""
        page = await super().list(uow, scope, request)
        return Page(await _counted(uow, scope, page.items), page.total, page.page, page.page_size)

    async def get(self, uow: UnitOfWork, scope: Scope, key: str) -> Any:
        """Return one institution. Raises NotFound, also when the scope hides it."""
        (row,) = await _counted(uow, scope, [await super().get(uow, scope, key)])
        return row

    async def iterate(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> AsyncIterator[object]:
        """Yield all institutions within the scope that the request lets through."""
        rows = [row async for row in super().iterate(uow, scope, request) if isinstance(row, Institution)]
        for row in await _counted(uow, scope, rows):
            yield row


async def _counted(uow: UnitOfWork, scope: Scope, rows: Sequence[Institution]) -> list[LibraryRow]:
    repository = OrgsRepository(uow.session)
    counts = {name: await repository.active_counts(model, scope) for name, model in _COUNTED.items()}
    return [
        LibraryRow(
            id=row.id,
            org_code=row.org_code,
            name=row.name,
            category_code=row.category_code,
            level=row.level,
            active=row.active,
            **{name: found.get(row.org_code, 0) for name, found in counts.items()},
        )
        for row in rows
    ]
