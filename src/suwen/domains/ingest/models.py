"""Sources, feeds, batches and the counts of what was refused."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.domains.ingest.archive.models import CollectedDocument, DocumentCollection
from suwen.domains.ingest.categories.models import FeedCategory, Priority
from suwen.domains.ingest.distribution.models import DistributedRow, Distribution, DistributionRun, Receipt
from suwen.domains.ingest.groups.models import GroupRun, GroupStep, JobGroup
from suwen.domains.ingest.migration.models import Migration, MigrationPart, MigrationTally
from suwen.domains.ingest.mirror.models import Mirror, MirrorSetting
from suwen.domains.ingest.nodes.models import IngestCenterKey, IngestDelivery, IngestDeliveryChunk, IngestNode
from suwen.domains.ingest.receiving.models import IngestInbox, IngestInboxVersion, IngestMessage, IngestReceiver
from suwen.domains.ingest.reconcile.indicators.models import (
    Indicator,
    IndicatorCheck,
    IndicatorDifference,
    IndicatorLine,
)
from suwen.domains.ingest.reconcile.models import Check, CheckDay, CheckSetting, Difference, DifferenceKey
from suwen.domains.ingest.rollout.models import Rollout, Template
from suwen.domains.ingest.schemes.models import IngestScheme
from suwen.domains.ingest.watching.alarms.models import Alarm, AlarmRule
from suwen.domains.ingest.watching.drift.models import Drift
from suwen.domains.ingest.watching.map.models import BoundarySet, BoundaryShape, BoundaryTile
from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class BatchStatus(StrEnum):
    """Where a batch stands; a batch in one of the first two is resumed by the feed's next run.

    held: so many rows had vanished at the source that a person must say whether this is so; nothing was landed.
    """

    CAPTURING = "capturing"
    LANDED = "landed"
    STANDARDISED = "standardised"
    UNCHANGED = "unchanged"
    HELD = "held"
    FAILED = "failed"


class IngestSource(Base):
    """A source 数据源: one system of one institution; secret options are kept encrypted.

    node_id: the edge node that reads it; None: the platform reads it itself.
    A removed one keeps its row: its batches are history, and its lake commits are numbered on if it comes back.
    """

    __tablename__ = "ingest_source"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    system: Mapped[str]
    connector: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"secret": True})
    node_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ingest_node.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    removed_at: Mapped[datetime | None]


class IngestFeed(Base):
    """A feed 采集任务: one source table or query that fills one dataset; `definition` is its FeedDefinition.

    data_at: when it last brought rows that were new, changed or gone; a run that found nothing new does not count.
    known_columns: name and DuckDB type of each column of its source, as it knew them first or somebody took them since.
    category, priority: what people sort and hurry it by; an import of its definition leaves them.
    """

    __tablename__ = "ingest_feed"
    __audited__ = True
    __table_args__ = (Index(None, "source_id", "position"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_source.id"))
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    dataset: Mapped[str] = mapped_column(index=True)
    origin: Mapped[str]
    mode: Mapped[str]
    position: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(default=dict)
    high_water: Mapped[str | None] = mapped_column(info={"audit": False})
    data_at: Mapped[datetime | None] = mapped_column(index=True, info={"audit": False})
    known_columns: Mapped[list[dict[str, Any]] | None] = mapped_column(info={"audit": False})
    category: Mapped[str | None] = mapped_column(ForeignKey("ingest_category.code"), index=True)
    priority: Mapped[str] = mapped_column(default=Priority.NORMAL.value)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
    removed_at: Mapped[datetime | None]


WATCHED = (
    "org_code", "source", "feed_id", "status", "mode", "rows_in", "rows_std", "rows_quarantined", "rows_deleted",
    "latency",
)  # fmt: skip


class IngestBatch(Base):
    """A batch 批次: one run of a feed.

    number: counts the feed's batches from 1, the version of its lake commits. raw_batch_id: whose raw rows it made
    standard (another batch's for a replay). rows_deleted: keys that were gone at the source, beside rows_in.
    digest: SM3 over the row digests. steps: seconds by step. committed_at: when the oldest of its changes was committed
    at the source, None where that is not told; of rows taken over from a batch that failed, no later than these were
    read. latency: seconds from there, else from when the run began, until all is in std; None for a replay.
    delivery_id: what an edge node had brought, which its rows are of.
    """

    __tablename__ = "ingest_batch"
    __table_args__ = (
        UniqueConstraint("feed_id", "number"),
        Index(None, "org_code", "started_at"),
        Index(None, "feed", "started_at"),
        # The overview reads nothing but this: a batch's row is wide.
        Index("ix_ingest_batch_watched", "started_at", postgresql_include=[*WATCHED]),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"))
    number: Mapped[int]
    source: Mapped[str]
    feed: Mapped[str]
    origin: Mapped[str]
    dataset: Mapped[str]
    org_code: Mapped[str]
    mode: Mapped[str]
    status: Mapped[str] = mapped_column(default=BatchStatus.CAPTURING.value)
    raw_batch_id: Mapped[str | None]
    rows_in: Mapped[int] = mapped_column(default=0)
    rows_std: Mapped[int] = mapped_column(default=0)
    rows_quarantined: Mapped[int] = mapped_column(default=0)
    rows_deleted: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str | None]
    digest_algorithm: Mapped[str | None]
    mapping_digest: Mapped[str | None]
    stamp: Mapped[str | None]
    high_water: Mapped[str | None]
    landed_at: Mapped[datetime | None]
    error: Mapped[str | None]
    error_code: Mapped[str | None]
    steps: Mapped[dict[str, Any]] = mapped_column(default=dict)
    job_run_id: Mapped[uuid.UUID | None]
    delivery_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]
    latency: Mapped[float | None]
    context: Mapped[dict[str, Any] | None]


class IngestBatchDay(Base):
    """The sums of a batch's rows of one business day 批次日合计, of all its rows where they have no time.

    key_sum, key_xor: over the 63-bit digests (`algorithm`) of the source keys, as decimal text. amounts: column → sum.
    """

    __tablename__ = "ingest_batch_day"
    __table_args__ = (Index(None, "feed", "day"), Index(None, "org_code", "day"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_batch.id"), index=True)
    number: Mapped[int]
    feed: Mapped[str]
    dataset: Mapped[str]
    org_code: Mapped[str]
    day: Mapped[date | None]
    rows: Mapped[int]
    key_sum: Mapped[str]
    key_xor: Mapped[str]
    algorithm: Mapped[str]
    amounts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    landed_at: Mapped[datetime] = mapped_column(default=now)


class IngestRejection(Base):
    """How many rows of a batch were refused for a reason at an element."""

    __tablename__ = "ingest_rejection"
    __table_args__ = (UniqueConstraint("batch_id", "reason", "element"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_batch.id"), index=True)
    reason: Mapped[str]
    element: Mapped[str]
    rows: Mapped[int]


class IngestPlan(Base):
    """A plan 采集计划: when a source is run by itself.

    cron: five fields, in the platform's local time. window_from, window_to: "HH:MM" between which a run may begin; what
    falls outside begins when the window opens. skipped: how often the run before had not ended when the next was due.
    """

    __tablename__ = "ingest_plan"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_source.id"), index=True)
    source: Mapped[str]
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    cron: Mapped[str]
    window_from: Mapped[str | None]
    window_to: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime | None] = mapped_column(index=True, info={"audit": False})
    last_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    last_run_id: Mapped[uuid.UUID | None] = mapped_column(info={"audit": False})
    skipped: Mapped[int] = mapped_column(default=0, info={"audit": False})
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class IngestPreparation(Base):
    """What became of the values of one element (or of rows as a whole, at their key) in a batch; see Handled.

    blanked: unreadable ones that count as no value; quarantined, duplicates: rows refused at this element. newest: of
    its feed's last batch that was examined.
    """

    __tablename__ = "ingest_preparation"
    __table_args__ = (
        UniqueConstraint("batch_id", "element"),
        Index(None, "org_code", "started_at"),
        Index(None, "feed", "newest"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_batch.id"), index=True)
    newest: Mapped[bool] = mapped_column(default=True)
    org_code: Mapped[str]
    source: Mapped[str]
    feed: Mapped[str]
    dataset: Mapped[str]
    number: Mapped[int]
    started_at: Mapped[datetime]
    element: Mapped[str]
    rows: Mapped[int]
    missing: Mapped[int] = mapped_column(default=0)
    filled: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    blanked: Mapped[int] = mapped_column(default=0)
    quarantined: Mapped[int] = mapped_column(default=0)
    outside: Mapped[int] = mapped_column(default=0)
    mapped: Mapped[int] = mapped_column(default=0)
    emptied: Mapped[int] = mapped_column(default=0)
    defaulted: Mapped[int] = mapped_column(default=0)
    converted: Mapped[int] = mapped_column(default=0)
    examined_at: Mapped[datetime] = mapped_column(default=now)


__all__ = [
    "Alarm",
    "AlarmRule",
    "BatchStatus",
    "BoundarySet",
    "BoundaryShape",
    "BoundaryTile",
    "Check",
    "CheckDay",
    "CheckSetting",
    "CollectedDocument",
    "Difference",
    "DifferenceKey",
    "DistributedRow",
    "Distribution",
    "DistributionRun",
    "DocumentCollection",
    "Drift",
    "FeedCategory",
    "GroupRun",
    "GroupStep",
    "Indicator",
    "IndicatorCheck",
    "IndicatorDifference",
    "IndicatorLine",
    "IngestBatch",
    "IngestCenterKey",
    "IngestDelivery",
    "IngestDeliveryChunk",
    "IngestFeed",
    "IngestInbox",
    "IngestInboxVersion",
    "IngestMessage",
    "IngestNode",
    "IngestPlan",
    "IngestPreparation",
    "IngestReceiver",
    "IngestRejection",
    "IngestScheme",
    "IngestSource",
    "JobGroup",
    "Migration",
    "MigrationPart",
    "MigrationTally",
    "Mirror",
    "MirrorSetting",
    "Receipt",
    "Rollout",
    "Template",
]
