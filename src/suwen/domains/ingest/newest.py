"""The newest batch of each feed, by the index over feed and number: a feed that is followed has many thousands."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.sql.selectable import LateralFromClause

from suwen.domains.ingest.models import IngestBatch, IngestFeed


def newest_batch(*conditions: ColumnElement[bool], columns: tuple[Any, ...] = (IngestBatch,)) -> LateralFromClause:
    """Return the newest batch of each feed that meets conditions, to be joined to IngestFeed on true."""
    query = select(*columns).where(IngestBatch.feed_id == IngestFeed.id, *conditions)
    return query.order_by(IngestBatch.number.desc()).limit(1).correlate(IngestFeed).lateral()
