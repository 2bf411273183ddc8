"""Outcomes of runs: written by COPY, summed to totals."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import BigInteger, Date, Text, bindparam, column, delete, func, select, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from suwen.domains.quality.models import UNDATED, QualityDay, QualityResult, QualitySample, QualityTotal
from suwen.domains.quality.rule import Rule
from suwen.domains.quality.schemas import Outcome
from suwen.domains.quality.scoring import rule_score
from suwen.domains.quality.statement import Target
from suwen.kernel.copying import copy_rows
from suwen.kernel.ids import new_id
from suwen.kernel.repository import Repository

ARRIVAL = "arrival"
"""Type of the rules whose outcome comes from ingest, not from a statement over the rows."""

_DAY = ("dataset", "org_code", "day", "rows", "checked")
_RESULT = ("id", "rule", "org_code", "day", "dataset", "dimension", "severity", "checked", "failed")
_SAMPLE = ("id", "rule", "org_code", "day", "feed", "source_key", "keys")


class OutcomeRepository(Repository):  # unscoped: for the runs, which judge all institutions
    """What was counted, per day and in total, and the samples of what fails."""

    async def lock(self, dataset: str) -> None:
        """Wait until no other unit of work stores outcomes of the dataset."""
        key = int.from_bytes(hashlib.sha256(f"quality:{dataset}".encode()).digest()[:8], "big", signed=True)
        await self.session.execute(select(func.pg_advisory_xact_lock(bindparam("key", key, BigInteger))))

    async def store(self, dataset: str, rules: Sequence[Rule], outcome: Outcome, target: Target) -> None:
        """Replace what is stored of a dataset within the target by the outcome of all its rules."""
        days = [QualityDay.dataset == dataset, *_within(QualityDay.org_code, QualityDay.day, target)]
        await self.session.execute(delete(QualityDay).where(*days))
        arrivals = QualityResult.rule.like(f"%.{ARRIVAL}.%")
        results = [QualityResult.dataset == dataset, *_within(QualityResult.org_code, QualityResult.day, target)]
        await self.session.execute(delete(QualityResult).where(*results, ~arrivals))
        await copy_rows(self.session, "quality_day", _DAY, _day_rows(dataset, outcome))
        await copy_rows(self.session, "quality_result", _RESULT, _result_rows(rules, outcome))

    async def store_rules(self, rules: Sequence[Rule], outcome: Outcome) -> None:
        """Replace the failures of some rules over all days; what they checked is unchanged."""
        await self.session.execute(delete(QualityResult).where(QualityResult.rule.in_([rule.code for rule in rules])))
        await copy_rows(self.session, "quality_result", _RESULT, _result_rows(rules, outcome))

    async def store_arrivals(self, rule: Rule, counts: Mapping[tuple[str, date], tuple[int, int]]) -> None:
        """Replace the outcome of an arrival rule: (received, quarantined) by institution and day of arrival."""
        await self.session.execute(delete(QualityResult).where(QualityResult.rule == rule.code))
        rows = (_result_row(rule, org, day, checked, failed) for (org, day), (checked, failed) in counts.items())
        await copy_rows(self.session, "quality_result", _RESULT, rows)

    async def day_rows(self, dataset: str) -> dict[tuple[str, date | None], int]:
        """Return the number of rows judged, by institution and day (None: undated)."""
        query = select(QualityDay.org_code, QualityDay.day, QualityDay.rows).where(QualityDay.dataset == dataset)
        stored = (await self.session.execute(query)).all()
        return {(org, None if day == UNDATED else day): rows for org, day, rows in stored}

    async def total(self, dataset: str, rules: Sequence[Rule], layout: Sequence[str]) -> list[tuple[Rule, str]]:
        """Sum the days of a dataset into its totals; return the (rule, institution) pairs with failures."""
        place = (
            func.unnest(QualityDay.checked)
            .table_valued(column("value", BigInteger), with_ordinality="ord", name="place")
            .render_derived()
        )
        summed = (
            select(QualityDay.org_code, place.c.ord, func.sum(place.c.value))
            .select_from(QualityDay)
            .join(place, true())
            .where(QualityDay.dataset == dataset)
            .group_by(QualityDay.org_code, place.c.ord)
        )
        checked = {
            (layout[int(ord_) - 1], str(org)): int(count)
            for org, ord_, count in (await self.session.execute(summed)).all()
        }
        failures = (
            select(
                QualityResult.rule, QualityResult.org_code,
                func.sum(QualityResult.checked), func.sum(QualityResult.failed),
            )
            .where(QualityResult.dataset == dataset)
            .group_by(QualityResult.rule, QualityResult.org_code)
        )  # fmt: skip
        failed: dict[tuple[str, str], int] = {}
        for rule, org, checks, count in (await self.session.execute(failures)).all():
            failed[rule, org] = int(count)
            if f".{ARRIVAL}." in rule:
                checked[rule, org] = int(checks)
        await self.session.execute(delete(QualityTotal).where(QualityTotal.dataset == dataset))
        by_code = {rule.code: rule for rule in rules}
        pairs: list[tuple[Rule, str]] = []
        for (code, org), checks in checked.items():
            rule = by_code.get(code)
            if rule is None:
                continue
            failures_of = failed.get((code, org), 0)
            self.add(_total(rule, org, checks, failures_of))
            if failures_of and rule.type != ARRIVAL:
                pairs.append((rule, org))
        await self.session.flush()
        return pairs

    async def store_samples(self, dataset: str, samples: Iterable[Mapping[str, Any]]) -> None:
        """Replace the samples of a dataset's rules; each has rule, org_code, day, feed, source_key and key columns."""
        await self.session.execute(
            delete(QualitySample).where(QualitySample.rule.startswith(f"{dataset}.", autoescape=True))
        )
        await copy_rows(self.session, "quality_sample", _SAMPLE, map(_sample_row, samples))


