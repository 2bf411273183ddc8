"""How many HL7 messages a second are durable: ORU^R01 with six results, over MLLP, each sender waiting for its answer.

--scale: messages (default 30,000) from 32 connections of this process, and as many from 128, to `suwen ingest mllp`, a
process that gives the connections to two others, with an embedded PostgreSQL that flushes every commit. Of a message
also the processor's time that each of the three took, which tells more than the clock where others use the machine.
Beside it the reader alone, and the package `hl7` where it is installed.
"""

import asyncio
import importlib
import importlib.util
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import psutil
import psycopg

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.hl7.flattening import Flattener, declaration
from suwen.domains.ingest.hl7.reader import read
from suwen.domains.ingest.public import import_source, run_feed
from suwen.domains.lake.public import open_lake
from suwen.domains.standards.public import install_packs
from suwen.kernel.database import Database
from suwen.kernel.migrations import upgrade
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.postgres.postmaster import Postmaster
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

MESSAGES, CONNECTIONS, PARSED, A_SECOND = 30_000, (32, 128), 3_000, 1_000
PLATFORM, FEED = "platform", "bench.results"
BEGIN, END = b"\x0b", b"\x1c\r"
_RESULTS: dict[str, Any] = {
    "code": "results", "table": "observation", "dataset": "lab_result", "key": ["report_id", "number"],
    "capture": "push",
    "columns": {
        "result_id": "report_id || '-' || number", "report_id": "report_id", "patient_id": "patient_id",
        "item_code": "item_code", "item_name": "item_name", "value_text": "value", "unit": "unit",
    },
}  # fmt: skip


def oru(number: int) -> bytes:
    """Return the result message of a report."""
    patient = number % 9973
    lines = [
        f"MSH|^~\\&|LIS|H1|SUWEN|C|20240101080000||ORU^R01|{number}|P|2.4||||||UNICODE UTF-8",
        f"PID|1||P{patient}^^^H1^PI~33010219900101{patient:04d}^^^^IDCard||张^三||19900101|M|||杭州市西湖区",
        f"PV1|1|O|101||||D7^王医生{'|' * 12}V{number}",
        f"OBR|1|A{number}|R{number}|CBC^血常规|||20240101070000{'|' * 15}20240101075000|||F",
        *(
            f"OBX|{place}|NM|GLU{place}^葡萄糖{place}||{number % 97 / 10}|mmol/L|3.9-6.1|N|||F|||20240101073000"
            for place in range(1, 7)
        ),
    ]
    return ("\r".join(lines) + "\r").encode()


def run(options: BenchOptions) -> BenchResult:
    """Measure all of it on one server."""
    server = EmbeddedPostgres(options.workspace / "ws")
    server.ensure()
    try:
        return anyio.run(_measured, server, options)
    finally:
        server.destroy()


async def _measured(server: EmbeddedPostgres, options: BenchOptions) -> BenchResult:
    messages = options.scale or MESSAGES
    server.create_database(PLATFORM)
    upgrade(server.url(PLATFORM))
    settings = Settings(workspace=options.workspace, database_url=server.url(PLATFORM))
    database, lake = Database(server.url(PLATFORM)), open_lake(settings)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = {"code": "bench", "title": "LIS", "org_code": "12429099990000041Q", "connector": "hl7"}
    async with database.unit_of_work() as uow:
        await install_packs(uow)
        given = {"source": source | {"options": {"port": port}}, "feeds": [_RESULTS]}
        await import_source(uow, given, settings)
    told = {"SUWEN_WORKSPACE": str(options.workspace), "SUWEN_DATABASE_URL": server.url(PLATFORM)}
    command = [Path(sys.executable).with_name("suwen"), "ingest", "mllp"]
    receiver = await anyio.open_process(command, env=os.environ | told, stdout=None, stderr=None)
    took: list[Result] = []
    try:
        await _answering(port)
        for place, connections in enumerate(CONNECTIONS):
            options.progress.stage(f"消息 {connections}", 1)
            numbers = range(place * messages, (place + 1) * messages)
            took += await _timed(port, connections, numbers, server, receiver.pid)
    finally:
        receiver.terminate()
        await receiver.wait()
    sent = messages * len(CONNECTIONS)
    with psycopg.connect(server.dsn(PLATFORM)) as at:
        held = at.execute("SELECT count(*) FROM ingest_message WHERE channel = 'mllp'").fetchone() or (0,)
    options.progress.stage("标准化", 1)
    begun = time.perf_counter()
    while (await run_feed(database, lake, settings, FEED)).status != "unchanged":
        pass
    standardised = time.perf_counter() - begun
    rows = lake.select("SELECT count(*) AS n FROM std.lab_result", scope=Scope.everything()).to_pylist()[0]["n"]
    await database.close()
    lake.close()
    exact = (held[0], rows) == (sent, sent * 6)
    results = [
        *took,
        Result("reading and flattening alone", PARSED / _parsed(), "messages/s"),
        Result("inbox → std, results", sent * 6 / standardised, "rows/s"),
        Result("every message once, every result in std", float(exact), "1 = yes", 1),
    ]
    if (peer := _peer()) is not None:
        results.insert(-2, Result("the package hl7, parsing alone", PARSED / peer, "messages/s"))
    return BenchResult("receive", results)


