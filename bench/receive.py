"""How many HL7 messages a second are durable: ORU^R01 with six results, over MLLP, each sender waiting for its answer.

--scale: messages (default 30,000), from 32 connections of this process to `suwen ingest mllp`, a process of its own,
with an embedded PostgreSQL that flushes every commit. Beside it the reader alone, and the package `hl7` where it is
installed.
"""

import asyncio
import importlib
import importlib.util
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

import anyio
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
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

MESSAGES, CONNECTIONS, PARSED, A_SECOND = 30_000, 32, 3_000, 1_000
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
    command = [sys.executable, "-c", "from suwen.app.cli import app; app()", "ingest", "mllp"]
    receiver = await anyio.open_process(command, env=os.environ | told, stdout=None, stderr=None)
    options.progress.stage("消息", 1)
    try:
        await _answering(port)
        before = _processor_seconds(receiver.pid)
        seconds = await _sent(port, messages)
        received = _processor_seconds(receiver.pid) - before
    finally:
        receiver.terminate()
        await receiver.wait()
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
    exact = (held[0], rows) == (messages, messages * 6)
    results = [
        Result("messages sent and answered", messages, "messages"),
        Result("durable, by the clock", messages / seconds, "messages/s", A_SECOND),
        Result("CPU of the receiver, of a message", received / messages * 1e3, "ms"),
        Result("reading and flattening alone", PARSED / _parsed(), "messages/s"),
        Result("inbox → std, results", messages * 6 / standardised, "rows/s"),
        Result("every message once, every result in std", float(exact), "1 = yes", 1),
    ]
    if (peer := _peer()) is not None:
        results.insert(4, Result("the package hl7, parsing alone", PARSED / peer, "messages/s"))
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


async def _sent(port: int, messages: int) -> float:
    """Send all messages, each connection its share, one after the other; returns the seconds."""

    async def sender(numbers: range) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            writer.write(BEGIN + oru(number) + END)
            answer = await reader.readuntil(END)
            assert b"MSA|AA|" in answer
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(sender(range(first, messages, CONNECTIONS)) for first in range(CONNECTIONS)))
    return time.perf_counter() - begun


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
