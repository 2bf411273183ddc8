"""What there is in the lake, in the words of the standards and within a scope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from suwen.domains.catalog.repository import SYSTEM, CatalogRepository, Share
from suwen.domains.catalog.schemas import DatasetAsset, DatasetDetail, InstitutionShare
from suwen.domains.lake.public import (
    Lake,
    Row,
    RowColumn,
    RowPage,
    Wanted,
    count_rows,
    read_rows,
    stream_rows,
    wanted_of,
)
from suwen.domains.standards.public import CATEGORY_TITLES, CATEGORY_TITLES_EN, Catalog, Dataset, Element
from suwen.kernel.masking import asking, view_of
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

SYSTEM_TITLES = {
    "org_code": ("机构代码", "Institution code"),
    "patient_key": ("患者键", "Patient key"),
    "batch_id": ("批次", "Batch"),
}


@dataclass(frozen=True)
class Viewer:
    """A caller's view of rows: masked unless unmasking was asked for and is allowed."""

    scope: Scope

    @classmethod
    def of(cls, scope: Scope, *, unmask: bool) -> "Viewer":
        """Return the view. Raises Forbidden for unmasking without the right."""
        return cls(asking(scope, unmask=unmask))

    def hidden(self, element: Element) -> bool:
        """Say whether nothing of the element is shown: graded above the scope, and without a mask that would do."""
        return view_of(element.grade, element.mask, self.scope) == "empty"

    def masked(self, element: Element) -> bool:
        """Say whether the element is shown masked."""
        return view_of(element.grade, element.mask, self.scope) == "masked"

    def revealed(self, element: Element) -> bool:
        """Say whether a direct identifier is shown in full."""
        return element.mask is not None and view_of(element.grade, element.mask, self.scope) == "clear"

    def open(self, element: Element) -> bool:
        """Say whether rows may be filtered and sorted by the element; an identifier must never stand in a URL."""
        return not self.hidden(element) and element.mask is None


def assets(lake: Lake, catalog: Catalog, scope: Scope) -> list[DatasetAsset]:
    """Return every dataset with its figures within the scope."""
    repository = CatalogRepository(lake)
    return [_asset(lake, dataset, _within(repository.shares(dataset), scope), scope) for dataset in catalog]


def detail(lake: Lake, dataset: Dataset, scope: Scope, names: dict[str, str]) -> DatasetDetail:
    """Return one dataset with the share of each institution in scope; `names` gives institutions by code."""
    shares = _within(CatalogRepository(lake).shares(dataset), scope)
    asset = _asset(lake, dataset, shares, scope)
    return DatasetDetail(
        **asset.model_dump(),
        shares=[InstitutionShare(name=names.get(share.org_code), **vars(share)) for share in shares],
    )


def page_of_rows(lake: Lake, catalog: Catalog, dataset: Dataset, viewer: Viewer, request: PageRequest) -> RowPage:
    """Return a page of a dataset's rows, newest first unless ordered otherwise. Raises FieldNotOpen, Invalid."""
    table, present = f"std.{dataset.code}", CatalogRepository(lake).present(dataset)
    wanted = _wanted(dataset, viewer, request, present)
    total, items = 0, list[Row]()
    if present:
        for name in _default_order(dataset, viewer, present) if not request.sort else ():
            wanted.sort(name, descending=name == dataset.time_column)
        total = count_rows(lake, table, wanted, viewer.scope)
        items = read_rows(lake, table, present, wanted, viewer.scope, request.page_size, request.offset)
    return RowPage(
        columns=columns_of(dataset, viewer),
        items=items,
        labels=_labels(catalog, dataset, items),
        total=total,
        page=request.page,
        page_size=request.page_size,
    )


def sample_of_rows(lake: Lake, dataset: Dataset, viewer: Viewer, rows: int) -> tuple[list[RowColumn], list[Row]]:
    """Return the columns that the viewer is shown and that many rows from all over the table."""
    repository = CatalogRepository(lake)
    present = repository.present(dataset)
    columns = [column for column in columns_of(dataset, viewer) if column.name in present and not column.hidden]
    names = [column.name for column in columns]
    return columns, repository.sample(dataset, names, viewer.scope, rows) if names else []


