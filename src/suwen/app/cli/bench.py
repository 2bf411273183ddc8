"""``suwen bench NAME``: measurements from a terminal."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from suwen.app import bench as benches
from suwen.app.terminal import TerminalProgress

app = typer.Typer()


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="benchmark; `list` names them")],
    scale: Annotated[int | None, typer.Option(help="size in the benchmark's own unit")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object on the last line")] = False,
) -> None:
    """Measure: a table with progress, or JSON."""
    console = Console(stderr=as_json)
    if name == "list":
        for known, path in benches.benchmarks().items():
            console.print(f"{known}\t{path.read_text('utf-8').splitlines()[0].strip(chr(34))}")
        return
    run_benchmark = benches.load(name)
    with tempfile.TemporaryDirectory(prefix="suwen-bench-") as folder, TerminalProgress(console) as progress:
        result = run_benchmark(benches.BenchOptions(Path(folder), progress, scale))
    benches.show(result, console)
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False))
