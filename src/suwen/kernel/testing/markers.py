"""Markers for tests that need a real server from outside; a pytest plug-in.

Such a test is skipped with the reason where the server is not there. `SUWEN_TEST_REQUIRE=postgres,mariadb` turns the
skip into a failure, so that a build which must run them cannot pass by skipping. `--services none` leaves them out,
`--services only` runs nothing else.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
from collections.abc import Callable

import pytest

from suwen.kernel.testing import namespaces

REQUIRE = "SUWEN_TEST_REQUIRE"


def _spark() -> str | None:
    missing = [name for name in ("pyspark", "delta") if importlib.util.find_spec(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (extra `spark`)"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "no Java runtime on PATH and no JAVA_HOME"
    return None


def _server(variable: str) -> Callable[[], str | None]:
    def probe() -> str | None:
        address = os.environ.get(variable)
        if not address:
            return f"{variable} names no server"
        place = address.rpartition("@")[2].rpartition("//")[2].partition("/")[0].partition(",")[0]
        host, _, port = place.partition(":")
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except (OSError, ValueError) as error:
            return f"no answer from the server named by {variable}: {error}"
        return None

    return probe


def _odbc() -> str | None:
    if shutil.which("odbcinst") is None:
        return "no driver manager: odbcinst is not on PATH"
    listed = subprocess.run(["odbcinst", "-q", "-d"], capture_output=True, text=True, check=False).stdout
    missing = [name for name in ("PostgreSQL Unicode", "SQLite3", "MariaDB Unicode") if f"[{name}]" not in listed]
    return f"no ODBC driver of the name {', '.join(missing)}" if missing else None


PROBES: dict[str, Callable[[], str | None]] = {
    "postgres": _server("SUWEN_TEST_POSTGRES"),
    "mariadb": _server("SUWEN_TEST_MARIADB"),
    "kafka": _server("SUWEN_TEST_KAFKA"),
    "spark": _spark,
    "odbc": _odbc,
    "netns": namespaces.why_not,
}
"""Marker to a function that returns why its server cannot be used, or None when it can.

The variables hold urls with host and port, e.g. `SUWEN_TEST_POSTGRES=postgresql://user:password@127.0.0.1:5433/postgres`,
`SUWEN_TEST_MARIADB=mysql://root:password@127.0.0.1:3306/`, `SUWEN_TEST_KAFKA=127.0.0.1:9092`.
"""

_reasons: dict[str, str | None] = {}


def why_not(marker: str) -> str | None:
    """Return why tests of a marker cannot run here, or None when they can."""
    if marker not in _reasons:
        _reasons[marker] = PROBES[marker]()
    return _reasons[marker]


def required() -> frozenset[str]:
    """Return the markers whose tests must run. Raises pytest.UsageError for a name that is no marker."""
    names = frozenset(name.strip() for name in os.environ.get(REQUIRE, "").split(",") if name.strip())
    if unknown := names - set(PROBES):
        raise pytest.UsageError(f"{REQUIRE}: unknown {sorted(unknown)}; known: {sorted(PROBES)}")
    return names


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--services`."""
    parser.addoption(
        "--services", choices=("all", "none", "only"), default="all", help="tests of servers from outside: run or not"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that `--services` does not ask for."""
    wanted = config.getoption("--services")
    if wanted == "all":
        return
    needing = [item for item in items if any(item.get_closest_marker(marker) for marker in PROBES)]
    marked = set(needing)
    left_out = needing if wanted == "none" else [item for item in items if item not in marked]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a misspelt requirement at once."""
    required()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, a test whose server is not there."""
    for marker in PROBES:
        if item.get_closest_marker(marker) and (reason := why_not(marker)):
            if marker in required():
                pytest.fail(f"{REQUIRE} demands {marker}: {reason}", pytrace=False)
            pytest.skip(f"{marker}: {reason}")
