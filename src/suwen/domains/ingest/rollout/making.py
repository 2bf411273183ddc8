"""An institution brought to what its template says: its source, feeds, settings and plans in one commit."""

from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.connector import Connector, ReadRequest, connect
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import CodeTaken
from suwen.domains.ingest.models import IngestFeed, IngestPlan, IngestSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rollout.models import Rollout, RolloutStatus
from suwen.domains.ingest.rollout.repository import RolloutRepository
from suwen.domains.ingest.rollout.schemas import Departure, TemplateComparison
from suwen.domains.ingest.rollout.templating import PLAN
from suwen.domains.ingest.schemas import PlanIn
from suwen.domains.ingest.service.definitions import import_definition
from suwen.domains.ingest.service.planning import PLANS, next_begin
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.vault import master_key, unseal
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import SuwenError
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

MAKE = "ingest.make_rollout"


def queue(uow: UnitOfWork, rollout: Rollout) -> UUID:
    """Queue the making of an institution's source, or the carrying over of its template's changes."""
    rollout.status, rollout.error = RolloutStatus.QUEUED.value, None
    queued = rollout.job_run_id = uow.defer(MAKE, {"rollout": str(rollout.id), "code": rollout.code})
    return queued


async def make(uow: UnitOfWork, settings: Settings, rollout: Rollout) -> dict[str, Any]:
    """Make an institution's source after its template, or bring it to what the template says now.

    A source that is there keeps its own connection, and the feeds and plans that the template does not have. Raises
    what bringing in a definition does; nothing of the institution is stored then.
    """
    repository = RolloutRepository(uow.session)
    template = await repository.template(rollout.template_id)
    ingest, definition = IngestRepository(uow.session), template.definition
    source = await ingest.source_or_none(rollout.code)
    key = master_key(settings)
    present = source is not None and source.removed_at is None
    if present and rollout.revision is None:
        # Somebody has made one under this code since the row was checked.
        raise CodeTaken(rollout.code)
    if source is not None and present:
        info = {"title": source.title, "org_code": source.org_code, "options": unseal(source.options, key)}
    else:
        options = definition["options"] | unseal(rollout.options, key)
        info = {"title": rollout.title, "org_code": rollout.org_code, "options": options}
    info |= {"code": rollout.code, "system": template.system, "connector": template.connector}
    report = await import_definition(uow, {"source": info, "feeds": definition["feeds"]}, settings)
    source = await ingest.source(rollout.code, Scope.everything())
    for feed in await ingest.feeds(Scope.everything(), source.id):
        if settled := definition["settings"].get(_own_code(source, feed)):
            feed.category, feed.priority = settled["category"], settled["priority"]
    plans = await _put_plans(uow, source, definition["plans"])
    rollout.status, rollout.revision, rollout.error = RolloutStatus.CREATED.value, template.revision, None
    # The source keeps them from now on.
    rollout.options, rollout.title, rollout.org_code = {}, source.title, source.org_code
    await uow.session.flush()
    counts = {name: len(getattr(report, name)) for name in ("created", "updated", "unchanged")}
    return {"code": rollout.code, **counts, "plans": plans}


async def _put_plans(uow: UnitOfWork, source: IngestSource, wanted: list[dict[str, Any]]) -> int:
    """Make the plans of a template, by their titles, and change those that are there; returns how many."""
    held = {plan.title: plan for plan in await RolloutRepository(uow.session).plans(source.id)}
    for each in wanted:
        plan = held.get(each["title"])
        if plan is None:
            await PLANS.create(uow, Scope.everything(), PlanIn(source=source.code, **each))
        elif _departing(plan, each):
            for name in PLAN:
                setattr(plan, name, each[name])
            begins = next_begin(plan.cron, plan.window_from, plan.window_to, now())
            plan.next_at = begins if plan.enabled else None
    return len(wanted)


