"""Fixtures of all tests come from the kernel."""

import pytest

pytest_plugins = ("pytester", "suwen.kernel.testing.fixtures", "suwen.kernel.testing.markers")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share something costly on one worker: the Spark session, the demo behind the browser."""
    for item in items:
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))
        elif "e2e" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("browser"))
