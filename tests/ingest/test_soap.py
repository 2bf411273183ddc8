"""Records that a hospital sends over SOAP: taken as by the JSON interface, described by a WSDL, faults say where."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from threading import Thread
from typing import Any
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

import httpx
import pytest
import uvicorn
from anyio import to_thread
from hypothesis import given, settings
from hypothesis import strategies as st

from suwen.domains.ingest.receiving.errors import Unreadable
from suwen.domains.ingest.receiving.soap.answering import fault
from suwen.domains.ingest.receiving.soap.reading import VERSIONS, envelope_of
from suwen.kernel.scope import Scope
from tests.ingest.changing import std, told
from tests.ingest.conftest import Station
from tests.ingest.receiving import sender, sending, token_of, whole_app

pytestmark = pytest.mark.anyio
ZEEP: Any = import_module("zeep")
"""Has no types."""
SPACES = {version: space for space, version in VERSIONS.items()}
SOAP = "/api/ingest/soap/t"
OWN = "urn:suwen:receive:t"


def envelope(inner: str, version: str = "1.1", header: str = "") -> str:
    return f'<e:Envelope xmlns:e="{SPACES[version]}">{header}<e:Body>{inner}</e:Body></e:Envelope>'


def record(number: object, cost: object = 1, **more: object) -> str:
    values = {"id": number, "pid": f"p{number}", "kind": "O", "started": "2023-01-01", "cost": cost} | more
    return (
        "<record>" + "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items()) + "</record>"
    )


def sent(*records: str, message_id: str = "") -> str:
    given = f"<message_id>{message_id}</message_id>" if message_id else ""
    return f'<send_visits xmlns="{OWN}">{given}{"".join(records)}</send_visits>'


async def call(http: httpx.AsyncClient, text: str | bytes, version: str = "1.1", kind: str = "") -> httpx.Response:
    usual = "text/xml; charset=utf-8" if version == "1.1" else "application/soap+xml; charset=utf-8"
    return await http.post(SOAP, content=text, headers={"Content-Type": kind or usual})


def texts(answer: httpx.Response) -> dict[str, str]:
    """Return the texts of an answer by the names of their elements."""
    return {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in fromstring(answer.content).iter()}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
async def test_records_of_either_version_come_to_std(
    station: Station, client: Callable[..., Any], version: str
) -> None:
    await station.bring_in(sending())
    async with sender(station, await token_of(station)) as http:
        gone = '<record operation="delete"><id>2</id></record>'
        answer = await call(http, envelope(sent(record(1), record(2), gone, message_id="m1"), version), version)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
            200, "text/xml" if version == "1.1" else "application/soap+xml",
        )  # fmt: skip
        found = texts(answer)
        assert (found["message_id"], found["accepted"], found["refused"]) == ("m1", "3", "0")
        # The same again is answered as before, another under its id is a fault.
        again = await call(http, envelope(sent(record(1), record(2), gone, message_id="m1"), version), version)
        assert texts(again)["received_at"] == found["received_at"]
        other = await call(http, envelope(sent(record(9), message_id="m1"), version), version)
        assert (other.status_code, texts(other)["code"]) == (500 if version == "1.1" else 400, "message_id_taken")
    await station.run("t.visits")
    assert std(station) == [("1", "p1", 1)]
    assert told(station) == ["U 1 1", "U 2 1", "D 2 None"]
    async with client() as http:
        (entry,) = (await http.get("/api/ingest/inbox")).json()["items"]
        assert entry["channel"] == "soap"


async def test_what_is_no_record_is_kept_with_its_place(station: Station, client: Callable[..., Any]) -> None:
    await station.bring_in(sending())
    nil = '<record xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><id>7</id><pid i:nil="true"/></record>'
    async with sender(station, await token_of(station)) as http:
        bad = record(3, colour="red"), "<record><id/></record>", "<record><id>4</id><id>5</id></record>"
        found = texts(answer := await call(http, envelope(sent(record(1), *bad, nil))))
        assert (answer.status_code, found["accepted"], found["refused"]) == (200, "2", "3")
        places = [one.text for one in fromstring(answer.content).iter(f"{{{OWN}}}place")]
        assert places == ["record[2]", "record[3]", "record[4]"]
        # The only one that is none is a fault, and nothing is kept.
        alone = await call(http, envelope(sent(record("", kind="zebra"))))
        found = texts(alone)
        assert (alone.status_code, found["faultcode"], found["place"]) == (500, "soap:Client", "record[1]")
        assert "主键列 id 没有值" in found["faultstring"]
        assert "zebra" not in alone.text
    async with client() as http:
        states = [one["state"] for one in (await http.get("/api/ingest/inbox?sort=id")).json()["items"]]
        assert sorted(states) == ["refused", "refused", "refused", "waiting"]


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(1, 9))
    + "]><l>&j;</l>"
)
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + envelope(sent(record("&e;")).replace("&amp;", "&"))


WRONG: list[tuple[str | bytes, str, str]] = [
    (LAUGHS, "DOCTYPE", "Client"),
    (XXE, "DOCTYPE", "Client"),
    ("<e", "line 1 column", "Client"),
    (b"\xff\xfa", "message", "Client"),
    ("<a>" * 100 + "</a>" * 100, "message", "Client"),
    ("<Envelope/>", "Envelope", "VersionMismatch"),
    (envelope(""), "Body", "Client"),
    (envelope(sent(record(1)) * 2), "Body", "Client"),
    (envelope(sent()), "records", "Client"),
    (envelope(sent(record(1), "<colour/>")), "send_visits", "Client"),
    (envelope('<send_visits xmlns="urn:other"/>'), "send_visits", "Client"),
    (envelope("<send_nothing/>"), "", "Client"),
    (envelope(sent(record(1)), header=f'<e:Header><k e:mustUnderstand="1" xmlns:e="{SPACES["1.1"]}"/></e:Header>'),
     "k", "MustUnderstand"),
]  # fmt: skip


async def test_what_is_no_request_is_a_fault_that_says_where(station: Station) -> None:
    await station.bring_in(sending())
    async with sender(station, await token_of(station)) as http:
        for text, place, code in WRONG:
            began = time.monotonic()
            answer = await call(http, text)
            found = texts(answer)
            assert (answer.status_code, found["faultcode"]) == (500, f"soap:{code}"), text[:60]
            assert found.get("place", "").startswith(place)
            assert "root:" not in answer.text
            assert time.monotonic() - began < 5


async def test_texts_of_hospitals_in_their_own_character_set(station: Station) -> None:
    await station.bring_in(sending())
    text = '<?xml version="1.0" encoding="GBK"?>' + envelope(sent(record("张三")))
    async with sender(station, await token_of(station)) as http:
        assert (await call(http, text.encode("gb18030"), kind="text/xml")).status_code == 200
        assert (await call(http, envelope(sent(record(2))).encode("utf-16"), kind="text/xml")).status_code == 200
    await station.run("t.visits")
    assert [row[0] for row in std(station)] == ["2", "张三"]


async def test_only_the_sources_own_token_may_send_and_faults_tell_it(
    station: Station, client: Callable[..., Any]
) -> None:
    await station.bring_in(sending())
    other = sending()
    other["source"] |= {"code": "u"}
    other["feeds"][0] |= {"code": "more"}
    await station.bring_in(other)
    token = await token_of(station, "u", username="other")
    async with sender(station, token) as http:
        refused = await call(http, envelope(sent(record(1)), "1.2"), "1.2")
        assert (refused.status_code, texts(refused)["code"]) == (403, "forbidden")
        assert (await http.get(SOAP)).status_code == 403
    async with sender(station, "nobody") as http:
        refused = await call(http, envelope(sent(record(1))))
        assert (refused.status_code, texts(refused)["faultcode"]) == (401, "soap:Client")
    async with client(Scope.of("elsewhere"), frozenset({"ingest.read"})) as http:
        assert (await http.get("/api/ingest/sources/t/wsdl")).status_code == 404
    async with client(None, frozenset({"ingest.read"})) as http:
        described = await http.get("/api/ingest/sources/t/wsdl")
        assert (described.status_code, described.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        assert (await http.post(SOAP, content="")).status_code == 403


@contextmanager
def served(station: Station) -> Generator[str]:
    """The application on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(whole_app(station), host="127.0.0.1", port=0, log_level="warning"))
    running = Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    running.join()


