"""From numbers of measures to the answer of a query: ratios, comparison with a year before and the period before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from suwen.domains.metrics.definition import Atomic, Derived, Ratio
from suwen.domains.metrics.errors import UnknownMetric
from suwen.domains.metrics.measure import Measure, measure_of
from suwen.domains.metrics.period import end_of, moved, range_before, start_of, year_before
from suwen.domains.metrics.query import Cut, Shape
from suwen.domains.metrics.repository.cubes import Key

NO_DATA = "no_data"
NO_DENOMINATOR = "denominator_zero"
NO_BASE = "no_base_data"
BASE_ZERO = "base_zero"
NO_DIMENSION = "dimension_missing"

Definitions = Mapping[str, Atomic | Derived | Ratio]
Numbers = Callable[[Measure, Shape, Cut], Mapping[Key, Decimal]]


@dataclass(frozen=True)
class Number:
    """A value, or None with the reason: no_data, denominator_zero, dimension_missing."""

    value: Decimal | None
    reason: str | None = None


@dataclass(frozen=True)
class Change:
    """A comparison: the base, and (value - base) / base in percent, or None with the reason."""

    base: Decimal | None
    percent: Decimal | None
    reason: str | None = None


@dataclass(frozen=True)
class Line:
    """The answer for one metric and one combination of dimension values; changes are None when not asked for."""

    metric: str
    key: Key
    number: Number
    yoy: Change | None = None
    mom: Change | None = None


def whole_periods(shape: Shape, cut: Cut) -> Cut:
    """Return the cut widened to whole periods of the grain, when the answer is laid out by time."""
    if "time" not in shape.dims:
        return cut
    return replace(cut, first=start_of(cut.first, shape.grain), last=end_of(cut.last, shape.grain))


def answer(
    code: str, definitions: Definitions, shape: Shape, cut: Cut, numbers: Numbers, *, compare: bool = True
) -> list[Line]:
    """Return the lines of a metric, ordered by key. Raises UnknownMetric."""
    definition = definitions.get(code)
    if definition is None:
        raise UnknownMetric(code, definitions)
    cut = whole_periods(shape, cut)
    found = _evaluate(definition, definitions, shape, cut, numbers)
    if not compare:
        return [Line(code, key, number) for key, number in _ordered(found)]
    year = replace(cut, first=year_before(cut.first), last=year_before(cut.last, last=True))
    by_time = "time" in shape.dims
    if by_time:
        first = moved(cut.first, shape.grain, -1)
        before = replace(cut, first=first, last=moved(start_of(cut.last, shape.grain), shape.grain, 0) - _ONE_DAY)
    else:
        before = replace(cut, **dict(zip(("first", "last"), range_before(cut.first, cut.last), strict=True)))
    years = _evaluate(definition, definitions, shape, year, numbers)
    befores = _evaluate(definition, definitions, shape, before, numbers)
    place = shape.dims.index("time") if by_time else None
    return [
        Line(
            code,
            key,
            number,
            yoy=_change(number, years.get(_shifted(key, place, year_before))),
            mom=_change(number, befores.get(_shifted(key, place, lambda day: moved(day, shape.grain, -1)))),
        )
        for key, number in _ordered(found)
    ]


_ONE_DAY = date(1, 1, 2) - date(1, 1, 1)


def _evaluate(
    definition: Atomic | Derived | Ratio, definitions: Definitions, shape: Shape, cut: Cut, numbers: Numbers
) -> dict[Key, Number]:
    if not isinstance(definition, Ratio):
        return _measured(measure_of(definition.code, definitions), shape, cut, numbers, definition.decimals)
    above = _measured(measure_of(definition.numerator, definitions), shape, cut, numbers, None)
    below = _measured(measure_of(definition.denominator, definitions), shape, cut, numbers, None)
    absent = _absent(measure_of(definition.numerator, definitions))
    found: dict[Key, Number] = {}
    for key in above.keys() | below.keys():
        number = above.get(key, absent)
        base = below.get(key, _absent(measure_of(definition.denominator, definitions)))
        if number.value is None or base.value is None:
            found[key] = Number(None, number.reason or base.reason or NO_DATA)
        elif base.value == 0:
            found[key] = Number(None, NO_DATA if number.value == 0 else NO_DENOMINATOR)
        else:
            found[key] = Number(rounded(number.value / base.value * definition.factor, definition.decimals))
    return found


def _measured(measure: Measure, shape: Shape, cut: Cut, numbers: Numbers, decimals: int | None) -> dict[Key, Number]:
    if _lacks(measure, shape, cut):
        return {} if shape.dims else {(): Number(None, NO_DIMENSION)}
    found = numbers(measure, shape, cut)
    if not shape.dims and not found:
        return {(): _absent(measure)}
    return {key: Number(value if decimals is None else rounded(value, decimals)) for key, value in found.items()}


def _absent(measure: Measure) -> Number:
    """Return what no line means: nothing happened for a count, nothing is known for a sum."""
    return Number(None, NO_DATA) if measure.aggregate == "sum" else Number(Decimal(0))


def _lacks(measure: Measure, shape: Shape, cut: Cut) -> bool:
    fact = measure.fact
    wanted_dept = "dept" in shape.dims or cut.depts is not None
    wanted_type = "encounter_type" in shape.dims or cut.encounter_types is not None
    return (wanted_dept and fact.department is None) or (wanted_type and fact.encounter_type is None)


def _change(number: Number, base: Number | None) -> Change:
    if base is None or base.value is None or (base.value == 0 and base.reason is None and number.value is None):
        return Change(None, None, NO_BASE)
    if base.value == 0:
        return Change(base.value, None, BASE_ZERO)
    if number.value is None:
        return Change(base.value, None, number.reason or NO_DATA)
    return Change(base.value, rounded((number.value - base.value) / base.value * 100, 2))


def _shifted(key: Key, place: int | None, shift: Callable[[date], date]) -> Key:
    if place is None:
        return key
    day = key[place]
    return (*key[:place], shift(day) if isinstance(day, date) else day, *key[place + 1 :])


def _ordered(found: Mapping[Key, Number]) -> list[tuple[Key, Number]]:
    return sorted(found.items(), key=lambda item: tuple("" if part is None else str(part) for part in item[0]))


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Round half up to so many digits behind the point."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
