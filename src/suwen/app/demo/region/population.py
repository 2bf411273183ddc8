"""The residents of the county, drawn in chunks of households.

Persons of a chunk depend on (seed, chunk) alone, so chunks can be made one after the other with flat memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from suwen.app.demo.region.arrays import DAY, Bools, Ints, Text, characters, digits, join, moments, take, vocabulary
from suwen.app.demo.region.checks import resident_check
from suwen.app.demo.region.content import BAND_EDGES, content
from suwen.app.demo.region.institutions import DIVISION
from suwen.app.demo.region.spec import RegionSpec

CHUNK = 10_000
SEQUENCES = 5  # sequence numbers of a chunk per birth date and sex; 100 chunks share a division code
YEAR = 365.25


@dataclass(frozen=True)
class Population:
    """Persons of one chunk; every array has one entry per person.

    number: number of the person in the region. sex: 0 man, 1 woman. born: day since 1970. mother: row of the mother
    for children born in the region's time, else -1. head: row of the head of the household. Coded columns count
    places in `sources/codes.yaml`.
    """

    number: Ints
    sex: Ints
    born: Ints
    mother: Ints
    head: Ints
    surname: Ints
    name: Text
    id_no: Text
    card: Text
    phone: Text
    phone_shared: Bools
    address: Text
    ethnic: Ints
    marital: Ints
    occupation: Ints
    blood: Ints
    payment: Ints
    chronic: Ints

    def __len__(self) -> int:
        return len(self.number)

    def person_id(self) -> Text:
        """True id of each person, 'P' and nine digits."""
        return digits(self.number, 9, "P")


def day_of(spec: RegionSpec) -> tuple[int, int]:
    """First and last day of the region's time, counted from 1970."""
    return (int(np.datetime64(spec.start, "D").astype(np.int64)), int(np.datetime64(spec.end, "D").astype(np.int64)))


def surnames() -> tuple[Text, np.typing.NDArray[np.float64]]:
    """The surnames and their shares."""
    table = cast("Mapping[str, int]", content().names["surnames"])
    weights = np.array(list(table.values()), np.float64)
    return vocabulary(list(table)), weights / weights.sum()


def given_names(sex: Ints, born: Ints, rng: np.random.Generator) -> Text:
    """Invented given names of one (mostly among the older) or two characters."""
    names = content().names
    pools = [vocabulary(list(cast(str, names[key]))) for key in ("given_male", "given_female")]
    size = np.array([len(pool) for pool in pools], np.int64)[sex]
    both = vocabulary([*pools[0].to_pylist(), *pools[1].to_pylist(), ""])
    base = np.where(sex == 0, 0, len(pools[0]))
    first = base + (rng.random(len(sex)) * size).astype(np.int64)
    second = base + (rng.random(len(sex)) * size).astype(np.int64)
    single = rng.random(len(sex)) < np.where(born < 3_650, 0.22, 0.12)
    return join(take(both, first), take(both, np.where(single, len(both) - 1, second)))


