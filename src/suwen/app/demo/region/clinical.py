"""What was ordered, measured and done in the visits: drugs, laboratory, examinations, operations.

Every function returns a frame: logical column → array, all of one length, ordered by `visit` (row in the visits).
Coded columns hold places in the lists of `sources/codes.yaml`, money is in cents, time in seconds.
"""

from __future__ import annotations

from typing import TypeAlias, cast

import numpy as np

from suwen.app.demo.region.arrays import DAY, NEVER, Bools, Column, Floats, Ints, Text, choose, join, take, vocabulary
from suwen.app.demo.region.content import content
from suwen.app.demo.region.population import Population
from suwen.app.demo.region.visits import CHECKUP, INPATIENT, Visits

Frame: TypeAlias = dict[str, Column]

ROUTES = ("oral", "ivgtt", "iv", "im", "sc", "inhaled", "topical", "eye", "decoct")
FREQUENCIES = {"qd": 1.0, "bid": 2.0, "tid": 3.0, "qid": 4.0, "qn": 1.0, "prn": 2.0, "st": 1.0}
DRUG_TYPES = ("western", "patent", "herb")
EXAM_TYPES = ("xray", "ct", "mr", "us", "ecg", "endoscopy")
ANAESTHESIA = ("general", "spinal", "nerve", "local")
NORMAL, HIGH, LOW = 0, 1, 2
_TOWNSHIP_PANELS = ("血常规", "空腹血糖", "尿液分析")


def ints(frame: Frame, name: str) -> Ints:
    """An integer column of a frame."""
    return cast(Ints, frame[name])


def height(frame: Frame) -> int:
    """Number of rows."""
    return len(ints(frame, "visit"))


def drug_orders(visits: Visits, rng: np.random.Generator) -> Frame:
    """drug, route, frequency, days, quantity, amount, ordered, stopped."""
    table = content()
    parts = [
        (rows[row], drug)
        for org, links in enumerate(table.condition_drugs)
        for rows in [np.flatnonzero(visits.org == org)]
        for row, drug in [links.draw(visits.condition[rows], rng)]
    ]
    row, drug = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    size = len(row)
    frequency = np.array([list(FREQUENCIES).index(d[5]) for d in table.drugs], np.int64)[drug]
    per_day = np.array([FREQUENCIES[d[5]] for d in table.drugs])[drug]
    kind = np.array([DRUG_TYPES.index(d[9]) for d in table.drugs], np.int64)[drug]
    once = np.array([d[5] == "st" for d in table.drugs])[drug]
    long = table.chronic[visits.condition[row]]
    days = np.where(long, rng.choice([14, 28, 28], size=size), rng.integers(3, 8, size=size))
    days = np.where(kind == DRUG_TYPES.index("herb"), 7, days)
    stay = visits.kind[row] == INPATIENT
    days = np.where(stay, np.minimum(visits.days[row], days + 3), days)
    days = np.where(once, 1, days)
    packed = np.array([float(d[6]) for d in table.drugs])[drug]
    quantity = np.maximum(1, np.ceil(per_day * days / packed - 1e-9)).astype(np.int64)
    price = np.rint(np.array([float(d[8]) for d in table.drugs]) * 100).astype(np.int64)[drug]
    ordered = visits.started[row] + rng.integers(300, 1_200, size=size) + np.where(stay, 1_800, 0)
    return {
        "visit": row, "drug": drug, "frequency": frequency, "days": days, "quantity": quantity, "price": price,
        "amount": quantity * price, "ordered": ordered, "stopped": np.where(stay, ordered + days * DAY, NEVER),
        "route": np.array([ROUTES.index(d[4]) for d in table.drugs], np.int64)[drug], "drug_type": kind,
    }  # fmt: skip


