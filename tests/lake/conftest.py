"""A lake for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from suwen.domains.lake.public import Lake
from tests.lake.samples import VISIT, open_folder, visit, visits


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """An empty lake with the table std.visit."""
    opened = open_folder(tmp_path / "lake")
    opened.ensure(VISIT)
    yield opened
    opened.close()


@pytest.fixture
def filled(lake: Lake) -> Lake:
    """Thirty visits of hospital A (patients 0..9) and twelve of hospital B (patients 0..3)."""
    lake.append("std.visit", visits(visit(n, org="A") for n in range(30)))
    lake.append("std.visit", visits(visit(n, org="B", feed="f2") for n in range(12)))
    return lake
