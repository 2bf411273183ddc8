"""Looks standards up: the tree, the search across everything, an item with its versions, and what a change touches."""

from collections.abc import Collection
from typing import Any, cast

from suwen.domains.standards.comparing import Difference, SourceColumn, differences
from suwen.domains.standards.definitions import MODELS, CatalogueDataset, Dataset, Document, Item, Kind, ValueSet
from suwen.domains.standards.errors import UnknownItem
from suwen.domains.standards.models import StandardItem
from suwen.domains.standards.repository import SEARCHED, StandardsRepository
from suwen.domains.standards.schemas_looking import (
    Branch,
    CodeOut,
    CodesPage,
    Hit,
    Hits,
    Impact,
    ItemHead,
    ItemView,
    Tree,
    VersionRow,
)
from suwen.domains.standards.tree import KINDS, branch_of
from suwen.domains.standards.usage import Touched, Usage, usages
from suwen.kernel.database import UnitOfWork
from suwen.kernel.pinyin import initials
from suwen.kernel.scope import Scope
from suwen.kernel.uploads import UnreadableFile, read_rows
from suwen.kernel.words import Words


async def tree(uow: UnitOfWork) -> list[Tree]:
    """Return the kinds of items with their branches and counts, in the order of the standards' own parts."""
    heads = await StandardsRepository(uow.session).heads()
    counted: dict[str, dict[tuple[str, Words], int]] = {kind: {} for kind in KINDS}
    for head in heads:
        branch = branch_of(head.kind, head.code, head.standard, head.category)
        counted[head.kind][branch] = counted[head.kind].get(branch, 0) + 1
    return [
        Tree(
            kind=kind,
            title=title,
            title_en=title_en,
            count=sum(counted[kind].values()),
            branches=[
                Branch(key=key, title=name.zh, title_en=name.en, count=count)
                for (key, name), count in sorted(counted[kind].items())
            ],
        )
        for kind, (title, title_en) in KINDS.items()
    ]


async def branch_items(uow: UnitOfWork, kind: Kind, branch: str | None) -> list[ItemHead]:
    """Return the items in force of a kind, all or of one branch, by code."""
    heads = await StandardsRepository(uow.session).heads(kind)
    return [
        ItemHead.model_validate(head)
        for head in heads
        if branch is None or branch_of(kind, head.code, head.standard, head.category)[0] == branch
    ]


async def search(uow: UnitOfWork, text: str, limit: int) -> list[Hits]:
    """Return what has a text in its code, name or initials, in groups with their counts, nearest first."""
    repository = StandardsRepository(uow.session)
    groups: list[Hits] = []
    for group, model, searched in SEARCHED:
        count, rows = await repository.found(model, searched, text, limit)
        if count:
            groups.append(Hits(group=group, count=count, hits=[_hit(group, row) for row in rows]))
    return groups


def _hit(group: str, row: Any) -> Hit:
    match group:
        case "item":
            return Hit(kind=row.kind, item=row.code, code=row.code, title=row.title, context=row.standard)
        case "element":
            return Hit(kind="dataset", item=row.dataset, code=row.name, title=row.title, context=row.dataset)
        case "catalogue_element":
            return Hit(kind="catalogue", item=row.dataset, code=row.code, title=row.title, context=row.dataset)
        case "document":
            return Hit(kind="document", item=row.code, code=row.template_id, title=row.title, context=row.standard)
        case "section":
            item = row.document
            return Hit(kind="document", item=item, code=row.code or "", title=row.title, context=item)
        case "code":
            return Hit(kind="value_set", item=row.value_set, code=row.code, title=row.title, context=row.value_set)
        case _:
            item = row.specification
            return Hit(kind="specification", item=item, code=row.code, title=row.title, context=item)


async def item_view(uow: UnitOfWork, kind: Kind, code: str, version: int | None = None) -> ItemView:
    """Return an item in a version (default: in force, else the newest) with the list of its versions.

    A value set comes without its codes: they are asked for by the page.
    """
    repository = StandardsRepository(uow.session)
    row, versions = await _head(repository, kind, code, version)
    body = await repository.body(row.id, "items" if kind == "value_set" else None)
    rows = [VersionRow.model_validate(each) for each in versions]
    adopted = await repository.adopting(code) if kind == "catalogue" else []
    return ItemView(**ItemHead.model_validate(row).model_dump(), body=body, versions=rows, adopted=adopted)