def lab_reports(visits: Visits, rng: np.random.Generator) -> Frame:
    """panel, specimen, ordered, collected, received, reported, price."""
    table = content()
    row, panel = table.condition_panels.draw(visits.condition, rng)
    small = np.array([p["name"] in _TOWNSHIP_PANELS for p in table.panels])
    keep = (visits.org[row] < 2) | small[panel]
    row, panel = row[keep], panel[keep]
    again = (visits.days[row] >= 5) & (rng.random(len(row)) < 0.5)  # repeated in the middle of a stay
    later = np.concatenate([np.zeros(len(row), np.int64), visits.days[row[again]] // 2])
    row, panel = np.concatenate([row, row[again]]), np.concatenate([panel, panel[again]])
    order = np.argsort(row, kind="stable")
    row, panel, later = row[order], panel[order], later[order]
    ordered = visits.started[row] + rng.integers(600, 1_500, size=len(row)) + later * DAY
    collected = ordered + rng.integers(300, 1_800, size=len(row))
    received = collected + rng.integers(300, 1_200, size=len(row))
    specimen = np.array([table.specimens.index(p["specimen"]) for p in table.panels], np.int64)[panel]
    price = np.array([p["price"] * 100 for p in table.panels], np.int64)[panel]
    reported = received + rng.integers(1_800, 14_400, size=len(row))
    return {"visit": row, "panel": panel, "specimen": specimen, "ordered": ordered, "collected": collected,
            "received": received, "reported": reported, "price": price}  # fmt: skip


def lab_results(visits: Visits, people: Population, reports: Frame, rng: np.random.Generator) -> Frame:
    """Report (row in the reports), item, value, low, high (counted in 10^-places), places, abnormal, resulted."""
    table = content()
    report, item = table.panel_items.draw(ints(reports, "panel"), rng)
    row = ints(reports, "visit")[report]
    ranges: Floats = np.array([[*i[2], *i[2]][:4] for i in table.items], np.float64)
    woman = visits.sex[row] == 1
    side = np.where(woman, 2, 0)
    low, high = ranges[item, side], ranges[item, side + 1]
    shift = table.shift[visits.condition[row], item]
    chronic = people.chronic[visits.person[row]]
    shift = np.where((shift == 0) & (chronic >= 0), table.shift[np.maximum(chronic, 0), item], shift)
    shift = np.where(rng.random(len(row)) < 0.75, shift, 0)
    draw: Floats = rng.standard_normal(len(row))
    usual = (low + high) / 2 + (high - low) / 2 * 0.45 * draw
    above = high * np.exp(np.abs(0.25 + 0.3 * draw))
    below = low * np.exp(-np.abs(0.15 + 0.12 * draw))
    usual = np.maximum(usual, low * 0.5)
    value: Floats = np.where(shift > 0, above, np.where(shift < 0, below, usual))
    places = np.array([i[3] for i in table.items], np.int64)[item]
    scale = 10.0**places
    counted, floor, ceiling = (np.rint(v * scale).astype(np.int64) for v in (value, low, high))
    abnormal = np.where(counted > ceiling, HIGH, np.where(counted < floor, LOW, NORMAL))
    return {"visit": row, "report_row": report, "item": item, "value": counted, "low": floor, "high": ceiling,
            "places": places, "abnormal": abnormal, "resulted": ints(reports, "reported")[report] - 120}  # fmt: skip


def exam_reports(visits: Visits, rng: np.random.Generator) -> Frame:
    """exam, exam_type, findings, conclusion, ordered, examined, reported, price; the clinic has no such devices."""
    table = content()
    row, exam = table.condition_exams.draw(visits.condition, rng)
    keep = visits.org[row] < 2
    row, exam = row[keep], exam[keep]
    routine = table.checkup[visits.condition[row]] | np.array([e["site"] == "盆腔" for e in table.exams])[exam]
    ill: Bools = rng.random(len(row)) < np.where(routine, 0.15, 0.65)
    number = take(vocabulary([str(n) for n in range(4, 60)]), rng.integers(56, size=len(row)))

    def report(place: int) -> Text:
        texts = [[cast(str, e[state][place]) for e in table.exams] for state in ("normal", "abnormal")]
        index = exam + np.where(ill, len(table.exams), 0)
        halves = [(*text.split("<mm>"), "")[:2] for text in (*texts[0], *texts[1])]
        holes = np.array(["<mm>" in text for text in (*texts[0], *texts[1])])[index]
        middle = choose(holes, number, vocabulary([""] * len(row)))
        before, after = (take(vocabulary([half[side] for half in halves]), index) for side in (0, 1))
        return join(before, middle, after)

    ordered = visits.started[row] + rng.integers(600, 2_400, size=len(row))
    examined = ordered + rng.integers(900, 14_400, size=len(row))
    kind = np.array([EXAM_TYPES.index(e["type"]) for e in table.exams], np.int64)[exam]
    return {
        "visit": row, "exam": exam, "exam_type": kind, "findings": report(0), "conclusion": report(1),
        "ordered": ordered, "examined": examined, "reported": examined + rng.integers(900, 7_200, size=len(row)),
        "price": np.array([e["price"] * 100 for e in table.exams], np.int64)[exam],
    }  # fmt: skip


def operations(visits: Visits, rng: np.random.Generator) -> Frame:
    """operation, level, anaesthesia, incision, started, ended, price; of inpatients of the hospitals, one each."""
    table = content()
    stays = np.flatnonzero((visits.kind == INPATIENT) & (visits.org < 2))
    row, operation = table.condition_operations.draw(visits.condition[stays], rng)
    row, first = np.unique(row, return_index=True)
    operation, row = operation[first], stays[row]
    minutes = np.array([o[5] for o in table.operations], np.int64)[operation]
    length = (minutes * np.clip(rng.normal(1, 0.2, len(row)), 0.5, 2)).astype(np.int64) * 60
    day = visits.started[row] // DAY + np.minimum(1, visits.days[row] - 1)
    begun = np.maximum(day * DAY + rng.integers(8 * 3600, 16 * 3600, size=len(row)), visits.started[row] + 3_600)
    ended = np.where(visits.ended[row] == NEVER, np.iinfo(np.int64).max, visits.ended[row])
    begun = np.minimum(begun, ended - length - 600)
    return {
        "visit": row, "operation": operation, "op_started": begun, "op_ended": begun + length,
        "level": np.array([o[2] for o in table.operations], np.int64)[operation] - 1,
        "anaesthesia": np.array([ANAESTHESIA.index(o[3]) for o in table.operations], np.int64)[operation],
        "incision": np.array([{0: 0, 1: 1, 4: 2}[o[4]] for o in table.operations], np.int64)[operation],
        "price": np.array([o[6] * 100 for o in table.operations], np.int64)[operation],
    }  # fmt: skip


VITALS = ("temperature", "pulse", "respiration", "systolic", "diastolic", "weight")
_VITAL_MEAN = np.array([36.6, 78, 18, 124, 77, 61])
_VITAL_SPREAD = np.array([0.25, 9, 1.6, 12, 8, 9])
VITAL_PLACES = np.array([1, 0, 0, 0, 0, 1], np.int64)
MOST_DAYS = 10
"""Days of a stay that are charted; a longer one is charted on its first days."""


def charted_days(visits: Visits) -> tuple[Ints, Ints]:
    """(visit, day of stay) for each charted day of the stays."""
    stays = np.flatnonzero(visits.kind == INPATIENT)
    count = np.minimum(visits.days[stays], MOST_DAYS)
    row = np.repeat(stays, count)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)


def vitals(visits: Visits, rng: np.random.Generator) -> Frame:
    """vital, value (10^-places), places, measured: daily in stays, once in about half of the other visits."""
    table = content()
    once = np.flatnonzero((visits.kind != INPATIENT) & ((rng.random(len(visits)) < 0.45) | (visits.kind == CHECKUP)))
    stay, day = charted_days(visits)
    row, day = np.concatenate([once, stay]), np.concatenate([np.zeros(len(once), np.int64), day])
    at = visits.started[row] + day * DAY + rng.integers(120, 900, size=len(row))
    weighed = (visits.kind[row] == CHECKUP) | ((visits.kind[row] == INPATIENT) & (day == 0))
    count = np.where(weighed, 6, 5)
    order = np.argsort(row, kind="stable")
    row, at, count, day = row[order], at[order], count[order], day[order]
    repeat = np.repeat(np.arange(len(row)), count)
    vital = np.arange(len(repeat)) - np.repeat(np.cumsum(count) - count, count)
    row, day = row[repeat], day[repeat]
    fever = np.array(["发热" in c["complaint"] for c in table.conditions])[visits.condition[row]] & (day < 3)
    tense = np.array([key in ("hypertension", "stroke", "ckd") for key in table.condition_keys])[visits.condition[row]]
    child = visits.age[row] < 10
    mean = _VITAL_MEAN[vital] + np.where(fever & (vital == 0), 1.6, 0) + np.where(fever & (vital == 1), 14, 0)
    mean += np.where(tense & (vital == 3), 28, 0) + np.where(tense & (vital == 4), 15, 0)
    mean = np.where(child & (vital == 1), mean + 22, np.where(child & (vital == 3), 98, mean))
    mean = np.where(child & (vital == 4), 60, np.where(child & (vital == 5), 5 + 2.6 * visits.age[row], mean))
    value = mean + _VITAL_SPREAD[vital] * np.where(child & (vital == 5), 0.15, 1) * rng.standard_normal(len(row))
    places = VITAL_PLACES[vital]
    return {"visit": row, "vital": vital, "places": places, "measured": at[repeat],
            "value": np.rint(np.maximum(value, 2) * 10.0**places).astype(np.int64)}  # fmt: skip
