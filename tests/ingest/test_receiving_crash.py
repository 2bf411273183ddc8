"""Whatever dies, and whenever: what a sender was told of as received is in raw once, in its order, and in std."""

import random
from collections.abc import Sequence
from threading import Thread

import pytest
from anyio import to_thread

from tests.ingest.changing import run_killed, run_out
from tests.ingest.conftest import Station
from tests.ingest.receiving import sending, token_of
from tests.ingest.senders import Engine, Sender, check_results, check_visits, free_port
from tests.ingest.test_mllp import definition
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio
KILLS = 6


def killed(receivers: Nursery, given: tuple[object, ...], senders: Sequence[Sender | Engine]) -> Thread:
    """Have receivers die again and again while the senders send, then one that lets them end; returns the thread."""

    def receiving() -> None:
        seeded = random.Random(11)
        ends = [receivers.run(*given, seeded.randint(2, 30), 20) for _ in range(KILLS)]
        assert ends == [-9] * KILLS
        for each in senders:
            each.stop.set()
        seconds = 2
        while any(each.is_alive() for each in senders):
            assert receivers.run(*given, 10_000, seconds) == -9
            # On a busy machine one may end before it has begun to serve.
            seconds *= 2

    thread = Thread(target=receiving, daemon=True)
    for each in (*senders, thread):
        each.start()
    return thread


async def test_whatever_was_acknowledged_is_here_once_when_receiver_and_worker_are_killed(
    station: Station, receivers: Nursery, nursery: Nursery
) -> None:
    await station.bring_in(sending())
    token, port = await token_of(station), free_port()
    senders = [Sender(f"http://127.0.0.1:{port}", token, seed) for seed in (1, 2, 3)]
    receiver = killed(receivers, ("http", station.settings.workspace, station.settings.database_url, port), senders)
    await run_killed(station, nursery, 2)
    await to_thread.run_sync(receiver.join)
    await run_out(station)
    check_visits(station, senders)
    assert sum(each.again for each in senders) > 3


async def test_every_message_acknowledged_over_mllp_is_here_once_when_the_receiver_is_killed(
    station: Station, receivers: Nursery
) -> None:
    port = free_port()
    await station.bring_in(definition(port=port))
    engines = [Engine(port, seed) for seed in (1, 2, 3)]
    receiver = killed(receivers, ("mllp", station.settings.workspace, station.settings.database_url, port), engines)
    await to_thread.run_sync(receiver.join)
    while (await station.run("t.results")).status != "unchanged":
        pass
    check_results(station, engines)
    assert sum(each.again for each in engines) > 3
