"""Writes through the door: what is stored afterwards, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suwen.domains.lake.errors import DataMismatch, DuplicateKeys, InvalidTable, SchemaConflict, UnknownColumn
from suwen.domains.lake.public import Aside, ColumnSpec, CommitTag, Lake, ParquetFiles, TableSpec, bucket_of
from tests.lake.samples import BUCKETS, EVERYTHING, NOTE, VISIT, costs, patient_key, visit, visits


class TestAppend:
    """Lake.append."""

    def test_keeps_every_value(self, lake: Lake) -> None:
        lake.append("std.visit", visits([visit(7)]))
        stored = lake.select("SELECT * FROM std.visit", scope=EVERYTHING).to_pylist()
        assert stored == [visit(7) | {"bucket": bucket_of(patient_key("A", 2), BUCKETS)}]

    def test_rows_lie_in_their_bucket_sorted_by_patient(self, filled: Lake) -> None:
        for file in filled.snapshot("std", "visit").files:
            keys = pq.ParquetFile(file.path).read(columns=["patient_key"])["patient_key"].to_pylist()
            assert keys == sorted(keys)
            assert {str(bucket_of(key, BUCKETS)) for key in keys} == {file.partition}
            assert (file.low["patient_key"], file.high["patient_key"]) == (keys[0], keys[-1])

    def test_statistics_never_hold_an_identifier(self, filled: Lake) -> None:
        log = Path(filled.snapshot("std", "visit").path) / "_delta_log"
        text = "".join(path.read_text(encoding="utf-8") for path in log.glob("*.json"))
        assert "org_code" in text
        assert "张三丰" not in text
        assert "13900001234" not in text

    def test_a_tag_counts_once(self, lake: Lake) -> None:
        first = lake.append("std.visit", visits([visit(1)]), CommitTag("f1", 3))
        again = lake.append("std.visit", visits([visit(1)]), CommitTag("f1", 3))
        older = lake.append("std.visit", visits([visit(2)]), CommitTag("f1", 2))
        assert (first.skipped, again.skipped, older.skipped) == (False, True, True)
        assert list(costs(lake)) == [("A", "1")]
        assert lake.snapshot("std.visit").version == first.version

    def test_missing_columns_become_null(self, lake: Lake) -> None:
        lake.append("std.visit", visits([visit(1)]).drop_columns(["cost", "name"]))
        row = lake.select("SELECT name, cost, visit_id FROM std.visit", scope=EVERYTHING).to_pylist()
        assert row == [{"name": None, "cost": None, "visit_id": "1"}]

    def test_an_unknown_column_is_named(self, lake: Lake) -> None:
        with pytest.raises(UnknownColumn) as caught:
            lake.append("std.visit", pa.table({"visit_id": ["1"], "visit_idd": ["1"]}))
        assert caught.value.received == ["visit_idd"]
        assert "visit_id" in (caught.value.allowed or ())

    def test_a_value_that_does_not_convert_is_refused_unseen(self, lake: Lake) -> None:
        bad = pa.table({"patient_key": [patient_key("A", 1)], "org_code": ["A"], "cost": ["13912345678x"]})
        with pytest.raises(DataMismatch) as caught:
            lake.append("std.visit", bad)
        assert "13912345678" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert costs(lake) == {}

    def test_rows_without_patient_are_refused(self, lake: Lake) -> None:
        with pytest.raises(DataMismatch):
            lake.append("std.visit", pa.table({"org_code": ["A"], "visit_id": ["1"]}))
        assert costs(lake) == {}

    def test_a_query_over_the_lake_and_inputs_stays_in_the_engine(self, filled: Lake) -> None:
        result = filled.append(
            NOTE,
            "SELECT CAST(v.visit_id AS BIGINT) AS id, c.title || $mark AS text "
            "FROM std.visit v JOIN lookup.codes c ON c.code = v.org_code WHERE v.org_code = $org",
            params={"mark": "!", "org": "B"},
            tables={"lookup.codes": pa.table({"code": ["A", "B"], "title": ["甲", "乙"]})},
        )
        assert result.rows == 12
        rows = filled.select("SELECT * FROM mart.note ORDER BY id LIMIT 2", scope=EVERYTHING).to_pylist()
        assert rows == [{"id": 0, "text": "乙!"}, {"id": 1, "text": "乙!"}]

    def test_a_reader_is_read_once(self, lake: Lake) -> None:
        table = visits(visit(n) for n in range(5))
        lake.append("std.visit", table.to_reader(2))
        assert len(costs(lake)) == 5


class TestAdopt:
    """Finished files become the table's own."""

    SPEC = TableSpec("raw", "his__visit", (ColumnSpec("id", "string"), ColumnSpec("n", "integer")))

    def test_a_file_is_moved_not_copied(self, lake: Lake) -> None:
        path = lake.staging / "one.parquet"
        pq.write_table(pa.table({"id": ["a", "b"], "n": [1, 2]}), path)
        result = lake.append(self.SPEC, ParquetFiles((str(path),), adopt=True), CommitTag("his.visit", 1))
        assert result.rows == 2
        assert not path.exists()
        rows = lake.select("SELECT n FROM raw.his__visit ORDER BY n", scope=EVERYTHING).to_pylist()
        assert rows == [{"n": 1}, {"n": 2}]

    def test_other_types_are_refused(self, lake: Lake) -> None:
        path = lake.staging / "one.parquet"
        pq.write_table(pa.table({"id": ["a"], "n": ["1"]}), path)
        with pytest.raises(DataMismatch):
            lake.append(self.SPEC, ParquetFiles((str(path),), adopt=True))
        assert path.exists()

    def test_a_sorted_table_takes_none(self, lake: Lake) -> None:
        path = lake.staging / "one.parquet"
        pq.write_table(visits([visit(1)]), path)
        with pytest.raises(DataMismatch):
            lake.append("std.visit", ParquetFiles((str(path),), adopt=True))


