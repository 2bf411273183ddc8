"""The shape of the two statements of a mapping.

    judged   = received (x_…) → translated by value maps (x_…) → read (v_…), from the raw rows of one batch
    std      = judged WHERE good,      rejects = judged WHERE NOT good

`good` is never NULL: a key, a patient, no later row of the same key in the batch, and every value readable.

Keys that come twice are few; they and their last rows are found first. Of a batch the std statement gives all rows,
those that are not good with their number in `aside`: the lake's write leaves them out and tells the numbers, by which
the rejects are read.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Literal

from sqlglot import exp

from suwen.domains.ingest.mapping.coercion import Target
from suwen.domains.ingest.mapping.expression import ROW
from suwen.domains.ingest.mapping.field import Field
from suwen.domains.ingest.mapping.template import all_of, case, fill, struct, text
from suwen.domains.ingest.rawstate import last_rows, state_rows

MISSING_KEY, MISSING_PATIENT = "missing_key", "missing_patient"
DUPLICATE_KEY, UNREADABLE = "duplicate_key", "unreadable_value"
MASKED = "***"
LONGEST_RECEIVED = 200
DOUBLED, APART = "input.doubled", "input.apart"
"""Tables given to the statements: `k`, `l`, keys that come twice and their last rows; `seq`, the rows to read."""
Reading = Literal["batch", "changes", "state"]
"""Which raw rows: all of a batch; of a batch of changes those that count; all that the source is known to hold."""

# First 24 hex digits of md5(org_code|patient_id); the bucket is its first byte modulo the number of buckets.
_PATIENT_KEY = "SUBSTR(MD5(CONCAT(org, '|', patient)), 1, 24)"
_BUCKET = """
CAST(((STRPOS('0123456789abcdef', SUBSTR(k, 1, 1)) - 1) * 16
     + STRPOS('0123456789abcdef', SUBSTR(k, 2, 1)) - 1) % n AS INT)