async def test_a_client_made_of_the_wsdl_sends(station: Station) -> None:
    await station.bring_in(sending())
    token = await token_of(station)

    def by_wsdl(address: str) -> tuple[Any, Any, str]:
        transport = ZEEP.Transport()
        transport.session.headers["Authorization"] = f"Bearer {token}"
        client: Any = ZEEP.Client(f"{address}{SOAP}?wsdl", transport=transport)
        visit = {"id": "1", "pid": "p1", "kind": "O", "started": "2023-01-01", "cost": "5"}
        first = client.service.send_visits(message_id="z1", record=[visit, {"id": "2", "pid": None}])
        twelve: Any = client.bind("Receive", "ReceiveSoap12")
        second = twelve.send_visits(record=[{"id": "2", "operation": "delete"}])
        fault_of: Any = import_module("zeep.exceptions").Fault
        with pytest.raises(fault_of, match="消息编号") as error:
            client.service.send_visits(message_id="z1", record=[visit | {"cost": "6"}])
        told: Any = error.value
        return first, second, str(told.code)

    with served(station) as address:
        first, second, code = await to_thread.run_sync(by_wsdl, address)
    assert (first.accepted, first.message_id, second.accepted, code) == (2, "z1", 1, "soap:Client")
    await station.run("t.visits")
    assert std(station) == [("1", "p1", 5)]


@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: envelope(sent(text)).encode("utf-8", "replace"))
    )
)
@settings(max_examples=60)
def test_whatever_comes_is_elements_or_unreadable(body: bytes) -> None:
    try:
        told = envelope_of(body, "")
    except Unreadable as error:
        # Whatever it was, its fault is XML again.
        told = fromstring(fault("t", "1.1", error)[1])
    assert told.tag


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
@settings(max_examples=60)
def test_a_value_arrives_as_it_was_written(value: str) -> None:
    root = envelope_of(envelope(sent(record(1, pid=value))).encode(), "")
    assert (root[0][0][0][1].text or "") == value
