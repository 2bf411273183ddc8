"""Fixtures of all tests come from the kernel."""

import json
import os

import pytest

# A test's statements run once over a few rows: the optimising compiler would cost more than it gains.
_SPARK = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1", "spark.sql.shuffle.partitions": "2"}
os.environ.setdefault("SUWEN_SPARK_OPTIONS", json.dumps(_SPARK))

pytest_plugins = ("pytester", "suwen.kernel.testing.fixtures", "suwen.kernel.testing.markers")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share something costly on one worker: the Spark session, the demo behind the browser."""
    for item in items:
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))
        elif "e2e" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("browser"))