def _households(rows: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    sizes = rng.choice([1, 2, 3, 4, 5], size=rows, p=[0.18, 0.27, 0.28, 0.17, 0.10])
    ends = np.cumsum(sizes)
    household = np.searchsorted(ends, np.arange(rows), side="right")
    head = (ends - sizes)[household]
    return head.astype(np.int64), (np.arange(rows) - head).astype(np.int64)


def _births(spec: RegionSpec, head: Ints, place: Ints, sex: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Birth days and mothers: couples of near age, children and grandparents at their distance."""
    first, last = day_of(spec)
    rows = len(head)
    age = rng.beta(1.9, 1.9, rows) * 62 + 23  # of heads
    age = np.where(place == 1, age[head] + rng.normal(0, 3, rows), age)
    elder = (place >= 2) & (rng.random(rows) < 0.3)
    parent = age[head]
    age = np.where(elder, parent + rng.uniform(21, 31, rows), age)
    age = np.where((place >= 2) & ~elder, parent - rng.uniform(21, 36, rows), age)
    woman = np.where(sex[head] == 1, head, np.minimum(head + 1, rows - 1))
    young = (place >= 2) & ~elder & (age[woman] > 21) & (age[woman] < 41) & (sex[woman] == 1)
    age = np.where((place >= 2) & (age < 0.05), rng.uniform(0.05, 3, rows), np.clip(age, 0.05, 101))
    fresh = young & (rng.random(rows) < 0.2)
    age = np.where(fresh, rng.uniform(0, (last - first) / YEAR, rows), age)
    born = np.minimum(last - (age * YEAR).astype(np.int64), last)
    return born, np.where(young & (born >= first), woman, -1)


def _identifiers(chunk: int, born: Ints, sex: Ints) -> tuple[Text, Text]:
    """Unique resident ids (valid check) and health card numbers of a chunk."""
    order = np.lexsort((np.arange(len(born)), sex, born))
    cell = (born * 2 + sex)[order]
    new = np.concatenate([[True], cell[1:] != cell[:-1]])
    rank = np.empty(len(born), np.int64)
    rank[order] = np.arange(len(born)) - np.maximum.accumulate(np.where(new, np.arange(len(born)), 0))
    sequence = ((chunk % 100) * SEQUENCES + rank % SEQUENCES) * 2 + np.where(sex == 0, 1, 0)
    division = int(DIVISION) - 2 * (chunk // 100) - rank // SEQUENCES
    text = join(digits(division, 6), moments(born * DAY, "date8"), digits(sequence, 3))
    body = np.frombuffer("".join(cast("list[str]", text.to_pylist())).encode(), np.uint8).reshape(-1, 17)
    card = digits(chunk * CHUNK + np.arange(len(born)), 9, "QH" + DIVISION[:2])
    return characters(np.column_stack([body, resident_check(body)])), card


def _addresses(head: Ints, rng: np.random.Generator) -> Text:
    names = content().names
    towns = cast("Mapping[str, Sequence[str]]", names["towns"])
    places = [f"青禾县{town}{village}" for town, villages in towns.items() for village in villages]
    rows = len(head)
    place = rng.integers(len(places), size=rows)[head]
    number = vocabulary([f"{n}号" for n in range(1, 300)])
    return join(take(vocabulary(places), place), take(number, rng.integers(len(number), size=rows)[head]))


def populate(spec: RegionSpec, chunk: int) -> Population:
    """The persons chunk*CHUNK ... of the region."""
    rows = min(CHUNK, spec.persons - chunk * CHUNK)
    rng = np.random.default_rng([spec.seed, chunk, 1])
    head, place = _households(rows, rng)
    sex = rng.integers(2, size=rows)
    sex = np.where(place == 1, 1 - sex[head], sex)
    born, mother = _births(spec, head, place, sex, rng)
    words, shares = surnames()
    own = rng.choice(len(words), size=rows, p=shares)
    husband = np.where(sex[head] == 0, head, np.minimum(head + 1, rows - 1))
    husband = np.where(head[husband] == head, husband, head)
    surname = np.where((place >= 2) & (born > born[head]), own[husband], own)
    id_no, card = _identifiers(chunk, born, sex)
    last = day_of(spec)[1]
    age = ((last - born) / YEAR).astype(np.int64)
    band = np.searchsorted(BAND_EDGES, age, side="right")
    shared = (age < 14) | (rng.random(rows) < 0.12)
    phone = digits(_phones(chunk, rows), 8, "154")
    chronic = _chronic(band, sex, rng)
    return Population(
        number=chunk * CHUNK + np.arange(rows),
        sex=sex, born=born, mother=mother, head=head, surname=surname,
        name=join(take(words, surname), given_names(sex, born, rng)),
        id_no=id_no, card=card,
        phone=take(phone, np.where(shared, head, np.arange(rows))), phone_shared=shared,
        address=_addresses(head, rng),
        ethnic=rng.choice(5, size=rows, p=[0.93, 0.03, 0.02, 0.01, 0.01])[head],
        marital=_marital(age, place, rng),
        occupation=_occupation(age, rng),
        blood=rng.choice(5, size=rows, p=[0.28, 0.24, 0.32, 0.08, 0.08]),
        payment=rng.choice(4, size=rows, p=[0.24, 0.66, 0.04, 0.06]),
        chronic=chronic,
    )  # fmt: skip


def _phones(chunk: int, rows: int) -> Ints:
    """Distinct eight-digit tails: a bijection on 0 ... 10^8 - 1, so that no two persons get one by chance."""
    return (chunk * CHUNK + np.arange(rows, dtype=np.int64)) * 38_196_601 % 100_000_000


def _chronic(band: Ints, sex: Ints, rng: np.random.Generator) -> Ints:
    """The chronic condition a person lives with, or -1."""
    table = content()
    names = np.flatnonzero(table.chronic)
    weight = np.array([table.conditions[int(c)]["weight"] for c in names], np.float64)[:, band]
    weight *= np.array([table.conditions[int(c)].get("sex", [1, 1]) for c in names], np.float64)[:, sex]
    share = np.cumsum(weight / 120, axis=0)  # weights of the chronic sum to at most 96 in any band
    hit = (rng.random(len(band)) > share).sum(axis=0)
    return np.where(hit < len(names), names[np.minimum(hit, len(names) - 1)], -1)


def _marital(age: Ints, place: Ints, rng: np.random.Generator) -> Ints:
    """0 single, 1 married, 2 widowed, 3 divorced."""
    draw = rng.random(len(age))
    grown = np.where(draw < 0.04, 3, np.where(draw < np.clip((age - 55) / 90, 0.01, 0.5) + 0.04, 2, 1))
    return np.where((age < 22) | ((place == 0) & (age < 28) & (draw > 0.5)), 0, grown)


def _occupation(age: Ints, rng: np.random.Generator) -> Ints:
    """0 farmer, 1 worker, 2 staff, 3 professional, 4 self-employed, 5 student, 6 retired, 7 other."""
    adult = rng.choice([0, 1, 2, 3, 4, 7], size=len(age), p=[0.42, 0.2, 0.1, 0.08, 0.12, 0.08])
    old = np.where(rng.random(len(age)) < 0.6, 0, 6)
    return np.where(age < 6, 7, np.where(age < 20, 5, np.where(age < 60, adult, old)))
