"""From which score on candidates may be accepted: chosen per kind on held-out pairs, kept, shown, renewed."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx

from suwen.domains.standards.public import Code, ValueSet
from suwen.domains.terms.models import TermPair
from suwen.domains.terms.service.matchers import Matchers, in_force
from suwen.kernel.progress import NullProgress
from tests.terms.conftest import B, Client
from tests.terms.test_bench import bench, decide, load

Work = Callable[[], Awaitable[None]]
TARGET = "CT08.00.002"
HABITS = ("{}门诊", "{}病区", "住院部{}", "{}(东院)")


async def names_of(http: httpx.AsyncClient, dictionary: str) -> dict[str, str]:
    """Return name → code of the departments' terminology."""
    found: dict[str, str] = {}
    for part in ("科", "中心", "专业"):
        response = await http.get(f"/api/terms/dictionaries/{dictionary}/terms", params={"q": part, "limit": 100})
        found |= {term["name"]: term["code"] for term in response.json()}
    return found


async def confirm(http: httpx.AsyncClient, pairs: list[tuple[str, str]]) -> None:
    """Bring confirmed pairs of another region."""
    lines = "\n".join(["源名称,标准代码", *(f"{name},{code}" for name, code in pairs)])
    form = {"kind": "department", "target": TARGET, "region": "邻县"}
    response = await http.post("/api/terms/pairs/import", data=form, files={"file": ("kb.csv", lines.encode())})
    assert response.status_code == 200, response.text


class TestThreshold:
    async def test_it_is_chosen_on_held_out_pairs_kept_and_renewed_with_the_stated_precision(
        self, client: Client, work: Work
    ) -> None:
        async with client() as http:
            dictionary = await load(http, "内科", "骨科三诊室", "楼顶花园")
            path = f"/api/terms/dictionaries/{dictionary}/accept"
            unmeasured = await bench(http, dictionary)
            await work()
            few = await bench(http, dictionary)
            unassured = (await http.post(path, json={"min_score": 1})).json()
            named = await names_of(http, dictionary)
            await confirm(http, [(habit.format(name), code) for name, code in named.items() for habit in HABITS])
            changed = await http.patch("/api/terms/policies/department", json={"precision": 0.9})
            stale = (await bench(http, dictionary))["acceptance"]
            await work()
            there = await bench(http, dictionary)
            worth = there["acceptance"]
            assured, below = [
                (await http.post(path, json={"min_score": score})).json()
                for score in (worth["threshold"], worth["threshold"] - 0.1)
            ]
            sure = (await http.post(path, json={"min_score": 0, "only_accepted": True})).json()
            await http.patch("/api/terms/policies/department", json={"precision": 0.999})
            await work()
            more = (await bench(http, dictionary))["acceptance"]
            kept = (await http.get("/api/terms/acceptances", params={"sort": "made_at"})).json()["items"]
            wrong = await http.patch("/api/terms/policies/department", json={"precision": 1})
        assert (unmeasured["acceptance"], unmeasured["precision"]) == (None, 0.99)
        assert (few["acceptance"]["threshold"], few["acceptance"]["reason"]) == (None, "few")
        assert (few["acceptance"]["pairs"], few["acceptance"]["needed"]) == (0, 105)
        # What is called like the standard term may be taken; that it keeps a precision nobody has measured.
        assert (unassured["entries"], unassured["assured"]) == (1, False)
        assert (changed.status_code, stale) == (200, None)
        assert worth["pairs"] == len(named) * len(HABITS)
        assert worth["lower"] >= worth["precision"] == 0.9
        assert 0 < worth["coverage"] <= 1
        assert (assured["assured"], below["assured"]) == (True, False)
        assert assured["entries"] == sure["entries"] < len(there["items"])
        assert (more["threshold"], more["reason"], more["needed"]) == (None, "few", 1050)
        assert [one["precision"] for one in kept] == [0.99, 0.9, 0.999]
        assert wrong.status_code == 422

    async def test_several_terms_confirmed_together_come_back_together(self, client: Client, work: Work) -> None:
        async with client() as http:
            first = await load(http, "急诊内外")
            await decide(http, (await bench(http, first))["items"][0], "map", "AA20", "AA03")
            second = await load(http, "急诊 内外", org=B)
            await work()
            entry = (await bench(http, second))["items"][0]
            detail = (await http.get(f"/api/terms/entries/{entry['id']}/candidates")).json()
            taken = (await http.post(f"/api/terms/dictionaries/{second}/accept", json={"min_score": 1})).json()
        assert (detail["top_code"], detail["top_score"], taken["entries"]) == ("AA20##AA03", 1, 1)
        assert [(one["code"], one["accepted"]) for one in detail["candidates"][:2]] == [("AA20", True), ("AA03", True)]
        assert all("一对多" in one["reason"] for one in detail["candidates"][:2])