class TestUpsert:
    """Lake.upsert."""

    def test_new_values_take_the_place_of_old_ones(self, filled: Lake) -> None:
        result = filled.upsert("std.visit", visits(visit(n, cost=9) for n in range(25, 35)))
        assert (result.rows, result.rows_removed) == (10, 5)
        found = costs(filled)
        assert len(found) == 30 + 12 + 5
        assert {key for key, cost in found.items() if cost == 9} == {("A", str(n)) for n in range(25, 35)}

    def test_files_without_a_conflict_stay(self, filled: Lake) -> None:
        before = {file.path for file in filled.snapshot("std.visit").files}
        filled.upsert("std.visit", visits([visit(0, cost=9)]))
        after = {file.path for file in filled.snapshot("std.visit").files}
        assert len(before - after) == 1

    def test_a_row_that_moves_to_another_patient_leaves_its_old_bucket(self, lake: Lake) -> None:
        moves = next(
            n
            for n in range(1, 99)
            if bucket_of(patient_key("A", n), BUCKETS) != bucket_of(patient_key("A", 0), BUCKETS)
        )
        lake.upsert("std.visit", visits([visit(0, patient=0)]))
        lake.upsert("std.visit", visits([visit(0, patient=moves, cost=2)]))
        assert costs(lake) == {("A", "0"): Decimal(2)}

    def test_a_doubled_key_is_refused(self, lake: Lake) -> None:
        with pytest.raises(DuplicateKeys):
            lake.upsert("std.visit", visits([visit(1), visit(1, cost=2)]))
        assert costs(lake) == {}
        assert not lake.snapshot("std.visit").files

    def test_an_empty_key_is_refused(self, lake: Lake) -> None:
        with pytest.raises(DataMismatch):
            lake.upsert("std.visit", visits([visit(1) | {"visit_id": None}]))

    def test_a_table_without_key_is_refused(self, lake: Lake) -> None:
        spec = TableSpec("mart", "plain", (ColumnSpec("id", "integer"),))
        with pytest.raises(InvalidTable):
            lake.upsert(spec, pa.table({"id": [1]}))


class TestReplaceAndDelete:
    """Lake.replace and Lake.delete."""

    def test_a_full_capture_replaces_its_feed_only(self, filled: Lake) -> None:
        result = filled.replace("std.visit", visits([visit(5, org="B", feed="f2", cost=7)]), where={"feed": "f2"})
        assert (result.rows, result.rows_removed) == (1, 12)
        found = costs(filled)
        assert {key: cost for key, cost in found.items() if key[0] == "B"} == {("B", "5"): Decimal(7)}
        assert len(found) == 31

    def test_an_empty_capture_still_removes(self, filled: Lake) -> None:
        filled.replace("std.visit", visits([]), where={"feed": "f2"})
        assert {org for org, _ in costs(filled)} == {"A"}

    def test_rows_put_aside_are_told_and_not_written(self, lake: Lake) -> None:
        rows = visits(visit(n) for n in range(6)).append_column("aside", pa.array([None, 11, None, None, 14, None]))
        aside = Aside()
        result = lake.replace("std.visit", rows, aside=aside)
        assert (result.rows, sorted(aside.numbers)) == (4, [11, 14])
        stored = lake.select("SELECT visit_id FROM std.visit ORDER BY 1", scope=EVERYTHING).to_pydict()
        assert stored == {"visit_id": ["0", "2", "3", "5"]}

    def test_without_condition_everything_goes(self, filled: Lake) -> None:
        filled.replace("std.visit", visits([visit(1)]))
        assert list(costs(filled)) == [("A", "1")]

    def test_null_is_a_condition_too(self, filled: Lake) -> None:
        filled.append("std.visit", visits([visit(99) | {"feed": None}]))
        assert filled.delete("std.visit", {"feed": None}).rows_removed == 1
        assert filled.delete("std.visit", {"feed": "f2", "visit_id": "3"}).rows_removed == 1
        assert len(costs(filled)) == 41

    def test_an_unknown_condition_is_refused(self, filled: Lake) -> None:
        with pytest.raises(UnknownColumn):
            filled.delete("std.visit", {"fed": "f2"})
        assert len(costs(filled)) == 42

    def test_history_says_what_was_done(self, filled: Lake) -> None:
        filled.replace("std.visit", visits([visit(5)]), {"feed": "f2"}, CommitTag("f2", 8))
        last = filled.history("std.visit", 1)[0]
        assert (last.operation, last.rows, last.rows_removed, last.tag) == ("replace", 1, 12, CommitTag("f2", 8))


class TestDeclaring:
    """Lake.ensure refuses what loses data."""

    @pytest.mark.parametrize(
        "change", [{"key": ("org_code", "source_key")}, {"buckets": 8}, {"partition": None, "buckets": None}]
    )
    def test_key_and_layout_are_fixed(self, lake: Lake, change: dict[str, object]) -> None:
        fields = {name: getattr(VISIT, name) for name in VISIT.__dataclass_fields__} | change
        with pytest.raises(SchemaConflict) as caught:
            lake.ensure(TableSpec(**fields))
        assert next(iter(change)) in caught.value.detail
