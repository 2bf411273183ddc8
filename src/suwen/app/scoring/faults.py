"""Which of the errors put into the sources are found, and which alarms no error stands behind."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from suwen.app.demo.region.schema import schema
from suwen.domains.ingest.public import FeedInfo

Row = tuple[str, str]
"""A source row as Suwen names it: feed code, source key."""

IDENTITY_TROUBLE = frozenset({"birth_typo", "sex_wrong", "id_swapped", "newborn_on_mother"})
"""Slips of a registration that make the id disagree with the birth date or the sex beside it."""


FINDS = {
    "missing": "required",
    "overlong": "length",
    "bad_code": "value_set",
    "dangling": "reference",
    "bad_check": "checksum",
    "reversed": "date_order",
}
"""Kind of error to the type of the rule that must find it: another rule at the row may fail for another reason."""


@dataclass(frozen=True)
class Fault:
    """An error put into a source row. Shapes as in `demo.region.truth`: errors.parquet."""

    org_code: str
    source: str
    table: str
    row_key: str
    row_id: int | None
    column: str
    kind: str
    expected: str

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "Fault":
        """Return the fault of a row of errors.parquet."""
        return cls(**{name: line[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Held:
    """A row in quarantine: where, why, and the business key it was received with."""

    row: Row
    reason: str
    key: str | None


@dataclass
class Tally:
    """Faults of one kind: put in, held in quarantine, failing the rule that finds the kind."""

    total: int = 0
    quarantined: int = 0
    failing: int = 0

    @property
    def found(self) -> float:
        """Share that was quarantined or failed that rule."""
        return (self.quarantined + self.failing) / self.total if self.total else 1.0


class Places:
    """Where a source table's rows went: the feeds that read it, and the source keys of registrations."""

    def __init__(self, feeds: Iterable[FeedInfo], registrations: Mapping[tuple[str, str], str]) -> None:
        """``registrations``: (feed, patient id) to source key, for the errors that name no row number."""
        self._registrations = registrations
        self._feeds: dict[tuple[str, str], list[str]] = defaultdict(list)
        for feed in feeds:
            for part in feed.table.casefold().split("."):
                self._feeds[feed.org_code, part].append(feed.code)

    def rows(self, fault: Fault) -> list[Row]:
        """The rows, one a feed, that carry the fault; raises KeyError for a table that no feed reads."""
        feeds = self._feeds[fault.org_code, fault.table.casefold()]
        if not feeds:
            raise KeyError(fault.table)
        return [(feed, self._key(feed, fault)) for feed in feeds]

    def _key(self, feed: str, fault: Fault) -> str:
        if fault.row_id is not None:
            return str(fault.row_id)
        return self._registrations.get((feed, fault.row_key), fault.row_key)


def held_rows(lines: Iterable[Mapping[str, Any]], places: Mapping[str, tuple[str, str]]) -> list[Held]:
    """Rows of ``raw.quarantine`` (feed, source_key, reason, row_json); ``places``: feed to (institution, table)."""
    held: list[Held] = []
    for line in lines:
        source, table = places[line["feed"]]
        body = {str(name).casefold(): value for name, value in json.loads(line["row_json"]).items()}
        named = next(
            each for name, each in schema(source).tables.items() if name.casefold() in table.casefold().split(".")
        )
        value = body.get(named.key.casefold())
        held.append(
            Held((line["feed"], str(line["source_key"])), line["reason"], None if value is None else str(value))
        )
    return held


@dataclass
class Report:
    """``kinds``: tally by (kind, where it should end). ``carrying``: every row that carries an error.

    ``lost``: rows that errors were meant to bring into quarantine, by (institution, business key).
    """

    kinds: dict[tuple[str, str], Tally] = field(default_factory=dict[tuple[str, str], Tally])
    carrying: set[Row] = field(default_factory=set[Row])
    lost: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


def score_faults(
    faults: Sequence[Fault], places: Places, held: Sequence[Held], failing: Mapping[Row, frozenset[str]]
) -> Report:
    """Follow every fault to its row: is that row held, or does it fail the rule that finds such errors?

    Of two rows with one key the last is kept, so a duplicate is found where either of them is held.
    A value that should be accepted may fail no rule but references: they speak of another row.
    """
    by_row = {each.row for each in held}
    copies: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for each in held:
        if each.reason == "duplicate_key":
            copies[each.row[0], each.key].append(each.row)
    report = Report()
    for fault in faults:
        rows = places.rows(fault)
        report.carrying.update(rows)
        doubles = [row for feed, _ in rows for row in copies[feed, fault.row_key]] if fault.kind == "duplicate" else []
        report.carrying.update(doubles)
        tally = report.kinds.setdefault((fault.kind, fault.expected), Tally())
        tally.total += 1
        rules = {rule for row in rows for rule in failing.get(row, ())}
        if fault.expected == "accepted":
            rules = {rule for rule in rules if _type(rule) != "reference"}
        elif fault.kind in FINDS:
            rules = {rule for rule in rules if _type(rule) == FINDS[fault.kind]}
        if doubles or any(row in by_row for row in rows):
            tally.quarantined += 1
        elif rules:
            tally.failing += 1
        if fault.expected == "quarantine" and fault.kind != "duplicate":
            report.lost.add((fault.org_code, fault.row_key))
    return report


@dataclass
class Alarms:
    """Failing (row, rule) pairs without an error on the row, by rule: why they fail all the same."""

    total: int = 0
    identity: Counter[str] = field(default_factory=Counter[str])
    orphans: Counter[str] = field(default_factory=Counter[str])
    false: Counter[str] = field(default_factory=Counter[str])

    @property
    def without_error(self) -> int:
        """Pairs of which the row carries no injected error."""
        return self.identity.total() + self.orphans.total() + self.false.total()


def score_alarms(
    failing: Mapping[Row, frozenset[str]],
    report: Report,
    troubled: frozenset[Row],
    orphans: frozenset[tuple[Row, str]],
) -> Alarms:
    """Sort the failing (row, rule) pairs.

    ``troubled``: registrations that carry ``IDENTITY_TROUBLE``; ``orphans``: (row, rule) pairs of which the row refers
    to one that an injected error brought into quarantine. What is neither is a false alarm.
    """
    alarms = Alarms()
    for row, rules in failing.items():
        for rule in rules:
            alarms.total += 1
            if row in report.carrying:
                continue
            if _type(rule) == "identity_agrees" and row in troubled:
                alarms.identity[rule] += 1
            elif (row, rule) in orphans:
                alarms.orphans[rule] += 1
            else:
                alarms.false[rule] += 1
    return alarms


def _type(rule: str) -> str:
    """The rule's type: codes are `<dataset>.<type>.<subject>`."""
    return rule.split(".")[1]
