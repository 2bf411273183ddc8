"""How fast the mapping bench answers, over HTTP's own code path, among many source entries.

Scale: entries in all (default 1,000,000), in ten dictionaries of two institutions, mapped to a list of 37,000 codes.
Nine come mapped, the tenth is open with candidates stored as the matching job stores them (how fast it makes them:
``suwen bench terms``).
"""

import random
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import anyio
import httpx
import psycopg
from anyio import to_thread
from fastapi import Request
from sqlalchemy import text

from suwen.app.api import create_app
from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.runtime import Runtime, passing_runtime
from suwen.domains.orgs.public import InstitutionIn, save
from suwen.domains.standards.public import Code, ValueSet, install_packs
from suwen.domains.standards.service.installing import LOCAL, bring_item
from suwen.domains.terms.names import name_key
from suwen.domains.terms.reading import Line
from suwen.domains.terms.repository.entries import EntryRepository, Suggested
from suwen.domains.terms.schemas_asking import DictionaryRef
from suwen.domains.terms.service.batches import work_off
from suwen.domains.terms.service.loading import load
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.pinyin import initials
from suwen.kernel.progress import NullProgress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

ENTRIES, DICTIONARIES, ROUNDS = 1_000_000, 10, 40
ORGS = ("124290999900000178", "124290999900000253")
TARGET, CODES = "BENCH.TERMS", 37_000
SEEN_BY, ALL = "X-Bench-Institution", frozenset({"*"})
"""The header that names whose eyes a question is asked with; without it, everybody's."""
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
        lines = await to_thread.run_sync(_lines, entries // DICTIONARIES)
        terms = _standard()
        async with runtime.database.unit_of_work() as uow:
            await bring_item(uow, terms, LOCAL)
        codes = [item.code for item in terms.items]
        seconds = time.perf_counter()
        keys: list[str] = []
        for number in range(DICTIONARIES):
            keys.append(await _fill(runtime, number, lines, codes if number < DICTIONARIES - 1 else []))
            options.progress.advance()
        loaded = entries / (time.perf_counter() - seconds)
        await _suggest(runtime, uuid.UUID(keys[-1]), terms.items)
        app = create_app(settings, database=runtime.database)

        async def who(request: Request) -> Principal:
            org = request.headers.get(SEEN_BY)
            return Principal(new_id(), "bench", "bench", ALL, Scope.of(org) if org else Scope.everything())

        app.state.authenticator = who
        headers = {"X-Suwen-Request": "1"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://s", headers=headers, timeout=600) as http:
            await to_thread.run_sync(_vacuum, runtime.database.dsn)
            results = await _measure(http, runtime.database, keys, options)
    return BenchResult("mapping", [Result("entries loaded", loaded, "entries/s"), *results])


def _standard() -> ValueSet:
    """Return a list as long as the national one of diagnoses."""
    chosen = random.Random(3)
    items = tuple(
        Code(code=f"T{n:05}", title=f"{''.join(chosen.choices(_WORDS, k=6))}{n % 97}", attributes={})
        for n in range(CODES)
    )
    return ValueSet(code=TARGET, title="bench", standard="bench", edition="1", provenance="made up", items=items)


def _lines(size: int) -> list[Line]:
    """Return a list of entries, the first used most; every dictionary has the same names, as hospitals do."""
    chosen = random.Random(1)
    lines: list[Line] = []
    for n in range(size):
        name = "".join(chosen.choices(_WORDS, k=5)) + str(n % 9973)
        lines.append(Line(n, f"{n:07}", name, None, {}, (), int(1e6 / (n + 1)), name_key(name), initials(name)))
    return lines


async def _fill(runtime: Runtime, number: int, lines: list[Line], codes: list[str]) -> str:
    """Load one dictionary; its list names standard codes itself, so that it comes mapped. Without codes: open."""
    chosen = random.Random(number)
    if codes:
        lines = [replace(line, standard=(chosen.choice(codes),)) for line in lines]
    ref = DictionaryRef(org_code=ORGS[number % len(ORGS)], system=f"his{number}", kind="department", target=TARGET)
    async with runtime.database.unit_of_work() as uow:
        return str((await load(uow, Scope.everything(), ref, lines, "api")).dictionary_id)


async def _suggest(runtime: Runtime, dictionary: uuid.UUID, terms: Sequence[Code]) -> None:
    """Store candidates for the entries of a dictionary, as the matching job does."""
    chosen = random.Random(2)
    after = None
    while True:
        async with runtime.database.unit_of_work() as uow:
            repository = EntryRepository(uow.session)
            portion = await repository.to_suggest(dictionary, after, 5000, again=False)
            if not portion:
                return
            found: list[Suggested] = []
            for entry in portion:
                best = chosen.sample(terms, 10)
                score = round(chosen.random() ** 0.2, 4)
                candidates = [_candidate(t.code, t.title, score - n / 20) for n, t in enumerate(best)]
                found.append(Suggested(entry.id, candidates, best[0].code, best[0].title, score, automatic=False))
            await repository.put_suggestions(TARGET, found)
        after = portion[-1].id


def _candidate(code: str, name: str, score: float) -> dict[str, Any]:
    return {"code": code, "name": name, "score": score, "accepted": False, "reason": "字面相近", "parts": []}


def _vacuum(dsn: str) -> None:
    """Do at once what the server does by itself in the minutes after so many changes."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


async def _measure(http: httpx.AsyncClient, database: Database, keys: list[str], options: BenchOptions) -> list[Result]:
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

    options.progress.stage("提问", 19)
    base = "/api/terms"

    def key(number: int) -> str:
        return keys[number % len(keys)]

    await timed(
        "open entries, first 50", lambda _: http.get(f"{base}/dictionaries/{keys[-1]}/bench"), rounds=ROUNDS, target=200
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
        "a page of the standard's codes",
        lambda n: http.get("/api/standards/item/codes", params={"code": TARGET, "page": n + 1}),
        rounds=ROUNDS,
        target=200,
    )
    await timed(
        "the standard without its codes",
        lambda _: http.get("/api/standards/item", params={"kind": "value_set", "code": TARGET}),
        rounds=ROUNDS,
        target=200,
    )
    await timed(
        "a decision",
        lambda n: http.post(
            f"{base}/entries/{items[n]['id']}/decision",
            json={"version": items[n]["version"], "action": "map", "codes": ["T00003"]},
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
    await timed("conflicts", lambda _: http.get(f"{base}/conflicts"), rounds=ROUNDS, target=200)
    await timed("reverse view", lambda _: http.get(f"{base}/reverse"), rounds=ROUNDS, target=200)
    await timed(
        "search in the reverse view",
        lambda _: http.get(f"{base}/reverse", params={"q": chosen.choice(_WORDS) + chosen.choice(_WORDS)}),
        rounds=ROUNDS,
        target=200,
    )
    for what in ("reverse", "conflicts"):
        await timed(
            f"{what} of one institution",
            lambda _, what=what: http.get(f"{base}/{what}", headers={SEEN_BY: ORGS[0]}),
            rounds=ROUNDS,
            target=200,
        )
    await timed("all entries, first page with total", lambda _: http.get(f"{base}/entries"), rounds=ROUNDS, target=200)
    wish = {"min_score": 0.5, "preview": False}
    taken = (await http.post(f"{base}/dictionaries/{keys[-1]}/accept", json=wish)).json()
    batch = uuid.UUID(taken["batch_id"])
    # The job itself, without the queue: loading has left other jobs in it.
    for what, path in ((f"batch accept of {taken['entries']:,} entries", ""), ("its undo", f"/batches/{batch}/undo")):
        if path:
            async with database.unit_of_work() as uow:
                await uow.session.execute(text("UPDATE job_run SET status = 'succeeded' WHERE name = 'terms.batch'"))
            await http.post(base + path)
        began = time.perf_counter()
        await work_off(database, NullProgress(), None, batch)
        results.append(Result(what, time.perf_counter() - began, "s"))
    return results
