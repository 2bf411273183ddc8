"""Encounters: who went where, when, why, for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from suwen.app.demo.region.arrays import DAY, NEVER, Bools, Floats, Ints
from suwen.app.demo.region.content import BAND_EDGES, ORGS, content
from suwen.app.demo.region.institutions import departments, staff
from suwen.app.demo.region.population import YEAR, Population, day_of
from suwen.app.demo.region.registrations import INFANT_DAYS, Registrations
from suwen.app.demo.region.spec import RegionSpec

OUTPATIENT, EMERGENCY, INPATIENT, CHECKUP = 0, 1, 2, 3
STRIDE = 1_000_000  # numbers of visits kept for a chunk and institution
_PER_PERSON = np.array([3.4, 3.8, 2.2, 1.8, 2.0, 2.6, 3.8, 4.6])  # mean visits a year and a half, by age band
_ORG_FACTOR = np.array([1.0, 0.8, 1.0])
_WEEKDAY = np.array([1.35, 1.15, 1.1, 1.05, 1.1, 0.7, 0.55])  # Monday first
_MONTH = np.array([1.1, 0.85, 1.05, 1.0, 1.0, 1.0, 1.0, 0.95, 1.0, 0.95, 1.0, 1.1])
_HOURS = np.array([0, 0, 0, 0, 0, 0, 0, 2, 14, 16, 14, 9, 2, 4, 12, 12, 9, 5, 1, 0, 0, 0, 0, 0], np.float64)


@dataclass(frozen=True)
class Visits:
    """Encounters of a chunk ordered by (org, started); one entry each.

    registration, person: rows; org: place in ORGS; number: unique in the institution; kind: 0 outpatient, 1 emergency,
    2 inpatient, 3 check-up; condition: place in the content; age: years; started, ended: seconds (`NEVER`: still in);
    department: number in the institution; doctor, nurse: number in the institution's staff list; days: nights counted
    for stays (0 for others); leaving: 0 as ordered, 1 transferred, 2 to a clinic, 3 against advice, 4 dead.
    """

    registration: Ints
    person: Ints
    org: Ints
    number: Ints
    kind: Ints
    condition: Ints
    age: Ints
    sex: Ints
    started: Ints
    ended: Ints
    department: Ints
    doctor: Ints
    nurse: Ints
    days: Ints
    leaving: Ints

    def __len__(self) -> int:
        return len(self.person)

    def rows(self, chosen: Bools | Ints) -> Visits:
        """The chosen visits, in the order given."""
        return replace(self, **{name: cast(Ints, column)[chosen] for name, column in vars(self).items()})


def _days(spec: RegionSpec, rows: int, rng: np.random.Generator) -> Ints:
    first, last = day_of(spec)
    days = np.arange(first, last + 1)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    weight = np.cumsum(_WEEKDAY[(days + 3) % 7] * _MONTH[month])
    return days[np.searchsorted(weight, rng.random(rows) * weight[-1])]


def _clock(kind: Ints, rng: np.random.Generator) -> Ints:
    hours = np.cumsum(_HOURS) / _HOURS.sum()
    regular = np.searchsorted(hours, rng.random(len(kind)), side="right")
    anytime = rng.integers(24, size=len(kind))
    return np.where(kind == EMERGENCY, anytime, regular) * 3600 + rng.integers(3600, size=len(kind))


def _conditions(org: Ints, sex: Ints, age: Ints, day: Ints, chronic: Ints, rng: np.random.Generator) -> Ints:
    table = content()
    band = np.searchsorted(BAND_EDGES, age, side="right")
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    share = table.choice[org, sex, band, month]
    drawn = (rng.random(len(org))[:, None] > share).sum(axis=1)
    again = (chronic >= 0) & (rng.random(len(org)) < 0.35) & (age >= 15)
    wide = np.diff(table.choice, prepend=0.0, axis=-1)[org, sex, band, month, np.maximum(chronic, 0)]
    return np.where(again & (wide > 0), chronic, drawn)


def _kinds(condition: Ints, org: Ints, rng: np.random.Generator) -> Ints:
    table = content()
    draw: Floats = rng.random(len(condition))
    stay = table.inpatient[condition]
    kind = np.where(draw < stay, INPATIENT, np.where(draw < stay + table.emergency[condition], EMERGENCY, OUTPATIENT))
    kind = np.where(org == 2, OUTPATIENT, kind)
    return np.where(table.checkup[condition], CHECKUP, kind)


def _until_death(visits: Visits) -> Visits:
    """Without the visits that begin after the person died at another."""
    end = np.full(int(visits.person.max(initial=0)) + 1, np.iinfo(np.int64).max)
    dead = visits.leaving == 4
    np.minimum.at(end, visits.person[dead], visits.ended[dead])
    return visits.rows(visits.started < end[visits.person])


def visit(spec: RegionSpec, chunk: int, people: Population, registrations: Registrations) -> Visits:
    """All visits of the persons of a chunk."""
    table = content()
    rng = np.random.default_rng([spec.seed, chunk, 3])
    first, last = day_of(spec)
    years = (last - first + 1) / YEAR
    age_then = np.maximum((first - people.born[registrations.person]) / YEAR, 0).astype(np.int64)
    mean = _PER_PERSON[np.searchsorted(BAND_EDGES, age_then, side="right")] * _ORG_FACTOR[registrations.org]
    mean = mean * years / 1.5 * np.where(registrations.second, 0.6, 1.0)
    registration = np.repeat(np.arange(len(registrations)), rng.poisson(mean))
    person, org = registrations.person[registration], registrations.org[registration]
    rows = len(person)
    day = _days(spec, rows, rng)
    born = people.born[person]
    infant = registrations.infant[registration]
    since = np.where(infant, np.minimum(born + INFANT_DAYS, last), last)
    late = (day < born) | (infant & (day > since))
    day = np.where(late, born + (rng.random(rows) * (since - born + 1)).astype(np.int64), day)
    age = ((day - born) / YEAR).astype(np.int64)
    sex = people.sex[person]
    condition = _conditions(org, sex, age, day, people.chronic[person], rng)
    kind = _kinds(condition, org, rng)
    started = day * DAY + _clock(kind, rng)
    days = np.maximum(1, np.rint(rng.gamma(4, table.stay[condition] / 4))).astype(np.int64)
    days = np.where(kind == INPATIENT, days, 0)
    short = np.where(kind == EMERGENCY, rng.integers(1_800, 8 * 3600, size=rows), rng.integers(600, 5_400, size=rows))
    ended = np.where(
        kind == INPATIENT, (day + days) * DAY + rng.integers(8 * 3600, 12 * 3600, size=rows), started + short
    )
    ended = np.where(ended > (last + 1) * DAY, NEVER, ended)
    draw = rng.random(rows)
    leaving = np.where(draw < 0.9, 0, np.where(draw < 0.93, 1, np.where(draw < 0.96, 2, 3)))
    dies = (
        (kind == INPATIENT)
        & (ended != NEVER)
        & (rng.random(rows) < table.fatal[condition] * np.where(age > 60, 1.6, 0.5))
    )
    department = table.department[org, condition]
    child = np.array([[d.key for d in departments(o)].index("paediatrics") for o in ORGS], np.int64)
    medical = np.isin(condition, [p for p, c in enumerate(table.conditions) if c["dept"] in _OF_CHILDREN])
    department = np.where((age < 15) & medical, child[org], department)
    if kind.size:
        urgent = np.array(
            [[d.key for d in departments(o)].index("emergency") if o != "township" else 0 for o in ORGS], np.int64
        )
        department = np.where(kind == EMERGENCY, urgent[org], department)
    per = np.array([_per_department(o) for o in ORGS], np.int64)
    all_departments = np.array([len(departments(o)) for o in ORGS], np.int64)
    doctor = department * per[org] + rng.integers(1_000_000, size=rows) % per[org]
    nurse = (all_departments[org] + department) * per[org] + rng.integers(1_000_000, size=rows) % per[org]
    visits = Visits(
        registration=registration, person=person, org=org, number=np.zeros(rows, np.int64), kind=kind,
        condition=condition, age=age, sex=sex, started=started, ended=ended, department=department, doctor=doctor,
        nurse=nurse, days=days, leaving=np.where(dies, 4, leaving),
    )  # fmt: skip
    visits = _until_death(visits)
    visits = visits.rows(np.lexsort((visits.started, visits.org)))
    rank = np.arange(len(visits)) - np.searchsorted(visits.org, np.arange(len(ORGS)))[visits.org]
    return replace(visits, number=chunk * STRIDE + rank + 1)


_OF_CHILDREN = {"respiratory", "gastro", "paediatrics", "general"}


def _per_department(org: str) -> int:
    return len(staff(org)) // (2 * len(departments(org)))


def first_seen(registrations: Registrations, visits: Visits) -> Registrations:
    """The registrations that led to a visit, created a few minutes before it; others never happened."""
    created = np.full(len(registrations), np.iinfo(np.int64).max)
    np.minimum.at(created, visits.registration, visits.started - 300)
    return replace(registrations, created=created)
