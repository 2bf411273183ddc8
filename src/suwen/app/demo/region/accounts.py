"""What the visits cost: fee items, and the totals that they sum to."""

from __future__ import annotations

import numpy as np

from suwen.app.demo.region.arrays import DAY, NEVER, Column, Ints
from suwen.app.demo.region.clinical import Frame, ints
from suwen.app.demo.region.content import content
from suwen.app.demo.region.visits import CHECKUP, EMERGENCY, INPATIENT, Visits

CATEGORIES = ("consultation", "bed", "nursing", "western", "patent", "herb", "laboratory", "examination", "operation",
              "anaesthesia", "material", "treatment")  # fmt: skip
DRUG_CATEGORIES = (3, 4, 5)
FIXED: tuple[tuple[str, str, int, int], ...] = (  # name, item code, category, price in cents
    ("门诊诊查费", "F001", 0, 1_000), ("急诊诊查费", "F002", 0, 1_500), ("住院诊查费", "F003", 0, 1_200),
    ("普通床位费", "F004", 1, 3_800), ("二级护理", "F005", 2, 1_800), ("静脉输液", "F006", 11, 1_100),
    ("麻醉费", "F007", 9, 28_000), ("一次性手术耗材", "F008", 10, 64_000), ("健康体检费", "F009", 0, 2_000),
    ("针刺治疗", "F010", 11, 4_500), ("一般诊疗费", "F011", 0, 1_000),
)  # fmt: skip


def fee_vocabulary() -> tuple[list[str], list[str]]:
    """Names and codes of what can be charged: fixed items, drugs, panels, exams, operations, in this order."""
    table = content()
    names = [f[0] for f in FIXED] + [str(d[0]) for d in table.drugs] + [str(p["name"]) for p in table.panels]
    names += [str(e["name"]) for e in table.exams] + [str(o[1]) for o in table.operations]
    codes = [f[1] for f in FIXED]
    for letter, count in (("Y", len(table.drugs)), ("H", len(table.panels)), ("J", len(table.exams)),
                          ("S", len(table.operations))):  # fmt: skip
        codes += [f"{letter}{place + 1:03d}" for place in range(count)]
    return names, codes


def _part(
    row: Ints, item: Ints | int, category: Ints | int, quantity: Ints | int, price: Ints, at: Ints
) -> dict[str, Ints]:
    full = np.zeros(len(row), np.int64)
    return {"visit": row, "fee": full + item, "category": full + category, "quantity": full + quantity,
            "price": full + price, "charged": at}  # fmt: skip


def fees(visits: Visits, drugs: Frame, reports: Frame, exams: Frame, surgery: Frame, rng: np.random.Generator) -> Frame:
    """Fee (place in `fee_vocabulary`), category, quantity, price, amount, charged; ordered by visit."""
    table = content()
    rows = np.arange(len(visits))
    size = [len(FIXED), len(table.drugs), len(table.panels), len(table.exams)]
    starts = np.cumsum(size)
    stay = visits.kind == INPATIENT
    first = np.where(stay, 2, np.where(visits.kind == EMERGENCY, 1, np.where(visits.kind == CHECKUP, 8, 0)))
    first = np.where(visits.org == 2, 10, first)
    price = np.array([f[3] for f in FIXED], np.int64)
    days = np.where(stay, np.maximum(visits.days, 1), 1)
    beds = np.flatnonzero(stay)
    needled = np.flatnonzero((visits.org == 1) & (rng.random(len(visits)) < 0.2))
    infused = np.unique(ints(drugs, "visit")[np.isin(ints(drugs, "route"), [1])])
    cut = ints(surgery, "visit")
    deep = cut[ints(surgery, "anaesthesia") < 3]
    of_drug = np.array([3 + ["western", "patent", "herb"].index(d[9]) for d in table.drugs], np.int64)

    def fixed(row: Ints, item: Ints | int, quantity: Ints | int, after: int) -> dict[str, Ints]:
        kind = np.array([f[2] for f in FIXED], np.int64)[item]
        return _part(row, item, kind, quantity, price[item] + np.zeros(len(row), np.int64), visits.started[row] + after)

    drug = ints(drugs, "drug")
    parts = [
        fixed(rows, first, days, 240), fixed(beds, 3, days[beds], 300), fixed(beds, 4, days[beds], 300),
        fixed(needled, 9, np.maximum(days[needled] // 2, 1), 1_800), fixed(infused, 5, days[infused], 2_400),
        fixed(deep, 6, 1, DAY), fixed(cut, 7, 1, DAY),
        _part(ints(drugs, "visit"), drug + starts[0], of_drug[drug], ints(drugs, "quantity"), ints(drugs, "price"),
              ints(drugs, "ordered") + 60),
        _part(ints(reports, "visit"), ints(reports, "panel") + starts[1], 6, 1, ints(reports, "price"),
              ints(reports, "ordered") + 60),
        _part(ints(exams, "visit"), ints(exams, "exam") + starts[2], 7, 1, ints(exams, "price"),
              ints(exams, "ordered") + 60),
        _part(cut, ints(surgery, "operation") + starts[3], 8, 1, ints(surgery, "price"), ints(surgery, "op_ended")),
    ]  # fmt: skip
    frame = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(frame["visit"], kind="stable")
    out: dict[str, Column] = {name: column[order] for name, column in frame.items()}
    out["amount"] = ints(out, "quantity") * ints(out, "price")
    ended = visits.ended[ints(out, "visit")]
    out["charged"] = np.where(ended == NEVER, ints(out, "charged"), np.minimum(ints(out, "charged"), ended))
    return out


def totals(visits: Visits, fee: Frame) -> Ints:
    """Sum of the fee items in cents: matrix visit × category."""
    cell = ints(fee, "visit") * len(CATEGORIES) + ints(fee, "category")
    sums = np.bincount(cell, weights=ints(fee, "amount").astype(np.float64), minlength=len(visits) * len(CATEGORIES))
    return np.rint(sums).astype(np.int64).reshape(len(visits), len(CATEGORIES))
