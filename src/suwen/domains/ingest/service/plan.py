"""What a run of a feed has to do: go on with a batch that was interrupted, or begin a new one."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.changelog import ChangeSource, Own
from suwen.domains.ingest.connector import Connector, ReadRequest, connect, connector_class
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.division import Division
from suwen.domains.ingest.errors import BehindNode, InvalidDefinition
from suwen.domains.ingest.mapping.compiler import CompiledMapping
from suwen.domains.ingest.models import BatchStatus, IngestBatch
from suwen.domains.ingest.nodes.delivered import Delivered, DeliveredConnector
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.rawstate import WHOLE_MODE, RawState
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.rawstates import state_of, table_of_feed
from suwen.domains.ingest.service.sources import changes_at, own_store
from suwen.domains.ingest.vault import installation_name, master_key, unseal
from suwen.domains.ingest.watching.drift.comparing import Known
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog, Dataset, load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

PIECES_FRESH = timedelta(hours=24)
"""How long pieces of a capture that broke off are worth going on with; later everything is read anew."""
REPAIR = "repair"
"""Mode of a batch that reads certain rows only, whatever the feed's capture mode."""


@dataclass(frozen=True)
class Past:
    """The feed's newest batch that ended well, as far as a new one depends on it."""

    digest: str | None
    mapping_digest: str | None
    stamp: str | None
    raw_batch_id: str | None
    rows_in: int
    rows_std: int
    rows_quarantined: int
    refused: int


@dataclass(frozen=True)
class Plan:
    """A run.

    folder: where its capture is written; leftover: the folder of the batch before, should its run not have removed it.
    landed: the batch's rows are in raw already, so nothing is captured. replay: nothing is to be captured.
    state: what of the feed had landed before. digests: the folder in which a comparing feed keeps what it knows.
    confirmed: how many rows a person has said to be all that there are, after so many had vanished.
    only: the rows that a repair reads instead of those that the capture mode asks for.
    anew: all rows are read, though the source tells changes: its state, on which the changes from then on stand.
    installation: how this one calls itself at a source. own: where what sources send lies here. delivered: the rows
    that an edge node has read, which are captured instead of the source's.
    known: name and type of each column that the feed knows of its source, None before it was read. seen: those that
    the source showed this time, as soon as it has.
    compiled: the mapping by the columns (name, raw type) it was compiled for.
    """

    batch_id: UUID
    number: int
    feed_id: UUID
    code: str
    source: str
    org_code: str
    origin: str
    feed: FeedDefinition
    dataset: Dataset
    raw_table: str
    connector: str
    options: dict[str, Any]
    buckets: int
    folder: Path
    leftover: Path | None
    high_water: str | None
    past: Past | None
    arrived_at: datetime
    landed: bool
    replay: bool
    raw_batch_id: str
    state: RawState
    digests: Path
    confirmed: int | None
    refused: int
    only: ReadRequest | None = None
    anew: bool = False
    installation: str = ""
    own: Own | None = None
    delivered: Delivered | None = None
    known: Known | None = None
    seen: list[SourceColumn] = field(default_factory=list[SourceColumn])
    compiled: dict[tuple[tuple[str, str], ...], CompiledMapping] = field(default_factory=dict[Any, CompiledMapping])

    @property
    def incremental(self) -> bool:
        """Whether the feed reads changes only."""
        return self.feed.capture.mode == "timestamp"

    @property
    def whole(self) -> bool:
        """Whether the batch holds all rows."""
        return self.feed.capture.mode == WHOLE_MODE or self.anew

    @property
    def holds_changes(self) -> bool:
        """Whether the batch holds insertions, updates and deletions."""
        return self.compares or (self.feed.capture.told is not None and not self.anew)

    @property
    def compares(self) -> bool:
        """Whether the feed reads all rows and keeps what differs from the read before."""
        return self.feed.capture.mode == "compare"

    def connected(self) -> Connector[Any]:
        """Return the source's connector, of what a node has brought that of its files."""
        if self.delivered is not None:
            return DeliveredConnector(self.delivered)
        return connect(self.connector, self.options)

    def changes(self) -> ChangeSource | None:
        """Return where the source tells the feed's changes; None where it does not."""
        return changes_at(self.connected(), self.code, self.feed, self.installation, self.own)