def standard(*names: str, code: str = "T", **attributes: str) -> ValueSet:
    """Return a terminology of some names, each with the same attributes."""
    told: Any = attributes
    items = tuple(Code(code=str(n), title=name, attributes=told) for n, name in enumerate(names))
    given: Any = {"code": code, "title": "T", "standard": "T", "edition": "1", "provenance": "T"}
    return ValueSet(**given, items=items)


class CalledOff(Exception):
    """What ends the making of a matcher."""


class Held(NullProgress):
    """A report that waits where a matcher begins to learn, until it is let go and calls the rest off."""

    def __init__(self) -> None:
        self.reached, self.go_on = Event(), Event()

    def stage(self, title: str, total: int | None = None) -> None:
        """Wait, then end it."""
        self.reached.set()
        assert self.go_on.wait(60)
        raise CalledOff


class TestMatchers:
    def test_one_is_made_for_each_state_and_no_more_are_kept_than_allowed(self) -> None:
        def pair(name: str, code: str, standard_name: str) -> TermPair:
            return TermPair(kind="department", target="T", name=name, standard_codes=code, standard_names=standard_name)

        matchers, now, quiet = Matchers(kept=2), standard("内科", "外科"), NullProgress()
        pairs = [pair("大内", "0", "内科"), pair("旧科", "0", "内务科")]
        known = in_force(now, pairs)
        one = matchers.of(now, known, None, quiet)
        again = matchers.of(now, [*known, *known], None, quiet)
        taught = matchers.of(now, [*known, pair("大外", "1", "外科")], None, quiet)
        other = matchers.of(standard("内科", "外一科"), known, None, quiet)
        assert [each.name for each in known] == ["大内"]
        assert again == one
        assert len({one.fingerprint, taught.fingerprint, other.fingerprint}) == 3
        assert matchers.of(now, known, None, quiet).matcher is not one.matcher

    def test_other_attributes_make_other_candidates_but_teach_the_matcher_nothing(self) -> None:
        matchers, quiet = Matchers(), NullProgress()
        one = matchers.of(standard("血糖", unit="mmol/L"), [], None, quiet)
        other = matchers.of(standard("血糖", unit="mg/dL"), [], None, quiet)
        assert one.fingerprint != other.fingerprint
        assert one.matcher is other.matcher

    def test_while_one_learns_only_its_own_terminology_waits(self) -> None:
        matchers, held, names = Matchers(), Held(), [f"第{n}诊室" for n in range(70)]
        pairs = [
            TermPair(kind="department", target="T", name=f"{name}甲", standard_codes=str(n), standard_names=name)
            for n, name in enumerate(names)
        ]
        with ThreadPoolExecutor(1) as pool:
            learning = pool.submit(matchers.of, standard(*names), pairs, None, held)
            try:
                assert held.reached.wait(60)
                other = matchers.of(standard("血糖", code="U"), [], None, NullProgress())
                assert not learning.done()
            finally:
                held.go_on.set()
            assert isinstance(learning.exception(), CalledOff)
        assert matchers.of(standard("血糖", code="U"), [], None, NullProgress()) == other
