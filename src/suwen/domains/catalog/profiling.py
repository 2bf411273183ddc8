"""The profile of a dataset: how full its columns are and what they hold."""

from suwen.domains.catalog.repository import CatalogRepository, ColumnFigures
from suwen.domains.catalog.schemas import ElementProfile, Profile, TopValue
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog, Dataset, Element
from suwen.kernel.masking import view_of
from suwen.kernel.scope import HIGHEST_GRADE, Scope

TOP = 10
FEW = 2000
"""A column with more distinct values than this has no meaningful list of the most frequent ones."""
RANGED = ("integer", "decimal", "date", "datetime")


def profile(lake: Lake, catalog: Catalog, dataset: Dataset, scope: Scope) -> Profile:
    """Return the profile of the rows within the scope; a masked or too highly graded column tells no value."""
    repository = CatalogRepository(lake)
    present = repository.present(dataset)
    readable = [e for e in dataset.elements if e.name in present and not _hidden(e, scope)]
    rows, figures = 0, dict[str, ColumnFigures]()
    if readable:
        # Counting what is masked would count masks: it is counted in full here, and its values are never given out.
        counting = Scope(scope.orgs, HIGHEST_GRADE, unmask=True)
        ranged = [e.name for e in readable if e.type in RANGED and e.mask is None]
        rows, figures = repository.figures(dataset.code, [e.name for e in readable], ranged, counting)
    return Profile(
        code=dataset.code,
        rows=rows,
        elements=[
            _element(repository, catalog, dataset, element, figures.get(element.name), rows, scope)
            for element in dataset.elements
        ],
    )


def _element(
    repository: CatalogRepository,
    catalog: Catalog,
    dataset: Dataset,
    element: Element,
    figures: ColumnFigures | None,
    rows: int,
    scope: Scope,
) -> ElementProfile:
    top = list[TopValue]()
    if figures is not None and rows and figures.filled and _listable(dataset, element) and figures.distinct <= FEW:
        titles = catalog.value_set(element.value_set).titles if element.value_set else {}
        found = repository.top(dataset.code, element.name, scope, TOP)
        top = [TopValue(value=value, label=titles.get(value), rows=count) for value, count in found]
    return ElementProfile(
        name=element.name,
        title=element.title,
        title_en=element.title_en,
        type=element.type,
        grade=element.grade,
        masked=element.mask is not None,
        hidden=_hidden(element, scope),
        filled=figures.filled / rows if figures is not None and rows else None,
        distinct=figures.distinct if figures is not None else None,
        low=None if figures is None or figures.low is None else str(figures.low),
        high=None if figures is None or figures.high is None else str(figures.high),
        top=top,
    )


def _hidden(element: Element, scope: Scope) -> bool:
    return view_of(element.grade, element.mask, scope) == "empty"


def _listable(dataset: Dataset, element: Element) -> bool:
    """Say whether the frequent values of a column may be told: codes and names of things, no persons, texts, keys."""
    if element.mask is not None or element.names_person or element.name in (*dataset.key, dataset.patient_column):
        return False
    if element.value_set is not None or element.type == "boolean":
        return True
    return element.type == "string" and element.name.endswith(("_code", "_name", "unit", "form"))
