"""Records that a hospital sends: durable before they are acknowledged, once, in std like all others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from anyio import create_task_group

from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.receiving import reading, receiving, source
from suwen.domains.ingest.service.following import follow
from suwen.domains.ingest.service.run import FeedRun
from suwen.kernel.clock import now
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.changing import std, told
from tests.ingest.conftest import Station
from tests.ingest.receiving import RECEIVE, gone, sender, sending, token_of, upsert, visit
from tests.ingest.sources import ORG

pytestmark = pytest.mark.anyio


def numbers(answer: Any) -> tuple[int, int, int]:
    """Return accepted, stale, refused."""
    told = answer.json()
    return told["accepted"], told["stale"], told["refused"]


async def inbox(client: Callable[..., Any], query: str = "", scope: Scope | None = None) -> list[dict[str, Any]]:
    """Return the entries as the list shows them, in the order in which they came."""
    async with client(scope) as http:
        answer = await http.get(f"/api/ingest/inbox?sort=id&page_size=100{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]


def connection(station: Station) -> psycopg.Connection[Any]:
    return psycopg.connect(station.database.dsn, autocommit=True)


async def test_records_come_to_std_as_they_are_sent(station: Station, client: Callable[..., Any]) -> None:
    await station.bring_in(sending())
    async with sender(station, await token_of(station)) as http:
        answer = await http.post(RECEIVE, json={"record": visit(1), "message_id": "m1"})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["message_id"], numbers(answer)) == ("m1", (1, 0, 0))
        batch = {"records": [upsert(2), upsert(3), upsert(1, 11), gone(3)]}
        assert numbers(await http.post(RECEIVE, json=batch)) == (4, 0, 0)
        assert [one["state"] for one in await inbox(client)] == ["waiting", "waiting"]
        assert (await station.run("t.visits")).status == "standardised"
        assert std(station) == [("1", "p1", 11), ("2", "p2", 2)]
        assert told(station) == ["U 1 1", "U 2 2", "U 3 3", "U 1 11", "D 3 None"]
        landed = await inbox(client)
        assert [(one["state"], one["records"], one["landed_at"] is not None) for one in landed] == [
            ("landed", 1, True),
            ("landed", 4, True),
        ]
        assert (await station.run("t.visits")).status == "unchanged"
        assert numbers(await http.post(RECEIVE, json={"operation": "delete", "record": {"id": "2"}})) == (1, 0, 0)
    await station.run("t.visits")
    assert std(station) == [("1", "p1", 11)]
    replayed = await station.replay("t.visits")
    assert (replayed.rows_std, std(station)) == (1, [("1", "p1", 11)])


async def test_a_follower_carries_them_on_by_itself(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    await station.bring_in(sending())
    token = await token_of(station)

    class Enough(Exception):
        """The record is in std."""

    def check() -> None:
        if station.lake.exists("std.encounter") and std(station):
            raise Enough

    async with sender(station, token) as http, create_task_group() as tasks:

        async def following() -> None:
            with pytest.raises(Enough):
                await follow(FeedRun(station.database, station.lake, station.settings), "t.visits", check, 60)

        tasks.start_soon(following)
        await http.post(RECEIVE, json={"record": visit(1)})
    assert std(station) == [("1", "p1", 1)]


class TestMessages:
    async def test_a_message_that_comes_again_is_answered_as_before(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        await station.bring_in(sending())
        message = {"message_id": "a-1", "records": [upsert(1), {"record": {"pid": "x"}}]}
        async with sender(station, await token_of(station)) as http:
            first = await http.post(RECEIVE, json=message)
            assert (first.status_code, numbers(first)) == (200, (1, 0, 1))
            assert first.json()["refusals"][0]["place"] == "records[1]"
            answers = list[Any]()

            async def again() -> None:
                answers.append(await http.post(RECEIVE, json=message))

            async with create_task_group() as tasks:
                for _ in range(5):
                    tasks.start_soon(again)
            assert [one.json() for one in answers] == [first.json()] * 5
            other = await http.post(RECEIVE, json={"message_id": "a-1", "record": visit(2)})
            assert (other.status_code, other.json()["code"]) == (409, "message_id_taken")
        assert [(one["state"], one["records"]) for one in await inbox(client)] == [("waiting", 1), ("refused", 1)]

    async def test_two_that_come_at_once_are_one(self, station: Station, client: Callable[..., Any]) -> None:
        await station.bring_in(sending())
        async with sender(station, await token_of(station)) as http, create_task_group() as tasks:
            for _ in range(6):
                tasks.start_soon(lambda: http.post(RECEIVE, json={"message_id": "b", "record": visit(1)}))
        assert len(await inbox(client)) == 1


class TestOrder:
    async def test_an_older_version_does_not_go_over_a_newer_one(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        await station.bring_in(sending(version="changed"))
        async with sender(station, await token_of(station)) as http:

            async def sent(*records: dict[str, Any]) -> tuple[int, int, int]:
                return numbers(await http.post(RECEIVE, json={"records": list(records)}))

            assert await sent(upsert(1, 3, changed="2023-01-03T00:00:00"), upsert(2, 1, changed="9")) == (2, 0, 0)
            assert await sent(upsert(1, 2, changed="2023-01-02 00:00:00"), upsert(2, 2, changed="10")) == (1, 1, 0)
            await station.run("t.visits")
            assert await sent(upsert(1, 1, changed="2023-01-01"), gone(2, changed="8"), upsert(2)) == (0, 2, 1)
            # Within a message too; the same version again counts.
            records = [
                upsert(1, 5, changed="2024-01-01"),
                upsert(1, 4, changed="2023-05"),
                upsert(1, 6, changed="2024-01-01"),
            ]
            assert await sent(*records) == (2, 1, 0)
            await station.run("t.visits")
            assert std(station) == [("1", "p1", 6), ("2", "p2", 2)]
            assert await sent(gone(1)) == (1, 0, 0)
            await station.run("t.visits")
        assert std(station) == [("2", "p2", 2)]
        stale = [one for one in await inbox(client) if one["state"] == "stale"]
        assert [(one["records"], one["reason"]) for one in stale] == [
            (1, "早于已收到的版本"), (2, "早于已收到的版本"), (1, "早于已收到的版本"),
        ]  # fmt: skip

    async def test_what_is_committed_late_is_not_passed_over(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        # A sender got its place in the inbox first, and commits after the one behind it has been read.
        await station.bring_in(sending())
        async with sender(station, await token_of(station)) as http:
            await http.post(RECEIVE, json={"record": visit(1)})
            with connection(station) as slow:
                slow.autocommit = False
                slow.execute(
                    "INSERT INTO ingest_inbox SELECT (json_populate_record(i, json_build_object('id', i.id - 1))).* "
                    "FROM ingest_inbox AS i"
                )
                await http.post(RECEIVE, json={"record": visit(2)})
                await station.run("t.visits")
                assert told(station) == ["U 1 1", "U 2 2"]
                slow.commit()
            await station.run("t.visits")
        assert told(station) == ["U 1 1", "U 2 2", "U 1 1"]
        assert {one["state"] for one in await inbox(client)} == {"landed"}

    async def test_a_large_backlog_comes_in_whole_readings(
        self, station: Station, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(source, "AT_ONCE", 5)
        monkeypatch.setattr(source, "ENTRIES", 2)
        await station.bring_in(sending())
        async with sender(station, await token_of(station)) as http:
            for first in range(0, 12, 3):
                await http.post(RECEIVE, json={"records": [upsert(first + each) for each in (1, 2, 3)]})
        batches = [(await station.run("t.visits")).rows_in for _ in range(3)]
        assert batches == [6, 6, 0]
        assert len(std(station)) == 12


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "place", "words"),
        [
            (b"\xff{}", "byte 0", "UTF-8"),
            (b'{"record": ', "line 1 column 12", "JSON"),
            (b"[]", "message", "record"),
            (b'{"records": {}}', "records", "列表"),
            (b'{"records": []}', "records", "为空"),
            (b'{"message_id": "", "record": {"id": 1}}', "message_id", "message_id"),
            (b'{"record": {"id": 1, "colour": "red"}}', "record", "colour"),
            (b'{"record": {"pid": "1"}}', "record", "主键列 id"),
            (b'{"record": {"id": 1, "id": 2}}', "record", "重复"),
            (b'{"record": {"id": "\\ud800"}}', "record", "半个字符"),
            (b'{"operation": "merge", "record": {"id": 1}}', "record", "operation"),
            (b'{"record": 7}', "record", "对象"),
            (b"[" * 100_000, "message", "嵌套"),
        ],
    )
    async def test_what_is_no_message_is_refused_with_what_and_where(
        self, station: Station, client: Callable[..., Any], body: bytes, place: str, words: str
    ) -> None:
        await station.bring_in(sending())
        async with client() as http:
            answer = await http.post(RECEIVE, content=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["place"] == place
        assert words in answer.json()["detail"]
        assert await inbox(client) == []

    async def test_of_many_records_the_others_go_on(self, station: Station, client: Callable[..., Any]) -> None:
        await station.bring_in(sending())
        records = [upsert(1), {"record": {"id": "", "pid": "张三"}}, upsert(2), 7, {"record": {"id": 3}, "x": 1}]
        async with sender(station, await token_of(station)) as http:
            answer = await http.post(RECEIVE, json={"records": records})
        assert (answer.status_code, numbers(answer)) == (200, (2, 0, 3))
        assert [one["place"] for one in answer.json()["refusals"]] == ["records[1]", "records[3]", "records[4]"]
        assert "张三" not in answer.text
        kept = [one for one in await inbox(client) if one["state"] == "refused"]
        assert [one["place"] for one in kept] == ["records[1]", "records[3]", "records[4]"]
        async with client() as http:
            hidden = (await http.get(f"/api/ingest/inbox/{kept[0]['id']}/records")).json()
            shown = (await http.get(f"/api/ingest/inbox/{kept[0]['id']}/records?unmask=true")).json()
        assert hidden["text"] is None
        assert "张三" in shown["text"]
        await station.run("t.visits")
        assert len(std(station)) == 2

    async def test_too_large_a_request_is_refused(self, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receiving, "MOST_BYTES", 1000)
        monkeypatch.setattr(reading, "MOST_RECORDS", 3)
        await station.bring_in(sending())

        async def pieces() -> Any:
            for _ in range(3):
                yield b" " * 500

        async with sender(station, await token_of(station)) as http:
            answers = [
                await http.post(RECEIVE, content=b" " * 1001),
                await http.post(RECEIVE, content=pieces()),
                await http.post(RECEIVE, json={"records": [{"record": {"id": n}} for n in range(4)]}),
            ]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(413, "too_large")] * 3

    async def test_a_table_or_source_that_does_not_send(self, station: Station) -> None:
        await station.bring_in(sending())
        async with sender(station, await token_of(station)) as http:
            unknown = await http.post("/api/ingest/receive/t/drugs", json={"record": {}})
            assert (unknown.status_code, unknown.json()["allowed"]) == (404, ["visits"])
            assert (await http.post("/api/ingest/receive/u/visits", json={"record": {}})).status_code == 404


class TestTokens:
    async def test_a_token_is_good_for_its_source_alone_until_revoked(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        await station.bring_in(sending())
        other = sending()
        other["source"] |= {"code": "o"}
        await station.bring_in(other)
        token = await token_of(station)
        async with sender(station, token) as http:
            assert (await http.post(RECEIVE, json={"record": visit(1)})).status_code == 200
            theirs = await http.post("/api/ingest/receive/o/visits", json={"record": visit(1)})
            assert theirs.status_code == 403
            assert (await http.get("/api/ingest/sources")).status_code == 403
            async with client() as keeper:
                (seen,) = (await keeper.get("/api/ingest/sources/t/tokens")).json()
                assert (seen["title"], seen["last_used_at"] is not None) == ("HIS", True)
                assert token not in str(seen)
                gone = await keeper.delete(f"/api/ingest/sources/t/tokens/{seen['id']}")
                assert gone.status_code == 204
                wrong = await keeper.delete(f"/api/ingest/sources/o/tokens/{seen['id']}")
                assert wrong.status_code == 404
            assert (await http.post(RECEIVE, json={"record": visit(2)})).status_code == 401
        with connection(station) as at:
            assert at.execute(
                "SELECT count(*) FROM identity_api_token WHERE token_digest = %s", [token]
            ).fetchone() == (0,)

    async def test_a_removed_source_takes_its_tokens_along(self, station: Station, client: Callable[..., Any]) -> None:
        await station.bring_in(sending())
        token = await token_of(station)
        async with client() as keeper:
            assert (await keeper.delete("/api/ingest/sources/t")).status_code == 204
        await station.bring_in(sending())
        async with sender(station, token) as http:
            assert (await http.post(RECEIVE, json={"record": visit(1)})).status_code == 401

    async def test_nobody_sends_for_or_sees_another_institution(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        await station.bring_in(sending())
        elsewhere = Scope.of("OTHER")
        async with client(elsewhere) as http:
            assert (await http.post(RECEIVE, json={"record": visit(1)})).status_code == 404
            assert (await http.get("/api/ingest/sources/t/tokens")).status_code == 404
            assert (await http.post("/api/ingest/sources/t/tokens", json={"title": "x"})).status_code == 404
        async with client(Scope.of(ORG)) as http:
            assert (await http.post(RECEIVE, json={"record": visit(1)})).status_code == 200
        (entry,) = await inbox(client, scope=Scope.of(ORG))
        assert await inbox(client, scope=elsewhere) == []
        async with client(elsewhere) as http:
            assert (await http.get(f"/api/ingest/inbox/{entry['id']}/records")).status_code == 404


class TestInbox:
    async def test_records_lie_encrypted_and_are_shown_masked(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        await station.bring_in(sending())
        async with client() as http:
            await http.post(RECEIVE, json={"records": [{"record": visit(1, changed="330100199001011234")}, gone(9)]})
        with connection(station) as at:
            (body,) = at.execute("SELECT body FROM ingest_inbox").fetchone() or (b"",)
        assert b"3301001990" not in body
        (entry,) = await inbox(client)
        async with client(Scope.of(ORG, grade=3)) as http:
            records = (await http.get(f"/api/ingest/inbox/{entry['id']}/records")).json()["records"]
        assert [one["operation"] for one in records] == ["upsert", "delete"]
        assert (records[0]["values"]["cost"], records[0]["values"]["changed"]) == ("1", "***")

    async def test_the_list_is_filtered_and_exported(self, station: Station, client: Callable[..., Any]) -> None:
        await station.bring_in(sending())
        async with client() as http:
            for number in (1, 2):
                await http.post(RECEIVE, json={"message_id": f"m{number}", "record": visit(number)})
        assert [one["message_id"] for one in await inbox(client, "&f.message_id=m2")] == ["m2"]
        assert await inbox(client, "&f.state=landed") == []
        async with client() as http:
            exported = await http.get("/api/ingest/inbox/export?format=csv&sort=id")
        assert [line.split(",")[8] for line in exported.text.splitlines()[1:]] == ["m1", "m2"]

    async def test_what_has_landed_is_forgotten_after_its_time(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        await station.bring_in(sending(keep_days=3))
        async with client() as http:
            await http.post(RECEIVE, json={"message_id": "old", "records": [upsert(1), 7]})
            await http.post(RECEIVE, json={"message_id": "done", "record": visit(2)})
            await station.run("t.visits")
            await http.post(RECEIVE, json={"record": visit(3)})
        with connection(station) as at:
            long_ago = now() - timedelta(days=4)
            at.execute("UPDATE ingest_inbox SET landed_at = %s WHERE state = 'landed'", [long_ago])
            at.execute("UPDATE ingest_message SET received_at = %s", [long_ago])
        async with station.database.unit_of_work() as uow:
            uow.defer("ingest.tidy_inbox")
        await run_until_idle(station.database, settings=station.settings)
        assert [one["state"] for one in await inbox(client)] == ["refused", "waiting"]
        with connection(station) as at:
            assert at.execute("SELECT count(*) FROM ingest_message WHERE message_id = 'done'").fetchone() == (0,)
        await station.run("t.visits")
        assert len(std(station)) == 3

    async def test_two_feeds_of_a_table_both_get_it_all(self, station: Station, client: Callable[..., Any]) -> None:
        definition = sending()
        definition["feeds"].append(definition["feeds"][0] | {"code": "again"})
        await station.bring_in(definition)
        async with client() as http:
            await http.post(RECEIVE, json={"record": visit(1)})
            await station.run("t.visits")
            assert [one["state"] for one in await inbox(client)] == ["waiting"]
            seen = (await http.get("/api/ingest/feeds/t.again/changes")).json()
            assert (seen["ready"], seen["kept"]["changes"]) == (True, 1)
            await station.run("t.again")
        assert [one["state"] for one in await inbox(client)] == ["landed"]


class TestFeeds:
    async def test_a_feed_is_refused_that_cannot_work(self, station: Station) -> None:
        for change in ({"capture": "full"}, {"key": ["pid"]}, {"table": "drugs"}):
            definition = sending()
            definition["feeds"][0] |= change
            with pytest.raises(InvalidDefinition):
                await station.bring_in(definition)

    async def test_it_is_not_read_anew_nor_under_another_table(
        self, station: Station, client: Callable[..., Any]
    ) -> None:
        definition = sending()
        definition["source"]["options"]["tables"]["more"] = {"columns": ["id", "pid"], "key": ["id"]}
        await station.bring_in(definition)
        async with client() as http:
            await http.post(RECEIVE, json={"record": visit(1)})
        await station.run("t.visits")
        with pytest.raises(InvalidDefinition, match="cannot be read again"):
            await FeedRun(station.database, station.lake, station.settings).run("t.visits", anew=True)
        definition["feeds"][0] |= {"table": "more", "columns": {"encounter_id": "id", "patient_id": "pid"}}
        with pytest.raises(InvalidDefinition, match="another feed"):
            await station.bring_in(definition)
        assert std(station) == [("1", "p1", 1)]
