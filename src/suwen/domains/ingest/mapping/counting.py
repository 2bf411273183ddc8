"""What became of the values of each element on their way from raw to std, counted by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from sqlglot import exp

from suwen.domains.ingest.mapping.compiler import CompiledMapping
from suwen.domains.ingest.mapping.expression import ROW
from suwen.domains.ingest.mapping.field import Field


@dataclass(frozen=True)
class Handled:
    """Rows of one element, by what was received and what was made of it.

    missing: no value; filled: of these, those given the mapping's value for none. mapped: replaced by the value map;
    emptied: taken for none by it; defaulted: unknown to it and given its default. converted: read as the element's type
    from text or another type. unreadable: could not be read. outside: coded values, as they would go into std, that
    are none of the value set's codes.
    """

    missing: int = 0
    filled: int = 0
    mapped: int = 0
    emptied: int = 0
    defaulted: int = 0
    converted: int = 0
    unreadable: int = 0
    outside: int = 0


_COUNTS = tuple(field.name for field in fields(Handled))


@dataclass(frozen=True)
class Counting:
    """The statement (one row: n, c<element>_<count>), the values it binds beside $batch and $whole, its elements."""

    query: exp.Select
    params: Mapping[str, object]
    elements: tuple[str, ...]

    def handled(self, row: Mapping[str, int | None]) -> dict[str, Handled]:
        """Return the counts by element from the statement's row."""
        return {
            name: Handled(**{count: int(row[f"c{place}_{count}"] or 0) for count in _COUNTS})
            for place, name in enumerate(self.elements)
        }


def counting(mapping: CompiledMapping, codes: Mapping[str, Sequence[str]]) -> Counting:
    """Return the statement over the raw rows of a batch; `codes` gives the codes of the elements with a value set."""
    shape = mapping.shape
    received: list[exp.Expr] = []
    translated: list[exp.Expr] = []
    read: list[exp.Expr] = [exp.Star()]
    counts: list[exp.Expr] = [exp.alias_(exp.Count(this=exp.Star()), "n")]
    params: dict[str, object] = {}
    for place, field in enumerate(shape.fields):
        received.append(exp.alias_(field.received(), f"x_{field.name}", quoted=True))
        translated.append(exp.alias_(_at("x", field), f"r_{field.name}", quoted=True))
        translated.append(exp.alias_(field.translated(), f"x_{field.name}", quoted=True))
        read.append(exp.alias_(field.read(), f"v_{field.name}", quoted=True))
        known = codes.get(field.name, ()) if field.target.want == "string" else ()
        for count, condition in _conditions(field, place, known, params).items():
            times = exp.Count(this=exp.case().when(condition, exp.Literal.number(1)))
            counts.append(exp.alias_(times, f"c{place}_{count}"))
    inner = exp.select(*received).from_(mapping.landed.subquery(ROW))
    middle = exp.select(*translated).from_(inner.subquery("received"))
    for field in (field for field in shape.fields if field.joined):
        on = _at("x", field, "received").eq(exp.column("k", table=f"m_{field.name}"))
        middle = middle.join(field.value_map(), on=on, join_type="left")
    outer = exp.select(*read).from_(middle.subquery("translated"))
    query = exp.select(*counts).from_(outer.subquery("read"))
    return Counting(query, params, tuple(field.name for field in shape.fields))


def _conditions(field: Field, place: int, codes: Sequence[str], params: dict[str, object]) -> dict[str, exp.Expr]:
    """Return the condition of each count; the lists it needs are put into `params`."""

    def among(name: str, values: Sequence[str], value: exp.Expr) -> exp.Expr:
        if not values:
            return exp.false()
        params[f"{name}{place}"] = list(values)
        return exp.ArrayContains(this=exp.Placeholder(this=f"{name}{place}"), expression=value)

    nothing = _at("r", field).is_(exp.null())
    some = exp.not_(nothing.copy())
    kept = [code for code, to in field.mapping.map.items() if to is not None]
    gone = [code for code, to in field.mapping.map.items() if to is None]
    value = _at("v", field)
    mapped, emptied = among("m", kept, _at("r", field)), among("e", gone, _at("r", field))
    unknown = exp.and_(some.copy(), exp.not_(exp.paren(exp.or_(mapped.copy(), emptied.copy()))))
    unread = exp.and_(exp.not_(_at("x", field).is_(exp.null())), value.copy().is_(exp.null()))
    outside = exp.and_(exp.not_(value.copy().is_(exp.null())), exp.not_(among("s", codes, value.copy())))
    return {
        "missing": nothing,
        "filled": nothing.copy() if field.mapping.blank is not None else exp.false(),
        "mapped": exp.and_(some.copy(), mapped),
        "emptied": exp.and_(some.copy(), emptied),
        "defaulted": unknown if field.mapping.default is not None else exp.false(),
        "converted": exp.not_(value.copy().is_(exp.null())) if _converts(field) else exp.false(),
        "unreadable": unread,
        "outside": outside if codes else exp.false(),
    }


def _converts(field: Field) -> bool:
    return field.target.want != "string" and field.type.upper() in {"VARCHAR", '"NULL"'}


def _at(stage: str, field: Field, table: str | None = None) -> exp.Column:
    return exp.column(exp.to_identifier(f"{stage}_{field.name}", quoted=True), table=table)
