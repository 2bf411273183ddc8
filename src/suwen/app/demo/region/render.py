"""A chunk of the world as one institution writes it: logical frames → source tables, after the source schema."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

import numpy as np
import pyarrow as pa

from suwen.app.demo.region import values
from suwen.app.demo.region.accounts import DRUG_CATEGORIES
from suwen.app.demo.region.arrays import (
    DAY,
    NEVER,
    Column,
    Ints,
    Text,
    as_text,
    choose,
    digits,
    join,
    moments,
    money,
    number_text,
    pick,
    take,
    timestamps,
    vocabulary,
)
from suwen.app.demo.region.narrative import complaints
from suwen.app.demo.region.population import CHUNK
from suwen.app.demo.region.schema import SourceColumn, SourceSchema, SourceTable
from suwen.app.demo.region.visits import INPATIENT, Visits
from suwen.app.demo.region.world import CHILD_STRIDE, World

Array: TypeAlias = "pa.Array[Any]"
_MAIN_TIME = ("diagnosed", "ordered", "reported", "resulted", "op_ended", "measured", "recorded", "written", "charged")
_SELF_SHARE = 0.32  # of the total that patients pay themselves


class Sheet:
    """Rows of one table of one institution in a chunk; `value(what)` gives a logical column of them."""

    def __init__(self, world: World, chunk: int, org: int, source: SourceSchema, table: SourceTable) -> None:
        self.world, self.chunk, self.org, self.source, self.table = world, chunk, org, source, table
        visits = world.visits
        self._low = int(np.searchsorted(visits.org, org))
        high = int(np.searchsorted(visits.org, org, side="right"))
        self._frame: dict[str, Column] = {}
        self.visit = np.arange(self._low, high)
        self._first = 0
        if table.frame == "registration":
            registrations = world.registrations
            seen = (registrations.org == org) & (registrations.created < np.iinfo(np.int64).max)
            self.registration = np.flatnonzero(seen)
            self.visit = np.zeros(len(self.registration), np.int64)
            self.number = registrations.number[self.registration]
            return
        if table.frame == "visit":
            self.visit = self.visit[_narrow(visits, table.rows)[self._low : high]]
            self.number = visits.number[self.visit]
        else:
            frame = world.frames[table.frame]
            owner = cast(Ints, frame["visit"])
            self._first = int(np.searchsorted(owner, self._low))
            last = int(np.searchsorted(owner, high))
            self._frame = {name: _slice(column, self._first, last) for name, column in frame.items()}
            self.visit = owner[self._first : last]
            self.number = np.arange(last - self._first) + chunk * CHILD_STRIDE + 1
        self.registration = visits.registration[self.visit]

    def __len__(self) -> int:
        return len(self.number)

    def table_of_values(self) -> pa.Table:
        """All columns as the source writes them."""
        return pa.table({column.name: self.render(column) for column in self.table.columns})

    def render(self, column: SourceColumn) -> Array:
        """One column in the source's form."""
        value, form = self.value(column.what), column.form
        if not isinstance(value, np.ndarray):
            return cast(Array, value)
        whole = value.astype(np.int64)
        if form is None:
            return pa.array(whole) if column.type != "text" else cast(Array, as_text(pa.array(whole)))
        match form:
            case "stamp":
                return timestamps(whole)
            case "money":
                return money(whole)
            case "money_text":
                return cast(Array, as_text(money(whole)))
            case "mixed" | "mixed_time":
                return cast(Array, self._mixed(whole, form))
            case _ if form in self.source.codes:
                return cast(Array, take(self.source.codes[form], whole))
            case _:
                return cast(Array, moments(whole, form))

    def _mixed(self, seconds: Ints, form: str) -> Text:
        styles = (
            ("date10", "slash10", "date8", "dot10", "chinese") if form == "mixed" else ("stamp19", "slash16", "stamp14")
        )
        turn = (self.number // 7) % len(styles)  # a clerk keeps to a style for a while
        out = moments(seconds, styles[0])
        for place, style in enumerate(styles[1:], start=1):
            out = choose(turn == place, moments(seconds, style), out)
        return out

    def value(self, what: str) -> Column:
        """A logical column: integers with a meaning given by the column's form, or text."""
        if self.table.frame == "registration" and what not in ("row", "patient"):
            return self._person(what)
        if what in ("diagnosis_code", "diagnosis_name"):
            place = values.diagnosis_place(cast(Ints, self._frame["condition"]), cast(Ints, self._frame["form"]))
            return take(values.diagnosis_words()[0 if what == "diagnosis_code" else 1], place)
        if what in ("value", "low", "high"):
            return number_text(cast(Ints, self._frame[what]), cast(Ints, self._frame["places"]))
        if what == "reference_text":
            places = cast(Ints, self._frame["places"])
            return join(
                number_text(cast(Ints, self._frame["low"]), places),
                "-",
                number_text(cast(Ints, self._frame["high"]), places),
            )
        found = values.lookups().get(what)
        if found is not None:
            return take(found[1], self._index(found[0]))
        if what in self._frame:
            return self._frame[what]
        return self._visit(what)

    def _index(self, name: str) -> Ints:
        if name in self._frame:
            return cast(Ints, self._frame[name])
        if name == "condition":
            return self.world.visits.condition[self.visit]
        surgery = self.world.frames["operation"]
        main = np.full(len(self.world.visits), -1, np.int64)
        main[cast(Ints, surgery["visit"])] = cast(Ints, surgery["operation"])
        return main[self.visit]

    def _person(self, what: str) -> Column:
        registrations, people, rows = self.world.registrations, self.world.people, self.registration
        person = registrations.person[rows]
        match what:
            case "name" | "id_no" | "card" | "phone":
                return pick(cast(Text, getattr(registrations, what)), rows)
            case "sex" | "id_type":
                return cast(Ints, getattr(registrations, what))[rows]
            case "created":
                return registrations.created[rows]
            case "updated":
                return registrations.created[rows] + 600
            case "born":
                return registrations.born[rows] * DAY
            case "contact_name":
                return pick(people.name, people.head[person])
            case "contact_phone":
                return pick(people.phone, people.head[person])
            case "address":
                return pick(people.address, person)
            case _:
                return cast(Ints, getattr(people, what))[person]

    def _visit(self, what: str) -> Column:
        visits, rows = self.world.visits, self.visit
        match what:
            case "row":
                return self.number
            case "patient":
                prefix, width = self.source.patient
                return digits(self.world.registrations.number[self.registration], width, prefix)
            case "encounter" | "admission_no":
                return self._encounter(what)
            case "record" | "report":
                number = self.number if what == "record" else self._report_number()
                return digits(number, self.source.record_width)
            case "dept_code" | "dept_name" | "ward":
                words = values.department_words(self.org)[("dept_code", "dept_name", "ward").index(what)]
                return take(words, visits.department[rows])
            case "doctor_code" | "doctor_name":
                return take(values.staff_codes(self.org)[what == "doctor_name"], visits.doctor[rows])
            case "nurse_code":
                return take(values.staff_codes(self.org)[0], visits.nurse[rows])
            case "lab_reporter" | "lab_reviewer":
                return values.support_doctor(self.org, "laboratory")(self.number + (what == "lab_reviewer"))
            case "exam_reporter":
                return values.support_doctor(self.org, "imaging")(self.number)
            case "complaint":
                return take(complaints(), self.world.complaint[rows])
            case "bed":
                return join(digits(visits.department[rows] + 1, 2), "-", digits(visits.number[rows] % 40 + 1, 2))
            case "payment":
                return self.world.people.payment[visits.person[rows]]
            case "total" | "drug_total" | "self_total":
                return self._money(what)
            case "admission_way":
                way = visits.number[rows] % 20
                return np.where(way == 0, 2, np.where(way < 8, 1, 0))
            case "updated":
                times = [cast(Ints, self._frame[name]) for name in _MAIN_TIME if name in self._frame]
                ended = times[0] if times else visits.ended[rows]
                base = np.where(ended == NEVER, visits.started[rows], ended)
                return base + 600
            case _:
                return cast(Ints, getattr(visits, what))[rows]

    def _encounter(self, what: str) -> Text:
        visits, rows = self.world.visits, self.visit
        prefixes, width = self.source.encounter
        if what == "admission_no":
            return digits(visits.number[rows], 10)
        return join(take(vocabulary(prefixes), visits.kind[rows]), digits(visits.number[rows], width))

    def _report_number(self) -> Ints:
        owner = cast(Ints, self.world.frames["lab_report"]["visit"])
        return (
            cast(Ints, self._frame["report_row"])
            - int(np.searchsorted(owner, self._low))
            + self.chunk * CHILD_STRIDE
            + 1
        )

    def _money(self, what: str) -> Ints:
        totals = self.world.totals[self.visit]
        if what == "drug_total":
            return totals[:, list(DRUG_CATEGORIES)].sum(axis=1)
        total = totals.sum(axis=1)
        return total if what == "total" else np.rint(total * _SELF_SHARE).astype(np.int64)


def _slice(column: Column, first: int, last: int) -> Column:
    return column[first:last] if isinstance(column, np.ndarray) else column.slice(first, last - first)


def _narrow(visits: Visits, rows: str) -> np.typing.NDArray[np.bool_]:
    stay = visits.kind == INPATIENT
    match rows:
        case "ambulant":
            return ~stay
        case "stay":
            return stay
        case "discharged":
            return stay & (visits.ended != NEVER)
        case _:
            return np.ones(len(visits), np.bool_)


assert CHILD_STRIDE > CHUNK * 500, "numbers of records must not run over into the next chunk"
