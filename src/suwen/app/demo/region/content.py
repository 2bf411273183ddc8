"""Clinical content of the region (data/*.yaml) as arrays indexed by number, ready for vectorised drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import numpy as np

from suwen.app.demo.region.arrays import Bools, Floats, Ints
from suwen.app.demo.region.spec import DATA, read_yaml

BAND_EDGES = np.array([1, 6, 15, 30, 45, 60, 75], np.int64)
"""Ages (years) at which a new age band begins; eight bands in all."""
ORGS = ("general", "tcm", "township")
SEASONS: Mapping[str, Sequence[float]] = {  # factor per month, January first
    "flat": (1,) * 12,
    "winter": (1.9, 1.6, 1.2, 0.9, 0.7, 0.6, 0.55, 0.55, 0.7, 0.9, 1.2, 1.7),
    "summer": (0.5, 0.5, 0.7, 0.9, 1.2, 1.6, 1.9, 1.8, 1.4, 0.9, 0.6, 0.5),
    "spring": (0.6, 0.8, 1.6, 2.0, 1.6, 0.8, 0.6, 0.7, 1.3, 1.2, 0.8, 0.6),
}


@dataclass(frozen=True)
class Links:
    """For each owner (condition, panel) a run of targets with a probability: starts[i]:starts[i + 1]."""

    starts: Ints
    target: Ints
    share: Floats

    def draw(self, owner: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """For rows with the given owners: (row, target) pairs that came up, ordered by row."""
        count = self.starts[owner + 1] - self.starts[owner]
        row = np.repeat(np.arange(len(owner)), count)
        place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + self.starts[owner][row]
        hit = rng.random(len(row)) < self.share[place]
        return row[hit], self.target[place][hit]


def _links(owners: Sequence[Mapping[str, float]], names: Mapping[str, int]) -> Links:
    counts = [len(owner) for owner in owners]
    pairs = [(names[name], share) for owner in owners for name, share in owner.items() if name in names]
    return Links(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array([target for target, _ in pairs], np.int64),
        np.array([share for _, share in pairs], np.float64),
    )


@dataclass(frozen=True)
class Content:
    """Everything the generator knows of medicine. Entries are numbered in file order; see the yaml headers."""

    names: Mapping[str, Any]
    condition_keys: tuple[str, ...]
    conditions: tuple[Mapping[str, Any], ...]
    drugs: tuple[Sequence[Any], ...]
    panels: tuple[Mapping[str, Any], ...]
    items: tuple[Sequence[Any], ...]
    item_keys: tuple[str, ...]
    exams: tuple[Mapping[str, Any], ...]
    operations: tuple[Sequence[Any], ...]
    specimens: tuple[str, ...]
    choice: Floats  # cumulative shares, [org, sex, band, month, condition]
    department: Ints  # [org, condition] → department number of the institution
    inpatient: Floats
    emergency: Floats
    stay: Floats
    fatal: Floats
    chronic: Bools
    checkup: Bools
    shift: Ints  # [condition, item]: 1 high, -1 low, 0 usual
    condition_drugs: tuple[Links, Links, Links]  # per institution
    condition_panels: Links
    condition_exams: Links
    condition_operations: Links
    panel_items: Links


def _read(name: str) -> dict[str, Any]:
    return read_yaml(DATA / f"{name}.yaml")


def _choice(conditions: Sequence[Mapping[str, Any]]) -> Floats:
    weight = np.array([c["weight"] for c in conditions], np.float64)  # condition, band
    sex = np.array([c.get("sex", [1, 1]) for c in conditions], np.float64)  # condition, sex
    season = np.array([SEASONS[c.get("season", "flat")] for c in conditions], np.float64)  # condition, month
    known = [[1, "tcm" in c or c["dept"] == "checkup", c.get("primary", False)] for c in conditions]
    seen = np.array(known, np.float64)  # condition, institution
    grid = np.einsum("co,cs,cb,cm->osbmc", seen, sex, weight, season)
    grid[..., [c["icd"] == "J06.900" for c in conditions]] += 1e-6  # no cell without any condition
    cumulative = np.cumsum(grid, axis=-1)
    return cumulative / cumulative[..., -1:]


def _departments(conditions: Sequence[Mapping[str, Any]]) -> Ints:
    known = cast("dict[str, list[str]]", _read("departments")["institutions"])
    places = [[known[org].index(c["dept"]) if c["dept"] in known[org] else 0 for c in conditions] for org in ORGS]
    return np.array(places, np.int64)


@cache
def content() -> Content:
    """The content tables, read once."""
    conditions, labs = _read("conditions"), _read("labs")
    drugs, exams, operations = _read("drugs")["drugs"], _read("exams")["exams"], _read("operations")["operations"]
    rows: tuple[dict[str, Any], ...] = tuple(conditions.values())
    items, panels = cast("dict[str, Any]", labs["items"]), cast("dict[str, Any]", labs["panels"])
    tables = {"drugs": drugs, "items": items, "panels": panels, "exams": exams, "operations": operations}
    number = {name: {key: place for place, key in enumerate(table)} for name, table in tables.items()}
    shift = np.zeros((len(rows), len(items)), np.int64)
    for place, row in enumerate(rows):
        for side, sign in (("high", 1), ("low", -1)):
            shift[place, [number["items"][name] for name in row.get(side, ())]] = sign

    def of(key: str, default: float) -> Floats:
        return np.array([row.get(key, default) for row in rows], np.float64)

    def drug_links(factor: Mapping[str, float]) -> Links:
        chosen = [{n: p * factor[drugs[n][-1]] for n, p in row.get("drugs", {}).items()} for row in rows]
        return _links(chosen, number["drugs"])

    return Content(
        names=_read("names"), condition_keys=tuple(conditions), conditions=rows, drugs=tuple(drugs.values()),
        panels=tuple(panels.values()), items=tuple(items.values()), item_keys=tuple(items),
        exams=tuple(exams.values()), operations=tuple(operations.values()), specimens=tuple(labs["specimens"]),
        choice=_choice(rows), department=_departments(rows),
        inpatient=of("inpatient", 0), emergency=of("emergency", 0),
        stay=of("los", 4), fatal=of("fatal", 0),
        chronic=of("chronic", 0) > 0, checkup=of("checkup", 0) > 0, shift=shift,
        condition_drugs=(drug_links({"western": 1, "patent": 0.6, "herb": 0.02}),
                         drug_links({"western": 0.45, "patent": 1, "herb": 1}),
                         drug_links({"western": 0.9, "patent": 1, "herb": 0})),
        condition_panels=_links([row.get("labs", {}) for row in rows], number["panels"]),
        condition_exams=_links([row.get("exams", {}) for row in rows], number["exams"]),
        condition_operations=_links([row.get("operations", {}) for row in rows], number["operations"]),
        panel_items=_links([dict.fromkeys(panel["items"], 1.0) for panel in panels.values()], number["items"]),
    )  # fmt: skip
