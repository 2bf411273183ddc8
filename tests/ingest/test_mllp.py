"""HL7 messages over real connections: acknowledged once durable, in std by the same mapping, once, in their order."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from suwen.domains.ingest.connector import connect
from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.hl7.reader import Message, read
from suwen.domains.ingest.receiving import mllp
from suwen.domains.ingest.receiving.committing import Committer
from suwen.domains.ingest.receiving.listeners import Listeners
from suwen.domains.ingest.receiving.mllp import Sender, listening
from suwen.domains.ingest.vault import master_key
from tests.ingest.conftest import Station
from tests.ingest.hl7messages import ADT, BEGIN, END, framed, oru
from tests.ingest.sources import ORG

pytestmark = pytest.mark.anyio
RESULTS = """
SELECT result_id AS id, patient_id AS p, item_name AS i, value_text AS v FROM std.lab_result ORDER BY 1
"""


def definition(**options: Any) -> dict[str, Any]:
    """Return a source of HL7 messages: encounters of visits, results of observations."""
    visits = {
        "encounter_id": "visit_id", "patient_id": "patient_id",
        "encounter_type_code": {"expr": "patient_class", "map": {"O": "1", "E": "2", "I": "3"}, "default": "9"},
        "started_at": "strptime(admitted_at, '%Y%m%d%H%M%S')",
    }  # fmt: skip
    results = {
        "result_id": "report_id || '-' || number", "report_id": "report_id", "patient_id": "patient_id",
        "item_code": "item_code", "item_name": "item_name", "value_text": "value", "unit": "unit",
        "resulted_at": "strptime(observed_at, '%Y%m%d%H%M%S')",
    }  # fmt: skip
    feeds = [
        {"code": "visits", "table": "visit", "dataset": "encounter", "key": ["visit_id"], "columns": visits},
        {"code": "results", "table": "observation", "dataset": "lab_result", "key": ["report_id", "number"],
         "columns": results},
    ]  # fmt: skip
    source = {"code": "t", "title": "LIS", "org_code": ORG, "connector": "hl7", "options": options}
    return {"source": source, "feeds": [one | {"capture": "push"} for one in feeds]}


class Hospital:
    """A hospital's interface engine on one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *messages: str | bytes, charset: str = "utf-8") -> list[Message]:
        """Send messages one behind the other and return the answers."""
        self.writer.write(framed(*messages, charset=charset))
        return [await self.answer() for _ in messages]

    async def answer(self) -> Message:
        """Return the next answer."""
        return read((await self.reader.readuntil(END))[1 : -len(END)])


