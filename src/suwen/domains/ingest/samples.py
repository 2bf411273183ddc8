"""Statements of a mapping that must give the same rows on every engine: std, rejects, quarantine, the known rows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa

from suwen.domains.ingest import quarantine
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.compiler import CompiledMapping, compile_feed
from suwen.domains.ingest.mapping.statement import APART, DOUBLED
from suwen.domains.ingest.mirror.table import placed
from suwen.domains.ingest.rawstate import RawState, changed_keys, changed_rows, key_rows, touched_keys
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.watermark import known_rows
from suwen.domains.lake.public import StatementSample, TableSpec, columns_of
from suwen.domains.standards.public import Catalog

_BATCH, _EARLIER = "b2", "b1"
_DATES = (
    "2023-02-28", "20230228", "2023/2/8", "2023年2月8日", "2023年2月8日8时30分", "2023-02-28T08:30:15.123Z",
    "20230228083015", "202302280830", "0000-00-00", "20230231", "2023-02-31", "0000-01-01", "-023-01-01",
    "２０２３－０２－２８", "2023-02-28 24:00:00", "2023-02-28 25:00:00", "2023-02-28 08:30", " ", None,
    "2023-02-28 08:30:15.123456", "2023-02-28 00:30:15+00:00", "\u30002023.2.8 1:2:3\t", "2023-02-28 10:00+07",
    "infinity", "epoch", "2023-2", "12:00", "2023-02-28 08:61:00",
)  # fmt: skip
_NUMBERS = (
    "12", "-3.5", "１２．５", "1,234,567.8", "1e3", ".5", "5.", "1_000", "0x1F", "1,23", "50%", "--1", "NaN", "", "+7",
)  # fmt: skip
_FLAGS = ("1", "是", "N", "无", "2", None, "TRUE")
_COLUMNS = {
    "id": "BIGINT", "pid": "VARCHAR", "started": "VARCHAR", "cost": "VARCHAR", "flag": "VARCHAR", "kind": "VARCHAR",
    "rate": "DOUBLE", "day": "TIMESTAMP", "note": "VARCHAR",
}  # fmt: skip


def samples() -> Iterator[StatementSample]:
    """Yield the statements of a feed over raw rows that hold every shape of value, twice and with missing keys."""
    table = _raw()
    spec = TableSpec("raw", "t__visits", columns_of(table.schema))
    rows = ((spec, table), (quarantine.TABLE, _quarantined()))
    params: dict[str, object] = {
        "batch": _BATCH, "org_code": "ORG", "source": "t", "feed": "t.visits", "dataset": "encounter",
        "arrived_at": "2024-01-01 00:00:00", "whole": "", "last": _BATCH, "key": "1", "since": "2023-01-04 00:00:00",
    }  # fmt: skip
    batch, current = _mapping(), _mapping().reading("state")
    doubled = {DOUBLED: pa.table({"k": ["0"], "l": pa.array([99], pa.int64())})}
    apart = {APART: pa.table({"seq": pa.array([1, 4, 5, 10], pa.int64())})}
    refused = {quarantine.REFUSED_INPUT: pa.table({"place": [7], "reason": ["quote"], "text": ['a"b']})}
    fresh = quarantine.rejected(batch.rejects, "none")
    yield StatementSample("std", batch.std, rows, params, doubled)
    yield StatementSample("std-current", current.std, rows, params, doubled)
    yield StatementSample("landed", batch.landed, rows, params)
    yield StatementSample("landed-current", current.landed, rows, params)
    yield StatementSample("std-without-repeats", batch.without_repeats().std, rows, params)
    yield StatementSample("counted", batch.counted, rows, params)
    yield StatementSample("rejects", batch.rejects, rows, params, doubled)
    yield StatementSample("std-apart", batch.apart().std, rows, params, doubled)
    yield StatementSample("rejects-apart", batch.only_apart().rejects, rows, params, doubled | apart)
    yield StatementSample("quarantine", fresh, rows, params, doubled)
    yield StatementSample(
        "quarantine-file", quarantine.rejected(batch.rejects, "file"), rows, params, doubled | refused
    )
    yield StatementSample("quarantine-stored", quarantine.rejected(batch.rejects, "stored"), rows, params, doubled)
    yield StatementSample("quarantine-carried", quarantine.carried_over(fresh, spec.name), rows, params, doubled)
    yield StatementSample("reasons", quarantine.counts(of_batch=False), rows, params)
    yield StatementSample("reasons-of-batch", quarantine.counts(of_batch=True), rows, params | {"batch": _EARLIER})
    yield StatementSample("std-changes", batch.reading("changes").std, rows, params, doubled)
    yield StatementSample("touched-keys", touched_keys(spec.name), rows, params)
    yield StatementSample("state", RawState(spec.name, last=_BATCH, changes=True).rows(), rows, params)
    whole = RawState(spec.name, _BATCH, _BATCH)
    yield StatementSample("state-whole", whole.rows("id"), rows, params | whole.params)
    later = params | {"after": _EARLIER}
    yield StatementSample("mirror-changes", placed(changed_rows(spec.name, ("id", "_batch_id", "_seq"))), rows, later)
    yield StatementSample("mirror-keys", changed_keys(spec.name), rows, later)
    yield StatementSample("history", key_rows(spec.name), rows, params)
    yield StatementSample("known", known_rows(spec.name, "day"), rows, params)


def _mapping() -> CompiledMapping:
    """Compile a feed that uses value maps of both sizes, every coercion, and a typed column of each kind."""
    many = {f"code{n}": str(n) for n in range(30)} | {"O": "1", "E": "2"}
    feed = FeedDefinition.model_validate(
        {
            "code": "visits",
            "table": "t",
            "dataset": "encounter",
            "key": ["id"],
            "columns": {
                "encounter_id": "id",
                "patient_id": "pid",
                "encounter_type_code": {"expr": "kind", "map": {"O": "1", "E": "2"}, "default": "9", "blank": "0"},
                "payment_code": {"expr": "kind", "map": many},
                "started_at": "started",
                "ended_at": "day",
                "total_cost": {"expr": "cost", "invalid": "blank"},
                "drug_cost": "rate",
                "ward": "upper(note)",
            },
        }
    )
    dataset = Catalog.from_packs().dataset("encounter")
    columns = [SourceColumn(name, kind) for name, kind in _COLUMNS.items()]
    return compile_feed(feed, "t.visits", "ORG", dataset, columns, table="t__visits", buckets=4)


def _raw() -> pa.Table:
    rows: list[dict[str, Any]] = []
    for n, date in enumerate(_DATES):
        row: dict[str, Any] = {
            "id": n if n != 3 else None,
            "pid": f"p{n % 5}" if n != 4 else " ",
            "started": date,
            "cost": _NUMBERS[n % len(_NUMBERS)],
            "flag": _FLAGS[n % len(_FLAGS)],
            "kind": "OEIX"[n % 4],
            "rate": [1.0, 2.5, None][n % 3],
            "day": datetime(2023, 1, 1 + n % 9),
            "note": '引号" \\ \n换行',
            "_batch_id": _BATCH,
            "_op": "R",
            "_source_key": None if n == 3 else str(n),
            "_row_digest": n,
            "_seq": n + 1,
            "_arrived_at": datetime(2024, 1, 1),
        }
        rows += [row, row | {"_batch_id": _EARLIER, "_seq": 1}]
    rows.append(rows[0] | {"_seq": 99, "cost": "1"})
    kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DOUBLE": pa.float64(), "TIMESTAMP": pa.timestamp("us")}
    system = [
        ("_batch_id", pa.string()), ("_op", pa.string()), ("_source_key", pa.string()), ("_row_digest", pa.int64()),
        ("_seq", pa.int64()), ("_arrived_at", pa.timestamp("us")),
    ]  # fmt: skip
    schema = pa.schema([*((name, kinds[kind]) for name, kind in _COLUMNS.items()), *system])
    return pa.Table.from_pylist(rows, schema=schema)


def _quarantined() -> pa.Table:
    """Earlier rows of the feed: one whose key comes again, one whose key does not, one that was no row at all."""
    rows = [
        {
            "org_code": "ORG", "source": "t", "feed": "t.visits", "dataset": "encounter", "batch_id": _EARLIER,
            "source_key": key, "seq": seq, "reason": reason, "element": element, "row_json": '{"id": 1}',
            "arrived_at": datetime(2023, 12, 1),
        }
        for key, seq, reason, element in (
            ("1", 1, "unreadable_value", "started_at"),
            ("gone", 2, "unreadable_value", "started_at"),
            (None, -1, quarantine.MALFORMED, None),
        )
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=quarantine.TABLE.schema)
