"""A first mapping of one table onto one dataset, from names, comments and types alone."""

from collections.abc import Iterable, Mapping

from suwen.domains.ingest.proposing.evidence import Judge
from suwen.domains.ingest.proposing.matching import ACCEPT, Matcher
from suwen.domains.ingest.proposing.profile import Profile
from suwen.domains.ingest.proposing.survey import Survey, SurveyedColumn, SurveyedTable
from suwen.domains.ingest.schemas import ColumnSeen
from suwen.domains.standards.public import Catalog, Dataset


def suggest(catalog: Catalog, dataset: Dataset, columns: Iterable[ColumnSeen], table: str = "") -> dict[str, str]:
    """Return source column names by element, in the dataset's order; a column is used once."""
    seen = tuple(SurveyedColumn(one.name, one.type, one.comment, Profile()) for one in columns)
    surveyed = SurveyedTable(table, "", seen)
    fit = Matcher(Judge(catalog), Survey((surveyed,))).fit(surveyed, dataset)
    found = {m.element: column for column, m in fit.matches.items() if m.weighed.confidence >= ACCEPT}
    return {element.name: found[element.name] for element in dataset.elements if element.name in found}


def key_of(dataset: Dataset, suggestion: Mapping[str, str]) -> tuple[str, ...]:
    """Return the source columns that make up the dataset's key, none when one of them was not found."""
    names = [suggestion[name] for name in dataset.key if name in suggestion]
    return tuple(names) if len(names) == len(dataset.key) else ()
