"""Records of Kafka topics: taken in by a consumer group, and told as taken only once they are committed here.

A record that was taken in before (a consumer died between the two commits) is known by its place and content, and is
not kept twice. What is no record is kept aside in the inbox with its reason: it holds up nothing behind it.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from anyio import to_thread

from suwen.domains.ingest.receiving.declared import Consumes, DeclaredTable, Topic
from suwen.domains.ingest.receiving.entries import Incoming, Part, Refusal
from suwen.domains.ingest.receiving.errors import Unreadable
from suwen.domains.ingest.receiving.reading import Wrong, change, decoded
from suwen.domains.ingest.receiving.standing import FAILED, Standings
from suwen.domains.ingest.receiving.storing import store
from suwen.kernel.crypto import sm3
from suwen.kernel.database import Database
from suwen.kernel.logs import get_logger

AT_ONCE = 500
"""Records of one commit."""
PATIENCE = 0.5
"""Seconds that a look waits for records."""
AGAIN = 5.0
"""Seconds before a consumer that failed is made anew."""
SESSION_MS = 10_000
"""After so long a consumer that died is known to be gone, and another gets its part of the topics."""
STATISTICS_MS = 10_000
"""Between the client library's reports, which tell that the cluster is reached."""
_log = get_logger()
_DEBEZIUM = {"c": "upsert", "u": "upsert", "r": "upsert", "d": "delete"}


class Record(Protocol):
    """A record as the client library gives it."""

    def topic(self) -> str | None:
        """Return where it lies, with the next two."""
        ...

    def partition(self) -> int | None:
        """Return the part of the topic."""
        ...

    def offset(self) -> int | None:
        """Return its place there."""
        ...

    def key(self) -> bytes | None:
        """Return what it is about."""
        ...

    def value(self) -> bytes | None:
        """Return what it says; None: that what it is about is gone."""
        ...

    def error(self) -> Any:
        """Return what is wrong with the consumer instead."""
        ...


@dataclass(frozen=True)
class Subscription:
    """Whose topics are taken in."""

    source: str
    org_code: str
    by: Consumes


