"""Writers at the same time lose nothing, readers are never held up."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from suwen.domains.lake.deltalog import DeltaLog
from suwen.domains.lake.errors import WriteConflict
from suwen.domains.lake.locks import committing
from suwen.domains.lake.public import CommitTag, Lake
from tests.lake.samples import EVERYTHING, VISIT, costs, open_folder, visit, visits

WRITERS = 3
BATCHES = 4


def write_batches(folder: str, writer: int) -> None:
    """Upsert batches that overlap those of the other writers."""
    lake = open_folder(Path(folder))
    for batch in range(BATCHES):
        rows = visits(visit(n, cost=writer) for n in range(batch * 5, batch * 5 + 10))
        lake.upsert("std.visit", rows, CommitTag(f"writer-{writer}", batch))
    lake.close()


class TestWritersTogether:
    """Several writers of one table."""

    def test_processes(self, tmp_path: Path) -> None:
        lake = open_folder(tmp_path)
        lake.ensure(VISIT)
        context = get_context("spawn")
        processes = [context.Process(target=write_batches, args=(str(tmp_path), n)) for n in range(WRITERS)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * WRITERS
        assert set(costs(lake)) == {("A", str(n)) for n in range(BATCHES * 5 + 5)}
        tags = [entry.tag for entry in lake.history("std.visit") if entry.tag]
        assert len(tags) == WRITERS * BATCHES

    def test_threads_of_one_lake(self, lake: Lake) -> None:
        def write(n: int) -> None:
            lake.upsert("std.visit", visits([visit(n % 5, cost=n)]), CommitTag(f"t{n}"))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(16)))
        assert set(costs(lake)) == {("A", str(n)) for n in range(5)}

    def test_the_same_batch_from_two_sides_counts_once(self, lake: Lake) -> None:
        other = open_folder(lake.staging.parent)
        with ThreadPoolExecutor(2) as pool:
            done = [
                pool.submit(side.append, "std.visit", visits([visit(1)]), CommitTag("f1", 1)) for side in (lake, other)
            ]
        assert sorted(future.result().skipped for future in done) == [False, True]
        assert len(costs(lake)) == 1
        other.close()


class TestWithoutLocks:
    """Where no lock holds, as between machines, the log decides."""

    def test_a_lost_race_is_run_again(self, filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
        other = open_folder(filled.staging.parent)
        monkeypatch.setattr("suwen.domains.lake.writing.committing", lambda *_: _no_lock())
        commit = DeltaLog.commit
        rivals = iter([visits([visit(1, cost=5)]), visits([visit(2, cost=5)])])

        def slow_commit(log: DeltaLog, *args: object, **more: object) -> int:
            if (rival := next(rivals, None)) is not None and log is filled._tables.log("std.visit"):
                monkeypatch.setattr(DeltaLog, "commit", commit)
                other.upsert("std.visit", rival)
                monkeypatch.setattr(DeltaLog, "commit", slow_commit)
            return commit(log, *args, **more)

        monkeypatch.setattr(DeltaLog, "commit", slow_commit)
        filled.upsert("std.visit", visits(visit(n, cost=7) for n in (1, 40)))
        found = costs(filled)
        assert (found["A", "1"], found["A", "2"], found["A", "40"]) == (7, 5, 7)
        assert len(found) == 43
        other.close()

    def test_always_losing_is_a_retryable_error(self, filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
        other = open_folder(filled.staging.parent)
        monkeypatch.setattr("suwen.domains.lake.writing.committing", lambda *_: _no_lock())
        commit = DeltaLog.commit

        def late_commit(log: DeltaLog, *args: object, **more: object) -> int:
            if log is filled._tables.log("std.visit"):
                other.append("std.visit", visits([visit(99)]))
            return commit(log, *args, **more)

        monkeypatch.setattr(DeltaLog, "commit", late_commit)
        with pytest.raises(WriteConflict) as caught:
            filled.append("std.visit", visits([visit(50)]))
        assert caught.value.retryable
        monkeypatch.undo()
        other.close()


class TestReaders:
    """Readers and writers do not wait for each other."""

    def test_a_read_goes_on_while_a_writer_commits(self, filled: Lake) -> None:
        reader = filled.stream("SELECT visit_id FROM std.visit", scope=EVERYTHING, batch_rows=1)
        first = reader.read_next_batch().num_rows
        filled.replace("std.visit", visits([visit(1)]))
        assert first + sum(batch.num_rows for batch in reader) == 42
        assert len(costs(filled)) == 1

    def test_a_held_lock_stops_no_reader(self, filled: Lake) -> None:
        with committing(filled.staging.parent / ".locks", "std.visit"):
            assert len(costs(filled)) == 42


class _no_lock:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
