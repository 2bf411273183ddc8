"""Every query of the standards room."""

from collections.abc import Iterable

from sqlalchemy import Select, delete, select

from suwen.domains.standards.models import DictionaryCode, DictionaryElement, StandardItem
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import Repository
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope


class LivingItems(ModelSource[StandardItem]):
    """The living items of one kind; standards belong to no institution."""

    def __init__(self, kind: str) -> None:
        super().__init__(StandardItem, search=("code", "title", "title_en"), default_sort=("code",))
        self.kind = kind

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[StandardItem]:
        """Return the items of this kind that are in force."""
        living = StandardItem.valid_to.is_(None)
        return super().query(uow, scope).where(StandardItem.kind == self.kind, living)


class StandardsRepository(Repository):  # unscoped: standards belong to no institution
    """Versions of items, and the dictionary rows of the living ones."""

    async def living(self) -> list[StandardItem]:
        """Return every item in force."""
        query = select(StandardItem).where(StandardItem.valid_to.is_(None))
        return await self.all(query.order_by(StandardItem.kind, StandardItem.code))

    async def flush(self) -> None:
        """Write what is pending, still within the unit of work."""
        await self.session.flush()

    async def replace_elements(self, dataset: str, rows: Iterable[DictionaryElement]) -> None:
        """Put the dictionary rows of a dataset in place of the former ones."""
        await self.session.execute(delete(DictionaryElement).where(DictionaryElement.dataset == dataset))
        self.session.add_all(rows)

    async def replace_codes(self, value_set: str, rows: Iterable[DictionaryCode]) -> None:
        """Put the codes of a value set in place of the former ones."""
        await self.session.execute(delete(DictionaryCode).where(DictionaryCode.value_set == value_set))
        self.session.add_all(rows)
