"""The linkage run: identities of the lake become persons in PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import anyio.to_thread
import pyarrow as pa

from suwen.domains.lake.public import Lake
from suwen.domains.patients.events import PersonsLinked, PersonsMerged
from suwen.domains.patients.matching.link import Link
from suwen.domains.patients.matching.match import Matched, match
from suwen.domains.patients.matching.normalise import IDENTITY_COLUMNS
from suwen.domains.patients.repository.writes import IdentityRow, PatientWrites
from suwen.domains.patients.service.reconcile import Plan, reconcile
from suwen.kernel import clock
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

# One row a patient key, even where two feeds of an institution report the same patient number.
IDENTITIES = """
SELECT patient_key, org_code, patient_id, name, sex_code, birth_date, id_no, health_card_no, phone, address
FROM std.patient
QUALIFY row_number() OVER (PARTITION BY patient_key ORDER BY feed, source_key) = 1
"""


@dataclass(frozen=True)
class LinkResult:
    """How many identities were looked at, the persons behind them, and pairs left for people to decide."""

    identities: int
    persons: int
    suspects: int
    seconds: float


async def link(lake: Lake, uow: UnitOfWork, progress: Progress) -> LinkResult:
    """Match all identities anew and store what changed; the same data again changes nothing."""
    started = clock.now()
    progress.stage("人员主索引", 3)
    identities = await anyio.to_thread.run_sync(lambda: _read(lake))
    progress.advance()
    writes = PatientWrites(uow.session)
    await writes.lock()
    decisions = await writes.decisions()
    same = [(left, right) for left, right, verdict in decisions if verdict == "same"]
    apart = [(left, right) for left, right, verdict in decisions if verdict == "different"]
    matched = await anyio.to_thread.run_sync(lambda: match(identities, together=same, apart=apart))
    progress.advance()
    await _store(uow, writes, identities, matched, started)
    progress.advance()
    result = LinkResult(
        identities.num_rows, len(matched.groups), len(matched.suspects), (clock.now() - started).total_seconds()
    )
    uow.announce(PersonsLinked(result.identities, result.persons, result.suspects))
    return result


def _read(lake: Lake) -> pa.Table:
    if not lake.exists("std", "patient"):
        return pa.table({name: pa.array([], pa.string()) for name in IDENTITY_COLUMNS})
    return lake.select(IDENTITIES, scope=Scope.everything())


async def _store(uow: UnitOfWork, writes: PatientWrites, identities: pa.Table, matched: Matched, at: datetime) -> None:
    known = await writes.person_of_key()
    plan = reconcile(matched.groups, known, new_id)
    await writes.add_persons(plan.created, at)
    await writes.store_identities(_rows(identities, plan, matched, at))
    await writes.remove_identities(sorted(set(known) - set(plan.person_of)))
    await writes.merge_persons(plan.merged)
    await writes.add_history(_history(plan, known, matched, at))
    columns = [cast("list[str]", identities.column(name).to_pylist()) for name in ("patient_key", "org_code")]
    org_of = dict(zip(*columns, strict=True))
    await writes.replace_suspects([_suspect(suspect, org_of, at) for suspect in matched.suspects])
    for gone, kept in plan.merged.items():
        uow.announce(PersonsMerged(str(kept), str(gone)))


def _rows(identities: pa.Table, plan: Plan, matched: Matched, at: datetime) -> Iterator[IdentityRow]:
    for batch in identities.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            used = matched.used.get(row["patient_key"])
            yield IdentityRow(
                **row,
                person_id=plan.person_of[row["patient_key"]],
                linked_by=used.rule if used else None,
                linked_score=used.score if used else None,
                seen_at=at,
            )


def _history(plan: Plan, known: dict[str, UUID], matched: Matched, at: datetime) -> list[dict[str, Any]]:
    """A line for each new identity and each that changed its person; and one for each merged person."""
    created = set(plan.created)
    lines: list[dict[str, Any]] = []
    for key, person in plan.person_of.items():
        before = plan.moved.get(key)
        if key in known and before is None:
            continue
        action = "moved" if before else ("created" if person in created else "attached")
        used = matched.used.get(key)
        lines.append(
            _line(
                at,
                action,
                person,
                key=key,
                before=before,
                rule=used.rule if used else None,
                score=used.score if used else None,
            )
        )
    lines += [_line(at, "merged", kept, before=gone) for gone, kept in plan.merged.items()]
    return lines


def _line(
    at: datetime,
    action: str,
    person: UUID,
    *,
    key: str | None = None,
    before: UUID | None = None,
    rule: str | None = None,
    score: float | None = None,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": at,
        "action": action,
        "person_id": person,
        "from_person": before,
        "patient_key": key,
        "rule": rule,
        "score": score,
    }


def _suspect(link: Link, org_of: dict[str, str], at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "left_key": link.left,
        "right_key": link.right,
        "left_org": org_of[link.left],
        "right_org": org_of[link.right],
        "score": link.score,
        "rule": link.rule,
        "evidence": dict(link.evidence),
        "status": "open",
        "found_at": at,
    }
