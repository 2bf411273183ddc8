"""Topics of a real Kafka: every record in std once, whoever dies, and what is none kept aside with its reason."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from suwen.domains.ingest.connector import connect
from suwen.domains.ingest.connectors.kafka import KafkaConnector
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.public import receive_mllp
from suwen.domains.ingest.receiving.kafka import understand
from suwen.domains.ingest.session import Session
from suwen.kernel.ids import new_id
from tests.ingest.changing import std, told
from tests.ingest.conftest import Station
from tests.ingest.distributing import FIRST, SECOND, Sender
from tests.ingest.sources import ORG, visits
from tests.nursery import Nursery

COLUMNS = ("id", "pid", "kind", "started", "cost")


@dataclass
class Told:
    """A record as the client library would give it."""

    given_value: bytes | None
    given_key: bytes | None = None
    given_offset: int = 7

    def topic(self) -> str:
        return "visits"

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self.given_offset

    def key(self) -> bytes | None:
        return self.given_key

    def value(self) -> bytes | None:
        return self.given_value

    def error(self) -> None:
        return None


def table(topic: str = "visits", **more: Any) -> dict[str, Any]:
    return {"visits": {"topic": topic, "columns": COLUMNS, "key": ["id"], **more}}


def heard(value: bytes | None, key: bytes | None = None, **more: Any) -> Any:
    """Return operation and values of a record, or why it is none."""
    connector = connect("kafka", {"servers": "127.0.0.1:9", "tables": table(**more)})
    assert isinstance(connector, KafkaConnector)
    consumed = connector.consumes()
    assert consumed is not None
    (topic,) = consumed.topics
    incoming = understand(Told(value, key), topic, "t", ORG)
    if incoming.refusals:
        return incoming.refusals[0].place, incoming.refusals[0].reason_en
    change = incoming.parts[0].changes[0]
    return change.op, {name: text for name, text in change.values.items() if text is not None}


class TestRecords:
    def test_a_record_by_itself_what_is_not_declared_left_out(self) -> None:
        given = b'{"id": 1, "cost": 12345678901234567890.10, "beside": {"a": 1}}'
        assert heard(given) == ("U", {"id": "1", "cost": "12345678901234567890.10"})

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"op": "c", "before": None, "after": {"id": 1}}, ("U", {"id": "1"})),
            ({"op": "r", "after": {"id": 2}}, ("U", {"id": "2"})),
            ({"schema": {}, "payload": {"op": "u", "before": {"id": 1}, "after": {"id": 1, "kind": "O"}}},
             ("U", {"id": "1", "kind": "O"})),
            ({"op": "d", "before": {"id": 3, "kind": "O"}, "after": None}, ("D", {"id": "3"})),
            ({"op": "d", "before": None}, ("visits/0/7", "no op of Debezium's with its before or after")),
            ({"id": 1}, ("visits/0/7", "no op of Debezium's with its before or after")),
        ],
    )  # fmt: skip
    def test_debeziums_envelope(self, given: dict[str, Any], expected: Any) -> None:
        assert heard(json.dumps(given).encode(), envelope="debezium") == expected

    @pytest.mark.parametrize("key", [b"5", b'"5"', b'{"id": 5}', b'{"payload": {"id": "5"}}'])
    def test_a_record_without_a_value_is_gone(self, key: bytes) -> None:
        assert heard(None, key) == ("D", {"id": "5"})

    @pytest.mark.parametrize(
        ("value", "key", "reason"),
        [
            (b"no json", None, "not JSON"),
            (b"\xff\xfe", None, "not UTF-8"),
            (b"[1]", None, "an object with record or records is needed"),
            (b'{"kind": "O"}', None, "key column id has no value"),
            (None, None, "a record that is gone has no key"),
        ],
    )
    def test_what_is_none_is_kept_aside_by_its_place(self, value: bytes | None, key: bytes | None, reason: str) -> None:
        assert heard(value, key) == ("visits/0/7", reason)


def test_a_cluster_that_is_away_is_named(tmp_path: Any) -> None:
    options = {
        "servers": "127.0.0.1:9",
        "tables": table(),
        "protocol": "SASL_PLAINTEXT",
        "user": "u",
        "password": "psst",
    }
    with Session(tmp_path) as session, pytest.raises(SourceUnavailable, match=r"Kafka 127\.0\.0\.1:9") as error:
        connect("kafka", options).test(session)
    assert "psst" not in str(error.value)


@pytest.fixture
def topic() -> Iterator[str]:
    """A topic of three partitions."""
    admin, name = AdminClient({"bootstrap.servers": os.environ["SUWEN_TEST_KAFKA"]}), f"visits-{new_id().hex}"
    for made in admin.create_topics([NewTopic(name, 3, 1)]).values():
        made.result()
    yield name
    for gone in admin.delete_topics([name]).values():
        gone.result()


def definition(topic: str) -> dict[str, Any]:
    options = {"servers": os.environ["SUWEN_TEST_KAFKA"], "tables": table(topic)}
    return visits("kafka", options, "visits", capture="push")


def send(topic: str, *records: tuple[int, Any]) -> None:
    """Send records by their key; None is one that is gone."""
    producer = Producer({"bootstrap.servers": os.environ["SUWEN_TEST_KAFKA"]})
    for key, value in records:
        text = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
        producer.produce(topic, key=str(key).encode(), value=text)
    producer.flush()


def visit(number: int, cost: int) -> dict[str, Any]:
    return {"id": number, "pid": f"p{number}", "kind": "O", "started": "2024-01-01", "cost": cost}


async def received(client: Callable[..., Any], wanted: int) -> list[dict[str, Any]]:
    """Return the inbox once it holds so many entries."""
    async with client() as http:
        while True:
            items = (await http.get("/api/ingest/inbox?sort=id&page_size=200")).json()["items"]
            if len(items) >= wanted:
                return list(items)
            await asyncio.sleep(0.1)


@asynccontextmanager
async def taking(station: Station) -> AsyncGenerator[None]:
    """Take messages in as a worker does."""
    running = asyncio.create_task(receive_mllp(station.database, station.settings))
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.kafka
@pytest.mark.anyio
async def test_records_come_to_std_and_what_is_none_to_the_inbox(
    station: Station, client: Callable[..., Any], topic: str, tmp_path: Any
) -> None:
    await station.bring_in(definition(topic))
    with Session(tmp_path / "s") as session:
        probe = connect("kafka", definition(topic)["source"]["options"]).test(session)
        assert (probe.server, probe.tables) == ("Kafka, 1 brokers", 1)
        with pytest.raises(SourceUnavailable, match="has no topic none"):
            connect("kafka", {**definition(topic)["source"]["options"], "tables": table("none")}).test(session)
    send(topic, (1, visit(1, 1)), (2, visit(2, 2)), (1, visit(1, 10)), (3, b"nothing of ours"), (2, None))
    async with taking(station):
        entries = await received(client, 5)
        assert sorted(one["state"] for one in entries) == ["refused", *["waiting"] * 4]
        await station.run("t.visits")
        # The order is that of each key.
        assert [row[0] for row in std(station)] == ["1"]
        assert [one for one in told(station) if one.startswith("U 1 ")] == ["U 1 1", "U 1 10"]
        send(topic, (4, visit(4, 4)))
        await received(client, 6)
    await station.run("t.visits")
    assert [row[0] for row in std(station)] == ["1", "4"]


@pytest.mark.kafka
@pytest.mark.anyio
async def test_consumers_that_are_killed_lose_and_double_nothing(
    station: Station, client: Callable[..., Any], topic: str, receivers: Nursery
) -> None:
    await station.bring_in(definition(topic))
    # The first two commits are of the look at the sources; the third one dies before a batch counts, the fourth behind
    # it, before the topic is told.
    moments = (3, 4)
    for moment in moments:
        send(topic, *((number, visit(number, 100 * moment + number)) for number in range(20)))
        where = f"{station.settings.workspace} {station.settings.database_url}"
        assert receivers.run(f"kafka {where} 0 {moment} 60") < 0
    async with taking(station):
        await received(client, 40)
    await station.run("t.visits")
    assert len(std(station)) == 20
    assert sorted(told(station)) == sorted(
        f"U {number} {100 * moment + number}" for moment in moments for number in range(20)
    )


def records(topic: str, wanted: int) -> list[Any]:
    """Return so many records of a topic, by partition in their order."""
    reader = Consumer(
        {"bootstrap.servers": os.environ["SUWEN_TEST_KAFKA"], "group.id": new_id().hex, "auto.offset.reset": "earliest"}
    )
    reader.subscribe([topic])
    found: list[Any] = []
    while len(found) < wanted:
        found += [one for one in [reader.poll(1.0)] if one is not None and one.error() is None]
    reader.close()
    return found


@pytest.mark.kafka
@pytest.mark.anyio
@pytest.mark.parametrize("moment", [0, 5, 8])
async def test_what_is_distributed_to_a_topic_tells_each_change_by_its_key_and_id(
    station: Station, client: Callable[..., Any], topic: str, tmp_path: Any, moment: int
) -> None:
    async with client() as http:
        sender = Sender(station, http, tmp_path)
        await sender.receive(FIRST)
        await sender.leads("kafka", {"servers": os.environ["SUWEN_TEST_KAFKA"]})
        await sender.make(target="kafka", place="upper", table=topic, columns=["total_cost"])
        run = await sender.send()
        assert (run["status"], run["put"]) == ("sent", 3)
        await sender.receive(SECOND)
        if moment:
            await sender.die(moment)
            await sender.take_up()
        else:
            run = await sender.send()
            assert (run["put"], run["removed"]) == (2, 1)
        assert (await sender.send())["status"] == "unchanged"
        assert await sender.rows("distributed_rows", **{"f.state": "pending"}) == []
        there: dict[str, Any] = {}
        seen: dict[str, bytes] = {}
        for one in records(topic, 6):
            told = json.loads(one.value())
            headers = {name: value.decode() for name, value in one.headers()}
            assert (headers["suwen-id"], headers["suwen-sequence"]) == (told["id"], str(told["sequence"]))
            assert json.loads(one.key()) == told["key"]
            # What comes again is the same.
            assert seen.setdefault(told["id"], one.value()) == one.value()
            there[told["key"]["encounter_id"]] = told["row"] and told["row"]["total_cost"]
        assert there == {"v1": 5, "v2": 60, "v3": None, "v4": 8}
        assert len(seen) == 6


@pytest.mark.kafka
@pytest.mark.anyio
async def test_a_topic_that_is_not_there_or_takes_no_such_record_is_told(
    station: Station, client: Callable[..., Any], topic: str, tmp_path: Any
) -> None:
    async with client() as http:
        sender = Sender(station, http, tmp_path)
        await sender.receive(FIRST)
        await sender.leads("kafka", {"servers": os.environ["SUWEN_TEST_KAFKA"]})
        await sender.make(target="kafka", place="upper", table="no-such-topic", delivery={"envelope": "record"})
        run = await sender.send()
        assert (run["status"], "no-such-topic" in run["error"]) == ("failed", True)
        await sender.make(target="kafka", place="upper", table=topic, delivery={"envelope": "debezium"})
        await sender.send()
        told = json.loads(records(topic, 3)[0].value())
        assert (told["op"], told["before"], told["source"]["table"]) == ("c", None, "encounter")
