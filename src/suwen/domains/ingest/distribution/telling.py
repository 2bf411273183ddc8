"""Keeping a target in step that takes messages: each row that changed is told, after it was noted that it will be.

A process that dies in between leaves rows noted as pending. The next run repeats their messages under the same ids as
long as the rows are the same; a row that changed meanwhile is told anew, whatever the target has seen of it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

import orjson

from suwen.domains.ingest.distribution.content import Content, Sent, digest_of, name_of
from suwen.domains.ingest.distribution.errors import TargetRefused
from suwen.domains.ingest.distribution.ledger import Held, Ledger
from suwen.domains.ingest.distribution.models import RecordState
from suwen.domains.ingest.distribution.told import Message, Operation, Outcome, Teller, ToldRow
from suwen.kernel.ids import new_id

PORTION = 1000
"""Rows that are noted at once."""
SETTLED = 100
"""Messages whose outcomes are noted at once."""
ALL_REFUSED = 20
"""So many messages refused one after the other, and none taken before: the template is wrong, not the rows."""


class Telling:
    """One run. before: digests of the rows as they stood once, by name; rows that differ from then are told again."""

    def __init__(
        self, target: Teller, ledger: Ledger, content: Content, *, anew: bool, before: Mapping[str, str] | None,
        stopping: Callable[[], None],
    ) -> None:  # fmt: skip
        self._target, self._ledger, self._content, self._stopping = target, ledger, content, stopping
        self._anew, self._before = anew, before
        self._held: dict[str, Held] = {}
        self._repeated: dict[str, list[ToldRow]] = defaultdict(list)
        self._wanted: dict[tuple[str, Operation], list[ToldRow]] = defaultdict(list)
        self._complete: list[Message] = []
        self._rows = self._put = self._removed = self._refused = self._taken = self._waiting = 0

    def tell(self) -> Sent:
        """Tell the target what it does not know yet. Raises TargetUnavailable, TargetRefused."""
        self._held = self._ledger.held()
        pending = Counter(held.message for held in self._held.values() if held.state is RecordState.PENDING)
        self._target.open()
        try:
            there = set(self._held)
            for row in self._there(there):
                self._want(row, pending)
            for row in self._gone(there):
                self._want(row, pending)
            # What was sent with others that are others now is told anew.
            for rows in self._repeated.values():
                for row in rows:
                    self._collect(_next(row))
            self._send()
        finally:
            self._target.close()
        return Sent(rows=self._rows, put=self._put, removed=self._removed, refused=self._refused)

    def _there(self, left: set[str]) -> Iterator[ToldRow]:
        """Give what is to be told of the rows that are there; leaves those that are not."""
        for batch in self._content.batches():
            for values in batch.to_pylist():
                self._rows += 1
                key = {name: values[name] for name in self._content.key}
                name, digest = name_of(key), digest_of(values)
                left.discard(name)
                held = self._held.get(name)
                if (told := self._told_of(held, name, digest)) is not None:
                    operation, sequence = told
                    yield ToldRow(name, str(values["org_code"]), operation, key, values, digest, sequence)

    def _told_of(self, held: Held | None, name: str, digest: str) -> tuple[Operation, int] | None:
        if held is None:
            return "insert", 1
        same = held.digest == digest and held.operation != "delete"
        if held.state is RecordState.PENDING and same:
            return "update" if held.operation == "update" else "insert", held.sequence
        moved = self._before is not None and self._before.get(name) != digest
        if same and held.state in (RecordState.DELIVERED, RecordState.REFUSED) and not (self._anew or moved):
            return None
        # Nobody knows whether the target has what is pending.
        return "update" if held.known or held.state is RecordState.PENDING else "insert", held.sequence + 1

    def _gone(self, names: set[str]) -> Iterator[ToldRow]:
        silent: list[str] = []
        for name in sorted(names):
            held = self._held[name]
            once_more = self._before is not None and name in self._before
            aside = held.state is RecordState.REFUSED and held.operation == "delete"
            if (held.state is RecordState.GONE and not once_more) or (aside and not self._anew):
                continue
            unknown = not held.known and held.state in (RecordState.REFUSED, RecordState.AGAIN)
            if not self._target.removals or unknown:
                silent.append(name)
                continue
            repeated = held.state is RecordState.PENDING and held.operation == "delete"
            sequence = held.sequence if repeated else held.sequence + 1
            yield ToldRow(name, held.org_code, "delete", orjson.loads(held.key), None, "", sequence)
        for begin in range(0, len(silent), PORTION):
            self._ledger.forget(silent[begin : begin + PORTION])

    def _want(self, row: ToldRow, pending: Mapping[str, int]) -> None:
        held = self._held.get(row.name)
        if held is not None and held.state is RecordState.PENDING and held.sequence == row.sequence:
            rows = self._repeated[held.message]
            rows.append(row)
            if len(rows) == pending[held.message]:
                self._complete.append(_message(held.message, self._repeated.pop(held.message)))
                self._waiting += len(rows)
                self._send_enough()
            return
        self._collect(row)

    def _collect(self, row: ToldRow) -> None:
        self._wanted[row.org_code, row.operation].append(row)
        self._waiting += 1
        self._send_enough()

    def _send_enough(self) -> None:
        if self._waiting >= PORTION:
            self._send()

    def _send(self) -> None:
        """Note and tell what is collected."""
        messages, self._complete = self._complete, []
        for rows in self._wanted.values():
            for begin in range(0, len(rows), self._target.per_message):
                messages.append(_message(new_id().hex, rows[begin : begin + self._target.per_message]))
        self._wanted.clear()
        self._waiting = 0
        if messages:
            self._deliver(messages)

    def _deliver(self, messages: list[Message]) -> None:
        self._stopping()
        self._ledger.plan(messages)
        known: list[Outcome] = []
        try:
            for outcome in self._target.tell(messages):
                known.append(outcome)
                self._count(outcome)
                if len(known) >= SETTLED:
                    self._ledger.settle(known)
                    known = []
                    self._stopping()
                self._judge(outcome)
        finally:
            if known:
                self._ledger.settle(known)

    def _count(self, outcome: Outcome) -> None:
        rows, refused = len(outcome.message.rows), len(outcome.refused)
        self._refused += refused
        self._taken += rows - refused
        if outcome.message.operation == "delete":
            self._removed += rows - refused
        else:
            self._put += rows - refused

    def _judge(self, outcome: Outcome) -> None:
        if outcome.refused and not self._taken and self._refused >= ALL_REFUSED * self._target.per_message:
            reason = next(iter(outcome.refused.values()))
            raise TargetRefused(f"the target refused the first {self._refused} rows, the last with: {reason}")


def _message(key: str, rows: list[ToldRow]) -> Message:
    # The same order whenever it is repeated.
    rows = sorted(rows, key=lambda row: row.name)
    return Message(key, rows[0].operation, rows[0].org_code, tuple(rows))


def _next(row: ToldRow) -> ToldRow:
    operation: Operation = "delete" if row.operation == "delete" else "update"
    return ToldRow(row.name, row.org_code, operation, row.key, row.values, row.digest, row.sequence + 1)
