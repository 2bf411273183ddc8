"""The institutions of the demo region, their departments and staff.

The county, its codes and its people are invented: division 429099 is not allotted, and organisation code bodies
9900000x are placeholders. Check digits are valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from suwen.app.demo.region.checks import credit_code
from suwen.app.demo.region.spec import DATA, read_yaml

DIVISION = "429099"
"""Administrative division of the county (6 digits); its parent in the national list is 4290."""
DIVISION_NAME = "青禾县"
STAFF_SEED = 7


@dataclass(frozen=True)
class Institution:
    """An institution: org_code = 18-character unified social credit code; key = folder name under examples/region."""

    key: str
    org_code: str
    name: str
    name_en: str
    level: str  # 医院等级
    category_code: str  # 卫生机构类别 (WS 218)
    division_code: str
    beds: int
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Department:
    """A department of an institution; subject_code = 诊疗科目 (unverified)."""

    org_code: str
    key: str
    code: str
    name: str
    name_en: str
    subject_code: str
    beds: int


@dataclass(frozen=True)
class Staff:
    """A member of staff; role is doctor 医师, nurse 护士 or technician 技师."""

    org_code: str
    code: str
    name: str
    department_code: str
    role: str


INSTITUTIONS: dict[str, Institution] = {
    item.key: item
    for item in (
        Institution("general", credit_code("1", "2", DIVISION, "99000001"), "青禾县人民医院",
                    "Qinghe County People's Hospital", "二级甲等", "A100", DIVISION, 800, 112.862, 30.583),
        Institution("tcm", credit_code("1", "2", DIVISION, "99000002"), "青禾县中医医院",
                    "Qinghe County Hospital of Traditional Chinese Medicine", "二级甲等", "A210", DIVISION, 300,
                    113.068, 30.628),
        Institution("township", credit_code("1", "2", DIVISION, "99000003"), "青禾县河口镇卫生院",
                    "Hekou Township Health Centre", "一级甲等", "C220", DIVISION, 30, 113.03, 30.338),
        Institution("eunomia", credit_code("1", "2", DIVISION, "99000004"), "青禾县示范医院",
                    "Demonstration Hospital (Eunomia)", "三级甲等", "A100", DIVISION, 500, 112.752, 30.655),
    )
}  # fmt: skip
"""Institution key → institution. The first three are generated; 'eunomia' is fed by the Eunomia example."""

_DEPARTMENT_CODES = {"general": "10{:02d}", "tcm": "K{:02d}", "township": "{:02d}", "eunomia": "E{:02d}"}
_STAFF_CODES = {"general": "R{:04d}", "tcm": "T{:03d}", "township": "W{:02d}", "eunomia": "E{:03d}"}


@cache
def departments(key: str) -> tuple[Department, ...]:
    """Clinical departments of an institution, in the order the generator counts them, then the supporting ones."""
    table = read_yaml(DATA / "departments.yaml")
    names = [*table["institutions"].get(key, ["general"]), *table["support"]]
    known = {**table["departments"], **table["support"]}
    org_code = INSTITUTIONS[key].org_code
    return tuple(
        Department(org_code, name, _DEPARTMENT_CODES[key].format(number), *known[name])
        for number, name in enumerate(names, start=1)
    )


@cache
def staff(key: str) -> tuple[Staff, ...]:
    """Staff of an institution: per department the doctors (technicians in support), then as many nurses."""
    table = read_yaml(DATA / "departments.yaml")
    names = read_yaml(DATA / "names.yaml")
    per_department = int(table["doctors"].get(key, 2))
    rng = np.random.default_rng([STAFF_SEED, sorted(INSTITUTIONS).index(key)])
    surnames, given = list(names["surnames"]), names["given_male"] + names["given_female"]
    out: list[Staff] = []
    for role in ("doctor", "nurse"):
        for department in departments(key):
            for _ in range(per_department):
                name = surnames[int(rng.integers(len(surnames)))]
                name += "".join(given[int(place)] for place in rng.integers(len(given), size=rng.integers(1, 3)))
                kind = "technician" if role == "doctor" and department.key in table["support"] else role
                code = _STAFF_CODES[key].format(len(out) + 1)
                out.append(Staff(department.org_code, code, name, department.code, kind))
    return tuple(out)