def stream_of_rows(
    lake: Lake, dataset: Dataset, viewer: Viewer, request: PageRequest
) -> tuple[list[RowColumn], Iterator[list[Row]]]:
    """Return the shown columns and all rows that the request's filters let through, in portions."""
    present = CatalogRepository(lake).present(dataset)
    wanted = _wanted(dataset, viewer, request, present)
    columns = [column for column in columns_of(dataset, viewer) if column.name in present and not column.hidden]
    if not columns:
        return columns_of(dataset, viewer), iter(())
    return columns, stream_rows(lake, f"std.{dataset.code}", [column.name for column in columns], wanted, viewer.scope)


def columns_of(dataset: Dataset, viewer: Viewer) -> list[RowColumn]:
    """Return the columns of a page of rows: system columns, then the elements with the standard terms beside them."""
    system = [_system_column(name) for name in SYSTEM]
    return [*system, *(_element_column(element, viewer) for element in dataset.columns)]


def _system_column(name: str) -> RowColumn:
    title, title_en = SYSTEM_TITLES[name]
    return RowColumn(
        name=name,
        title=title,
        title_en=title_en,
        type="string",
        value_set=None,
        unit=None,
        grade=1,
        masked=False,
        hidden=False,
        open=True,
    )


def _element_column(element: Element, viewer: Viewer) -> RowColumn:
    return RowColumn(
        **element.model_dump(include={"name", "title", "title_en", "type", "value_set", "unit", "grade"}),
        masked=viewer.masked(element),
        hidden=viewer.hidden(element),
        open=viewer.open(element),
    )


def _asset(lake: Lake, dataset: Dataset, shares: Sequence[Share], scope: Scope) -> DatasetAsset:
    state = lake.snapshot("std", dataset.code) if lake.exists("std", dataset.code) else None
    return DatasetAsset(
        code=dataset.code,
        title=dataset.title,
        title_en=dataset.title_en,
        category=dataset.category,
        category_title=CATEGORY_TITLES[dataset.category],
        category_title_en=CATEGORY_TITLES_EN[dataset.category],
        standard=dataset.standard,
        version=dataset.version,
        fields=len(dataset.elements),
        rows=sum(share.rows for share in shares),
        # The size of all institutions' files would tell about those outside the scope.
        bytes=state.bytes if state is not None and scope.orgs is None else None,
        institutions=len(shares),
        first_time=min((share.first_time for share in shares if share.first_time), default=None),
        last_time=max((share.last_time for share in shares if share.last_time), default=None),
        last_batch=max((share.last_batch for share in shares if share.last_batch), default=None),
        updated_at=state.committed_at if state is not None and shares else None,
    )


def _within(shares: Sequence[Share], scope: Scope) -> list[Share]:
    return [share for share in shares if scope.allows(share.org_code)]


def _wanted(dataset: Dataset, viewer: Viewer, request: PageRequest, present: Sequence[str]) -> Wanted:
    types = dict.fromkeys(SYSTEM, "string") | {e.name: str(e.type) for e in dataset.columns if viewer.open(e)}
    searched = [n for n in present if types.get(n) == "string" and n.endswith(("_name", "_code", "_id", "_no"))]
    return wanted_of(request, types, present, searched)


def _default_order(dataset: Dataset, viewer: Viewer, present: Sequence[str]) -> list[str]:
    names = [name for name in (dataset.time_column, "org_code", *dataset.key) if name is not None and name in present]
    return [name for name in names if name in SYSTEM or viewer.open(dataset.by_name[name])]


def _labels(catalog: Catalog, dataset: Dataset, items: Sequence[Row]) -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = {}
    for element in dataset.elements:
        if element.value_set is not None:
            titles = catalog.value_set(element.value_set).titles
            codes = {str(row[element.name]) for row in items if row.get(element.name) is not None}
            labels[element.name] = {code: titles[code] for code in sorted(codes) if code in titles}
    return {name: known for name, known in labels.items() if known}
