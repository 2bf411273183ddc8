"""How well names are matched to a standard list: made-up mentions with known truth, beside bm25s and rapidfuzz.

Scale: names evaluated (default 1,000). Development used other seeds and other hospitals' wording than the evaluation.
Operations: 9,900 standard names, mostly one answer; diagnoses: 37,000, several answers in half of the mentions. Cold
start and with 500, 2,000 and 6,000 (operations 4,000) learnt pairs; each matcher and the peers in a process of their
own on one core. The lists are made up, because no official list may be shipped; with SUWEN_BENCH_TERMS=FOLDER the files
operation.csv and diagnosis.csv (code,name) in it are used instead.
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.scoring.mentions import case, peers

NAMES = 1_000
LEARNT = {"operation": (0, 500, 2_000, 4_000), "diagnosis": (0, 500, 2_000, 6_000)}


def run(options: BenchOptions) -> BenchResult:
    """Make mentions, build matchers, compare."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    results: list[Result] = []
    options.progress.stage("matchers and peers", sum(len(sizes) + 1 for sizes in LEARNT.values()))
    # One task a process: a process's memory never shrinks, and the next one would be measured with it.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        for kind, sizes in LEARNT.items():
            cases = [case.Case(kind, size, max(sizes), options.scale or NAMES) for size in sizes]
            for one in cases:
                results += pool.submit(case.measure, one).result()
                options.progress.advance()
            results += pool.submit(peers.measure, cases[0]).result()
            options.progress.advance()
    return BenchResult("terms", results)