"""


@dataclass(frozen=True)
class Shape:
    """Everything the statements are made of; `row` holds name and DuckDB type of the raw columns of the source row.

    repeats: the keys that come more than once are in `DOUBLED`. apart: std gives all rows, with `aside`. only:
    of the raw rows those with a number in `APART`.
    """

    feed: str
    org_code: str
    table: str
    buckets: int
    key: tuple[str, ...]
    patient: str
    fields: tuple[Field, ...]
    elements: tuple[tuple[str, Target], ...]
    row: tuple[tuple[str, str], ...]
    reading: Reading = "batch"
    repeats: bool = True
    apart: bool = False
    only: bool = False


def std_select(shape: Shape) -> exp.Select:
    """Return the SELECT of the rows that go to std."""
    mapped = {field.name for field in shape.fields}
    patient_key = exp.alias_(fill(_PATIENT_KEY, org=_org(shape), patient=_value(shape.patient)), "patient_key")
    keyed = _from([patient_key, exp.Star()], _judged(shape, with_row=False), "judged")
    if not shape.apart:
        keyed = keyed.where(_good(shape), copy=False)
    columns: list[exp.Expr] = [
        exp.alias_(_org(shape), "org_code"),
        exp.column("patient_key"),
        exp.alias_(fill(_BUCKET, k=exp.column("patient_key"), n=exp.Literal.number(shape.buckets)), "bucket"),
        exp.alias_(text(shape.feed), "feed"),
        exp.alias_(exp.column("_source_key"), "source_key"),
        exp.alias_(exp.column("_batch_id"), "batch_id"),
    ]
    for name, target in shape.elements:
        value = _value(name) if name in mapped else exp.cast(exp.null(), _sql_type(target))
        columns.append(exp.alias_(value, name, quoted=True))
    if shape.apart:
        columns.append(exp.alias_(exp.case().when(exp.not_(exp.paren(_good(shape))), exp.column("_seq")), "aside"))
    return _from(columns, keyed, "keyed")


def reject_select(shape: Shape) -> exp.Select:
    """Return the SELECT of the rows that go to quarantine, with the first reason that applies to each."""
    keys = [_value(name).is_(exp.null()) for name in shape.key if name != shape.patient]
    no_key = reduce(lambda a, b: exp.or_(a, b), keys, exp.column("_source_key").is_(exp.null()))
    unreadable = [(exp.not_(field.readable()), field) for field in shape.fields if field.checked]
    reasons = [(condition.copy(), text(UNREADABLE)) for condition, _ in unreadable]
    reasons += [(no_key.copy(), text(MISSING_KEY)), (_value(shape.patient).is_(exp.null()), text(MISSING_PATIENT))]
    elements: list[tuple[exp.Expr, exp.Expr]] = [(c.copy(), text(f.name)) for c, f in unreadable]
    elements += [(no_key.copy(), text(",".join(shape.key)))]
    elements += [(_value(shape.patient).is_(exp.null()), text(shape.patient))]
    received = [(c.copy(), text(MASKED) if f.masked else _shown(f)) for c, f in unreadable]
    shown = case(received) if received else exp.cast(exp.null(), "TEXT")
    columns: list[exp.Expr] = [
        exp.alias_(exp.column("_source_key"), "source_key"),
        exp.alias_(exp.column("_batch_id"), "batch_id"),
        exp.alias_(exp.column("_seq"), "seq"),
        exp.alias_(case(reasons, text(DUPLICATE_KEY)), "reason", copy=False),
        exp.alias_(case(elements, text(",".join(shape.key))), "element", copy=False),
        exp.alias_(shown, "received", copy=False),
        exp.alias_(exp.column("_row"), "row_json"),
        exp.alias_(exp.column("_arrived_at"), "arrived_at"),
    ]
    rejected = exp.not_(exp.paren(_good(shape), copy=False), copy=False)
    return _from(columns, _judged(shape, with_row=True), "judged").where(rejected, copy=False)


def landed_select(shape: Shape) -> exp.Select:
    """Return the SELECT of the raw rows that std and rejects share out."""
    return _rows(shape)


def counted_select(shape: Shape) -> exp.Query:
    """Return the SELECT of n, k, l: how many raw rows there are (k NULL); each key that comes twice and its last row.

    Hashes are counted first, being a fraction of the keys; only the keys of those that come twice are looked at.
    """
    whole = _from([fill("COUNT(*)").as_("n"), exp.null().as_("k"), exp.null().as_("l")], _rows(shape), ROW)
    hashed = _from([fill("HASH(k)").as_("h")], _keyed(shape), "keyed").where(fill("NOT k IS NULL"), copy=False)
    twice = _from([exp.column("h")], hashed, "hashed").group_by("h").having(fill("COUNT(*) > 1"))
    looked_at = _from([exp.column("k"), exp.column("_seq")], _keyed(shape), "keyed")
    looked_at = looked_at.join(twice.subquery("twice"), on=fill("HASH(keyed.k) = twice.h"), join_type="SEMI")
    doubled = _from([fill("COUNT(*)").as_("n"), exp.column("k"), fill("MAX(_seq)").as_("l")], looked_at, "looked_at")
    doubled = doubled.where(fill("NOT k IS NULL")).group_by("k").having(fill("COUNT(*) > 1"))
    return exp.union(doubled, whole, distinct=False, copy=False)


def _keyed(shape: Shape) -> exp.Select:
    return _from([exp.alias_(_key_text(shape), "k"), exp.column("_seq")], _rows(shape), ROW)


def _judged(shape: Shape, *, with_row: bool) -> exp.Select:
    # Columns are gathered first and nothing is copied on the way: the builders' own copies cost more than all the rest.
    carried = ["_source_key", "_batch_id", "_seq", "_arrived_at", "_superseded", *(["_row"] if with_row else [])]
    received: list[exp.Expr] = [exp.column(name, table=ROW) for name in carried[:4]]
    later = exp.func("COALESCE", fill("s < l", s=_row("_seq"), l=_last()), exp.false())
    received.append(exp.alias_(later if shape.repeats else exp.false(), "_superseded"))
    if with_row:
        row = {name: _told(name, kind) for name, kind in shape.row}
        received.append(exp.alias_(exp.cast(exp.Anonymous(this="TO_JSON", expressions=[struct(row)]), "TEXT"), "_row"))
    translated: list[exp.Expr] = [exp.column(name) for name in carried]
    read: list[exp.Expr] = [exp.Star()]
    for field in shape.fields:
        received.append(exp.alias_(field.received(), f"x_{field.name}", quoted=True, copy=False))
        translated.append(exp.alias_(field.translated(), f"x_{field.name}", quoted=True, copy=False))
        read.append(exp.alias_(field.read(), f"v_{field.name}", quoted=True, copy=False))
    inner = _from(received, _rows(shape), ROW)
    if shape.repeats:
        on = _key_text(shape).eq(exp.column("k", table="repeated"))
        inner = inner.join(exp.to_table(DOUBLED).as_("repeated"), on=on, join_type="left", copy=False)
    middle = _from(translated, inner, "received")
    for field in shape.fields:
        if field.joined:
            found = exp.column(exp.to_identifier(f"x_{field.name}", quoted=True), table="received").eq(
                exp.column("k", table=f"m_{field.name}")
            )
            middle = middle.join(field.value_map(), on=found, join_type="left", copy=False)
    return _from(read, middle, "translated")


def _from(columns: list[exp.Expr], query: exp.Select, alias: str) -> exp.Select:
    return exp.select(*columns, copy=False).from_(query.subquery(alias, copy=False), copy=False)


def _rows(shape: Shape) -> exp.Select:
    rows = _received_rows(shape)
    if not shape.only:
        return rows
    found = exp.select("given.*").from_(rows.subquery("given"))
    return found.join(exp.to_table(APART).as_("apart"), on=fill("given._seq = apart.seq"), join_type="SEMI")


def _received_rows(shape: Shape) -> exp.Select:
    if shape.reading == "changes":
        return last_rows(shape.table)
    if shape.reading == "batch":
        batch = exp.column("_batch_id").eq(exp.Placeholder(this="batch"))
        return exp.select(exp.Star()).from_(exp.to_table(f"raw.{shape.table}")).where(batch)
    return state_rows(shape.table, [exp.Star()], last="batch")


def _key_text(shape: Shape) -> exp.Expr:
    parts = [field.received() for name in shape.key for field in shape.fields if field.name == name]
    parts += [field.received() for field in shape.fields if field.name == "org_code"]
    if len(parts) == 1:
        return parts[0]
    joined: list[exp.Expr] = [parts[0]]
    for part in parts[1:]:
        joined += [text("|"), part]
    whole: exp.Expr = exp.cast(joined[0], "TEXT")
    for part in joined[1:]:
        whole = exp.DPipe(this=whole, expression=exp.cast(part, "TEXT"), safe=True)
    return whole


def _good(shape: Shape) -> exp.Expr:
    present = {"_source_key", *(f"v_{name}" for name in shape.key), f"v_{shape.patient}"}
    conditions: list[exp.Expr] = [
        exp.column(exp.to_identifier(name, quoted=True)).is_(exp.null()).not_() for name in sorted(present)
    ]
    conditions.append(exp.not_(exp.column("_superseded")))
    conditions += [field.readable() for field in shape.fields if field.checked]
    return all_of(conditions)


def _org(shape: Shape) -> exp.Expr:
    own = text(shape.org_code)
    if any(field.name == "org_code" for field in shape.fields):
        return exp.func("COALESCE", _value("org_code"), own)
    return own


def _value(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(f"v_{name}", quoted=True))


def _row(name: str) -> exp.Column:
    return exp.column(name, table=ROW)


def _last() -> exp.Column:
    return exp.column("l", table="repeated")


def _told(name: str, kind: str) -> exp.Expr:
    """Return a raw column as it stands in the JSON of its row; engines write moments there each in their own way."""
    value = exp.column(exp.to_identifier(name, quoted=True), table=ROW)
    return exp.cast(value, "TEXT") if kind == "TIMESTAMP" else value


def _shown(field: Field) -> exp.Expr:
    value = exp.cast(exp.column(exp.to_identifier(f"x_{field.name}", quoted=True)), "TEXT")
    return fill(f"SUBSTR(x, 1, {LONGEST_RECEIVED})", x=value)


def _sql_type(target: Target) -> exp.DataType:
    if target.want == "decimal":
        return exp.DataType.build(f"DECIMAL({target.precision}, {target.scale})", dialect="duckdb")
    kinds = {"string": "TEXT", "integer": "BIGINT", "date": "DATE", "datetime": "TIMESTAMP", "boolean": "BOOLEAN"}
    return exp.DataType.build(kinds[target.want], dialect="duckdb")