def result_id(rule: str, org: str, day: date | None = None) -> uuid.UUID:
    """Return the lasting id of the outcome of a rule in an institution, of one day or in total."""
    text = f"{rule}\n{org}\n{day.isoformat() if day else ''}"
    return uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])


def _total(rule: Rule, org: str, checked: int, failed: int) -> QualityTotal:
    return QualityTotal(
        id=result_id(rule.code, org),
        rule=rule.code,
        org_code=org,
        dataset=rule.dataset,
        type=rule.type,
        dimension=rule.dimension.value,
        severity=rule.severity.value,
        weight=rule.weight,
        checked=checked,
        failed=failed,
        score=rule_score(checked, failed),
    )


def _within(
    org: InstrumentedAttribute[str], day: InstrumentedAttribute[date], target: Target
) -> Iterator[ColumnElement[bool]]:
    if target.orgs is not None:
        yield org.in_(bindparam("orgs", list(target.orgs), Text, expanding=True))
    if target.days is not None:
        yield day.in_(bindparam("days", [each or UNDATED for each in target.days], Date, expanding=True))


def _day_rows(dataset: str, outcome: Outcome) -> Iterator[Sequence[object]]:
    for line, (org, day) in enumerate(outcome.keys):
        yield dataset, org, (day or UNDATED).isoformat(), int(outcome.rows[line]), outcome.checked[line].tolist()


def _result_rows(rules: Sequence[Rule], outcome: Outcome) -> Iterator[Sequence[object]]:
    by_code = {rule.code: rule for rule in rules}
    lines, places = outcome.failed.nonzero()
    for line, place in zip(lines.tolist(), places.tolist(), strict=True):
        org, day = outcome.keys[line]
        rule = by_code[outcome.rules[place]]
        yield _result_row(rule, org, day, int(outcome.checked[line, place]), int(outcome.failed[line, place]))


def _result_row(rule: Rule, org: str, day: date | None, checked: int, failed: int) -> Sequence[object]:
    stored = day or UNDATED
    key = result_id(rule.code, org, stored)
    counts = (rule.dataset, rule.dimension.value, rule.severity.value, checked, failed)
    return (key, rule.code, org, stored.isoformat(), *counts)


def _sample_row(row: Mapping[str, Any]) -> Sequence[object]:
    shown = ("rule", "org_code", "day", "feed", "source_key", "patient_key")
    keys = {name: value for name, value in row.items() if name not in shown}
    day: date = row["day"] or UNDATED
    text = orjson.dumps(keys, default=str).decode()
    return new_id(), row["rule"], row["org_code"], day.isoformat(), row["feed"], row["source_key"], text
