"""Asking the node of a source for its side of a comparison, and taking up what was asked when the answer is here."""

from dataclasses import replace
from datetime import date
from typing import Literal
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.edge.questions import Question
from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.nodes.asking import ask, close
from suwen.domains.ingest.nodes.models import UNDER_WAY, DeliveryState, IngestDelivery, Purpose
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.reconcile.comparing import PLATFORM_ROWS
from suwen.domains.ingest.reconcile.models import Difference
from suwen.domains.ingest.reconcile.planning import CheckPlan, check_folder
from suwen.domains.ingest.session import Session
from suwen.kernel.database import UnitOfWork
from suwen.kernel.settings import Settings


async def ask_source(
    uow: UnitOfWork,
    plan: CheckPlan,
    feed: IngestFeed,
    purpose: Literal[Purpose.CHECK, Purpose.LOCATE],
    about: UUID,
    platform_sql: str = "",
    day: date | None = None,
) -> IngestDelivery:
    """Ask the node of a plan's source for what the copy of the platform's rows is compared with.

    about: the check, or the difference whose `day` is looked into.
    """
    assert plan.node is not None
    question = await to_thread.run_sync(_question, plan, "keys" if purpose == Purpose.LOCATE else "days", day)
    request, leaves = plan.request(), plan.feed.leaves
    wanted = {
        "table": request.table,
        "query": request.query,
        "key": list(plan.feed.key),
        "leaves": leaves.model_dump(mode="json") if leaves is not None else None,
        "question": question.model_dump(mode="json"),
    }
    return await ask(
        uow,
        feed,
        plan.node,
        purpose,
        about,
        wanted=wanted,
        context={
            "definition": plan.feed.model_dump(mode="json"),
            "origin": plan.origin,
            "batch": plan.batch_id,
            "platform_sql": platform_sql,
        },
    )


def as_asked(plan: CheckPlan, held: IngestDelivery) -> tuple[CheckPlan, str]:
    """Return a plan as it was when its node was asked, and the statement by which the platform's rows were copied.

    The feed, its setting and its batches may be others by now; copy and answer are of then.
    """
    question, context = Question.model_validate(held.wanted["question"]), held.context or {}
    was = replace(
        plan,
        feed=FeedDefinition.model_validate(context["definition"]),
        origin=context["origin"],
        batch_id=context["batch"],
        stored=question.stored,
        compare=question.compare,
        time=question.time,
        amounts=question.amounts,
        changed=question.changed,
        since=question.since,
    )
    return was, str(context["platform_sql"])


def copy_is_here(settings: Settings, name: UUID) -> bool:
    """Say whether the copy of what the platform held lies here still."""
    return (check_folder(settings, name) / PLATFORM_ROWS).exists()


async def call_off(uow: UnitOfWork, difference: Difference) -> None:
    """Ask a node no longer for what a difference is settled by, which is closed or begun anew."""
    held = None
    if difference.waits_for is not None:
        held = await NodeRepository(uow.session).delivery(difference.waits_for, locked=True)
    if held is not None and held.purpose != Purpose.BATCH and held.state in UNDER_WAY:
        await close(uow, held, DeliveryState.ABANDONED)


def _question(plan: CheckPlan, kind: Literal["days", "keys"], day: date | None) -> Question:
    with Session(plan.folder / "spill") as session:
        return plan.question(session, kind, day)
