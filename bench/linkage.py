"""How well identities are joined to persons, against a generated county's truth, beside two peers on the same rows.

Scale: persons of the county (default 20,000, about 24,000 identities), of a seed that no rule was worked out on.
Collected through the ordinary feeds, linked through the room's door. Peers, in this command on the same rows: one id
number is one person; and plain splink. Their seconds are of matching alone, ours of reading, matching and storing.
"""

import time
from collections.abc import Iterator
from typing import cast

import anyio
import pyarrow as pa

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.demo.region.spec import RegionManifest
from suwen.app.runtime import Runtime, passing_runtime
from suwen.app.scoring import EVALUATION_SEED
from suwen.app.scoring.collect import collect, truth
from suwen.app.scoring.pairs import KindScore, Labels, PairScore, over_merged, score_kinds, score_pairs
from suwen.app.scoring.peers import by_id_number, plain_splink
from suwen.domains.patients.public import link, open_suspects, person_of_key
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

PERSONS = 20_000
PRECISION, RECALL, LISTED = 0.999, 0.99, 0.9
KINDS = {
    "homophone": "name of the same sound",
    "id_15": "id of 15 digits",
    "id_swapped": "two digits of the id swapped",
    "id_missing": "no id",
    "card_missing": "no card",
    "phone_missing": "no phone",
    "phone_shared": "phone shared in the family",
    "newborn_on_mother": "newborn on the mother's id",
    "name_changed": "name changed",
    "birth_typo": "slip in the birth date",
    "sex_wrong": "wrong sex",
}
_ROWS = """
SELECT patient_key, org_code, patient_id, name, sex_code, birth_date, id_no, health_card_no, phone, address
FROM std.patient QUALIFY row_number() OVER (PARTITION BY patient_key ORDER BY feed, source_key) = 1
"""


def run(options: BenchOptions) -> BenchResult:
    """Generate, collect, link, compare."""
    return anyio.run(_run, Settings(workspace=options.workspace / "ws"), options.scale or PERSONS, options)


async def _run(settings: Settings, persons: int, options: BenchOptions) -> BenchResult:
    progress = options.progress
    async with passing_runtime(settings) as runtime:
        manifest, _ = await collect(runtime, persons, EVALUATION_SEED, progress, lambda feed: feed.dataset == "patient")
        async with runtime.database.unit_of_work() as uow:
            linked = await link(runtime.lake, uow, progress)
        rows, true, kinds = _truth(runtime, manifest)
        async with runtime.database.unit_of_work() as uow:
            found = cast(Labels, await person_of_key(uow, Scope.everything()))
            suspects = await open_suspects(uow, Scope.everything())
    ours = score_pairs(true, found)
    by_kind = score_kinds(true, found, kinds, suspects)
    results = [
        Result("identities", linked.identities, "identities"),
        Result("true pairs", ours.true, "pairs"),
        *_scored("ours", ours, linked.seconds),
        Result("missed pairs that are listed as suspects", _listed(by_kind[""]), "share", LISTED),
        Result("suspects", linked.suspects, "pairs", better="lower"),
        Result("persons that hold two", over_merged(true, found), "persons", better="lower"),
        Result("persons in two or more", over_merged(found, true), "persons", better="lower"),
        Result("speed", linked.identities / linked.seconds, "identities/s"),
        *(_kind(KINDS.get(kind, kind), score) for kind, score in by_kind.items() if kind),
    ]
    for name, labels, seconds in _peers(rows, options.progress):
        theirs = score_pairs(true, labels)
        results += [
            *_scored(name, theirs, seconds, asked=False),
            Result(f"{name}: persons that hold two", over_merged(true, labels), "persons", better="lower"),
            Result(f"F1, ours to {name}", ours.f1 / theirs.f1, "ratio", 1.0),
            Result(f"wrong pairs, ours to {name}", ours.wrong / max(1, theirs.wrong), "ratio", 1.0, "lower"),
            Result(f"seconds, ours to {name}", linked.seconds / seconds, "ratio", better="lower"),
        ]
    return BenchResult("linkage", results)


def _peers(rows: pa.Table, progress: Progress) -> Iterator[tuple[str, Labels, float]]:
    """Name, persons found and seconds of each peer."""
    progress.stage("对照方法", 2)
    began = time.perf_counter()
    numbers = by_id_number(rows)
    yield "id number alone", numbers, time.perf_counter() - began
    progress.advance()
    began = time.perf_counter()
    clusters = plain_splink(rows)
    seconds = time.perf_counter() - began
    progress.advance()
    yield from ((f"plain splink at {threshold}", labels, seconds) for threshold, labels in clusters.items())


def _truth(runtime: Runtime, manifest: RegionManifest) -> tuple[pa.Table, dict[str, str], dict[str, frozenset[str]]]:
    """The rows that were linked; their true persons; the trouble that each was given."""
    rows = runtime.lake.select(_ROWS, scope=Scope.everything())
    known = {(line["org_code"], line["patient_id"]): line for line in truth(manifest, manifest.identities)}
    lines = {
        row["patient_key"]: known[row["org_code"], row["patient_id"]]
        for row in rows.select(["patient_key", "org_code", "patient_id"]).to_pylist()
    }
    kinds = {key: frozenset(filter(None, str(line["kinds"]).split("+"))) for key, line in lines.items()}
    return rows, {key: str(line["person_id"]) for key, line in lines.items()}, kinds


def _scored(name: str, score: PairScore, seconds: float, *, asked: bool = True) -> list[Result]:
    return [
        Result(f"{name}: precision", score.precision, "share", PRECISION if asked else None),
        Result(f"{name}: recall", score.recall, "share", RECALL if asked else None),
        Result(f"{name}: F1", score.f1, "share"),
        Result(f"{name}: pairs joined wrongly", score.found - score.both, "pairs", better="lower"),
        Result(f"{name}: pairs missed", score.true - score.both, "pairs", better="lower"),
        Result(f"{name}: time", seconds, "s", better="lower"),
    ]


def _listed(score: KindScore) -> float:
    return score.listed / score.missed if score.missed else 1.0


def _kind(title: str, score: KindScore) -> Result:
    return Result(f"recall, {title}", score.recall, f"of {score.pairs:,} pairs, {score.missed} missed")
