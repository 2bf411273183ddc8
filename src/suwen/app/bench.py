"""``suwen bench NAME``: what a benchmark is, where it is found, how its result is shown."""

import importlib
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import psutil
from rich.console import Console
from rich.table import Table

from suwen.kernel.errors import NotFound
from suwen.kernel.progress import Progress

BENCH_FOLDER = Path(__file__).parents[3] / "bench"
"""One file a benchmark; they stand beside the package and run from a checkout."""


@dataclass(frozen=True)
class BenchOptions:
    """``scale``: size in the benchmark's own unit (its docstring says which), None for its default.

    ``workspace``: a folder of its own that the benchmark may fill; removed afterwards.
    """

    workspace: Path
    progress: Progress
    scale: int | None = None


@dataclass(frozen=True)
class Result:
    """One measured number; ``ok`` compares it with ``target`` in the direction of ``better``."""

    what: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["higher", "lower"] = "higher"

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


@dataclass(frozen=True)
class BenchResult:
    """All numbers of one benchmark."""

    name: str
    results: list[Result] = field(default_factory=list[Result])

    def as_json(self) -> dict[str, Any]:
        """``{name, machine, results: [{what, value, unit, target, ok}]}``."""
        rows = [
            {key: value for key, value in asdict(result).items() if key != "better"} | {"ok": result.ok}
            for result in self.results
        ]
        return {"name": self.name, "machine": machine(), "results": rows}


def machine() -> dict[str, Any]:
    """What the numbers were measured on: cores, memory in GiB, processor architecture, Python version."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }


class UnknownBenchmark(NotFound):
    """No benchmark of that name."""

    title = "没有这个基准测试"


def benchmarks() -> dict[str, Path]:
    """Name to file of every benchmark."""
    return {path.stem: path for path in sorted(BENCH_FOLDER.glob("*.py")) if not path.stem.startswith("_")}


def load(name: str) -> Callable[[BenchOptions], BenchResult]:
    """The ``run`` function of a benchmark. Raises UnknownBenchmark."""
    known = benchmarks()
    if name not in known:
        raise UnknownBenchmark("没有这个基准测试", received=name, allowed=list(known))
    if (root := str(BENCH_FOLDER.parent)) not in sys.path:
        # They build on each other, and are installed nowhere.
        sys.path.append(root)
    return cast("Callable[[BenchOptions], BenchResult]", importlib.import_module(f"bench.{name}").run)


def show(result: BenchResult, console: Console) -> None:
    """Print the numbers as a table."""
    table = Table(title=f"suwen bench {result.name}")
    for title, justify in (("what", "left"), ("value", "right"), ("unit", "left"), ("target", "right"), ("ok", "left")):
        table.add_column(title, justify=cast(Any, justify))
    for row in result.results:
        target = "" if row.target is None else f"{'≥' if row.better == 'higher' else '≤'} {row.target:,g}"
        mark = {None: "", True: "[green]yes[/]", False: "[red]no[/]"}[row.ok]
        table.add_row(
            row.what, f"{row.value:,.4g}" if row.value < 1000 else f"{row.value:,.0f}", row.unit, target, mark
        )
    console.print(table)