def understand(record: Record, topic: Topic, source: str, org_code: str) -> Incoming:
    """Make a record what the inbox keeps."""
    value, key = record.value(), record.key()
    place = f"{record.topic()}/{record.partition()}/{record.offset()}"
    digest = sm3(b"%b\n%b" % (key or b"", value if value is not None else b"\0"))
    # Places are given anew where a topic is made anew.
    named = f"{place[-75:]} {digest[:16]}"
    parts: tuple[Part, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    try:
        told = change(_told(key, value, topic), topic.table)
        parts = (Part(topic.table.name, topic.table.key, [told]),)
    except Wrong as wrong:
        refusals = (_refused(topic, place, wrong.reason, wrong.reason_en, value, key),)
    except Unreadable as error:
        english = str(error.context.get("detail_en", error.detail))
        refusals = (_refused(topic, place, error.detail, english, value, key),)
    return Incoming(source, org_code, "kafka", "", named, digest, parts, refusals)


def _told(key: bytes | None, value: bytes | None, topic: Topic) -> dict[str, Any]:
    """Return operation and record. Raises Wrong, Unreadable."""
    table = topic.table
    if value is None:
        return {"operation": "delete", "record": _keyed(key, table)}
    found = decoded(value)
    if topic.envelope == "record":
        return {"operation": "upsert", "record": _declared(found, table)}
    found = cast("dict[str, Any]", found["payload"]) if isinstance(found.get("payload"), dict) else found
    operation = _DEBEZIUM.get(str(found.get("op")))
    image = found.get("before" if operation == "delete" else "after")
    if operation is None or not isinstance(image, dict):
        raise Wrong("没有 Debezium 的 op 及其 before 或 after", "no op of Debezium's with its before or after")
    return {"operation": operation, "record": _declared(cast("dict[str, Any]", image), table)}


def _declared(record: dict[str, Any], table: DeclaredTable) -> dict[str, Any]:
    """Return the declared members: a topic is not written for its reader alone."""
    return {name: record[name] for name in table.columns if name in record}


def _keyed(key: bytes | None, table: DeclaredTable) -> dict[str, Any]:
    """Return the key's columns of a record that is gone (no value), which only its key tells."""
    with suppress(Unreadable):
        found = decoded(key or b"")
        found = cast("dict[str, Any]", found["payload"]) if isinstance(found.get("payload"), dict) else found
        return _declared(found, table)
    if key is None or len(table.key) != 1:
        raise Wrong("删除记录没有主键", "a record that is gone has no key")
    return {table.key[0]: key.decode("utf-8", "backslashreplace").strip('"')}


def _refused(topic: Topic, place: str, reason: str, english: str, value: bytes | None, key: bytes | None) -> Refusal:
    text = (value if value is not None else key or b"").decode("utf-8", "backslashreplace")
    return Refusal(topic.table.name, place, reason, english, text)


@dataclass
class Consuming:
    """Takes the topics of one source in until cancelled. key: the master key. standings: told how it goes."""

    subscription: Subscription
    database: Database
    key: bytes
    standings: Standings = field(default_factory=Standings)

    async def run(self) -> None:
        """Consume; a consumer that fails is made anew, and begins behind what is committed here."""
        while True:
            consumer: Any = None
            try:
                consumer = await to_thread.run_sync(self._open)
                while True:
                    await self._step(consumer)
            except Exception as error:
                _log.warning("kafka_consumer_failed", source=self.subscription.source, error=type(error).__name__)
                self._failed(error)
            finally:
                if consumer is not None:
                    # Whatever it says of its end: what counts is committed, and another one begins there.
                    with suppress(Exception):
                        await asyncio.shield(asyncio.to_thread(consumer.close))
            await asyncio.sleep(AGAIN)

    async def _step(self, consumer: Any) -> None:
        """Take in what is there and say so. Raises what the database or the cluster says."""
        # Loaded when it is needed, see connectors/kafka.
        from confluent_kafka import KafkaException

        records: list[Record] = await to_thread.run_sync(lambda: consumer.consume(AT_ONCE, PATIENCE))
        for record in records:
            if (error := record.error()) is not None:
                raise KafkaException(error)
        if not records:
            return
        async with self.database.unit_of_work() as uow:
            await store(uow, self._incoming(records), self.key)
        self._reached()
        self.standings.took(self.subscription.source, "kafka", len(records))
        await to_thread.run_sync(lambda: self._confirm(consumer, records))

    def _incoming(self, records: Sequence[Record]) -> list[Incoming]:
        by_name = {topic.name: topic for topic in self.subscription.by.topics}
        source, org_code = self.subscription.source, self.subscription.org_code
        return [understand(record, by_name[str(record.topic())], source, org_code) for record in records]

    def _confirm(self, consumer: Any, records: Sequence[Record]) -> None:
        from confluent_kafka import TopicPartition

        last = {(str(one.topic()), int(one.partition() or 0)): int(one.offset() or 0) + 1 for one in records}
        offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in last.items()]
        consumer.commit(offsets=offsets, asynchronous=False)

    def _failed(self, error: object) -> None:
        """Note why nothing comes in: an error of the client library, whose text names brokers, or another's kind."""
        from confluent_kafka import KafkaError, KafkaException

        told = error.args[0] if isinstance(error, KafkaException) and error.args else error
        text = f"{told.name()}: {told.str()}" if isinstance(told, KafkaError) else type(error).__name__
        one = self.subscription
        if isinstance(told, KafkaError) and told.name() == "_ALL_BROKERS_DOWN" and self._is_failed():
            # Why not one of them is reached was told before.
            return
        self.standings.failed(one.source, "kafka", one.org_code, one.by.place, text)

    def _is_failed(self) -> bool:
        known = self.standings.held.get((self.subscription.source, "kafka"))
        return known is not None and known.state == FAILED

    def _looked(self, statistics: str) -> None:
        """Note that the cluster is reached, as the client library's figures say."""
        brokers = json.loads(statistics).get("brokers", {}).values()
        if any(broker.get("state") == "UP" for broker in brokers):
            self._reached()

    def _reached(self) -> None:
        one = self.subscription
        self.standings.receiving(one.source, "kafka", one.org_code, one.by.place)

    def _open(self) -> Any:
        from confluent_kafka import Consumer

        own = {
            "group.id": f"suwen-{self.subscription.source}",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": SESSION_MS,
            "statistics.interval.ms": STATISTICS_MS,
            # A cluster that is away is no error of the consumer's: it waits, and says so here.
            "error_cb": self._failed,
            "stats_cb": self._looked,
        }
        consumer = Consumer({**own, **self.subscription.by.settings})
        consumer.subscribe([topic.name for topic in self.subscription.by.topics])
        return consumer


@asynccontextmanager
async def consuming(
    subscription: Subscription, database: Database, key: bytes, standings: Standings
) -> AsyncGenerator[None]:
    """Take a source's topics in for a while."""
    running = asyncio.create_task(Consuming(subscription, database, key, standings).run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
