"""One small region for all tests of the demo."""

from pathlib import Path

import pytest

from suwen.app.demo.region import RegionManifest, RegionSpec, generate

SPEC = RegionSpec(persons=300, error_rate=0.004)


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> RegionManifest:
    """A region of 300 persons."""
    folder: Path = tmp_path_factory.mktemp("region") / "county"
    return generate(SPEC, folder)