async def _answering(port: int) -> None:
    """Wait until the receiver listens."""
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await anyio.sleep(0.1)
            continue
        writer.close()
        return
    raise TimeoutError


async def _timed(port: int, connections: int, numbers: range, server: EmbeddedPostgres, receiver: int) -> list[Result]:
    """Send messages from so many connections; returns how many a second, and the processor's time for each."""
    framed = [BEGIN + oru(number) + END for number in numbers]
    before = _processor_seconds(server, receiver)
    begun = time.perf_counter()
    await _sent(port, [framed[first::connections] for first in range(connections)])
    seconds = time.perf_counter() - begun
    after = _processor_seconds(server, receiver)
    told = f"{connections} connections"
    cpu = {who: (after[who] - before[who]) / len(framed) * 1e3 for who in after}
    return [
        Result(f"{told}: durable, by the clock", len(framed) / seconds, "messages/s", A_SECOND),
        *(Result(f"{told}: CPU of {who}, of a message", each, "ms") for who, each in cpu.items()),
        Result(f"{told}: CPU of all, of a message", sum(cpu.values()), "ms"),
    ]


class _Engine(asyncio.Protocol):
    """A hospital's interface engine: sends a message when the one before is acknowledged."""

    def __init__(self, messages: list[bytes]) -> None:
        self._messages: Iterator[bytes] = iter(messages)
        self._held = b""
        self._transport: asyncio.WriteTransport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._held += data
        if self._held.endswith(END):
            assert b"MSA|AA|" in self._held
            self._held = b""
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the receiver ended the connection"))

    def _send(self) -> None:
        assert self._transport is not None
        if (message := next(self._messages, None)) is not None:
            self._transport.write(message)
        else:
            self.ended.set_result(None)
            self._transport.close()


async def _sent(port: int, shares: list[list[bytes]]) -> None:
    """Send each connection's messages, one after the other, until all are acknowledged."""
    loop = asyncio.get_running_loop()
    engines = [(await loop.create_connection(lambda s=s: _Engine(s), "127.0.0.1", port))[1] for s in shares]
    await asyncio.gather(*(engine.ended for engine in engines))


def _processor_seconds(server: EmbeddedPostgres, receiver: int) -> dict[str, float]:
    """Return the processor's time (user and system) that sender, receiver and PostgreSQL have taken so far."""
    postmaster = Postmaster.of(server.data)
    assert postmaster is not None
    database = psutil.Process(postmaster.pid)
    return {
        "the sender": time.process_time(),
        # A process's own time holds that of those which have ended.
        "the receiver": _seconds_with_children(psutil.Process(receiver)),
        "PostgreSQL": _seconds_with_children(database),
    }


def _seconds_with_children(process: psutil.Process) -> float:
    return sum(map(_seconds, [process, *process.children(recursive=True)]))


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        took = process.cpu_times()
        return took.user + took.system + took.children_user + took.children_system
    return 0.0


def _parsed() -> float:
    flattener, given = Flattener(declaration()), [oru(number) for number in range(PARSED)]
    begun = time.perf_counter()
    for raw in given:
        flattener.parts(read(raw))
    return time.perf_counter() - begun


def _peer() -> float | None:
    if importlib.util.find_spec("hl7") is None:
        return None
    parse: Any = importlib.import_module("hl7").parse
    given = [oru(number).decode() for number in range(PARSED)]
    begun = time.perf_counter()
    for text in given:
        parse(text)
    return time.perf_counter() - begun
