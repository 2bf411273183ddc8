"""A writer killed at any moment leaves the last good state; the same write again completes it."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lake.operations import OPERATIONS
from tests.lake.samples import VISIT, costs, open_folder, parquet_files, visit, visits
from tests.nursery import Nursery

POINTS = 8


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with two feeds, as it stands before the write."""
    folder = tmp_path_factory.mktemp("base") / "lake"
    lake = open_folder(folder)
    lake.ensure(VISIT)
    lake.append("std.visit", visits(visit(n, org="A") for n in range(30)))
    lake.append("std.visit", visits(visit(n, org="B", feed="f2") for n in range(12)))
    lake.close()
    return folder


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One process for all kills, since starting one takes seconds."""
    started = Nursery("tests.lake.nursery")
    yield started
    started.close()


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_killed_in_the_middle(operation: str, base: Path, nursery: Nursery, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(base, whole)
    calls = nursery.run(whole, operation, 0)
    assert calls > POINTS
    lake = open_folder(base)
    before = costs(lake)
    lake.close()
    lake = open_folder(whole)
    after = costs(lake)
    lake.close()
    chosen = random.Random(operation)
    middle = {chosen.randrange(1, calls + 1) for _ in range(POINTS)}
    outcomes = set[bool]()
    for point in sorted(middle | {1, calls}):
        folder = tmp_path / str(point)
        shutil.copytree(base, folder)
        assert nursery.run(folder, operation, point) == -9
        lake = open_folder(folder)
        found = costs(lake)
        assert found in (before, after), f"torn state after a kill at call {point} of {calls}"
        outcomes.add(found == before)
        OPERATIONS[operation](lake)
        assert costs(lake) == after
        lake.maintain("std.visit", keep_days=0, orphan_hours=0)
        assert costs(lake) == after
        assert parquet_files(folder) == {file.path for file in lake.snapshot("std.visit").files}
        lake.close()
        shutil.rmtree(folder)
    # The kills really hit both sides of the commit.
    assert before == after or outcomes == {True, False}
