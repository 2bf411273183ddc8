"""Upkeep: one sorted file for each bucket, unneeded files gone, nothing readable lost."""

import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suwen.domains.lake.engines.files import FILE_ROWS
from suwen.domains.lake.public import CommitTag, Lake
from suwen.kernel.clock import now
from suwen.kernel.scope import Scope
from tests.lake.samples import BUCKETS, EVERYTHING, costs, parquet_files, patient_key, visit, visits


class TestMaintain:
    """Lake.maintain."""

    def test_small_files_become_one_sorted_file_each(self, lake: Lake) -> None:
        for day in range(5):
            lake.append("std.visit", visits(visit(n) for n in range(day * 20, day * 20 + 20)))
        before = costs(lake)
        report = lake.maintain("std.visit")
        assert report.files_before > BUCKETS
        assert (report.files_after, report.buckets_rewritten, report.files_deleted) == (BUCKETS, BUCKETS, 0)
        assert costs(lake) == before
        for file in lake.snapshot("std.visit").files:
            keys = pq.ParquetFile(file.path).read(columns=["patient_key"])["patient_key"].to_pylist()
            assert keys == sorted(keys)

    def test_a_second_time_changes_nothing(self, filled: Lake) -> None:
        filled.maintain("std.visit")
        version = filled.snapshot("std.visit").version
        report = filled.maintain("std.visit")
        assert report.buckets_rewritten == 0
        assert filled.snapshot("std.visit").version == version

    def test_it_is_known_to_change_no_rows(self, filled: Lake) -> None:
        before = filled.snapshot("std.visit").version
        filled.maintain("std.visit")
        assert filled.snapshot("std.visit").version > before
        assert filled.same_rows("std.visit", before)
        filled.append("std.visit", visits([visit(90)]))
        filled.maintain("std.visit")
        assert not filled.same_rows("std.visit", before)
        assert filled.same_rows("std.visit", filled.snapshot("std.visit").version)

    def test_versions_within_the_days_stay_readable(self, filled: Lake) -> None:
        old = filled.snapshot("std.visit").version
        filled.replace("std.visit", visits([visit(1)]))
        filled.maintain("std.visit", keep_days=7)
        assert len(costs(filled, versions={"std.visit": old})) == 42
        report = filled.maintain("std.visit", keep_days=0)
        assert report.files_deleted > 0
        assert report.bytes_freed > 0
        assert parquet_files(Path(filled.snapshot("std.visit").path)) == {
            file.path for file in filled.snapshot("std.visit").files
        }
        assert len(costs(filled)) == 1

    def test_orphans_go_when_old_enough(self, filled: Lake) -> None:
        folder = Path(filled.snapshot("std.visit").path) / "bucket=0"
        data = next(folder.glob("*.parquet")).read_bytes()
        young, old = folder / "part-1-young.parquet", folder / "part-1-old.parquet"
        for path in (young, old):
            path.write_bytes(data)
        two_days_ago = (now() - timedelta(days=2)).timestamp()
        os.utime(old, (two_days_ago, two_days_ago))
        assert len(costs(filled)) == 42
        filled.maintain("std.visit")
        assert young.exists()
        assert not old.exists()

    def test_many_commits_are_read_after_a_checkpoint(self, lake: Lake) -> None:
        for number in range(25):
            lake.upsert("std.visit", visits([visit(number)]))
        lake.maintain("std.visit", keep_days=0)
        log = Path(lake.snapshot("std.visit").path) / "_delta_log"
        assert list(log.glob("*.checkpoint.parquet"))
        sql = "SELECT count(*) AS n FROM std.visit"
        assert lake.select(sql, scope=EVERYTHING).to_pylist() == [{"n": 25}]

    def test_a_large_bucket_is_several_files_of_disjoint_keys(self, lake: Lake) -> None:
        rows = 2 * FILE_ROWS + 10
        query = (
            "SELECT 'A' AS org_code, '00' || LPAD(CAST(range AS VARCHAR), 22, '0') AS patient_key, "
            "CAST(range AS VARCHAR) AS visit_id FROM range($rows)"
        )
        for part in range(2):
            lake.append("std.visit", query, params={"rows": rows // 2}, commit=CommitTag("half", part))
        lake.maintain("std.visit", keep_days=0)
        files = sorted(lake.snapshot("std.visit").files, key=lambda file: str(file.low["patient_key"]))
        assert [file.rows for file in files] == [FILE_ROWS, FILE_ROWS, 10]
        for left, right in pairwise(files):
            assert str(left.high["patient_key"]) <= str(right.low["patient_key"])
        key = "00" + "7".zfill(22)
        assert lake.lookup(["visit"], [key], scope=EVERYTHING)["visit"].num_rows == 2
        assert lake.maintain("std.visit", keep_days=0).buckets_rewritten == 0


class TestCopies:
    """What upkeep makes for look-ups."""

    def copies(self, lake: Lake) -> set[Path]:
        return set(Path(lake.snapshot("std.visit").path).rglob("*.arrow*"))

    def expected(self, lake: Lake) -> set[Path]:
        return {Path(file.path).with_suffix(".arrow") for file in lake.snapshot("std.visit").files}

    def told(self, rows: pa.Table) -> list[str]:
        return sorted(map(str, rows.to_pylist()))

    @pytest.mark.parametrize("scope", [EVERYTHING, Scope.of("A", grade=4), Scope.of("B", grade=2)])
    def test_a_look_up_gives_the_same_with_them(self, filled: Lake, scope: Scope) -> None:
        keys = [patient_key("A", 3), patient_key("B", 2), patient_key("A", 77)]
        narrow = {"visit": ["visit_id", "cost"]}
        before, some = (filled.lookup(["visit"], keys, scope=scope, columns=c)["visit"] for c in (None, narrow))
        filled.maintain("std.visit")
        assert self.copies(filled) == self.expected(filled)
        for columns, known in ((None, before), (narrow, some)):
            found = filled.lookup(["visit"], keys, scope=scope, columns=columns)["visit"]
            assert self.told(found) == self.told(known)
            assert found.num_rows
            assert found.schema.equals(known.schema)

    def test_a_patient_over_several_batches_is_found_whole(self, lake: Lake) -> None:
        query = (
            "SELECT 'A' AS org_code, '00' || LPAD(CAST(range // 900 AS VARCHAR), 22, '0') AS patient_key, "
            "CAST(range AS VARCHAR) AS visit_id FROM range(9000)"
        )
        lake.append("std.visit", query)
        lake.maintain("std.visit")
        assert self.copies(lake)
        for number in range(10):
            found = lake.lookup(["visit"], ["00" + str(number).zfill(22)], scope=EVERYTHING)["visit"]
            assert set(found["visit_id"].to_pylist()) == {str(n) for n in range(number * 900, number * 900 + 900)}
            assert found.num_rows == 900
        assert lake.lookup(["visit"], ["00" + "10".zfill(22)], scope=EVERYTHING)["visit"].num_rows == 0

    def test_they_go_with_their_files_and_unfinished_ones_at_the_next_upkeep(self, filled: Lake) -> None:
        filled.maintain("std.visit")
        first = self.copies(filled)
        # Killed while it was writing: the copy has not got its name yet.
        unfinished = next(iter(first)).with_name("part-1-cut.arrow-new")
        unfinished.write_bytes(b"ARROW1")
        filled.upsert("std.visit", visits(visit(n, org="A") for n in range(30, 60)))
        filled.maintain("std.visit", keep_days=0)
        assert first - self.copies(filled)
        assert self.copies(filled) == self.expected(filled)
        assert filled.lookup(["visit"], [patient_key("A", 3)], scope=EVERYTHING)["visit"].num_rows == 3

    def test_rows_written_since_are_found_beside_them(self, filled: Lake) -> None:
        filled.maintain("std.visit")
        filled.upsert("std.visit", visits([visit(33, patient=3)]))
        assert filled.lookup(["visit"], [patient_key("A", 3)], scope=EVERYTHING)["visit"].num_rows == 4
