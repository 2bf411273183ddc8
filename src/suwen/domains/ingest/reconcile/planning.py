"""What a check of a feed has to do: what is compared, with which columns, up to which boundary."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, cast
from uuid import UUID

from sqlglot import exp

from suwen.domains.ingest.comparing import digest_tag
from suwen.domains.ingest.connector import Connector, ReadRequest, connect, connector_class
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.edge.questions import Question
from suwen.domains.ingest.errors import InvalidDefinition, UnknownSourceColumn
from suwen.domains.ingest.mapping.expression import columns_used, parse_expression
from suwen.domains.ingest.rawstate import RawState
from suwen.domains.ingest.rawtable import raw_name
from suwen.domains.ingest.reconcile.measure import Compare
from suwen.domains.ingest.reconcile.models import CheckSetting
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.rawstates import raw_state
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.standardise import raw_columns
from suwen.domains.ingest.vault import master_key, unseal
from suwen.domains.ingest.watermark import since_value
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Dataset, load_catalog
from suwen.kernel.clock import LOCAL_ZONE, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

MOST_AMOUNTS = 8
"""So many columns are summed where the setting does not say which: a check is no report."""


@dataclass(frozen=True)
class CheckPlan:
    """A check that is to be made.

    stored: raw columns with their types. time, amounts, changed: raw columns. boundary, overlap: the value of `changed`
    from which on the feed's next run reads rows anyway, before the overlap is taken off. batch: newest good batch.
    node: who reaches the source, None: the platform itself. folder: for what the platform holds while it is compared.
    """

    code: str
    source: str
    org_code: str
    origin: str
    dataset: Dataset
    feed: FeedDefinition
    state: RawState
    stored: tuple[tuple[str, str], ...]
    compare: Compare
    time: str | None
    amounts: tuple[str, ...]
    changed: str | None
    boundary: str | None
    overlap_seconds: int
    since: date | None
    batch_id: str
    node: UUID | None
    connector: str
    options: dict[str, Any]
    folder: Path

    def connected(self) -> Connector[Any]:
        """Return the source's connector."""
        return connect(self.connector, self.options)

    def clean_up(self) -> None:
        """Remove the copy of what the platform holds."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self) -> ReadRequest:
        """Return what is read at the source: the feed's table or query, or the table that the setting names."""
        if self.feed.query is not None and self.origin == self.feed.code:
            return ReadRequest(query=self.feed.query)
        return ReadRequest(table=self.origin)

    def question(self, session: Session, kind: Literal["days", "keys"] = "days", day: date | None = None) -> Question:
        """Return what is asked of the source."""
        boundary = None
        if self.boundary is not None:
            boundary = since_value(session, self.boundary, self.overlap_seconds)
        return Question(
            kind=kind,
            stored=self.stored,
            compare=self.compare,
            time=self.time,
            amounts=self.amounts,
            changed=self.changed,
            boundary=boundary,
            since=self.since,
            day=day,
            digest=digest_tag(session, ()),
        )


async def plan_check(uow: UnitOfWork, lake: Lake, settings: Settings, code: str, folder: str) -> CheckPlan:
    """Plan a check of a feed as it stands now. folder: name of the plan's own.

    Raises UnknownFeed, InvalidDefinition for a feed that has brought nothing yet or has no key, UnknownSourceColumn for
    a time column that its rows do not have.
    """
    everything = Scope.everything()
    repository = IngestRepository(uow.session)
    feed = await repository.feed(code, everything)
    source = await repository.source_of(feed)
    if not connector_class(source.connector).capabilities.whole:
        raise InvalidDefinition(f"feed {code}: its source sends, there are no rows to compare with", received=code)
    batch = await repository.newest(feed.id, done=True)
    state = await raw_state(uow, everything, code)
    stored = raw_columns(lake, state.table)
    if batch is None or not stored:
        raise InvalidDefinition(f"feed {code} has brought nothing yet that could be compared", received=code)
    setting = await CheckRepository(uow.session).setting(feed.id)
    definition = FeedDefinition.model_validate(feed.definition)
    if not definition.key:
        raise InvalidDefinition(f"feed {code} has no key columns by which rows could be compared", received=code)
    dataset = (await load_catalog(uow)).dataset(feed.dataset)
    named = setting.time_column if setting else None
    time = (
        _stored(code, "time_column", named, stored) if named else known_column(time_source(definition, dataset), stored)
    )
    changed, boundary = definition.capture.column, feed.high_water
    if changed is None and time is not None:
        # Nothing says when a row was written; what happened after the read had begun cannot have been read.
        changed, boundary = time, batch.started_at.astimezone(LOCAL_ZONE).replace(tzinfo=None).isoformat(" ")
    recent = setting.recent_days if setting else None
    return CheckPlan(
        code=code,
        source=source.code,
        org_code=feed.org_code,
        origin=(setting.origin if setting else None) or definition.table or definition.code,
        dataset=dataset,
        feed=definition,
        state=state,
        stored=stored,
        compare=_compare(setting),
        time=time,
        amounts=amounts_of(definition, dataset, stored, time),
        changed=_stored(code, "capture", changed, stored) if changed else None,
        boundary=boundary,
        overlap_seconds=definition.capture.overlap_seconds if definition.capture.column else 0,
        since=today() - timedelta(days=recent) if recent is not None and time is not None else None,
        batch_id=str(batch.id),
        node=source.node_id,
        connector=source.connector,
        options=unseal(source.options, master_key(settings)),
        folder=check_folder(settings, folder),
    )


def check_folder(settings: Settings, name: object) -> Path:
    """Return where a check, or the settling of a difference, keeps what the platform held when it began."""
    return checks_parent(settings) / str(name)


def checks_parent(settings: Settings) -> Path:
    """Return the folder of all checks' folders."""
    return settings.workspace / "checks"


def time_source(feed: FeedDefinition, dataset: Dataset) -> str | None:
    """Return the source column that says when a row's fact happened: the only one its dataset's time is made from."""
    mapping = feed.columns.get(dataset.time_column or "")
    if mapping is None:
        return None
    used = columns_used(parse_expression(feed.code, dataset.time_column or "", mapping.expr))
    return next(iter(used)) if len(used) == 1 else None


def amounts_of(
    feed: FeedDefinition, dataset: Dataset, stored: tuple[tuple[str, str], ...], time: str | None
) -> tuple[str, ...]:
    """Return the raw columns that are numbers of the dataset, as they are."""
    keys = {raw_name(name).lower() for name in feed.key}
    found: dict[str, None] = {}
    for name, mapping in feed.columns.items():
        element = dataset.by_name.get(name)
        parsed = parse_expression(feed.code, name, mapping.expr)
        if element is None or element.type not in ("decimal", "integer") or not isinstance(parsed, exp.Column):
            continue
        column = known_column(parsed.name, stored)
        if column is not None and column != time and column.lower() not in keys:
            found[column] = None
    return tuple(found)[:MOST_AMOUNTS]


def known_column(name: str | None, stored: tuple[tuple[str, str], ...]) -> str | None:
    """Return the raw column that keeps a source column, None when there is none."""
    wanted = raw_name(name or "").lower()
    return next((column for column, _ in stored if column.lower() == wanted), None)


def _stored(feed: str, place: str, name: str, stored: tuple[tuple[str, str], ...]) -> str:
    found = known_column(name, stored)
    if found is None:
        raise UnknownSourceColumn(feed, place, name, [column for column, _ in stored])
    return found


def _compare(setting: CheckSetting | None) -> Compare:
    return cast(Compare, setting.compare) if setting is not None else "rows"
