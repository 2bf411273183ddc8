"""Web services as sources: every page, none twice; SOAP as hospitals' systems speak it; nothing told that is secret."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.connector import ReadRequest, Since, connect
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable, SourceUnreadable
from suwen.domains.ingest.session import Session
from tests.ingest.conftest import Station
from tests.ingest.sources import visits
from tests.ingest.webservice import Answer, Asked, WebService, serve

Handler = Callable[[Asked], Answer]


@pytest.fixture
def session(tmp_path: Path) -> Any:
    """A capture session."""
    with Session(tmp_path / "spill") as opened:
        yield opened


def read(session: Session, service: WebService, call: dict[str, Any], since: str | None = None, **options: Any) -> Any:
    """Read the only table of a service; returns its rows as texts joined, and what was refused."""
    connector = connect("http", {"url": service.url, "tables": {"visits": call}, **options})
    given = Since("at", since) if since is not None else None
    with connector.read(session, ReadRequest(table="visits", since=given)) as reading:
        rows = [" ".join(str(value) for value in row) for row in session.rows(reading.sql)]
        return rows, [(one.place, one.reason) for one in reading.refused()]


def listing(numbers: range, **beside: Any) -> Answer:
    return Answer(json.dumps({"data": {"rows": [{"id": n} for n in numbers]}, **beside}))


RECORD = {"path": "/visits", "record": "data.rows"}


class TestPaging:
    def test_pages_go_on_until_an_empty_one_although_the_service_cuts_them_shorter(self, session: Session) -> None:
        def pages(asked: Asked) -> Answer:
            first = 3 * int(asked.query["p"])
            return listing(range(first, min(first + 3, 8)))

        service = serve({"/visits": pages})
        call = {**RECORD, "paging": "page", "first_page": 0, "query": {"p": "{page}", "size": "{limit}"}}
        assert read(session, service, call)[0] == [str(n) for n in range(8)]
        assert [dict(one.query) for one in service.asked][-1] == {"p": "3", "size": "1000"}

    def test_offsets_follow_the_records_that_came(self, session: Session) -> None:
        def pages(asked: Asked) -> Answer:
            body = json.loads(asked.body)
            return listing(range(body["from"], min(body["from"] + 5, 7)))

        service = serve({"/visits": pages})
        call = {**RECORD, "method": "POST", "body": '{"from": {offset}, "of": "{since}"}', "paging": "offset"}
        assert read(session, service, call, since='a "quoted" one')[0] == [str(n) for n in range(7)]
        assert [json.loads(one.body)["of"] for one in service.asked] == ['a "quoted" one'] * 3

    def test_a_cursor_is_handed_back_until_there_is_none(self, session: Session) -> None:
        following = {"": ("a/b", range(2)), "a/b": ("c", range(0)), "c": (None, range(2, 4))}

        def pages(asked: Asked) -> Answer:
            after, rows = following[asked.query.get("after", "")]
            return listing(rows, meta={"next": after})

        call = {**RECORD, "query": {"after": "{cursor}"}, "paging": "cursor", "next": "meta.next"}
        service = serve({"/visits": pages})
        assert read(session, service, call)[0] == ["0", "1", "2", "3"]
        assert "after" not in service.asked[0].query

    def test_links_are_followed_but_not_to_another_host(self, session: Session) -> None:
        elsewhere = serve({"/visits": lambda _: listing(range(9))})
        links = {"": '</visits?n=1>; rel="next"', "1": f'<{elsewhere.url}/visits>; rel="next"'}

        def pages(asked: Asked) -> Answer:
            return Answer('[{"id": 1}]', headers={"link": links[asked.query.get("n", "")]})

        service = serve({"/visits": pages})
        with pytest.raises(SourceUnreadable, match="the next page lies on"):
            read(session, service, {"path": "/visits", "paging": "link"}, token="secret")
        assert elsewhere.asked == []
        assert {one.headers["authorization"] for one in service.asked} == {"Bearer secret"}

    def test_fewer_records_than_the_service_tells_of_are_an_error(self, session: Session) -> None:
        def pages(asked: Asked) -> Answer:
            return listing(range(3) if asked.query["p"] == "1" else range(0), total=4)

        call = {**RECORD, "query": {"p": "{page}"}, "paging": "page", "total": "total"}
        with pytest.raises(SourceUnreadable, match="3 records came where the service told of 4"):
            read(session, serve({"/visits": pages}), call)

    def test_a_service_that_knows_no_paging_does_not_go_round_for_ever(self, session: Session) -> None:
        service = serve({"/visits": lambda _: listing(range(3))})
        with pytest.raises(SourceUnreadable, match="page 2 is the one before again"):
            read(session, service, {**RECORD, "query": {"p": "{page}"}, "paging": "page"})

    def test_only_so_many_pages_are_asked_for_as_are_wanted(self, session: Session) -> None:
        service = serve(
            {"/visits": lambda asked: listing(range(10 * int(asked.query["p"]), 10 * int(asked.query["p"]) + 10))}
        )
        call = {**RECORD, "query": {"p": "{page}"}, "paging": "page"}
        connector = connect("http", {"url": service.url, "tables": {"visits": call}})
        with connector.read(session, ReadRequest(table="visits", first=15)) as reading:
            assert len(session.rows(reading.sql)) == 15
        assert len(service.asked) == 2


class TestSoap:
    ENVELOPE = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><Query><who>{user}</who>'
        "<key>{password}</key><from>{since}</from></Query></soap:Body></soap:Envelope>"
    )

    def answered(self, inner: str, encoding: str = "utf-8") -> Answer:
        text = (
            f'<?xml version="1.0" encoding="{encoding}"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            f"<s:Body><q:QueryResponse xmlns:q='urn:his'>{inner}</q:QueryResponse></s:Body></s:Envelope>"
        )
        return Answer(text.encode(encoding), headers={"content-type": "text/xml"})

    def call(self, **more: Any) -> dict[str, Any]:
        headers = {"SOAPAction": "urn:his/Query"}
        return {"path": "/ws", "method": "POST", "headers": headers, "body": self.ENVELOPE, "format": "xml", **more}

    def test_records_in_the_envelope(self, session: Session) -> None:
        service = serve({"/ws": lambda _: self.answered("<q:visit no='1'><name>李</name></q:visit>", "gbk")})
        call = self.call(record="Body/QueryResponse/visit", since_format="%Y%m%d%H%M%S")
        rows, refused = read(session, service, call, "2024-01-02 03:04:05.6", user="a&b", password="<secret>")
        assert (rows, refused) == (["1 李"], [])
        (asked,) = service.asked
        assert "<who>a&amp;b</who><key>&lt;secret&gt;</key><from>20240102030405</from>" in asked.body
        assert (asked.method, asked.headers["soapaction"]) == ("POST", "urn:his/Query")
        assert asked.headers["content-type"] == "text/xml; charset=utf-8"

    @pytest.mark.parametrize(
        ("inner", "more"),
        [
            (
                "&lt;?xml version='1.0' encoding='gb2312'?&gt;&lt;r&gt;&lt;v id='7'/&gt;&lt;/r&gt;",
                {},
            ),
            ("<![CDATA[<r><v><id>7</id></v></r>]]>", {"record": "v"}),
            ('{"rows": [{"id": 7}]}', {"record": "rows", "within_format": "json"}),
        ],
    )
    def test_a_document_given_as_text_in_an_element(self, session: Session, inner: str, more: dict[str, Any]) -> None:
        service = serve({"/ws": lambda _: self.answered(f"<return>{inner}</return>")})
        assert read(session, service, self.call(within="Body/QueryResponse/return", **more))[0] == ["7"]

    def test_nothing_to_tell_is_no_error_where_columns_are_declared(self, session: Session) -> None:
        service = serve({"/ws": lambda _: self.answered("<return></return>")})
        within = {"within": "Body/QueryResponse/return"}
        assert read(session, service, self.call(**within, columns=["id", "name"])) == ([], [])
        with pytest.raises(SourceUnreadable, match="no columns are declared"):
            read(session, service, self.call(**within))

    def test_a_fault_is_told_by_its_code_alone(self, session: Session) -> None:
        fault = "<faultcode>s:Client</faultcode><faultstring>no 11010119900307123X</faultstring>"
        body = f"<E><Body><s:Fault xmlns:s='x'>{fault}</s:Fault></Body></E>"
        answered = Answer(body, 500, {"content-type": "text/xml"})
        with pytest.raises(SourceUnavailable, match="500 Internal Server Error, SOAP fault s:Client") as told:
            read(session, serve({"/ws": lambda _: answered}), self.call())
        assert "1101" not in str(told.value)


class TestAnswers:
    def test_a_busy_service_is_asked_again(self, session: Session) -> None:
        answers = [Answer("", 503, {"retry-after": "0"}), Answer("", 429, {"retry-after": "0"}), listing(range(2))]
        service = serve({"/visits": lambda _: answers.pop(0)})
        assert read(session, service, RECORD)[0] == ["0", "1"]

    def test_a_login_gives_the_token_and_is_asked_again_when_that_has_expired(self, session: Session) -> None:
        tokens = iter(["one", "two"])

        def pages(asked: Asked) -> Answer:
            expired = asked.headers.get("x-token") == "one" and asked.query["p"] == "2"
            return Answer("", 401) if expired else listing(range(2) if asked.query["p"] == "1" else range(0))

        service = serve({"/visits": pages, "/login": lambda _: Answer(json.dumps({"data": {"token": next(tokens)}}))})
        login = {"path": "/login", "body": '{"user": "{user}", "password": "{password}"}', "token": "data.token"}
        call = {**RECORD, "headers": {"X-Token": "{token}"}, "query": {"p": "{page}"}, "paging": "page"}
        assert read(session, service, call, login=login, user="u", password='p"')[0] == ["0", "1"]
        assert [one.path for one in service.asked] == ["/login", "/visits", "/visits", "/login", "/visits"]
        assert json.loads(service.asked[0].body) == {"user": "u", "password": 'p"'}

    def test_name_and_password_as_basic_authentication(self, session: Session) -> None:
        service = serve({"/visits": lambda _: Answer('[{"id": 1}]', headers={"content-encoding": "gzip"})})
        assert read(session, service, {"path": "/visits"}, user="u", password="p")[0] == ["1"]
        assert service.asked[0].headers["authorization"] == "Basic dTpw"

    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            (Answer("no", 403), "403 Forbidden"),
            (Answer("", 302, {"location": "http://127.0.0.1:9/"}), "has moved elsewhere"),
            (Answer("<html>"), "cut off or no JSON|not JSON|no record"),
            (Answer(b"[\xff]"), "no utf-8-sig text"),
            (Answer("[" + " " * 2000 + "]"), "more than 1000 bytes"),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_secret(self, session: Session, answer: Answer, told: str) -> None:
        service = serve({"/visits": lambda _: answer})
        call = {"path": "/visits", "query": {"key": "{token}"}}
        with pytest.raises((SourceUnavailable, SourceUnreadable), match=told) as error:
            read(session, service, call, token="top-secret", max_answer_bytes=1000)
        assert "top-secret" not in f"{error.value} {error.value.__cause__}"

    def test_what_is_no_record_is_told_by_page(self, session: Session) -> None:
        rows, refused = read(
            session, serve({"/visits": lambda _: Answer('[{"id": 1}, 2, {"id": 3}]')}), {"path": "/visits"}
        )
        assert (rows, refused) == (["1", "3"], [("visits.1.json#2", "not an object")])

    @pytest.mark.parametrize(
        ("call", "told"),
        [
            ({"path": "/v/{token}"}, "secret"),
            ({"path": "/v", "paging": "page"}, "needs {page}"),
            ({"path": "/v", "query": {"c": "{cursor}"}, "paging": "cursor"}, "next names"),
        ],
    )
    def test_a_call_that_cannot_work_is_refused(self, call: dict[str, Any], told: str) -> None:
        with pytest.raises(InvalidDefinition, match=told):
            connect("http", {"url": "http://127.0.0.1", "tables": {"visits": call}})


@pytest.mark.anyio
async def test_a_feed_takes_what_is_new_since_the_last_run_into_std(station: Station) -> None:
    held = [{"id": n, "pid": f"p{n}", "kind": "O", "started": f"2024-01-0{n} 08:00:00", "cost": "1.50"} for n in (1, 2)]

    def changed(asked: Asked) -> Answer:
        return Answer(json.dumps([one for one in held if str(one["started"]) >= asked.query.get("from", "")]))

    service = serve({"/visits": changed})
    columns = ["id", "pid", "kind", "started", "cost"]
    calls = {"visits": {"path": "/visits", "query": {"from": "{since}"}, "columns": columns}}
    capture = {"mode": "timestamp", "column": "started", "overlap_seconds": 0}
    await station.bring_in(visits("http", {"url": service.url, "tables": calls}, "visits", capture=capture))
    await station.run("t.visits")
    held.append({"id": 3, "pid": "p3", "kind": "E", "started": "2024-01-03 08:00:00", "cost": 2})
    await station.run("t.visits")
    assert [one.query.get("from") for one in service.asked if one.query][-1:] == ["2024-01-02 08:00:00"]
    found = station.rows("SELECT encounter_id AS i, total_cost::VARCHAR AS c FROM std.encounter ORDER BY 1")
    assert [(row["i"], row["c"]) for row in found] == [("1", "1.50"), ("2", "1.50"), ("3", "2.00")]
    held.clear()
    await station.run("t.visits")
    assert len(station.rows("SELECT encounter_id FROM std.encounter")) == 3
