"""Messages taken in by several processes: shared out, once and in order whichever of them is killed, and all end."""

import asyncio
import os
import signal
import socket
from contextlib import suppress

import psutil
import pytest
from anyio import to_thread

from suwen.domains.ingest.receiving.listeners import Listeners
from suwen.domains.ingest.receiving.taking import hands_of
from tests.ingest.conftest import Station
from tests.ingest.senders import Engine, check_results, free_port
from tests.ingest.test_mllp import definition

pytestmark = pytest.mark.anyio
KILLS = 3


async def told_more(engines: list[Engine]) -> None:
    """Wait until each engine has been answered since."""
    waiting = [asyncio.create_task(to_thread.run_sync(engine.answered.wait, 60)) for engine in engines]
    for engine in engines:
        engine.answered.clear()
    assert all(await asyncio.gather(*waiting))


def connections(process: int, port: int) -> int:
    """Return how many connections on a port a process has."""
    held = psutil.Process(process).net_connections()
    return sum(each.status == psutil.CONN_ESTABLISHED and each.laddr.port == port for each in held)


async def test_messages_are_shared_out_and_come_once_in_order_though_processes_are_killed(
    station: Station,
) -> None:
    port = free_port()
    await station.bring_in(definition(port=port))
    engines = [Engine(port, seed) for seed in (1, 2, 3, 4)]
    hands = hands_of(2, station.settings, station.database.dsn, "t")
    listeners = Listeners(station.database, station.settings, "t", hands=hands)
    await hands.look()
    assert len(hands.processes) == 2
    running = asyncio.create_task(listeners.run())
    for engine in engines:
        engine.start()
    await told_more(engines)
    assert [connections(process, port) for process in hands.processes] == [2, 2]
    for number in range(KILLS):
        killed = hands.processes[number % 2]
        os.kill(killed, signal.SIGKILL)
        # The other takes over what comes in; a new one is begun.
        while killed in hands.processes:
            await told_more(engines)
        await told_more(engines)
        await hands.look()
        assert len(hands.processes) == 2
    for engine in engines:
        engine.stop.set()
        await to_thread.run_sync(engine.join)
    processes = [psutil.Process(number) for number in hands.processes]
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await to_thread.run_sync(lambda: psutil.wait_procs(processes, timeout=60))
    assert not any(each.is_running() for each in processes)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    while (await station.run("t.results")).status != "unchanged":
        pass
    check_results(station, engines)