async def codes_page(
    uow: UnitOfWork, code: str, version: int | None, text: str, page: int, page_size: int
) -> CodesPage:
    """Return a page of a value set's codes in a version, all or those with a text in code, name or initials.

    Raises UnknownItem.
    """
    repository = StandardsRepository(uow.session)
    row, _ = await _head(repository, "value_set", code, version)
    start = (page - 1) * page_size
    if row.valid_to is None:
        total, living = await repository.codes_page(code, text, start, page_size)
        items = [CodeOut.model_validate(each) for each in living]
    else:
        # Only what is in force stands in the table; a former version is looked at now and then.
        body = ValueSet.model_validate(await repository.body(row.id))
        placed = [
            CodeOut(position=position, **item.model_dump())
            for position, item in enumerate(body.items, start=1)
            if not text or any(text.lower() in each.lower() for each in (item.code, item.title, initials(item.title)))
        ]
        total, items = len(placed), placed[start : start + page_size]
    return CodesPage(items=items, total=total, page=page, page_size=page_size)


async def item_differences(
    uow: UnitOfWork, kind: Kind, code: str, before: int, after: int | None = None
) -> list[Difference]:
    """Return what changed from one version of an item to another (default: the one in force), field by field."""
    versions = await _versions(uow, kind, code)
    model = MODELS[kind]
    left, right = (_chosen(versions, code, number) for number in (before, after))
    return differences(model.model_validate(left.body), model.model_validate(right.body))


async def living_item(uow: UnitOfWork, kind: Kind, code: str) -> tuple[Item, int] | None:
    """Return the item in force with its version, or None."""
    found = next((row for row in await _rows(uow, kind, code) if row.valid_to is None), None)
    return None if found is None else (MODELS[kind].model_validate(found.body), found.version)


async def former_item(uow: UnitOfWork, kind: Kind, code: str, version: int | None) -> Item | None:
    """Return an item in one version, None for no version."""
    found = next((row for row in await _rows(uow, kind, code) if row.version == version), None)
    return None if found is None else MODELS[kind].model_validate(found.body)


async def impact(uow: UnitOfWork, scope: Scope, kind: Kind, code: str, element: str | None = None) -> Impact:
    """Return what uses an item, one element of a dataset or one code of a value set.

    That is other standards, the documents that are made of the datasets touched, and what other rooms registered.
    """
    living = await living_item(uow, kind, code)
    if living is None:
        raise UnknownItem(f"{kind} {code}", received=code)
    repository = StandardsRepository(uow.session)
    own: list[Usage] = []
    columns: set[tuple[str, str]] = set()
    item = living[0]
    if kind in ("data_element", "value_set"):
        wanted: dict[str, str] = {"de": code} if kind == "data_element" else {"value_set": code}
        for row in await repository.elements_with(**wanted):
            columns.add((row.dataset, row.name))
            path = f"/catalog/datasets/{row.dataset}?tab=dictionary"
            own.append(Usage(kind="column", code=f"{row.dataset}.{row.name}", title=row.title, path=path))
        for row in await repository.catalogue_elements_with(**wanted):
            own.append(Usage(kind="catalogue", code=row.code, title=row.title, detail=row.dataset))
        if kind == "value_set":
            for row in await repository.data_elements_with(code):
                own.append(Usage(kind="data_element", code=row.code, title=row.title))
    elif isinstance(item, Dataset):
        columns = {(code, name) for name in item.names if element in (None, name)}
        own += await _around(repository, item)
    elif isinstance(item, CatalogueDataset):
        carried = dict.fromkeys((*item.datasets, *await repository.adopting(code)))
        own += [Usage(kind="dataset", code=name, title="", path=f"/catalog/datasets/{name}") for name in carried]
    touched = Touched(
        datasets=frozenset(dataset for dataset, _ in columns),
        columns=frozenset(columns),
        value_sets=frozenset({code}) if kind == "value_set" else frozenset(),
        codes=frozenset({element}) if kind == "value_set" and element else frozenset(),
    )
    if kind in ("data_element", "value_set") or element is not None:
        own += await _documents(repository, touched.datasets, {one.detail for one in own if one.kind == "catalogue"})
    return Impact(usages=[*own, *(await usages(uow, touched, scope) if columns or touched.value_sets else [])])


