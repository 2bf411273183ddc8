"""Which feeds and days are assessed, and what is known of them from elsewhere, as tables that queries join."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Double, Subquery, Text, column, func, literal, select
from sqlalchemy.sql.selectable import TableValuedAlias

from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.watching.repository import Chosen, midnight

SECONDS: Double[float] = Double()


@dataclass(frozen=True)
class Wanted:
    """Which feeds' counts of which days; elements: dataset, element, required, coded; allowed: seconds by feed.

    feed: this one alone.
    """

    chosen: Chosen
    elements: Sequence[tuple[str, str, bool, bool]]
    allowed: Mapping[str, float] = field(default_factory=dict[str, float])
    feed: str | None = None

    def feeds(self) -> Subquery:  # unscoped: the scope is in `chosen`
        """Return the feeds: id, feed, org_code, source, dataset."""
        columns: list[ColumnElement[Any]] = [
            IngestFeed.id.label("id"),
            IngestFeed.code.label("feed"),
            IngestFeed.org_code.label("org_code"),
            IngestSource.code.label("source"),
            IngestFeed.dataset.label("dataset"),
        ]
        query = select(*columns).select_from(IngestFeed)
        if self.feed is not None:
            query = query.where(IngestFeed.code == self.feed)
        return self.chosen.feeds(query).subquery("chosen_feed")

    def during(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a moment is on one of the days."""
        return (moment >= midnight(self.chosen.first)) & (moment < midnight(self.chosen.last + timedelta(days=1)))

    def standard(self) -> TableValuedAlias:
        """Return what the standard says of elements, as a table."""
        kinds = (Text(), Text(), Boolean(), Boolean())
        given = [literal([one[at] for one in self.elements], ARRAY(kind)) for at, kind in enumerate(kinds)]
        names = ("dataset", "element", "required", "coded")
        columns = [column(name, kind) for name, kind in zip(names, kinds, strict=True)]
        return func.unnest(*given).table_valued(*columns).render_derived("standard")

    def promised(self) -> TableValuedAlias:
        """Return the seconds that are allowed, by feed, as a table."""
        given = (literal(list(self.allowed), ARRAY(Text())), literal(list(self.allowed.values()), ARRAY(SECONDS)))
        named = (column("feed", Text()), column("allowed", SECONDS))
        return func.unnest(*given).table_valued(*named).render_derived("promised")
