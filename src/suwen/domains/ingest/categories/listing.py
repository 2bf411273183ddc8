"""The list of categories, kept up by people, each with the states of its feeds."""

from collections.abc import Sequence
from typing import cast

from pydantic import BaseModel

from suwen.domains.ingest.categories.errors import CategoryInUse, CategoryTaken
from suwen.domains.ingest.categories.models import FeedCategory
from suwen.domains.ingest.categories.repository import CategoryRepository
from suwen.domains.ingest.categories.schemas import CategoryChange, CategoryIn, CategoryRow
from suwen.domains.ingest.permissions import READ, WRITE
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_computed import ComputedSource
from suwen.kernel.resources import Resource, listed
from suwen.kernel.scope import Scope


async def _rows(uow: UnitOfWork, scope: Scope) -> Sequence[CategoryRow]:
    repository = CategoryRepository(uow.session)
    states = await repository.states(scope)
    return [_row(one, states.get(one.code, {})) for one in await repository.categories()]


def _row(category: FeedCategory, states: dict[str, int]) -> CategoryRow:
    names = ("id", "code", "title", "remark", "position", "updated_at")
    own = {name: getattr(category, name) for name in names}
    return CategoryRow.model_validate({**own, "feeds": sum(states.values()), **states})


class Categories(ComputedSource[CategoryRow]):
    """The categories, the same for all institutions; their counts are the reader's."""

    def __init__(self) -> None:
        super().__init__(CategoryRow, _rows, key="id", search=("code", "title", "remark"))

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a category. Raises CategoryTaken."""
        wanted, repository = cast(CategoryIn, data), CategoryRepository(uow.session)
        if await repository.named(wanted.code) is not None:
            raise CategoryTaken(wanted.code)
        category = repository.add(FeedCategory(**wanted.model_dump()))
        await uow.session.flush()
        return _row(category, {})

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a category's title, remark or order. Raises NotFound."""
        row = await self.get(uow, scope, key)
        category = await CategoryRepository(uow.session).get(FeedCategory, row.id)
        for name, value in cast(CategoryChange, data).model_dump(exclude_unset=True).items():
            setattr(category, name, value)
        await uow.session.flush()
        return await self.get(uow, scope, key)

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a category. Raises NotFound, CategoryInUse."""
        row, repository = await self.get(uow, scope, key), CategoryRepository(uow.session)
        if feeds := await repository.in_use(row.code):
            raise CategoryInUse(row.code, feeds)
        await repository.forget(row.code)
        await repository.delete(await repository.get(FeedCategory, row.id))


CATEGORIES = Resource(
    name="ingest.categories",
    domain="ingest",
    title="任务分类",
    title_en="Categories",
    schema=CategoryRow,
    source=Categories(),
    read=READ.code,
    write=WRITE.code,
    create=CategoryIn,
    update=CategoryChange,
    delete=True,
    columns=listed(CategoryRow),
    default_sort=("position", "code"),
    group="数据采集",
    icon="tags",
    order=18,
)
