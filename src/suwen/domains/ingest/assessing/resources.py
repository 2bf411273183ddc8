"""The list of the assessment: every feed in the five dimensions."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

from pydantic import TypeAdapter, ValidationError

from suwen.domains.ingest.assessing import assessing
from suwen.domains.ingest.assessing.schemas import SPAN, AssessedFeed
from suwen.domains.ingest.permissions import READ
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.repository import Page, PageRequest
from suwen.kernel.resource_computed import ComputedSource
from suwen.kernel.resources import Resource
from suwen.kernel.scope import Scope

MOST_DAYS = 92
GROUP = "数据采集"


class AssessedFeeds(ComputedSource[AssessedFeed]):
    """The feeds of the scope's institutions; the filter `days` says over how many days, it narrows nothing."""

    scope_column = "org_code"

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[AssessedFeed]:
        """Return one page of the feeds. Raises Invalid for so many days."""
        source, rest = _over(request)
        return await source.list(uow, scope, rest)

    async def iterate(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> AsyncIterator[object]:
        """Yield all feeds that the request lets through. Raises Invalid for so many days."""
        source, rest = _over(request)
        async for row in source.iterate(uow, scope, rest):
            yield row


def _source(kind: type[ComputedSource[AssessedFeed]], days: int) -> ComputedSource[AssessedFeed]:
    rows = partial(assessing.feeds, days=days)
    return kind(AssessedFeed, rows, key="feed", search=("feed", "title", "dataset", "source"))


def _over(request: PageRequest) -> tuple[ComputedSource[AssessedFeed], PageRequest]:
    filters = dict(request.filters)
    asked = filters.pop("days", str(SPAN))
    try:
        days = TypeAdapter(int).validate_python(asked)
    except ValidationError:
        days = 0
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("天数超出范围", received=asked, allowed=f"1..{MOST_DAYS}")
    return _source(ComputedSource, days), replace(request, filters=filters)


VALUES = ("total", "completeness", "consistency", "accuracy", "conformity", "timeliness")

ASSESSMENTS = Resource(
    name="ingest.assessments",
    domain="ingest",
    title="任务质量评估",
    title_en="Feeds assessed",
    schema=AssessedFeed,
    source=_source(AssessedFeeds, SPAN),
    read=READ.code,
    key="feed",
    default_sort=("total", "feed"),
    overrides={f"cell:{name}": "ingest/AssessedValue" for name in VALUES},
    group=GROUP,
    icon="audit",
    order=37,
)

RESOURCES = (ASSESSMENTS,)
