"""The writes that are interrupted by tests, each with a tag where it has one."""

from collections.abc import Callable

from suwen.domains.lake.public import CommitTag, Lake
from tests.lake.samples import visit, visits

TAG = CommitTag("crash", 1)


def append(lake: Lake) -> None:
    """Rows more."""
    lake.append("std.visit", visits(visit(n, cost=2) for n in range(100, 110)), TAG)


def upsert(lake: Lake) -> None:
    """Old rows anew and some more."""
    lake.upsert("std.visit", visits(visit(n, cost=3) for n in range(25, 35)), TAG)


def replace(lake: Lake) -> None:
    """A full capture of a feed whose rows lie in files with those of others."""
    lake.maintain("std.visit")
    lake.replace("std.visit", visits(visit(n, org="B", feed="f2", cost=4) for n in range(5)), {"feed": "f2"}, TAG)


def maintain(lake: Lake) -> None:
    """Upkeep with nothing kept for time travel."""
    lake.maintain("std.visit", keep_days=0, orphan_hours=0)


OPERATIONS: dict[str, Callable[[Lake], None]] = {
    "append": append,
    "upsert": upsert,
    "replace": replace,
    "maintain": maintain,
}
