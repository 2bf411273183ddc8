"""How much memory a table takes on its way from PostgreSQL into raw, by its rows: no more for ten times as many.

Scale: rows of the smallest table (default 1,000,000); the others have 2, 5 and 10 times as many. Each is the table of
`collect`, brought in as there by a process of its own; told is that process's peak. A million rows are read in one
piece by one reader, more in pieces by two at once, so the first one says what one reader takes, the others whether the
number of pieces matters.
"""

import shutil

from bench.collect import MEMORY_MIB, brought_in
from suwen.app.bench import BenchOptions, BenchResult, Result

ROWS, TIMES = 1_000_000, (1, 2, 5, 10)
FLAT = 1.25
"""So much more is still flat: what grows are buffers that fill by chance, and the allocator's leavings."""


def run(options: BenchOptions) -> BenchResult:
    """Bring in each table; a table's files are thrown away before the next is made."""
    peaks: dict[int, float] = {}
    results: list[Result] = []
    for times in TIMES:
        rows = times * (options.scale or ROWS)
        workspace = options.workspace / str(rows)
        workspace.mkdir()
        taken = brought_in(options, workspace, rows, ("suwen",))["suwen"]
        shutil.rmtree(workspace)
        peaks[times] = taken.memory
        results.append(Result(f"{rows:,} rows: peak memory", taken.memory, "MiB", MEMORY_MIB, "lower"))
        results.append(Result(f"{rows:,} rows: rate", rows / taken.seconds, "rows/s"))
    most = peaks[TIMES[-1]]
    results.append(Result("peak of the largest / of the smallest", most / peaks[TIMES[0]], ""))
    results.append(Result("peak of the largest / of the second", most / peaks[TIMES[1]], "", FLAT, "lower"))
    return BenchResult("flat", results)
