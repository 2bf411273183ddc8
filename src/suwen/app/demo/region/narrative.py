"""Texts: chief complaints, nursing records, medical documents, discharge summaries."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import numpy as np

from suwen.app.demo.region.arrays import DAY, NEVER, Ints, Text, choose, digits, join, take, vocabulary
from suwen.app.demo.region.clinical import Frame, charted_days, ints
from suwen.app.demo.region.content import content
from suwen.app.demo.region.spec import DATA, read_yaml
from suwen.app.demo.region.visits import EMERGENCY, INPATIENT, OUTPATIENT, Visits


@cache
def _words(name: str, part: str = "") -> Text:
    found: Any = read_yaml(DATA / "narrative.yaml")[name]
    return vocabulary(found[part] if part else found)


def complaints() -> Text:
    """Every chief complaint with the numbers 1 ... 9: place condition * 9 + number - 1."""
    lines = [cast(str, c["complaint"]).replace("<n>", str(n)) for c in content().conditions for n in range(1, 10)]
    return vocabulary(lines)


def complaint_index(visits: Visits, rng: np.random.Generator) -> Ints:
    """A chief complaint for each visit, as place in `complaints`."""
    return visits.condition * 9 + rng.integers(9, size=len(visits))


def diagnosis_names() -> Text:
    """Names of the conditions."""
    return vocabulary([cast(str, c["name"]) for c in content().conditions])


def _drawn(name: str, rows: int, rng: np.random.Generator) -> Text:
    lines = _words(name)
    return take(lines, rng.integers(len(lines), size=rows))


def nursing(visits: Visits, rng: np.random.Generator) -> Frame:
    """Level (0 special ... 3), content, recorded: one record a charted day of a stay."""
    row, day = charted_days(visits)
    level = np.where((visits.leaving[row] == 4) & (day > visits.days[row] - 2), 0, np.where(day < 1, 1, 2))
    recorded = (visits.started[row] // DAY + day) * DAY + rng.integers(15 * 3600, 21 * 3600, size=len(row))
    recorded = np.maximum(recorded, visits.started[row] + 900)
    return {
        "visit": row, "level": level, "nursing_type": np.zeros(len(row), np.int64), "recorded": recorded,
        "content": _drawn("nursing", len(row), rng),
    }  # fmt: skip


def documents(visits: Visits, complaint: Ints, surgery: Frame, rng: np.random.Generator) -> Frame:
    """Document (place in DOCUMENTS), title, content (with line breaks), written; ordered by visit."""
    seen = np.flatnonzero(((visits.kind == OUTPATIENT) | (visits.kind == EMERGENCY)) & (rng.random(len(visits)) < 0.5))
    stays = np.flatnonzero(visits.kind == INPATIENT)
    left = stays[visits.ended[stays] != NEVER]
    cut = ints(surgery, "visit")
    row = np.concatenate([seen, stays, stays, cut, left])
    sizes = [len(seen), len(stays), len(stays), len(cut), len(left)]
    kind = np.repeat(np.arange(5), sizes)
    written = np.concatenate([
        visits.started[seen] + 540, visits.started[stays] + 7_200, visits.started[stays] + 14_400,
        ints(surgery, "op_ended") + 3_600, visits.ended[left],
    ])  # fmt: skip
    surgical = np.full(len(row), -1, np.int64)
    surgical[kind == 3] = ints(surgery, "operation")
    order = np.argsort(row, kind="stable")
    row, kind, written, surgical = row[order], kind[order], written[order], surgical[order]
    size = len(row)
    main = take(diagnosis_names(), visits.condition[row])
    told = take(complaints(), complaint[row])
    names = [*(str(o[1]) for o in content().operations), ""]
    done = take(vocabulary(names), np.where(surgical < 0, len(names) - 1, surgical))
    tail = _drawn("past", size, rng), _drawn("examination", size, rng)
    course = _drawn("course", size, rng)
    head, middle, examined, ending, title = (
        take(_words("document", part), kind) for part in ("head", "middle", "examined", "ending", "title")
    )
    story = choose(kind == 4, course, tail[0])
    text = join(head, done, told, middle, story, examined, tail[1], ending, main, "。")
    return {"visit": row, "document": kind, "title": title, "content": text, "written": written}


def summaries(visits: Visits, complaint: Ints, rng: np.random.Generator) -> Frame:
    """admission_condition, course, discharge_condition, discharge_order of finished stays."""
    row = np.flatnonzero((visits.kind == INPATIENT) & (visits.ended != NEVER))
    told = take(complaints(), complaint[row])
    who = take(vocabulary(["男", "女"]), visits.sex[row])
    years = digits(visits.age[row], 3)
    return {
        "visit": row,
        "admission_condition": join("患者", who, "，年龄", years, "岁，因“", told, "”入院。"),
        "course": _drawn("course", len(row), rng),
        "discharge_condition": take(_words("left"), visits.leaving[row]),
        "discharge_order": _drawn("orders", len(row), rng),
        "result": np.where(visits.leaving[row] == 4, 3, np.where(rng.random(len(row)) < 0.25, 0, 1)),
    }  # fmt: skip


def diagnoses(visits: Visits, chronic: Ints, rng: np.random.Generator) -> Frame:
    """condition, form (0 visit, 1 admission, 2 discharge, 3 TCM disease, 4 TCM syndrome), main, diagnosed.

    Chronic conditions of the person stand as secondary diagnoses in a third of the visits and most of the stays.
    """
    table = content()
    rows = np.arange(len(visits))
    stays = np.flatnonzero(visits.kind == INPATIENT)
    left = stays[visits.ended[stays] != NEVER]
    own = chronic[visits.person]
    also = np.flatnonzero(
        (own >= 0) & (own != visits.condition) & (visits.age >= 35)
        & (rng.random(len(visits)) < np.where(visits.kind == INPATIENT, 0.8, 0.33))
    )  # fmt: skip
    chinese = np.array(["tcm" in c for c in table.conditions])
    oriental = np.flatnonzero((visits.org == 1) & chinese[visits.condition])
    row = np.concatenate([np.setdiff1d(rows, stays), stays, left, also, oriental, oriental])
    outside = len(rows) - len(stays)
    form = np.repeat([0, 1, 2, 0, 3, 4], [outside, len(stays), len(left), len(also), len(oriental), len(oriental)])
    extra = np.zeros(len(row), np.bool_)
    start = outside + len(stays) + len(left)
    extra[start : start + len(also)] = True
    form = np.where(extra & (visits.kind[row] == INPATIENT), 1, form)
    condition = np.where(extra, own[row], visits.condition[row])
    finished = (form == 2) & (visits.ended[row] != NEVER)
    diagnosed = np.where(finished, visits.ended[row] - 3_600, visits.started[row] + 600 + np.where(extra, 60, 0))
    main = ~extra & np.where(form == 1, ~np.isin(row, left), form < 3)
    order = np.lexsort((form, row))
    frame = {"visit": row, "condition": condition, "form": form, "main": main.astype(np.int64), "diagnosed": diagnosed}
    return {name: column[order] for name, column in frame.items()}
