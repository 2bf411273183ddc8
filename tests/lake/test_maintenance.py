"""Upkeep: one sorted file for each bucket, unneeded files gone, nothing readable lost."""

import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq

from suwen.domains.lake.engines.files import FILE_ROWS
from suwen.domains.lake.public import CommitTag, Lake
from suwen.kernel.clock import now
from tests.lake.samples import BUCKETS, EVERYTHING, costs, parquet_files, visit, visits


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
