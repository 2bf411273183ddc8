"""From the result tables of the passes to one outcome of a dataset."""

from collections.abc import Iterable
from datetime import date
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suwen.domains.quality.schemas import Outcome
from suwen.domains.quality.statement import Pass


def gather(results: Iterable[tuple[Pass, pa.Table]]) -> Outcome:
    """Return the counts of all passes of a dataset, lines aligned by institution and day.

    Each table has the columns that `Pass` names. All passes must have read the same version of the dataset.
    """
    places: dict[tuple[str, date | None], int] = {}
    names: list[str] = []
    columns: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], npt.NDArray[np.int64]]] = []
    rows: dict[int, int] = {}
    for step, table in results:
        orgs = cast("list[str]", table["org_code"].to_pylist())
        days = cast("list[date | None]", table["day"].to_pylist())
        lines = np.array([places.setdefault(key, len(places)) for key in zip(orgs, days, strict=True)], dtype=np.intp)
        rows.update(zip(lines.tolist(), _integers(table, "n").tolist(), strict=True))
        for counted in step.counted:
            names.append(counted.rule.code)
            columns.append((lines, _integers(table, counted.checked), _integers(table, counted.failed)))
    shape = (len(places), len(names))
    checked, failed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for place, (lines, checks, failures) in enumerate(columns):
        checked[lines, place] = checks
        failed[lines, place] = failures
    counts = np.array([rows[line] for line in range(len(places))], dtype=np.int64)
    return Outcome(tuple(names), tuple(places), counts, checked, failed)


def _integers(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    return np.asarray(table[name].to_numpy(), dtype=np.int64)
