"""Looking standards up: tree, search, items with their versions, differences, impact, comparison, conformance."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from suwen.domains.standards.attributes import ATTRIBUTES, Attribute
from suwen.domains.standards.comparing import (
    COMPARISON_HEADER,
    Comparison,
    Difference,
    SourceColumn,
    compare_table,
    comparison_rows,
)
from suwen.domains.standards.definitions import Kind
from suwen.domains.standards.permissions import READ
from suwen.domains.standards.publishing import sheet_of
from suwen.domains.standards.schemas_looking import CodesPage, CompareIn, Hits, Impact, ItemHead, ItemView, Tree
from suwen.domains.standards.service import looking
from suwen.kernel.permissions import Principal, require
from suwen.kernel.tabular import media_type, table_file
from suwen.kernel.uploads import Content
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Code = Annotated[str, Query(min_length=1, max_length=200)]
Version = Annotated[int | None, Query(ge=1, lt=2**31)]
router = APIRouter(prefix="/api/standards", tags=["standards"])


@router.get("/tree")
async def read_tree(work: Work, _principal: Reader) -> list[Tree]:
    """Return the tree of catalogues: kinds of items, their branches, how many items each has."""
    return await looking.tree(work)


@router.get("/attributes")
async def read_attributes(_principal: Reader) -> list[Attribute]:
    """Return the attributes that codes may have, in the order in which they are shown."""
    return list(ATTRIBUTES.values())


@router.get("/branch")
async def read_branch(work: Work, _principal: Reader, kind: Kind, branch: str | None = None) -> list[ItemHead]:
    """Return the items of a kind, or of one branch of it."""
    return await looking.branch_items(work, kind, branch)


@router.get("/search")
async def search(
    work: Work,
    _principal: Reader,
    q: Annotated[str, Query(min_length=1, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> list[Hits]:
    """Search every kind of standard by code, name and pinyin initials."""
    return await looking.search(work, q.strip(), limit)


@router.get("/item")
async def read_item(work: Work, _principal: Reader, kind: Kind, code: Code, version: Version = None) -> ItemView:
    """Return an item with its parts and the list of its versions."""
    return await looking.item_view(work, kind, code, version)


@router.get("/item/codes")
async def read_codes(
    work: Work,
    _principal: Reader,
    code: Code,
    version: Version = None,
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> CodesPage:
    """Return a page of a value set's codes, found by part of code, name or pinyin initials."""
    return await looking.codes_page(work, code, version, q.strip(), page, page_size)


@router.get("/item/differences")
async def read_differences(
    work: Work,
    _principal: Reader,
    kind: Kind,
    code: Code,
    before: Annotated[int, Query(ge=1, lt=2**31)],
    after: Version = None,
) -> list[Difference]:
    """Return what changed between two versions, field by field."""
    return await looking.item_differences(work, kind, code, before, after)


@router.get("/item/impact")
async def read_impact(
    work: Work, principal: Reader, kind: Kind, code: Code, element: Annotated[str | None, Query(max_length=200)] = None
) -> Impact:
    """Return what uses an item or one of its elements: standards, mappings, rules, metrics, documents."""
    return await looking.impact(work, principal.scope, kind, code, element)


@router.get("/item/impact/export", response_class=StreamingResponse)
async def export_impact(
    work: Work,
    principal: Reader,
    kind: Kind,
    code: Code,
    element: Annotated[str | None, Query(max_length=200)] = None,
    using: Annotated[str | None, Query(max_length=50, description="only uses of this kind")] = None,
    format: str = "xlsx",
) -> StreamingResponse:
    """Return what uses an item as csv or xlsx."""
    type_ = media_type(format)
    found = await looking.impact(work, principal.scope, kind, code, element)
    rows = [(one.kind, one.code, one.title, one.detail) for one in found.usages if using in (None, one.kind)]
    body = table_file(format, "影响分析", ("类别", "代码", "名称", "说明"), rows)
    headers = {"Content-Disposition": f'attachment; filename="standards.impact.{format}"'}
    return StreamingResponse(body, media_type=type_, headers=headers)


@router.post("/compare")
async def compare(work: Work, _principal: Reader, wanted: CompareIn) -> Comparison:
    """Compare a source table's columns with a dataset: coverage, differences of type and length."""
    dataset, version = await looking.living_dataset(work, wanted.kind, wanted.code)
    return compare_table(sheet_of(dataset, version), wanted.columns, wanted.pairs)


@router.post("/compare/export", response_class=StreamingResponse)
async def export_comparison(
    work: Work, _principal: Reader, wanted: CompareIn, format: str = "xlsx"
) -> StreamingResponse:
    """Return the comparison as csv or xlsx: the dataset's fields, then the columns that no field takes."""
    type_ = media_type(format)
    dataset, version = await looking.living_dataset(work, wanted.kind, wanted.code)
    rows = comparison_rows(compare_table(sheet_of(dataset, version), wanted.columns, wanted.pairs))
    body = table_file(format, "源表比对", COMPARISON_HEADER, rows)
    headers = {"Content-Disposition": f'attachment; filename="standards.comparison.{format}"'}
    return StreamingResponse(body, media_type=type_, headers=headers)


@router.post("/compare/columns")
async def read_columns(content: Content, _principal: Reader) -> list[SourceColumn]:
    """Read the columns of a table from a csv or xlsx list of names, titles, types and lengths."""
    return looking.columns_of(content)
