"""What targets that take messages were told of each row: kept here, written before a message leaves and after."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from anyio import from_thread
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from suwen.domains.ingest.distribution.models import DistributedRow, Receipt, RecordState
from suwen.domains.ingest.distribution.told import Message, Outcome, ToldRow
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.repository import Repository

REASON = 500
"""Characters of a reason that are kept."""
Opening = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
_ROWS: Table = DistributedRow.metadata.tables["ingest_distributed_row"]
_TOLD = ("digest", "sequence", "operation", "state", "message", "told_at", "reason")
UNFINISHED = (RecordState.PENDING.value, RecordState.AGAIN.value)


@dataclass(frozen=True, slots=True)
class Held:
    """How a row stands; key: as JSON."""

    org_code: str
    key: str
    digest: str
    sequence: int
    operation: str
    known: bool
    state: RecordState
    message: str


class LedgerRepository(Repository):
    """The queries of what was told."""

    async def held(self, distribution: UUID) -> dict[str, Held]:  # unscoped: of one distribution, read by its worker
        """Return how the rows of a distribution stand, by name."""
        c = _ROWS.c
        query = select(c.name, c.org_code, c.key, c.digest, c.sequence, c.operation, c.known, c.state, c.message)
        found = await self.session.stream(query.where(c.distribution_id == distribution).order_by(c.name))
        return {
            name: Held(org, key, digest, sequence, operation, known, RecordState(state), message)
            async for name, org, key, digest, sequence, operation, known, state, message in found
        }

    async def unfinished(self, distribution: UUID) -> int:  # unscoped: of one distribution, read by its worker
        """Return how many rows are to be told whatever the position says."""
        c = _ROWS.c
        query = select(func.count()).where(c.distribution_id == distribution, c.state.in_(UNFINISHED))
        return int(await self.session.scalar(query) or 0)

    async def want_again(
        self, distribution: UUID, row: UUID | None
    ) -> int:  # unscoped: of a distribution read by scope
        """Mark refused rows (one, or all) to be sent again; return how many."""
        query = update(DistributedRow).where(DistributedRow.distribution_id == distribution)
        query = query.where(DistributedRow.state == RecordState.REFUSED.value)
        if row is not None:
            query = query.where(DistributedRow.id == row)
        marked = await self.session.scalars(query.values(state=RecordState.AGAIN.value).returning(DistributedRow.id))
        return len(marked.all())

    async def plan(self, distribution: UUID, title: str, messages: Sequence[Message]) -> None:
        """Note what is going to be told, so that it is told again when nobody knows whether it was."""
        moment = now()
        rows = [
            {
                "id": new_id(), "distribution_id": distribution, "title": title, "org_code": row.org_code,
                "name": row.name, "key": orjson.dumps(row.key, default=str).decode(), "digest": row.digest,
                "sequence": row.sequence, "operation": row.operation, "known": False,
                "state": RecordState.PENDING.value, "message": message.id, "reason": None, "told_at": moment,
            }
            for message in messages
            for row in message.rows
        ]  # fmt: skip
        into = insert(_ROWS)
        over = {name: into.excluded[name] for name in _TOLD}
        await self.session.execute(
            into.on_conflict_do_update(index_elements=["distribution_id", "name"], set_=over), rows
        )

    async def settle(self, distribution: UUID, outcomes: Sequence[Outcome]) -> None:
        """Note what became of messages."""
        rows = [_settled(row, outcome) for outcome in outcomes for row in outcome.message.rows]
        c = _ROWS.c
        mine = (c.distribution_id == distribution) & (c.name == bindparam("of"))
        values: dict[str, Any] = {"state": bindparam("became"), "known": bindparam("there"), "reason": bindparam("why")}
        await self.session.execute(update(_ROWS).where(mine).values(values), rows)

    async def forget(self, distribution: UUID, names: Sequence[str]) -> None:
        """Note that rows are gone which the target does not know, or is not told of."""
        c = _ROWS.c
        mine = (c.distribution_id == distribution) & c.name.in_(names) & (c.state != RecordState.GONE.value)
        await self.session.execute(update(_ROWS).where(mine).values(state=RecordState.GONE.value, known=False))

    def receive(self, distribution: UUID, run: UUID, title: str, outcomes: Sequence[Outcome]) -> None:
        """Keep the receipts of messages."""
        for one in outcomes:
            if one.asked:
                told = one.message
                self.add(
                    Receipt(
                        distribution_id=distribution, run_id=run, title=title, org_code=told.org_code, message=told.id,
                        operation=told.operation, rows=len(told.rows), refused=len(one.refused), status=one.status,
                        number=one.number, reason=_short(one.reason), tries=one.tries,
                    )
                )  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """The ledger of one run, for the thread that sends; each call is a unit of work of its own."""

    opening: Opening
    distribution: UUID
    run: UUID
    title: str
    receipts: bool

    def held(self) -> dict[str, Held]:
        """Return how the rows stand."""
        return from_thread.run(self._held)

    def plan(self, messages: Sequence[Message]) -> None:
        """Note what is going to be told."""
        from_thread.run(self._plan, messages)

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Note what became of it, with its receipts."""
        from_thread.run(self._settle, outcomes)

    def forget(self, names: Sequence[str]) -> None:
        """Note that rows are gone of which the target is not told."""
        from_thread.run(self._forget, names)

    async def _held(self) -> dict[str, Held]:
        async with self.opening() as uow:
            return await LedgerRepository(uow.session).held(self.distribution)

    async def _plan(self, messages: Sequence[Message]) -> None:
        async with self.opening() as uow:
            await LedgerRepository(uow.session).plan(self.distribution, self.title, messages)

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        async with self.opening() as uow:
            ledger = LedgerRepository(uow.session)
            await ledger.settle(self.distribution, outcomes)
            if self.receipts:
                ledger.receive(self.distribution, self.run, self.title, outcomes)

    async def _forget(self, names: Sequence[str]) -> None:
        async with self.opening() as uow:
            await LedgerRepository(uow.session).forget(self.distribution, names)


def _settled(row: ToldRow, outcome: Outcome) -> dict[str, object]:
    reason = outcome.refused.get(row.name)
    if reason is not None:
        # What it has of the row is what it had.
        return {"of": row.name, "became": RecordState.REFUSED.value, "there": row.operation != "insert",
                "why": _short(reason)}  # fmt: skip
    gone = row.operation == "delete"
    state = RecordState.GONE if gone else RecordState.DELIVERED
    return {"of": row.name, "became": state.value, "there": not gone, "why": None}


def _short(text: str | None) -> str | None:
    return text[:REASON] if text is not None else None
