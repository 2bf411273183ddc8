"""The administrative divisions that come with Suwen: province, prefecture, county and township."""

import csv
import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "data" / "divisions.csv.gz"


@dataclass(frozen=True)
class DivisionFact:
    """One division: 6 digits down to county level (``350000``, ``350100``, ``350102``), 9 digits for a township."""

    edition: int
    code: str
    name: str
    full_name: str
    level: int
    parent_code: str | None


def read_divisions(file: Path = FILE) -> list[DivisionFact]:
    """Return all divisions of the data file (columns edition, code, name), parents before children."""
    with gzip.open(file, "rb") as packed:
        rows = list(csv.DictReader(io.StringIO(packed.read().decode("utf-8"))))
    names: dict[str, str] = {}
    facts: list[DivisionFact] = []
    for row in rows:
        code = row["code"]
        parent = parent_of(code, names)
        full_name = names[parent] + row["name"] if parent else row["name"]
        names[code] = full_name
        facts.append(DivisionFact(int(row["edition"]), code, row["name"], full_name, level_of(code), parent))
    return facts


def level_of(code: str) -> int:
    """Return 1 province, 2 prefecture, 3 county or 4 township, by the shape of the code."""
    if len(code) == 9:
        return 4
    if code.endswith("0000"):
        return 1
    return 2 if code.endswith("00") else 3


def parent_of(code: str, known: Mapping[str, str]) -> str | None:
    """Return the nearest known division above: a county may stand directly under its province."""
    for above in (code[:6], code[:4] + "00", code[:2] + "0000"):
        if above != code and above in known:
            return above
    return None