async def open_plan(
    uow: UnitOfWork,
    lake: Lake,
    settings: Settings,
    code: str,
    *,
    replay: bool,
    only: ReadRequest | None = None,
    anew: bool = False,
    delivery: UUID | None = None,
    job_run_id: UUID | None,
) -> Plan:
    """Decide what the run does and store its batch; see FeedRun.run. Raises UnknownFeed, BehindNode."""
    repository = IngestRepository(uow.session)
    feed = await repository.feed(code, Scope.everything())
    source = await repository.source_of(feed)
    catalog: Catalog = await load_catalog(uow)
    newest = await repository.newest(feed.id)
    past = await repository.newest(feed.id, done=True)
    definition = FeedDefinition.model_validate(feed.definition)
    if anew and not connector_class(source.connector).capabilities.whole:
        raise InvalidDefinition(f"feed {code}: what was sent cannot be read again; a replay makes it standard again")
    landing = newest is not None and newest.status == BatchStatus.LANDED
    if source.node_id is not None and delivery is None and not (replay or landing):
        raise BehindNode(source.code)
    begun = newest is not None and Division.begun(_folder(lake, newest.id))
    mode = "replay" if replay else REPAIR if only is not None else definition.capture.mode
    if definition.capture.told is not None and mode == definition.capture.mode:
        feed.high_water = None if anew else feed.high_water
        mode = WHOLE_MODE if feed.high_water is None else mode
    batch, landed = _batch(newest, past, definition, mode, only, delivery, begun=begun)
    if batch is not None and batch.status == BatchStatus.CAPTURING and batch.delivery_id != delivery:
        # What it has captured so far came another way.
        await to_thread.run_sync(partial(shutil.rmtree, _folder(lake, batch.id), ignore_errors=True))
        batch.delivery_id = delivery
    if batch is None:
        batch = repository.add(IngestBatch(id=new_id(), feed_id=feed.id, number=newest.number + 1 if newest else 1))
        batch.source, batch.feed, batch.origin = source.code, feed.code, feed.origin
        batch.dataset, batch.org_code, batch.started_at = feed.dataset, feed.org_code, now()
        batch.mode = mode if landed is None or replay else landed.mode
        batch.status = (BatchStatus.LANDED if landed else BatchStatus.CAPTURING).value
        batch.raw_batch_id = landed.raw_batch_id if landed else str(batch.id)
        batch.context = landed.context if landed else {"only": _told(only)} if only is not None else None
        batch.rows_deleted = landed.rows_deleted if landed and not replay else 0
        batch.delivery_id = landed.delivery_id if landed else delivery
        batch.digest = landed.digest if landed else None
        batch.digest_algorithm = landed.digest_algorithm if landed else None
        batch.high_water = landed.high_water if landed else None
        batch.stamp = landed.stamp if landed else None
        if landed is not None and not replay:
            batch.committed_at = landed.committed_at or landed.started_at
    batch.job_run_id = job_run_id
    batch.error = batch.error_code = None
    await uow.session.flush()
    return Plan(
        batch_id=batch.id,
        number=batch.number,
        feed_id=feed.id,
        code=feed.code,
        source=source.code,
        org_code=feed.org_code,
        origin=feed.origin,
        feed=definition,
        dataset=catalog.dataset(feed.dataset),
        raw_table=table_of_feed(feed),
        connector=source.connector,
        options=unseal(source.options, master_key(settings)),
        buckets=settings.buckets,
        folder=_folder(lake, batch.id),
        leftover=_folder(lake, newest.id) if newest is not None and newest.id != batch.id else None,
        high_water=feed.high_water,
        past=await _past(repository, past),
        arrived_at=batch.started_at,
        landed=batch.status == BatchStatus.LANDED,
        replay=batch.mode == "replay",
        raw_batch_id=batch.raw_batch_id or str(batch.id),
        state=await state_of(repository, feed),
        digests=settings.workspace / "digests" / table_of_feed(feed),
        confirmed=(batch.context or {}).get("confirmed"),
        refused=int((batch.context or {}).get("refused", 0)),
        only=_only(batch),
        anew=definition.capture.told is not None and batch.mode == WHOLE_MODE,
        installation=installation_name(settings),
        known=feed.known_columns,
        own=own_store(repository, settings, source.code),
        delivered=await _delivered(uow, settings, batch),
    )


