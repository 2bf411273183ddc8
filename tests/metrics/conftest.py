"""A lake of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from suwen.domains.lake.public import Lake, open_lake
from suwen.kernel.settings import Settings


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    opened = open_lake(Settings(workspace=tmp_path, database_url="postgresql:///none"))
    yield opened
    opened.close()
