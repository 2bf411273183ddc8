"""Proposing a mapping for a whole source: surveyed, matched, every feed tried against the source's real columns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from anyio import to_thread
from pydantic import BaseModel

from suwen.domains.ingest.connector import Connector, ReadRequest
from suwen.domains.ingest.definition import SourceInfo
from suwen.domains.ingest.mapping_check import problems_of
from suwen.domains.ingest.proposing.proposal import EvidenceOut, Proposal, ProposedFeed, ProposedTable
from suwen.domains.ingest.proposing.propose import propose
from suwen.domains.ingest.proposing.survey import survey
from suwen.domains.ingest.proposing.writing import feed_of, report_of, yaml_of
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.overview import document
from suwen.domains.ingest.service.sources import connected
from suwen.domains.ingest.session import Session
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

PROPOSE = "ingest.propose_source"
"""Name of the job."""


class ProposalState(BaseModel):
    """The newest run of a proposal (status None: none yet) and the newest proposal that was finished."""

    job_run_id: UUID | None = None
    status: str | None = None
    stage: str | None = None
    done: int = 0
    total: int | None = None
    error: str | None = None
    proposed_at: datetime | None = None
    proposal: Proposal | None = None
    yaml: str = ""


@dataclass(frozen=True)
class Proposed:
    """A proposal with its definition file and its report; secrets are in none of them."""

    proposal: Proposal
    yaml: str
    report: str


async def propose_source(
    database: Database,
    settings: Settings,
    code: str,
    scope: Scope,
    progress: Progress | None = None,
    check: Callable[[], None] = lambda: None,
    *,
    declared: bool = True,
) -> Proposed:
    """Read a stored source and propose its mapping; nothing is stored. Raises UnknownSource, SourceUnavailable.

    check is called between tables and may raise to stop. declared: whether the comments and keys that the source
    declares are believed; without them names and values alone decide.
    """
    async with database.unit_of_work() as uow:
        source = await IngestRepository(uow.session).source(code, scope)
        info = (await document(uow, scope, code, secrets=False)).source
        connector = connected(source, settings)
        catalog = await load_catalog(uow)

    def work() -> Proposal:
        with Session(settings.workspace / "spill") as session:
            found = survey(connector, session, progress, check, declared=declared)
            told = progress or NullProgress()
            told.stage("比对标准数据集", 1)
            proposal = tried(connector, session, catalog, propose(catalog, found, code))
            told.advance()
            return proposal

    proposal = await to_thread.run_sync(work)
    return written(info, proposal, connector)


def written(info: SourceInfo, proposal: Proposal, connector: Connector[Any]) -> Proposed:
    """Return a proposal with its files."""
    text = yaml_of(info, proposal, incremental=connector.capabilities.incremental)
    return Proposed(proposal, text, report_of(proposal))


def tried(connector: Connector[Any], session: Session, catalog: Catalog, proposal: Proposal) -> Proposal:
    """Return the proposal without what the mapping check would refuse: such a column stays, but is not accepted."""
    tables = [
        table.model_copy(update={"feeds": [_tried(connector, session, catalog, table, feed) for feed in table.feeds]})
        for table in proposal.tables
    ]
    return proposal.model_copy(update={"tables": tables})


def _tried(
    connector: Connector[Any], session: Session, catalog: Catalog, table: ProposedTable, feed: ProposedFeed
) -> ProposedFeed:
    if feed.problems:
        return feed
    columns = connector.columns(session, ReadRequest(table=table.name))
    definition = feed_of(table, feed, incremental=connector.capabilities.incremental)
    found = problems_of(definition, columns, catalog.dataset(feed.dataset), catalog)
    wrong = {problem.element: problem.title for problem in found if problem.level == "error"}
    if not wrong:
        return feed
    changed = [
        one.model_copy(
            update={
                "accepted": False,
                "evidence": [*one.evidence, EvidenceOut(kind="type", seen=wrong[one.element], weight=-5.0)],
            }
        )
        if one.element in wrong
        else one
        for one in feed.columns
    ]
    needed = {*catalog.dataset(feed.dataset).key, catalog.dataset(feed.dataset).patient_column}
    problems = sorted(needed & wrong.keys()) + (["key"] if None in wrong else [])
    return feed.model_copy(update={"columns": changed, "problems": problems})


async def latest(uow: UnitOfWork, scope: Scope, code: str) -> ProposalState:
    """Return how far the newest proposal of a source is, and the newest finished one. Raises UnknownSource."""
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    runs = await repository.runs_of(PROPOSE, source.code)
    if not runs:
        return ProposalState()
    newest = runs[0]
    done = next((run for run in runs if run.result is not None), None)
    result = cast("dict[str, Any]", done.result) if done else {}
    return ProposalState(
        job_run_id=newest.id,
        status=newest.status,
        stage=newest.stage,
        done=newest.done,
        total=newest.total,
        error=newest.error,
        proposed_at=done.finished_at if done else None,
        proposal=Proposal.model_validate(result["proposal"]) if done else None,
        yaml=str(result.get("yaml", "")),
    )
