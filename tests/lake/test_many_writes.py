"""A table that is written to again and again: few files, a state that is followed, questions of few files."""

from typing import Any

import pytest
from sqlglot import exp

from suwen.domains.lake.engines.files import FILE_ROWS
from suwen.domains.lake.public import ColumnSpec, Lake, TableSpec
from suwen.kernel.scope import Scope
from tests.lake.samples import costs, visit, visits

EVENTS = TableSpec("raw", "events", (ColumnSpec("_batch_id", "string"), ColumnSpec("n", "integer")))


def said(lake: Lake, sql: str, **params: Any) -> list[Any]:
    """Return the only column of a query's rows."""
    found = lake.select(sql, scope=Scope.everything(), params=params)
    return sorted(found.column(0).to_pylist())


def append(lake: Lake, batch: str, *numbers: int) -> None:
    """Add rows of a batch."""
    rows = ", ".join(f"('{batch}', {number})" for number in numbers)
    lake.append(EVENTS, f"SELECT * FROM (VALUES {rows}) AS t(_batch_id, n)")


class TestFewFiles:
    """Files of much the same size are joined before the next write."""

    def test_many_appends_leave_few_files_and_all_rows(self, lake: Lake) -> None:
        for number in range(40):
            append(lake, f"b{number:03d}", number)
        assert len(lake.snapshot("raw.events").files) < 20
        assert said(lake, "SELECT n FROM raw.events") == list(range(40))

    def test_inserts_of_a_patients_table_leave_few_files(self, lake: Lake) -> None:
        for number in range(40):
            lake.upsert("std.visit", visits([visit(number, patient=1)]))
        assert len(costs(lake)) == 40
        assert len(lake.snapshot("std.visit").files) < 20

    def test_a_join_changes_no_rows_for_those_who_compare_versions(self, lake: Lake) -> None:
        for number in range(16):
            append(lake, f"b{number:03d}", number)
        before = lake.snapshot("raw.events").version
        append(lake, "b999", 999)
        kinds = [entry.operation for entry in lake.history("raw.events", 2)]
        assert kinds == ["append", "maintain"]
        assert lake.snapshot("raw.events").version == before + 2

    def test_nightly_upkeep_leaves_full_files_of_unsorted_tables_alone(self, lake: Lake) -> None:
        lake.append(EVENTS, f"SELECT 'b0' AS _batch_id, range AS n FROM range({FILE_ROWS})")
        for number in range(3):
            append(lake, f"b{number + 1}", number)
        (full,) = (file for file in lake.snapshot("raw.events").files if file.rows == FILE_ROWS)
        report = lake.maintain("raw.events")
        assert (report.files_after, report.buckets_rewritten) == (2, 1)
        assert full in lake.snapshot("raw.events").files


class TestFollowedState:
    """The state after later commits is that which the log tells from its beginning."""

    def test_equal_to_a_state_read_anew(self, lake: Lake) -> None:
        for number in range(25):
            lake.upsert("std.visit", visits([visit(number), visit(number + 1)]))
        lake.delete("std.visit", {"org_code": "A"})
        known, fresh = (each.snapshot("std.visit") for each in (lake, _anew(lake)))
        assert (known.version, known.committed_at) == (fresh.version, fresh.committed_at)
        assert _told(known) == _told(fresh)

    def test_a_declaration_between_is_seen(self, lake: Lake) -> None:
        append(lake, "b1", 1)
        other = _anew(lake)
        assert "more" not in lake.snapshot("raw.events").spec.names
        other.ensure(TableSpec("raw", "events", (*EVENTS.columns, ColumnSpec("more", "string"))))
        assert "more" in lake.snapshot("raw.events").spec.names


class TestFilesNotNeeded:
    """A WHERE that a file's bounds contradict leaves the file unread."""

    @pytest.fixture
    def days(self, lake: Lake) -> Lake:
        for number in range(6):
            append(lake, f"b{number}", number)
        return lake

    @pytest.mark.parametrize(
        ("where", "files", "rows"),
        [
            ("_batch_id = $b", 1, [3]),
            ("$b = _batch_id AND n > 0", 1, [3]),
            ("_batch_id >= $b", 3, [3, 4, 5]),
            ("_batch_id > $b AND _batch_id <= 'b4'", 1, [4]),
            ("$b > _batch_id", 3, [0, 1, 2]),
            ("_batch_id = $b OR n = 1", 6, [1, 3]),
            ("NOT _batch_id = $b", 6, [0, 1, 2, 4, 5]),
            ("lower(_batch_id) = $b", 6, [3]),
        ],
    )
    def test_by_bounds(self, days: Lake, where: str, files: int, rows: list[int]) -> None:
        sql = f"SELECT n FROM raw.events WHERE {where}"
        assert said(days, sql, b="b3") == rows
        assert _files_read(days, sql, {"b": "b3"}) == files

    def test_a_table_asked_for_twice_has_the_files_of_both(self, days: Lake) -> None:
        sql = "SELECT n FROM raw.events WHERE _batch_id = 'b1' UNION ALL SELECT n FROM raw.events WHERE _batch_id = $b"
        assert said(days, sql, b="b3") == [1, 3]
        assert _files_read(days, sql, {"b": "b3"}) == 2

    def test_beside_another_table_only_by_its_own_name(self, days: Lake) -> None:
        join = "SELECT a.n FROM raw.events AS a LEFT JOIN raw.events AS b ON a.n = b.n WHERE "
        assert said(days, join + "a._batch_id = $b", b="b3") == [3]
        assert said(days, join + "b._batch_id IS NULL", b="b3") == []
        assert said(days, join + "coalesce(b._batch_id, '') <> $b", b="b3") == [0, 1, 2, 4, 5]

    def test_what_is_masked_tells_nothing_of_files(self, lake: Lake) -> None:
        names = TableSpec(
            "std", "names",
            (ColumnSpec("org_code", "string"), ColumnSpec("who", "string", grade=3, mask="name")), sort=("who",),
        )  # fmt: skip
        for who in ("王小明", "李雷"):
            lake.append(names, f"SELECT 'A' AS org_code, '{who}' AS who")
        scope = Scope(orgs=frozenset({"A"}), grade=4, unmask=False)
        shown = lake.select("SELECT who FROM std.names", scope=scope)["who"].to_pylist()
        found = lake.select("SELECT who FROM std.names WHERE who = $w", scope=scope, params={"w": shown[0]})
        assert found.num_rows == 1


def _files_read(lake: Lake, sql: str | exp.Query, params: dict[str, object]) -> int:
    statement = lake.compose(sql, scope=Scope.everything(), params=params)
    return len({file.path for source in statement.sources.values() for file in source.files})


def _anew(lake: Lake) -> Lake:
    """Return the same tables as another process sees them."""
    return Lake(lake.staging.parent, lake.engine)


def _told(snapshot: Any) -> dict[str, Any]:
    return {file.path: (file.rows, file.bytes, file.partition, file.low, file.high) for file in snapshot.files}
