"""What each institution wrote down about the people it saw, with the mistakes of the counter, and the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from suwen.app.demo.region.arrays import (
    DAY,
    Bools,
    Floats,
    Ints,
    Text,
    blank,
    characters,
    choose,
    constant,
    join,
    pick,
    take,
    to_list,
    vocabulary,
)
from suwen.app.demo.region.arrays import replace as replaced
from suwen.app.demo.region.content import ORGS, content
from suwen.app.demo.region.population import CHUNK, Population, day_of, given_names, surnames
from suwen.app.demo.region.spec import RegionSpec

TOWN = 4_000
"""Residents 0 ... TOWN - 1 live where the township clinic is: its volume does not grow with the county."""
STRIDE = 4 * CHUNK
SHARES = {"homophone": 0.05, "id_missing": 0.06, "id_15": 0.02, "id_swapped": 0.015, "phone_missing": 0.06,
          "name_changed": 0.01, "birth_typo": 0.02, "sex_wrong": 0.004, "card_missing": 0.45}  # fmt: skip
"""Share of the registrations with each corruption; ids and cards are missing more often at the clinic."""
INFANT_DAYS = 60


@dataclass(frozen=True)
class Registrations:
    """One entry per registration of a person at an institution.

    person: row in the population; org: place in ORGS; number: patient number, unique in the institution;
    second: a later registration of somebody who has one; infant: registered in the first days on the mother's id.
    kinds: corruptions joined by '+', '' when all is true. id_type: 0 resident id, 1 mother's id, 2 none.
    created: seconds (the first visit).
    """

    person: Ints
    org: Ints
    number: Ints
    second: Bools
    infant: Bools
    name: Text
    id_no: Text
    id_type: Ints
    card: Text
    phone: Text
    born: Ints
    sex: Ints
    kinds: Text
    created: Ints

    def __len__(self) -> int:
        return len(self.person)

    def rows(self, chosen: Bools) -> Registrations:
        """The chosen registrations."""
        values: dict[str, Any] = {
            name: cast(Ints, column)[chosen] if isinstance(column, np.ndarray) else pick(cast(Text, column), chosen)
            for name, column in vars(self).items()
        }
        return replace(self, **values)


def _who(spec: RegionSpec, people: Population, rng: np.random.Generator) -> tuple[Ints, Ints, Bools]:
    """(person, org, second) of every registration, ordered by org."""
    rows = len(people)
    here = np.stack([
        (rng.random(rows) < 0.8) | (people.mother >= 0),
        (rng.random(rows) < 0.35) & (people.born < day_of(spec)[0] - 5 * 365),
        (rng.random(rows) < 0.5) & (people.number < TOWN),
    ])  # fmt: skip
    again = here & (rng.random((3, rows)) < 0.03)
    again[0] |= (people.mother >= 0) & (rng.random(rows) < 0.5)
    org = np.concatenate([np.flatnonzero(h) * 0 + place for place, h in enumerate((*here, *again))]) % 3
    person = np.concatenate([np.flatnonzero(h) for h in (*here, *again)])
    second = np.repeat([False, True], [int(here.sum()), int(again.sum())])
    order = np.lexsort((person, second, org))
    return person[order], org[order], second[order]


def _homophones(names: Text, rng: np.random.Generator) -> Text:
    """Each name with one character written as another of the same pronunciation (unchanged where there is none)."""
    groups = cast("list[str]", content().names["homophones"])
    other = {char: group.replace(char, "") for group in groups for char in group if len(group) > 1}
    out: list[str | None] = []
    for name, draw in zip(to_list(names), rng.random((len(names), 2)), strict=True):
        places = [place for place, char in enumerate(name or "") if char in other]
        if name is None or not places:
            out.append(name)
            continue
        place = places[int(draw[0] * len(places))]
        choices = other[name[place]]
        out.append(name[:place] + choices[int(draw[1] * len(choices))] + name[place + 1 :])
    return vocabulary(out)


def _swap_digits(ids: Text, rng: np.random.Generator) -> Text:
    """Ids with two neighbouring, different digits exchanged."""
    out: list[str | None] = []
    for text, draw in zip(to_list(ids), rng.random(len(ids)), strict=True):
        places = [p for p in range(6, 16) if text and text[p] != text[p + 1]]
        if not text or not places:
            out.append(text)
            continue
        place = places[int(draw * len(places))]
        out.append(text[:place] + text[place + 1] + text[place] + text[place + 2 :])
    return vocabulary(out)


def _legacy(ids: Text) -> Text:
    """The 15-digit form of 18-digit ids: without the century and the check digit."""
    matrix = np.frombuffer("".join(cast("list[str]", to_list(ids))).encode(), np.uint8).reshape(-1, 18)
    return characters(np.delete(matrix, [6, 7, 17], axis=1))


def _labels(flags: dict[str, Bools], rows: int) -> Text:
    bits = np.zeros(rows, np.int64)
    names = list(flags)
    for place, name in enumerate(names):
        bits |= flags[name].astype(np.int64) << place
    seen, inverse = np.unique(bits, return_inverse=True)
    words = ["+".join(n for p, n in enumerate(names) if bit >> p & 1) for bit in seen.tolist()]
    return take(vocabulary(words), inverse.astype(np.int64))


def register(spec: RegionSpec, chunk: int, people: Population) -> Registrations:
    """Registrations of the persons of a chunk; `created` is set when the visits are known (`visits.py`)."""
    rng = np.random.default_rng([spec.seed, chunk, 2])
    person, org, second = _who(spec, people, rng)
    rows = len(person)
    number = np.arange(rows) - np.searchsorted(org, np.arange(len(ORGS)))[org] + chunk * STRIDE + 1
    mother = people.mother[person]
    infant = (mother >= 0) & (org == 0) & ~second
    born, sex = people.born[person], people.sex[person]
    name, id_no = pick(people.name, person), pick(people.id_no, person)

    def hit(kind: str, factor: Floats | float = 1.0) -> Bools:
        return (rng.random(rows) < SHARES[kind] * factor) & ~infant

    clinic = np.where(org == 2, 3.0, 1.0)
    flags = {kind: hit(kind) for kind in SHARES}
    flags["id_missing"] = hit("id_missing", clinic)
    flags["card_missing"] |= infant | hit("card_missing", clinic - 1)
    free = ~flags["id_missing"]
    flags["id_15"] &= free & (born < 10_957)
    flags["id_swapped"] &= free & ~flags["id_15"]
    flags["name_changed"] &= people.sex[person] == 1
    flags["homophone"] &= ~flags["name_changed"]

    changed = join(take(surnames()[0], people.surname[person]), given_names(sex, born, rng))
    name = choose(flags["name_changed"], changed, name)
    before = pick(name, flags["homophone"])
    after = _homophones(before, rng)
    spelled = np.array([a != b for a, b in zip(to_list(before), to_list(after), strict=True)], np.bool_)
    name = replaced(name, flags["homophone"], after)
    flags["homophone"][np.flatnonzero(flags["homophone"])[~spelled]] = False

    swapped = _swap_digits(pick(id_no, flags["id_swapped"]), rng)
    id_no = replaced(id_no, flags["id_15"], _legacy(pick(id_no, flags["id_15"])))
    id_no = replaced(id_no, flags["id_swapped"], swapped)

    on_mother = np.flatnonzero(infant)
    child = join(pick(people.name, mother[on_mother]), take(vocabulary(["之子", "之女"]), sex[on_mother]))
    name = replaced(name, infant, child)
    id_no = replaced(id_no, infant, pick(people.id_no, mother[on_mother]))
    id_no = blank(id_no, flags["id_missing"])
    step = rng.choice([-365, -10, -1, 1, 10, 365], size=rows)
    limit = day_of(spec)[0] - 400
    flags["birth_typo"] &= born < limit
    phone = blank(pick(people.phone, person), flags["phone_missing"])
    phone = replaced(phone, infant, pick(people.phone, mother[on_mother]))
    flags["phone_shared"] = people.phone_shared[person] & ~flags["phone_missing"] | infant
    flags["newborn_on_mother"] = infant
    return Registrations(
        person=person, org=org, number=number, second=second, infant=infant, name=name, id_no=id_no,
        id_type=np.where(infant, 1, np.where(flags["id_missing"], 2, 0)),
        card=blank(pick(people.card, person), flags["card_missing"]), phone=phone,
        born=np.where(flags["birth_typo"], born + step, born),
        sex=np.where(flags["sex_wrong"], 1 - sex, sex),
        kinds=_labels(flags, rows) if rows else constant("", 0), created=np.full(rows, day_of(spec)[1] * DAY),
    )  # fmt: skip
