"""Distribution by messages to an upper-level platform: told once, judged by its answer, kept aside when refused."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwen.domains.ingest.distribution.targets.templating import UnsayableValue, filled_json, filled_xml
from suwen.kernel.scope import Scope
from tests.ingest.distributing import FIRST, SECOND, SENT, THEN, Sender
from tests.ingest.sources import ORG
from tests.ingest.webservice import Answer, Asked, WebService, serve

RULE = {"success": "code", "success_values": ["0"], "receipt": "receipt", "reason": "message"}
BODY = {
    "head": {"id": "{message_id}", "do": "{operation}", "what": "{dataset}", "of": "{org_code}"},
    "data": "{record}",
}
RECORD = {"id": "{encounter_id}", "cost": "{total_cost}", "said": "cost {total_cost}"}
TEMPLATE = {"path": "/visits", "body": json.dumps(BODY), "record": json.dumps(RECORD), **RULE}


class Upper:
    """An upper-level platform; holds what it took by message id, and refuses whom it is told to."""

    def __init__(self, answer: Callable[["Upper", Asked], Answer | None] | None = None) -> None:
        self.visits: dict[str, Any] = {}
        self.taken: dict[str, str] = {}
        self.refusing: set[str] = set()
        self._answer = answer
        self.service: WebService = serve({"/visits": self._take})

    def _take(self, asked: Asked) -> Answer:
        if self._answer is not None and (given := self._answer(self, asked)) is not None:
            return given
        told = json.loads(asked.body)
        head, record = told["head"], told["data"]
        assert asked.headers["idempotency-key"] == head["id"]
        if record["id"] in self.refusing:
            return Answer(json.dumps({"code": 7, "message": f"no such patient {record['id']}"}))
        # A message that comes again is the same, and counts once.
        assert self.taken.setdefault(head["id"], asked.body) == asked.body
        if head["do"] == "delete":
            self.visits.pop(record["id"], None)
        else:
            self.visits[record["id"]] = record["cost"]
        return Answer(json.dumps({"code": 0, "receipt": f"R{len(self.taken)}"}))


async def reporting(sender: Sender, upper: Upper, options: dict[str, Any] | None = None, **more: Any) -> None:
    """Have visits be reported to a platform."""
    await sender.leads("http", {"url": upper.service.url} | (options or {}))
    await sender.make(target="platform", place="upper", table="JZJL", delivery=TEMPLATE | more)


async def test_a_platform_is_told_of_each_change_once_with_receipts(sender: Sender) -> None:
    upper = Upper()
    await reporting(sender, upper, {"user": "hospital", "password": "secret"})
    run = await sender.send()
    assert (run["status"], run["rows"], run["put"], run["removed"], run["refused"]) == ("sent", 3, 3, 0, 0)
    assert upper.visits == SENT
    first = json.loads(upper.service.asked[0].body)
    assert (first["head"]["do"], first["head"]["what"], first["head"]["of"]) == ("insert", "JZJL", ORG)
    assert first["data"]["said"] == f"cost {first['data']['cost']}"
    assert upper.service.asked[0].headers["authorization"].startswith("Basic ")
    assert (await sender.send())["status"] == "unchanged"
    await sender.receive(SECOND)
    run = await sender.send()
    assert (run["put"], run["removed"]) == (2, 1)
    assert upper.visits == THEN
    done = sorted(json.loads(one.body)["head"]["do"] for one in upper.service.asked[3:])
    assert done == ["delete", "insert", "update"]
    receipts = await sender.rows("receipts", sort="answered_at")
    assert {one["number"] for one in receipts} == {f"R{n}" for n in range(1, 7)}
    assert {(one["rows"], one["refused"], one["status"], one["tries"]) for one in receipts} == {(1, 0, 200, 1)}
    assert len(await sender.rows("receipts", **{"f.operation": "delete"})) == 1
    exported = (await sender.http.get("/api/ingest/receipts/export", params={"f.operation": "update"})).text
    assert len(exported.splitlines()) == 2
    rows = {json.loads(one["key"])["encounter_id"]: one for one in await sender.rows("distributed_rows")}
    assert {name: (row["state"], row["sequence"]) for name, row in rows.items()} == {
        "v1": ("delivered", 1), "v2": ("delivered", 2), "v3": ("gone", 2), "v4": ("delivered", 1),
    }  # fmt: skip
    assert (await sender.send("anew"))["put"] == 3


async def test_refused_rows_are_kept_aside_and_sent_again_when_asked(sender: Sender) -> None:
    upper = Upper()
    upper.refusing = {"v2", "v3"}
    await reporting(sender, upper)
    run = await sender.send()
    assert (run["status"], run["put"], run["refused"]) == ("sent", 1, 2)
    aside = await sender.rows("distributed_rows", **{"f.state": "refused"})
    assert sorted(one["reason"] for one in aside) == ["no such patient v2", "no such patient v3"]
    assert len(await sender.rows("receipts", **{"f.refused.gt": "0"})) == 2
    asked = len(upper.service.asked)
    # Not again by itself, not as long as the row is the same.
    assert (await sender.send())["status"] == "unchanged"
    assert len(upper.service.asked) == asked
    upper.refusing = {"v3"}
    key = next(one["id"] for one in aside if one["reason"].endswith("v2"))
    assert (await sender.http.post(f"/api/ingest/distributed_rows/{key}/again")).status_code == 202
    await sender.work()
    assert upper.visits == {"v1": 5, "v2": 6}
    assert (await sender.http.post(f"/api/ingest/distributed_rows/{key}/again")).status_code == 422
    # One that was never taken is no deletion there; one that changed is told once more.
    await sender.receive(SECOND)
    upper.refusing = {"v2"}
    run = await sender.send()
    assert (run["put"], run["removed"], run["refused"]) == (1, 0, 1)
    assert upper.visits == {"v1": 5, "v2": 6, "v4": 8}
    upper.refusing = set()
    assert (await sender.send("refused"))["put"] == 1
    assert upper.visits == THEN
    assert (await sender.http.post(f"/api/ingest/distributions/{sender.id}/refused")).status_code == 422


async def test_of_several_in_a_request_only_those_listed_are_refused(sender: Sender) -> None:
    def answer(_: Upper, asked: Asked) -> Answer:
        told = json.loads(asked.body)
        assert told["n"] == len(told["rows"])
        bad = [{"id": one["encounter_id"], "why": "费用不符"} for one in told["rows"] if one["total_cost"] == 6]
        return Answer(json.dumps({"ok": not bad, "bad": bad}))

    upper = Upper(answer)
    more = {"refused": "bad", "refused_value": "id", "refused_column": "encounter_id", "refused_reason": "why"}
    await reporting(
        sender, upper, per_request=2, body='{"n": "{count}", "rows": "{records}"}', record="", success="ok",
        success_values=["true"], **more,
    )  # fmt: skip
    run = await sender.send()
    assert (run["put"], run["refused"], len(upper.service.asked)) == (2, 1, 2)
    (aside,) = await sender.rows("distributed_rows", **{"f.state": "refused"})
    assert (json.loads(aside["key"])["encounter_id"], aside["reason"]) == ("v2", "费用不符")


async def test_soap_faults_refuse_and_values_stay_values(sender: Sender) -> None:
    await sender.receive(FIRST.replace("v1", "v<1>&amp;"))
    heard: list[str] = []

    def answer(_: Upper, asked: Asked) -> Answer:
        body = fromstring(asked.body)[0][0]
        name = body[1].text or ""
        heard.append(name)
        envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
        if name == "v3":
            fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>机构未登记</faultstring></s:Fault>"
            return Answer(envelope.format(fault), 500, {"content-type": "text/xml"})
        inner = "&lt;r&gt;&lt;code&gt;0&lt;/code&gt;&lt;no&gt;N1&lt;/no&gt;&lt;/r&gt;"
        return Answer(envelope.format(f"<Reply><return>{inner}</return></Reply>"), headers={"content-type": "text/xml"})

    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Put><key>{password}</key>'
        "{record}</Put></s:Body></s:Envelope>"
    )
    upper = Upper(answer)
    await reporting(
        sender, upper, {"user": "u", "password": "a<b"}, format="xml", body=body, record="<id>{encounter_id}</id>",
        headers={"SOAPAction": '"Put"'}, within="Body/Reply/return", success="code", receipt="no", reason="",
    )  # fmt: skip
    run = await sender.send()
    assert (run["put"], run["refused"]) == (2, 1)
    assert sorted(heard) == ["v2", "v3", "v<1>&amp;"]
    assert {one["number"] for one in await sender.rows("receipts", **{"f.refused": "0"})} == {"N1"}
    (aside,) = await sender.rows("receipts", **{"f.refused": "1"})
    assert (aside["reason"], aside["status"]) == ("SOAP fault s:Client", 500)
    assert upper.service.asked[0].headers["soapaction"] == '"Put"'


async def test_a_platform_that_is_away_gets_the_same_messages_when_it_is_back(sender: Sender) -> None:
    states = iter([200, 503, 200, 401])

    def answer(_: Upper, asked: Asked) -> Answer | None:
        status = next(states, 200)
        return None if status == 200 else Answer("", status)

    upper = Upper(answer)
    await reporting(sender, upper)
    run = await sender.send()
    # Busy for a moment is no failure; what nobody answered is told again under the same id.
    assert (run["status"], "401" in run["error"]) == ("failed", True)
    assert sorted(one["tries"] for one in await sender.rows("receipts")) == [1, 2]
    assert [one["state"] for one in await sender.rows("distributed_rows", sort="state")][-1] == "pending"
    assert (await sender.send())["status"] == "sent"
    assert upper.visits == SENT
    ids = [json.loads(one.body)["head"]["id"] for one in upper.service.asked]
    assert (len(ids), len(set(ids))) == (5, 3)


async def test_a_template_that_is_wrong_ends_before_all_rows_are_refused(sender: Sender) -> None:
    many = "".join(f"v{n},p{n},O,2024-01-01,{n}\n" for n in range(60))
    await sender.receive(many)
    upper = Upper(lambda *_: Answer('{"code": 9, "message": "字段缺失"}'))
    await reporting(sender, upper)
    run = await sender.send()
    assert (run["status"], "字段缺失" in run["error"]) == ("failed", True)
    assert len(upper.service.asked) < 30


@pytest.mark.parametrize("moment", [5, 8, 10])
async def test_a_killed_run_loses_nothing_and_repeats_under_the_same_id(sender: Sender, moment: int) -> None:
    upper = Upper()
    await reporting(sender, upper)
    await sender.send()
    await sender.receive(SECOND)
    await sender.die(moment)
    await sender.take_up()
    assert (await sender.runs())[0]["status"] in ("sent", "unchanged")
    # `Upper` asserts that a message which comes twice is the same.
    assert upper.visits == THEN
    assert len(upper.taken) == 6
    assert {one["state"] for one in await sender.rows("distributed_rows")} == {"delivered", "gone"}


async def test_what_changed_since_a_version_is_sent_once_more(sender: Sender) -> None:
    upper = Upper()
    await reporting(sender, upper)
    await sender.send()
    versions = (await sender.http.get(f"/api/ingest/distributions/{sender.id}/versions")).json()
    await sender.receive(SECOND)
    await sender.send()
    # The platform was put back to a copy of the day before.
    upper.visits = dict(SENT)
    assert (await sender.send())["status"] == "unchanged"
    run = await sender.send("since", version=versions[0]["version"])
    assert (run["put"], run["removed"], run["since"]) == (2, 1, versions[0]["version"])
    assert upper.visits == THEN
    again = await sender.send("since", at=versions[0]["at"])
    assert (again["put"], again["since"]) == (2, versions[0]["version"])
    for wrong in ({"version": 999}, {}, {"version": 1, "at": "2026-01-01T00:00:00Z"}):
        refused = await sender.http.post(f"/api/ingest/distributions/{sender.id}/since", json=wrong)
        assert refused.status_code == 422, refused.text


async def test_templates_that_name_what_is_not_there_are_refused(sender: Sender, client: Callable[..., Any]) -> None:
    upper = Upper()
    await reporting(sender, upper)
    wrong: list[dict[str, Any]] = [
        {"record": '{"a": "{colour}"}'}, {"body": "{"}, {"path": "/x/{encounter_id}"}, {"headers": {"x": "{record}"}},
        {"per_request": 2}, {"per_request": 0}, {"colour": "red"}, {"refused_column": "colour"},
    ]  # fmt: skip
    for more in wrong:
        change = {"delivery": TEMPLATE | more}
        answer = await sender.http.patch(f"/api/ingest/distributions/{sender.id}", json=change)
        assert answer.status_code == 422, more
    base = {"title": "x", "dataset": "encounter", "orgs": [ORG], "table": "x"}
    for more in (
        {"target": "kafka", "place": "upper"}, {"target": "platform"}, {"target": "files", "place": "upper"},
        {"target": "files", "folder": "x", "delivery": {"path": "/"}},
        {"target": "platform", "place": "upper", "table": "a b"},
    ):  # fmt: skip
        assert (await sender.http.post("/api/ingest/distributions", json=base | more)).status_code == 422, more
    await sender.send()
    elsewhere = Scope.of("elsewhere", grade=4)
    key = (await sender.rows("distributed_rows"))[0]["id"]
    async with client(elsewhere, frozenset({"ingest.read", "ingest.run", "ingest.rows"})) as http:
        for name in ("receipts", "distributed_rows"):
            assert (await http.get(f"/api/ingest/{name}")).json()["total"] == 0
        assert (await http.post(f"/api/ingest/distributed_rows/{key}/again")).status_code == 404
        assert (await http.get(f"/api/ingest/distributions/{sender.id}/versions")).status_code == 404
    async with client(None, frozenset({"ingest.read"})) as http:
        assert (await http.get("/api/ingest/receipts")).status_code == 403


@given(st.text(), st.text())
@settings(max_examples=50)
def test_a_value_is_a_value_in_any_template(first: str, second: str) -> None:
    facts = {"a": first, "b": second}
    assert filled_json({"x": "{a}", "y": ["{a}-{b}"]}, facts) == {"x": first, "y": [f"{first}-{second}"]}
    try:
        text = filled_xml('<r x="{a}"><y>{b}</y>{z}</r>', facts, {"z": "<z/>"})
    except UnsayableValue:
        return
    found = fromstring(text)
    assert [one.tag for one in found] == ["y", "z"]
    # XML reads every end of line as one character, and those of an attribute as spaces.
    assert (found[0].text or "") == second.replace("\r\n", "\n").replace("\r", "\n")
