"""Alarms about what sends: nothing can take its messages in, or none has come for too long."""

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from suwen.domains.ingest.receiving.committing import Committer
from suwen.domains.ingest.receiving.listeners import Listeners
from suwen.domains.ingest.vault import master_key
from suwen.kernel.clock import freeze
from suwen.kernel.jobs import DEAD_AFTER
from suwen.kernel.scope import Scope
from tests.ingest.changing import run_out
from tests.ingest.conftest import Station
from tests.ingest.receiving import RECEIVE, sender, sending, token_of, visit
from tests.ingest.sources import ORG
from tests.ingest.test_alarms import alarms, look, rule
from tests.ingest.test_mllp import definition
from tests.ingest.test_overview import NOON, OTHER

pytestmark = pytest.mark.anyio
Client = Callable[..., Any]


async def test_a_receiver_that_cannot_begin_is_an_alarm_until_it_receives(station: Station, client: Client) -> None:
    with freeze(NOON) as clock, socket.create_server(("127.0.0.1", 0)) as taken:
        await station.bring_in(definition(host="127.0.0.1", port=taken.getsockname()[1]))
        listeners = Listeners(station.database, station.settings)
        committer = Committer(station.database, master_key(station.settings), listeners.standings)

        async def tell() -> None:
            await listeners.look(committer)
            await listeners.standings.store(station.database)
            clock.advance(timedelta(minutes=6))
            await listeners.standings.store(station.database)
            await look(station)

        async with client() as http:
            await rule(http, "receiver", feed=None, source="t")
            await tell()
            # Once, though the source has two feeds.
            (raised,) = await alarms(http)
            assert (raised["status"], raised["org_code"], raised["subject"]) == ("open", ORG, "t 接收")
            assert "无法开始接收" in raised["text"]
            assert "in use" in raised["figures"]["error"]
            async with client(Scope.of(OTHER)) as other:
                assert await alarms(other) == []
            taken.close()
            await tell()
            assert [one["status"] for one in await alarms(http)] == ["cleared"]
            # Its process is gone, and nobody has taken its place.
            clock.advance(DEAD_AFTER + timedelta(minutes=6))
            await look(station)
            assert ["没有接收进程" in one["text"] for one in await alarms(http, status="open")] == [True]
            await station.bring_in(definition())
            clock.advance(timedelta(minutes=6))
            await look(station)
            assert await alarms(http, status="open") == []
        for stack in listeners.open.values():
            await stack.aclose()


async def test_a_source_that_sends_nothing_is_an_alarm_until_something_comes(station: Station, client: Client) -> None:
    with freeze(NOON) as clock:
        await station.bring_in(sending())
        token = await token_of(station)
        async with client() as http, sender(station, token) as system:
            await rule(http, "receiver", threshold=4)
            clock.advance(timedelta(hours=3))
            await look(station)
            assert await alarms(http) == []
            clock.advance(timedelta(hours=2))
            await look(station)
            (raised,) = await alarms(http)
            assert (raised["subject"], raised["figures"]) == ("t 消息", {"hours": 5.0, "limit": 4.0})
            assert "从未有过" in raised["text"]
            assert (await system.post(RECEIVE, json={"record": visit(1)})).status_code == 200
            await run_out(station)
            clock.advance(timedelta(minutes=6))
            await look(station)
            assert [one["status"] for one in await alarms(http)] == ["cleared"]
