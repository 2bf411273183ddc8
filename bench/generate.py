"""How fast the demo region is drawn and written: rows per second over all tables of all institutions."""

import resource
import shutil
import time

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.demo.region import RegionSpec, generate

TARGET = 200_000.0
PERSONS = 50_000


def run(options: BenchOptions) -> BenchResult:
    """Write a region of `scale` persons (50,000 by default, ≈ 4.8 million rows) and remove it again."""
    folder = options.workspace / "bench-region"
    shutil.rmtree(folder, ignore_errors=True)
    began = time.perf_counter()
    manifest = generate(RegionSpec(persons=options.scale or PERSONS), folder, options.progress)
    seconds = time.perf_counter() - began
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    shutil.rmtree(folder)
    speed = manifest.total_rows / seconds
    return BenchResult(
        "generate",
        [
            Result("encounters", manifest.encounters, "encounters"),
            Result("rows", manifest.total_rows, "rows"),
            Result("time", round(seconds, 2), "s", better="lower"),
            Result("speed", round(speed), "rows/s", TARGET),
            Result("written", round(size / 2**20, 1), "MiB", better="lower"),
            Result("memory at most", round(memory), "MiB", better="lower"),
        ],
    )
