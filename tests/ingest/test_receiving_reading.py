"""Requests of senders, read: whatever comes is a record, a refusal with its place, or an error that says why."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suwen.domains.ingest.receiving.declared import DeclaredTable
from suwen.domains.ingest.receiving.errors import Unreadable
from suwen.domains.ingest.receiving.reading import Read, read_request, sortable

TABLE = DeclaredTable("t", ("id", "a", "b"), ("id",))
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip)
RECORD = st.fixed_dictionaries(
    {"id": KEYS | st.integers()}, optional={"a": st.integers() | st.booleans() | st.none(), "b": KEYS}
)


def as_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def outcome(body: bytes) -> Read | object:
    """Return what is read, or where it is wrong."""
    try:
        return read_request(body, TABLE)
    except Unreadable as error:
        return error.context.get("place")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told_why_not(body: bytes) -> None:
    assert outcome(body) is not None


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["message_id", "records", "record", "operation", "x"]), ANY, max_size=4))
def test_any_json_is_read_or_told_why_not(message: dict[str, Any]) -> None:
    read = outcome(json.dumps(message).encode())
    if isinstance(read, Read):
        assert len(read.part.changes) + len(read.refusals) == len(message.get("records") or [0])
    assert read


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RECORD | ANY, min_size=1, max_size=20))
def test_every_record_goes_on_as_it_is_written_or_is_refused_at_its_place(given_records: list[Any]) -> None:
    body = json.dumps({"records": [{"record": one} for one in given_records]}).encode()
    read = read_request(body, TABLE)
    refused = {one.place for one in read.refusals}
    taken = [one for number, one in enumerate(given_records) if f"records[{number}]" not in refused]
    assert [one.values for one in read.part.changes] == [
        {name: as_text(one.get(name)) if not isinstance(one.get(name), dict | list | float) else values[name]
         for name in TABLE.columns}
        for one, values in zip(taken, (each.values for each in read.part.changes), strict=True)
    ]  # fmt: skip


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_keep_every_digit(number: Decimal) -> None:
    written = format(number, "f")
    read = read_request(f'{{"record": {{"id": 1, "a": {written}}}}}'.encode(), TABLE)
    assert read.part.changes[0].values["a"] == written


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_whole_numbers_compare_by_size(a: int, b: int) -> None:
    assert (sortable(str(a)) < sortable(str(b))) == (a < b)


@given(st.datetimes(), st.datetimes())
def test_times_compare_however_they_are_joined(a: Any, b: Any) -> None:
    first, second = a.isoformat(timespec="microseconds"), b.isoformat(" ", timespec="microseconds")
    assert (sortable(first) < sortable(second)) == (a < b)
