"""How fast the mapping bench answers, over HTTP's own code path, among many source entries.

Scale: entries in all (default 1,000,000), in ten dictionaries of two institutions; nine of ten mapped by a batch, so
that every list has something to show. Candidates are stored as the matching job stores them; how fast it makes them is
measured by ``suwen bench terms``.
"""

import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import psycopg
from anyio import to_thread

from suwen.app.api import create_app
from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.runtime import Runtime, passing_runtime
from suwen.domains.orgs.public import InstitutionIn, save
from suwen.domains.standards.public import install_packs, load_value_set
from suwen.domains.terms.names import name_key
from suwen.domains.terms.reading import Line
from suwen.domains.terms.repository.entries import EntryRepository, Suggested
from suwen.domains.terms.schemas import DictionaryRef
from suwen.domains.terms.service.loading import load
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.pinyin import initials
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

ENTRIES, DICTIONARIES, ROUNDS = 1_000_000, 10, 40
ORGS = ("124290999900000178", "124290999900000253")
TARGET = "CT08.00.002"
_WORDS = "内外妇儿眼耳口皮神骨心肾肺肝胃脑血尿急重东西南北一二三四门诊病区楼室组科"


def run(options: BenchOptions) -> BenchResult:
    """Fill the dictionaries, then ask as the bench asks."""
    return anyio.run(_run, Settings(workspace=options.workspace / "ws"), options.scale or ENTRIES, options)