async def fail(uow: UnitOfWork, key: UUID, run: UUID, why: str) -> None:
    """Note why an institution could not be made."""
    rollout = await RolloutRepository(uow.session).rollout(key, Scope.everything())
    if rollout.job_run_id == run:
        rollout.status, rollout.error = RolloutStatus.FAILED.value, why


async def compare(uow: UnitOfWork, rollout: Rollout) -> TemplateComparison:
    """Return where an institution's source differs from its template as it is now."""
    repository = RolloutRepository(uow.session)
    template = await repository.template(rollout.template_id)
    ingest = IngestRepository(uow.session)
    source = await ingest.source_or_none(rollout.code)
    present = source is not None and source.removed_at is None
    departures: list[Departure] = []
    if source is not None and present:
        definition = template.definition
        feeds = {
            _own_code(source, feed): _flat(feed.definition, feed.category, feed.priority)
            for feed in await ingest.feeds(Scope.everything(), source.id)
        }
        wanted = {
            feed["code"]: _flat(feed, **definition["settings"].get(feed["code"], {})) for feed in definition["feeds"]
        }
        departures += _departures("feed", wanted, feeds)
        plans = {plan.title: {name: getattr(plan, name) for name in PLAN} for plan in await repository.plans(source.id)}
        departures += _departures("plan", {plan["title"]: plan for plan in definition["plans"]}, plans)
    return TemplateComparison(
        code=rollout.code,
        revision=rollout.revision,
        current=template.revision,
        present=present,
        departures=departures,
    )


def _departures(kind: Any, wanted: dict[str, dict[str, Any]], there: dict[str, dict[str, Any]]) -> list[Departure]:
    found = [Departure(kind=kind, name=name, what="missing", fields=[]) for name in wanted if name not in there]
    for name, each in wanted.items():
        other = there.get(name)
        if other is not None and (fields := sorted(f for f in each | other if each.get(f) != other.get(f))):
            found.append(Departure(kind=kind, name=name, what="changed", fields=fields))
    return [*found, *(Departure(kind=kind, name=name, what="extra", fields=[]) for name in there if name not in wanted)]


def _flat(definition: dict[str, Any], category: str | None = None, priority: str = "normal") -> dict[str, Any]:
    """Return a feed's definition with each of its columns as a field of its own."""
    feed = FeedDefinition.model_validate(definition).model_dump(mode="json")
    columns = {f"columns.{name}": mapping for name, mapping in feed.pop("columns").items()}
    return feed | columns | {"category": category, "priority": priority}


def _departing(plan: IngestPlan, wanted: dict[str, Any]) -> bool:
    return any(getattr(plan, name) != wanted[name] for name in PLAN)


def _own_code(source: IngestSource, feed: IngestFeed) -> str:
    return feed.code.removeprefix(f"{source.code}.")


async def test(uow: UnitOfWork, settings: Settings, rollout: Rollout) -> None:
    """Try an institution's connection out and note who answers and which tables of the template it lacks.

    Raises SourceUnavailable and its kin, which are the answer of a test.
    """
    template = await RolloutRepository(uow.session).template(rollout.template_id)
    source = await IngestRepository(uow.session).source_or_none(rollout.code)
    key = master_key(settings)
    made = source is not None and rollout.revision is not None
    options = source.options if source is not None and made else template.definition["options"] | rollout.options
    connector = connect(template.connector, unseal(options, key))
    wanted = {feed["table"] for feed in template.definition["feeds"] if feed.get("table")}

    def probe() -> tuple[str, list[str]]:
        with Session(settings.workspace / "spill") as session:
            server = connector.test(session).server
            unlisted = wanted - {table.name for table in connector.tables(session)}
            # A list may name a table otherwise: with its schema, or with the sheet of a workbook.
            return server, sorted(name for name in unlisted if not _readable(connector, session, name))

    rollout.server, rollout.missing = await to_thread.run_sync(probe)
    rollout.tested_at, rollout.error = now(), None


def _readable(connector: Connector[Any], session: Session, table: str) -> bool:
    try:
        return bool(connector.columns(session, ReadRequest(table=table)))
    except SuwenError:
        return False