@asynccontextmanager
async def receiving(station: Station, **options: Any) -> AsyncIterator[int]:
    """Listen for the source's messages; gives the port."""
    listens = connect("hl7", {"port": 1, **options}).listens()
    committer = Committer(station.database, master_key(station.settings))
    running = asyncio.create_task(committer.run())
    async with listening(Sender("t", ORG, listens), committer, 0) as port:
        yield port
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@asynccontextmanager
async def hospital(port: int) -> AsyncIterator[Hospital]:
    """Connect to a listener."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield Hospital(reader, writer)
    writer.close()


def told(answer: Message) -> tuple[str, str]:
    """Return code and control id of an answer."""
    msa = answer.segments[1]
    return msa.field(1), msa.field(2)


async def run_all(station: Station) -> None:
    """Run both feeds."""
    for feed in ("t.visits", "t.results"):
        await station.run(feed)


def results(station: Station) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in station.rows(RESULTS)]


async def states(client: Callable[..., Any]) -> list[tuple[str, str, str]]:
    async with client() as http:
        items = (await http.get("/api/ingest/inbox?sort=id&page_size=200")).json()["items"]
    return [(one["state"], one["table"], one["place"]) for one in items]


async def test_messages_come_to_std_and_are_acknowledged_when_durable(
    station: Station, client: Callable[..., Any]
) -> None:
    await station.bring_in(definition())
    async with receiving(station) as port, hospital(port) as sender:
        assert [told(one) for one in await sender.send(ADT, oru(1), oru(2))] == [
            ("AA", "a1"), ("AA", "m1-20240101080000"), ("AA", "m2-20240101080000"),
        ]  # fmt: skip
        assert {state for state, _, _ in await states(client)} == {"waiting"}
        await run_all(station)
    assert results(station) == [
        ("R1-1", "P1", "葡萄糖1", "5.1"), ("R1-2", "P1", "葡萄糖2", "6.2"),
        ("R2-1", "P2", "葡萄糖1", "5.1"), ("R2-2", "P2", "葡萄糖2", "6.2"),
    ]  # fmt: skip
    visits = station.rows("SELECT encounter_id AS e, encounter_type_code AS k FROM std.encounter ORDER BY 1")
    assert [tuple(row.values()) for row in visits] == [("V1", "1"), ("V2", "1"), ("V9", "3")]


async def test_chinese_arrives_in_every_charset(station: Station) -> None:
    await station.bring_in(definition())
    async with receiving(station) as port, hospital(port) as sender:
        await sender.send(oru(1, charset="GB 18030-2000"), oru(2, charset=""), charset="gb18030")
        (answer,) = await sender.send(oru(3, charset=""))
        assert told(answer)[0] == "AA"
        await run_all(station)
    assert {row[2] for row in results(station)} == {"葡萄糖1", "葡萄糖2"}


async def test_duplicates_and_messages_out_of_order_end_in_the_same_state(
    station: Station, client: Callable[..., Any]
) -> None:
    await station.bring_in(definition())
    old, new = oru(1, "20240101080000", [1]), oru(1, "20240101090000", [2])
    async with receiving(station) as port, hospital(port) as sender:
        assert [told(one)[0] for one in await sender.send(new, old, new, old)] == ["AA"] * 4
        await run_all(station)
        assert [row[3] for row in results(station)] == ["2"]
        # The number is used again for another message: it is another one.
        (answer,) = await sender.send(oru(1, "20240101100000", [3], control="m1-20240101090000"))
        assert told(answer)[0] == "AA"
        await run_all(station)
    assert [row[3] for row in results(station)] == ["3"]
    found = await states(client)
    assert [state for state, table, _ in found if table == "observation"] == ["landed", "stale", "landed"]


async def test_malformed_messages_are_answered_with_the_reason_and_kept(
    station: Station, client: Callable[..., Any]
) -> None:
    await station.bring_in(definition())
    nobody = oru(1).replace("P1^^^H1^PI~330102199001010001^^^^IDCard", "")
    sent = [
        b"nonsense",
        "MSH|^~\\&|A|B|C|D|1||ZZZ^Z01|7|P|2.4\r",
        nobody,
        oru(2),
        "MSH|^~\\&|A|B|C|D|1||ORU^R01||P|2.4\r",
    ]
    async with receiving(station) as port, hospital(port) as sender:
        answers = await sender.send(*sent)
        assert [told(one) for one in answers] == [
            ("AR", ""), ("AR", "7"), ("AE", "m1-20240101080000"), ("AA", "m2-20240101080000"), ("AE", ""),
        ]  # fmt: skip
        assert "patient_id" in answers[2].text(answers[2].segments[1].field(3))
        # Again: answered alike, kept once.
        assert [told(one)[0] for one in await sender.send(*sent)] == ["AR", "AR", "AE", "AA", "AE"]
    found = await states(client)
    assert [place for state, _, place in found if state == "refused"] == [
        "segment 1", "MSH-9", "segment 2 PID", "MSH-10",
    ]  # fmt: skip
    async with client() as http:
        refused = (await http.get("/api/ingest/inbox?f.place=&f.state=refused")).status_code
        assert refused in (200, 422)


async def test_frames_come_in_pieces_with_noise_between_them(station: Station) -> None:
    await station.bring_in(definition())
    async with receiving(station) as port, hospital(port) as sender:
        for byte in b"\r\n noise" + framed(oru(1)) + b"\x00\n" + framed(oru(2)):
            sender.writer.write(bytes([byte]))
            await sender.writer.drain()
        assert [told(await sender.answer())[0] for _ in range(2)] == ["AA", "AA"]


async def test_whoever_sends_all_at_once_and_ends_is_answered_in_turn(station: Station) -> None:
    await station.bring_in(definition())
    many = 3 * mllp.MOST_OPEN + 1
    async with receiving(station) as port, hospital(port) as sender:
        sender.writer.write(framed(*(oru(number, control=str(number)) for number in range(many))))
        sender.writer.write_eof()
        assert [told(await sender.answer()) for _ in range(many)] == [("AA", str(number)) for number in range(many)]
        assert await sender.reader.read() == b""


async def test_connections_end_with_their_listener_once_they_are_answered(station: Station) -> None:
    await station.bring_in(definition())
    async with AsyncExitStack() as stack:
        async with receiving(station) as port:
            sender = await stack.enter_async_context(hospital(port))
            idle = await stack.enter_async_context(hospital(port))
            assert told((await sender.send(oru(1)))[0])[0] == "AA"
        assert await sender.reader.read() == b""
        assert await idle.reader.read() == b""


async def test_a_sender_that_reads_no_answers_is_cut_off_at_the_end_of_its_listener(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    await station.bring_in(definition())
    pause, full = mllp.Connection.pause_writing, asyncio.Event()

    def paused(one: mllp.Connection) -> None:
        pause(one)
        full.set()

    monkeypatch.setattr(mllp.Connection, "pause_writing", paused)
    # An answer repeats the name of the sender.
    message = framed(oru(1).replace("|LIS|", f"|{'L' * 2**20}|", 1))

    async def send_on(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(message)
            await writer.drain()

    async with AsyncExitStack() as stack:
        async with receiving(station) as port:
            deaf = await stack.enter_async_context(hospital(port))
            sending = asyncio.create_task(send_on(deaf.writer))
            await full.wait()
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(sending, 20)


@given(
    messages=st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(BEGIN, b"").replace(END, b"")), max_size=5),
    noise=st.binary(max_size=5).map(lambda raw: raw.replace(BEGIN, b"")),
    sizes=st.lists(st.integers(1, 9), min_size=1),
)
def test_frames_are_the_same_however_they_are_cut(messages: list[bytes], noise: bytes, sizes: list[int]) -> None:
    whole, frames, found = b"".join(noise + framed(each) for each in messages), mllp.Frames(), list[bytes]()
    lengths = itertools.cycle(sizes)
    while whole:
        length = next(lengths)
        frames.feed(whole[:length])
        whole = whole[length:]
        while (each := frames.next()) is not None:
            found.append(each)
    assert found == messages


async def test_too_long_a_message_ends_the_connection(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mllp, "MOST_BYTES", 1000)
    async with receiving(station) as port, hospital(port) as sender:
        sender.writer.write(framed("MSH|" + "x" * 100_000)[:-2])
        assert await sender.reader.read() == b""


async def test_what_is_not_committed_is_not_answered(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    await station.bring_in(definition())
    real = type(station.database).unit_of_work

    def broken(*_: Any, **__: Any) -> Any:
        raise OperationalError("", {}, Exception())

    async with receiving(station) as port:
        monkeypatch.setattr(type(station.database), "unit_of_work", broken)
        async with hospital(port) as sender:
            sender.writer.write(framed(*(oru(number) for number in range(100))))
            assert await sender.reader.read() == b""
        monkeypatch.setattr(type(station.database), "unit_of_work", real)
        async with hospital(port) as sender:
            assert told((await sender.send(oru(1)))[0])[0] == "AA"


async def test_who_may_connect(station: Station) -> None:
    async with receiving(station, peers=["10.0.0.0/8"]) as port, hospital(port) as sender:
        sender.writer.write(framed(oru(1)))
        assert await sender.reader.read() == b""


async def test_listeners_follow_the_sources(station: Station, client: Callable[..., Any]) -> None:
    listeners = Listeners(station.database, station.settings, port=0)
    committer = Committer(station.database, master_key(station.settings))
    await station.bring_in(definition())
    await listeners.look(committer)
    assert listeners.open == {}
    await station.bring_in(definition(port=2575))
    await listeners.look(committer)
    (first,) = listeners.open
    await listeners.look(committer)
    assert list(listeners.open) == [first]
    await station.bring_in(definition(port=2576))
    await listeners.look(committer)
    assert [known == first for known in listeners.open] == [False]
    async with client() as http:
        assert (await http.delete("/api/ingest/sources/t")).status_code == 204
    await listeners.look(committer)
    assert listeners.open == {}


def test_a_declaration_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidDefinition, match="tables"):
        connect("hl7", {"tables": {"x": {"per": "OBX"}}})