async def _delivered(uow: UnitOfWork, settings: Settings, batch: IngestBatch) -> Delivered | None:
    """Return what a node has brought for a batch whose rows have not landed."""
    if batch.delivery_id is None or batch.status == BatchStatus.LANDED:
        return None
    held = await NodeRepository(uow.session).delivery(batch.delivery_id)
    return Delivered.of(held, settings) if held is not None and held.manifest is not None else None


def _batch(
    newest: IngestBatch | None,
    past: IngestBatch | None,
    definition: FeedDefinition,
    mode: str,
    only: ReadRequest | None,
    delivery: UUID | None,
    *,
    begun: bool,
) -> tuple[IngestBatch | None, IngestBatch | None]:
    """Return the batch to go on with (or None), and the batch whose landed rows a new one takes over (or None).

    A batch that was interrupted goes on under its number: its lake commits, if they were made, are not made again.
    So does one whose source went away while it was read in pieces (`begun`), for as long as its pieces are fresh.
    One that failed after landing gets a new number, for the mapping may have been mended since; of a feed read in
    full it is simply read again.
    """
    if newest is not None and newest.status == BatchStatus.HELD:
        if mode == newest.mode:
            # Confirmed or not: the source is looked at again, under the same number.
            newest.status, newest.started_at, newest.finished_at = BatchStatus.CAPTURING.value, now(), None
        else:
            newest.status = BatchStatus.FAILED.value
            newest.error = f"given up, unconfirmed, for a batch of mode {mode}; the next comparison asks again"
    wanted_mapping = (newest.context or {}).get("definition") if newest else None
    same = wanted_mapping == definition.model_dump(mode="json")
    if newest is not None and newest.status in (BatchStatus.CAPTURING, BatchStatus.LANDED):
        if newest.status == BatchStatus.CAPTURING and _goes_on(newest, mode, only, delivery):
            return newest, None
        if newest.status == BatchStatus.LANDED and same:
            return newest, None
        newest.status = BatchStatus.FAILED.value
        newest.error = "interrupted, and the feed was changed since" if not same else "interrupted"
    broke_off = newest is not None and newest.status == BatchStatus.FAILED and newest.landed_at is None
    fresh = newest is not None and newest.mode == mode and now() - newest.started_at < PIECES_FRESH
    if newest is not None and broke_off and begun and fresh:
        newest.status, newest.finished_at = BatchStatus.CAPTURING.value, None
        return newest, None
    failed_landed = newest is not None and newest.status == BatchStatus.FAILED and newest.landed_at is not None
    if failed_landed and definition.capture.mode != WHOLE_MODE and mode != WHOLE_MODE:
        return None, newest
    return None, past if mode == "replay" else None


def _goes_on(batch: IngestBatch, mode: str, only: ReadRequest | None, delivery: UUID | None) -> bool:
    """Say whether an interrupted read is gone on with: one of the same kind, or a repair by any run that reads.

    A repair that a node has brought is ended by its own delivery only.
    """
    if batch.mode == REPAIR and mode != "replay":
        same = only is None or (batch.context or {}).get("only") == _told(only)
        return same and batch.delivery_id == delivery
    return batch.mode == mode and mode != "replay"


def _only(batch: IngestBatch) -> ReadRequest | None:
    """Return what a repair reads; None for other batches, and once its rows have landed."""
    told = (batch.context or {}).get("only")
    return ReadRequest(**told) if told else None


def _told(only: ReadRequest) -> dict[str, str | None]:
    """Return a repair's request as its batch keeps it, so that an interrupted one can be gone on with."""
    return {"table": only.table, "query": only.query}


def _folder(lake: Lake, batch: UUID) -> Path:
    return lake.staging / f"ingest-{batch}"


async def _past(repository: IngestRepository, batch: IngestBatch | None) -> Past | None:
    if batch is None:
        return None
    return Past(
        batch.digest,
        batch.mapping_digest,
        batch.stamp,
        batch.raw_batch_id,
        batch.rows_in,
        batch.rows_std,
        batch.rows_quarantined,
        int((batch.context or {}).get("refused", 0)),
    )