async def _documents(repository: StandardsRepository, datasets: Collection[str], catalogue: set[str]) -> list[Usage]:
    """Return the documents that are made of some declared datasets, or of some datasets of a standard."""
    named = {
        item.document
        for item in cast("list[CatalogueDataset]", await repository.items("catalogue", catalogue))
        if item.document
    }
    found: list[Usage] = []
    for item in cast("list[Document]", await repository.items("document")):
        behind = [*sorted(set(item.datasets) & set(datasets)), *sorted({item.source_dataset or ""} & catalogue)]
        if behind or item.code in named:
            detail = "、".join(behind) or item.standard
            found.append(Usage(kind="document", code=item.code, title=item.title, detail=detail))
    return found


async def _around(repository: StandardsRepository, dataset: Dataset) -> list[Usage]:
    found: list[Usage] = []
    code = dataset.code
    for kind in ("document", "catalogue"):
        for item in cast("list[Document | CatalogueDataset]", await repository.items(kind)):
            if code in item.datasets or item.code == dataset.adopts:
                found.append(Usage(kind=kind, code=item.code, title=item.title, detail=item.standard))
    for item in cast("list[Dataset]", await repository.items("dataset")):
        if any(reference.dataset == code for reference in item.references):
            path = f"/catalog/datasets/{item.code}"
            found.append(Usage(kind="reference", code=item.code, title=item.title, path=path))
    return found


async def _rows(uow: UnitOfWork, kind: Kind, code: str) -> list[StandardItem]:
    return await StandardsRepository(uow.session).versions(kind, code)


async def _head(
    repository: StandardsRepository, kind: Kind, code: str, version: int | None
) -> tuple[StandardItem, list[StandardItem]]:
    versions = await repository.version_heads(kind, code)
    if not versions:
        raise UnknownItem(f"{kind} {code}", received=code)
    return _chosen(versions, code, version), versions


async def _versions(uow: UnitOfWork, kind: Kind, code: str) -> list[StandardItem]:
    rows = await _rows(uow, kind, code)
    if not rows:
        raise UnknownItem(f"{kind} {code}", received=code)
    return rows


def _chosen(versions: list[StandardItem], code: str, version: int | None) -> StandardItem:
    if version is None:
        return next((row for row in versions if row.valid_to is None), versions[0])
    found = next((row for row in versions if row.version == version), None)
    if found is None:
        raise UnknownItem(f"{code}: version", received=version, allowed=[row.version for row in versions])
    return found


async def living_dataset(uow: UnitOfWork, kind: Kind, code: str) -> tuple[Dataset | CatalogueDataset, int]:
    """Return a dataset in force, of the platform or of the catalogue, with its version. Raises UnknownItem."""
    living = await living_item(uow, kind, code)
    if living is None or not isinstance(living[0], Dataset | CatalogueDataset):
        raise UnknownItem(f"{kind} {code}", received=code)
    return living[0], living[1]


_HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("字段名", "列名", "字段", "column", "column_name", "name"),
    "title": ("注释", "字段说明", "说明", "中文名", "名称", "含义", "comment", "title", "description"),
    "type": ("类型", "数据类型", "type", "data_type"),
    "length": ("长度", "最大长度", "length", "size"),
}


def columns_of(content: bytes) -> list[SourceColumn]:
    """Return the columns that a csv or xlsx list names; its header says which is name, title, type and length.

    Raises UnreadableFile when no column of the list holds names.
    """
    rows = read_rows(content)
    header = [text.strip().lower() for text in next(rows, list[str]())]
    place = {
        field: next((header.index(name) for name in names if name in header), None) for field, names in _HEADERS.items()
    }
    if place["name"] is None:
        raise UnreadableFile(
            "表头没有字段名一列",
            detail_en="no column of the header holds names of columns",
            received="、".join(header),
            allowed=list(_HEADERS["name"]),
        )

    def cell(row: list[str], field: str) -> str:
        at = place[field]
        return row[at].strip() if at is not None and at < len(row) else ""

    return [
        SourceColumn(
            name=cell(row, "name"),
            title=cell(row, "title"),
            type=cell(row, "type"),
            length=int(cell(row, "length")) if cell(row, "length").isdecimal() else None,
        )
        for row in rows
        if cell(row, "name")
    ]