async def _run(settings: Settings, entries: int, options: BenchOptions) -> BenchResult:
    async with passing_runtime(settings) as runtime:
        async with runtime.database.unit_of_work() as uow:
            await install_packs(uow)
            await save(uow, [InstitutionIn(org_code=org, name=f"医院{org[-3:]}") for org in ORGS])
        options.progress.stage("装入源端条目", DICTIONARIES)
        seconds = time.perf_counter()
        keys: list[str] = []
        for number in range(DICTIONARIES):
            keys.append(await _fill(runtime, number, entries // DICTIONARIES))
            options.progress.advance()
        loaded = entries / (time.perf_counter() - seconds)
        caller = Principal(new_id(), "bench", "bench", frozenset({"*"}), Scope.everything())
        app = create_app(settings, database=runtime.database)

        async def who(_request: object) -> Principal:
            return caller

        app.state.authenticator = who
        headers = {"X-Suwen-Request": "1"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://s", headers=headers, timeout=600) as http:
            results = await _accepted(http, keys, options)
            await to_thread.run_sync(_vacuum, runtime.database.dsn)
            results += await _measure(http, keys, options)
    return BenchResult("mapping", [Result("entries loaded with candidates", loaded, "entries/s"), *results])


async def _fill(runtime: Runtime, number: int, size: int) -> str:
    """Load one dictionary by its public service and store candidates for its entries."""
    chosen = random.Random(number)
    lines: list[Line] = []
    for n in range(size):
        name = "".join(chosen.choices(_WORDS, k=5)) + str(n % 9973)
        records = int(1e6 / (n + 1))
        lines.append(Line(n, f"{number}{n:06}", name, None, {}, (), records, name_key(name), initials(name)))
    org = ORGS[number % len(ORGS)]
    ref = DictionaryRef(org_code=org, system=f"his{number}", kind="department")
    async with runtime.database.unit_of_work() as uow:
        report = await load(uow, Scope.everything(), ref, lines, "api")
        terms = (await load_value_set(uow, TARGET)).items
    after = None
    while True:
        async with runtime.database.unit_of_work() as uow:
            repository = EntryRepository(uow.session)
            portion = await repository.to_suggest(report.dictionary_id, after, 5000, again=False)
            if not portion:
                return str(report.dictionary_id)
            found: list[Suggested] = []
            for entry in portion:
                best = chosen.sample(terms, 10)
                score = round(chosen.random() ** 0.2, 4)
                candidates: list[dict[str, Any]] = [
                    _candidate(t.code, t.title, score - n / 20) for n, t in enumerate(best)
                ]
                found.append(Suggested(entry.id, candidates, best[0].code, best[0].title, score, automatic=False))
            await repository.put_suggestions(TARGET, found)
        after = portion[-1].id


def _candidate(code: str, name: str, score: float) -> dict[str, Any]:
    return {"code": code, "name": name, "score": score, "accepted": False, "reason": "字面相近", "parts": []}


async def _accepted(http: httpx.AsyncClient, keys: list[str], options: BenchOptions) -> list[Result]:
    """Map nine of ten dictionaries by batches."""
    options.progress.stage("批量确认", len(keys) - 1)
    taken: list[float] = []
    for key in keys[:-1]:
        began = time.perf_counter()
        response = await http.post(f"/api/terms/dictionaries/{key}/accept", json={"min_score": 0.5, "preview": False})
        taken.append(response.json()["entries"] / (time.perf_counter() - began))
        options.progress.advance()
    return [Result("batch accept, median", statistics.median(taken), "entries/s")]


def _vacuum(dsn: str) -> None:
    """Do at once what the server does by itself in the minutes after so many changes."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


async def _measure(http: httpx.AsyncClient, keys: list[str], options: BenchOptions) -> list[Result]:
    results: list[Result] = []
    chosen = random.Random(7)

    async def timed(
        what: str, ask: Callable[[int], Awaitable[httpx.Response]], *, rounds: int, target: float | None
    ) -> None:
        taken: list[float] = []
        for number in range(rounds):
            began = time.perf_counter()
            response = await ask(number)
            taken.append((time.perf_counter() - began) * 1000)
            if response.status_code >= 400:
                raise RuntimeError(f"{what}: {response.status_code} {response.text[:200]}")
        options.progress.advance()
        if rounds > 1:
            results.append(Result(f"{what}, p50", statistics.median(taken), "ms"))
        results.append(
            Result(
                f"{what}{', p95' if rounds > 1 else ''}", sorted(taken)[int(0.95 * (rounds - 1))], "ms", target, "lower"
            )
        )

    options.progress.stage("提问", 14)
    base = "/api/terms"

    def key(number: int) -> str:
        return keys[number % len(keys)]

    await timed(
        "open entries, first 50", lambda n: http.get(f"{base}/dictionaries/{key(n)}/bench"), rounds=ROUNDS, target=200
    )
    page = (await http.get(f"{base}/dictionaries/{keys[-1]}/bench", params={"limit": 200})).json()
    await timed(
        "open entries, a later 50",
        lambda _: http.get(f"{base}/dictionaries/{keys[-1]}/bench", params={"after": page["next"]}),
        rounds=ROUNDS,
        target=200,
    )
    await timed(
        "mapped entries, first 50",
        lambda n: http.get(f"{base}/dictionaries/{key(n)}/bench", params={"state": "mapped"}),
        rounds=ROUNDS,
        target=200,
    )
    await timed(
        "search in a dictionary",
        lambda n: http.get(
            f"{base}/dictionaries/{key(n)}/bench",
            params={"state": "mapped", "q": chosen.choice(_WORDS) + chosen.choice(_WORDS)},
        ),
        rounds=ROUNDS,
        target=200,
    )
    items = page["items"]
    await timed(
        "an entry with its candidates",
        lambda n: http.get(f"{base}/entries/{items[n]['id']}/candidates"),
        rounds=ROUNDS,
        target=200,
    )
    await timed(
        "search of standard terms",
        lambda _: http.get(f"{base}/dictionaries/{keys[0]}/terms", params={"q": "nk"}),
        rounds=ROUNDS,
        target=200,
    )
    await timed(
        "a decision",
        lambda n: http.post(
            f"{base}/entries/{items[n]['id']}/decision", json={"version": 0, "action": "map", "codes": ["AA03"]}
        ),
        rounds=ROUNDS,
        target=200,
    )
    await timed(
        "preview of a batch accept",
        lambda _: http.post(f"{base}/dictionaries/{keys[-1]}/accept", json={"min_score": 0.7}),
        rounds=10,
        target=None,
    )
    await timed("progress", lambda _: http.get(f"{base}/progress"), rounds=ROUNDS, target=200)
    await timed("conflicts", lambda _: http.get(f"{base}/conflicts"), rounds=5, target=None)
    await timed("reverse view", lambda _: http.get(f"{base}/reverse"), rounds=5, target=None)
    await timed("all entries, first page with total", lambda _: http.get(f"{base}/entries"), rounds=5, target=None)
    batch = (await http.get(f"{base}/batches")).json()["items"][0]
    await timed(
        f"undo of a batch of {batch['entries']}",
        lambda _: http.post(f"{base}/batches/{batch['id']}/undo"),
        rounds=1,
        target=None,
    )
    return results
