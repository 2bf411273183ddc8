"""Queries of the items in their versions, their dictionaries, proposals and publications."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer

from suwen.domains.standards.definitions import MODELS, Item, Kind
from suwen.domains.standards.dictionary import TABLES, code_key
from suwen.domains.standards.models import (
    DictionaryCatalogueElement,
    DictionaryClause,
    DictionaryCode,
    DictionaryDataElement,
    DictionaryDocument,
    DictionaryElement,
    DictionarySection,
    InstalledPack,
    Proposal,
    ProposalActivity,
    ProposalComment,
    ProposalTask,
    Publication,
    StandardItem,
)
from suwen.kernel.copying import copy_rows
from suwen.kernel.database import Base, UnitOfWork
from suwen.kernel.errors import Conflict
from suwen.kernel.progress import NullProgress, Progress, watched
from suwen.kernel.repository import Repository
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

Row = TypeVar("Row", bound=Base)
Key = tuple[str, str]
"""Kind and code of an item."""


CLOSED = ("published", "confirmed", "abandoned")
"""Stages at which a proposal is no longer on its way."""


class LivingItems(ModelSource[StandardItem]):
    """The living items of one kind, or of all (None); standards belong to no institution."""

    def __init__(self, kind: str | None) -> None:
        super().__init__(StandardItem, search=("code", "title", "title_en", "initials"), default_sort=("code",))
        self.kind = kind

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[StandardItem]:
        """Return the items of this kind that are in force."""
        query = super().query(uow, scope).where(StandardItem.valid_to.is_(None))
        return query if self.kind is None else query.where(StandardItem.kind == self.kind)


class Former(NamedTuple):
    """The version of an item that is in force."""

    id: UUID
    version: int
    digest: str
    pack: str


class StandardsRepository(Repository):  # unscoped: standards belong to no institution
    """Versions of items, and the dictionary rows of the living ones."""

    async def living(self) -> dict[Key, Former]:
        """Return the versions in force, by kind and code."""
        item = StandardItem
        query = select(item.kind, item.code, item.id, item.version, item.digest, item.pack).where(
            item.valid_to.is_(None)
        )
        return {
            (kind, code): Former(key, version, digest, pack)
            for kind, code, key, version, digest, pack in await self.session.execute(query)
        }

    async def living_count(self) -> int:
        """Return the number of items in force."""
        return await self.count(select(StandardItem).where(StandardItem.valid_to.is_(None)))

    async def retired(self) -> set[Key]:
        """Return the items that had versions and have none in force."""
        item = StandardItem
        living = func.count().filter(item.valid_to.is_(None))
        query = select(item.kind, item.code).group_by(item.kind, item.code).having(living == 0)
        return {(kind, code) for kind, code in await self.session.execute(query)}

    async def pack_digests(self) -> dict[str, str]:
        """Return the digests of the packs as last installed, by code."""
        return {pack.code: pack.digest for pack in await self.all(select(InstalledPack))}

    async def note_packs(self, digests: Mapping[str, str], moment: datetime) -> None:
        """Remember the packs as installed now."""
        for code, digest in digests.items():
            await self.session.merge(InstalledPack(code=code, digest=digest, installed_at=moment))

    async def items(self, kind: Kind, codes: Collection[str] | None = None) -> list[Item]:
        """Return the items of a kind in force, all or those of `codes`; a dataset says which version it is."""
        item = StandardItem
        query = select(item.body, item.version).where(item.kind == kind, item.valid_to.is_(None)).order_by(item.code)
        if codes is not None:
            query = query.where(item.code.in_(sorted(codes)))
        rows = await self.session.execute(query)
        return [
            MODELS[kind].model_validate(body | {"version": version} if kind == "dataset" else body)
            for body, version in rows
        ]

    async def editions(self, kind: Kind) -> dict[str, list[tuple[int, datetime, datetime | None]]]:
        """Return the versions of a kind's items by code, oldest first: number, in force from, until (None: still)."""
        item = StandardItem
        query = select(item.code, item.version, item.valid_from, item.valid_to).where(item.kind == kind)
        found: dict[str, list[tuple[int, datetime, datetime | None]]] = {}
        for code, version, begun, ended in await self.session.execute(query.order_by(item.code, item.version)):
            found.setdefault(code, []).append((version, begun, ended))
        return found

    async def longest_codes(self, value_sets: Collection[str]) -> dict[str, int]:
        """Return the length of the longest code of those living value sets that have codes."""
        code = DictionaryCode
        query = select(code.value_set, func.max(func.length(code.code))).where(code.value_set.in_(sorted(value_sets)))
        rows = await self.session.execute(query.group_by(code.value_set))
        return {str(row[0]): int(row[1]) for row in rows}

    async def adopting(self, catalogue: str) -> list[str]:
        """Return the living datasets that adopt a dataset of the catalogue, by code."""
        item = StandardItem
        adopts = cast("ColumnElement[Any]", item.body)["adopts"].astext == catalogue
        query = select(item.code).where(item.kind == "dataset", item.valid_to.is_(None), adopts)
        return list(await self.session.scalars(query.order_by(item.code)))

    async def codes(self, value_set: str, codes: Collection[str]) -> list[DictionaryCode]:
        """Return those of some codes that a living value set has."""
        keys = [code_key(value_set, code) for code in sorted(codes)]
        return await self.all(select(DictionaryCode).where(DictionaryCode.id.in_(keys)))

    async def codes_page(
        self, value_set: str, text: str, offset: int, limit: int
    ) -> tuple[int, Sequence[DictionaryCode]]:
        """Return how many codes of a living value set have a text in code, title or initials, and a page of them."""
        query = self._codes(value_set, text)
        page = query.order_by(DictionaryCode.position).offset(offset).limit(limit)
        return await self.count(query), await self.all(page)

    async def search_codes(self, value_set: str, text: str, limit: int) -> list[DictionaryCode]:
        """Return codes of a living value set by part of code, title or pinyin initials, the shortest titles first."""
        nearest = (func.length(DictionaryCode.title), DictionaryCode.position)
        return await self.all(self._codes(value_set, text).order_by(*nearest).limit(limit))

    def _codes(self, value_set: str, text: str) -> Select[DictionaryCode]:
        code = DictionaryCode
        query = select(code).where(code.value_set == value_set)
        return query.where(code.search.contains(text.lower(), autoescape=True)) if text else query

    async def former(self, kind: Kind, item: str) -> list[Item]:
        """Return the versions of an item that are no longer in force, newest first."""
        ended = StandardItem.valid_to.is_not(None)
        query = select(StandardItem.body).where(StandardItem.kind == kind, StandardItem.code == item, ended)
        bodies = await self.session.scalars(query.order_by(StandardItem.version.desc()))
        return [MODELS[kind].model_validate(body) for body in bodies]

    async def versions(self, kind: Kind, code: str) -> list[StandardItem]:
        """Return all versions of an item, newest first."""
        item = StandardItem
        query = select(item).where(item.kind == kind, item.code == code).order_by(item.version.desc())
        return await self.all(query)

    async def version_heads(self, kind: Kind, code: str) -> list[StandardItem]:
        """Return all versions of an item without their bodies, newest first."""
        item = StandardItem
        query = select(item).where(item.kind == kind, item.code == code).options(defer(item.body))
        return await self.all(query.order_by(item.version.desc()))

    async def body(self, key: UUID, without: str | None = None) -> dict[str, Any]:
        """Return the body of a version, without one of its parts if need be."""
        body: ColumnElement[Any] = cast("ColumnElement[Any]", StandardItem.body)
        wanted = body.op("-")(without) if without is not None else body
        return cast(
            "dict[str, Any]", (await self.session.execute(select(wanted).where(StandardItem.id == key))).scalar_one()
        )

    async def at_versions(self, keys: Collection[tuple[str, str, int]]) -> dict[tuple[str, str, int], Item]:
        """Return items in the versions asked for, by kind, code and version."""
        item = StandardItem
        wanted = [and_(item.kind == kind, item.code == code, item.version == version) for kind, code, version in keys]
        if not wanted:
            return {}
        found = await self.all(select(item).where(or_(*wanted)))
        return {(row.kind, row.code, row.version): MODELS[_kind(row)].model_validate(row.body) for row in found}

    async def heads(self, kind: str | None = None) -> list[StandardItem]:
        """Return the items in force without their bodies, by code."""
        item = StandardItem
        query = select(item).where(item.valid_to.is_(None)).options(defer(item.body)).order_by(item.code)
        return await self.all(query.where(item.kind == kind) if kind else query)

    async def found(self, model: type[Row], searched: Collection[str], text: str, limit: int) -> tuple[int, list[Row]]:
        """Return how many rows have a text in their code, title or initials, and the nearest of them.

        Nearest: that code or title itself, then those that begin with it, then the shortest titles.
        """
        pattern = re.sub(r"([\\%_])", r"\\\1", text)
        columns: dict[str, ColumnElement[Any]] = {name: getattr(model, name) for name in (*searched, "title")}
        where = or_(*(columns[name].ilike(f"%{pattern}%", escape="\\") for name in searched))
        query = select(model).where(where)
        if model is StandardItem:
            query = query.where(StandardItem.valid_to.is_(None)).options(defer(StandardItem.body))
        begins = [columns[name].ilike(f"{pattern}%", escape="\\") for name in searched]
        exact = [columns[name].ilike(pattern, escape="\\") for name in searched]
        nearest = (or_(*exact).desc(), or_(*begins).desc(), func.length(columns["title"]))
        return await self.count(query), await self.all(query.order_by(*nearest).limit(limit))

    async def elements_with(self, *, de: str | None = None, value_set: str | None = None) -> list[DictionaryElement]:
        """Return the columns of datasets that name a data element or a value set."""
        element = DictionaryElement
        where = element.de == de if de else element.value_set == value_set
        return await self.all(select(element).where(where).order_by(element.id))

    async def catalogue_elements_with(
        self, *, de: str | None = None, value_set: str | None = None
    ) -> list[DictionaryCatalogueElement]:
        """Return the elements of catalogue datasets that name a data element or a value set."""
        element = DictionaryCatalogueElement
        where = element.de == de if de else element.value_set == value_set
        return await self.all(select(element).where(where).order_by(element.id))

    async def data_elements_with(self, value_set: str) -> list[DictionaryDataElement]:
        """Return the data elements that name a value set."""
        element = DictionaryDataElement
        return await self.all(select(element).where(element.value_set == value_set).order_by(element.code))

    async def flush(self) -> None:
        """Write what was added. Raises Conflict when a key is taken."""
        try:
            await self.session.flush()
        except IntegrityError as error:
            constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
            raise Conflict("数据与已有记录冲突", constraint=constraint) from error

    async def publication_count(self, year: str) -> int:
        """Return how many publications have a number of that year."""
        return await self.count(select(Publication).where(Publication.number.like(f"%-{year}-%")))

    async def proposal_parts(
        self, proposal: Proposal
    ) -> tuple[list[ProposalTask], list[ProposalComment], list[ProposalActivity]]:
        """Return the tasks, comments and activities of a proposal, oldest first."""
        task, comment, activity = ProposalTask, ProposalComment, ProposalActivity
        return (
            await self.all(select(task).where(task.proposal_id == proposal.id).order_by(task.created_at)),
            await self.all(select(comment).where(comment.proposal_id == proposal.id).order_by(comment.created_at)),
            await self.all(select(activity).where(activity.proposal_id == proposal.id).order_by(activity.at)),
        )

    async def open_proposal(self, kind: str, code: str) -> Proposal | None:
        """Return the proposal for an item that is still on its way."""
        where = (Proposal.kind == kind, Proposal.code == code, Proposal.stage.not_in(CLOSED))
        return await self.one_or_none(select(Proposal).where(*where))

    async def due_proposals(self, day: date) -> list[Proposal]:
        """Return the published proposals whose day has come and that are not in force yet."""
        waiting = (Proposal.stage == "published", Proposal.published_version.is_(None), Proposal.effective_from <= day)
        return await self.all(select(Proposal).where(*waiting).order_by(Proposal.effective_from, Proposal.updated_at))

    async def stage_count(self, stage: str) -> int:
        """Return how many proposals stand at a stage."""
        return await self.count(select(Proposal.id).where(Proposal.stage == stage))

    async def review_count(self, day: date) -> int:
        """Return how many items in force are to be reviewed by a day."""
        item = StandardItem
        return await self.count(select(item.id).where(item.valid_to.is_(None), item.review_due <= day))

    async def set_review(self, kind: str, code: str, day: date) -> int:
        """Set the day by which the item in force is to be reviewed; returns the number of items found."""
        item = StandardItem
        living = (item.kind == kind, item.code == code, item.valid_to.is_(None))
        rows = await self.session.scalars(update(item).where(*living).values(review_due=day).returning(item.id))
        return len(rows.all())

    async def end(self, versions: Collection[Former], moment: datetime) -> None:
        """End the versions: what is in force of an item is at most one."""
        ended = StandardItem.id.in_([version.id for version in versions])
        await self.session.execute(update(StandardItem).where(ended).values(valid_to=moment))

    async def clear(self, kind: Kind, codes: Collection[str]) -> None:
        """Remove the dictionary rows of items."""
        for table, owner in TABLES[kind]:
            await self.session.execute(delete(table).where(getattr(table, owner).in_(sorted(codes))))

    async def append(self, rows: Iterable[tuple[type[Base], dict[str, Any]]], progress: Progress | None = None) -> None:
        """Write rows of any table by COPY, which takes thousands in the time of a few inserts."""
        by_table: dict[type[Base], list[dict[str, Any]]] = {}
        for table, row in rows:
            by_table.setdefault(table, []).append(row)
        for table, held in by_table.items():
            columns = tuple(held[0])
            values = ([row[column] for column in columns] for row in watched(held, progress or NullProgress()))
            await copy_rows(self.session, table.__tablename__, columns, values)


SEARCHED: tuple[tuple[str, type[Base], tuple[str, ...]], ...] = (
    ("item", StandardItem, ("code", "title", "initials")),
    ("element", DictionaryElement, ("name", "title", "initials", "de")),
    ("catalogue_element", DictionaryCatalogueElement, ("code", "title", "initials", "de")),
    ("document", DictionaryDocument, ("template_id",)),
    ("section", DictionarySection, ("code", "title", "title_en", "initials")),
    ("code", DictionaryCode, ("code", "title", "initials")),
    ("clause", DictionaryClause, ("code", "title", "initials")),
)
"""What the search across everything looks through: group, table, columns."""


def _kind(row: StandardItem) -> Kind:
    return cast("Kind", row.kind)
