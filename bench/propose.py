"""How much of a hand-written mapping `suwen ingest propose` finds by itself, source by source.

Scale: persons of the generated county (default 600). The hand-written mappings of `examples/` are the truth and never
an input. Development was done on the general hospital alone, with and without the comments and keys that it declares;
the hospital of traditional medicine, the township clinic and Eunomia are held out. A column is right when its element
is one that a person gave it, or when neither gave it any.
"""

import time

import anyio

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.demo.setup import EXAMPLES, set_up
from suwen.app.runtime import passing_runtime, prepare
from suwen.app.scoring.mappings import MappingScore, score_mapping
from suwen.domains.ingest.public import propose_source, read_definition
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

PERSONS = 600
SOURCES = (
    ("region/general", True, "general hospital (developed on)"),
    ("region/general", False, "general hospital without comments and keys (developed on)"),
    ("region/tcm", True, "traditional medicine (held out)"),
    ("region/township", True, "township clinic (held out)"),
    ("eunomia", True, "Eunomia, OMOP (held out)"),
)


def run(options: BenchOptions) -> BenchResult:
    """Set the demo's sources up, propose each, compare."""
    return anyio.run(_run, Settings(workspace=options.workspace / "ws"), options.scale or PERSONS, options)


async def _run(settings: Settings, persons: int, options: BenchOptions) -> BenchResult:
    results: list[Result] = []
    async with passing_runtime(settings) as runtime:
        await prepare(runtime)
        await set_up(runtime, persons, options.progress)
        for folder, declared, title in SOURCES:
            definition = read_definition(EXAMPLES / folder / "source.yaml")
            code = definition.source.code
            begun = time.perf_counter()
            found = await propose_source(
                runtime.database, settings, code, Scope.everything(), options.progress, declared=declared
            )
            seconds = time.perf_counter() - begun
            results += _results(title, score_mapping(found.proposal, definition), seconds)
    return BenchResult("propose", results)


def _results(title: str, score: MappingScore, seconds: float) -> list[Result]:
    def share(what: str, part: int, whole: int) -> Result:
        return Result(f"{title}: {what} ({part}/{whole})", 100 * part / whole if whole else 0.0, "%")

    return [
        share("tables right", score.tables_right, score.tables),
        share("columns right", score.columns_right, score.columns),
        share("mapped columns found", score.found, score.mapped),
        share("proposed columns right", score.proposed_right, score.proposed),
        share("codes of value maps right", score.codes_right, score.codes),
        Result(f"{title}: calibration error", score.calibration_error, "", better="lower"),
        Result(f"{title}: feeds that can run", score.runnable, "feeds"),
        Result(f"{title}: time", seconds, "s", better="lower"),
    ]
