"""A topic of Kafka: a record for each change of a row, in the order of each key, done when the brokers have it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from suwen.domains.ingest.distribution.errors import TargetRefused, TargetUnavailable
from suwen.domains.ingest.distribution.targets.delivery import KafkaDelivery
from suwen.domains.ingest.distribution.targets.templating import jsonable
from suwen.domains.ingest.distribution.told import Message, Outcome, ToldRow

SECONDS = 30
"""Longest that the brokers may take to have a record."""
_DEBEZIUM = {"insert": "c", "update": "u", "delete": "d"}


@dataclass
class KafkaTarget:
    """settings: the client library's, with secrets. dataset, job: told in every record."""

    settings: Mapping[str, Any] = field(repr=False)
    topic: str
    delivery: KafkaDelivery
    dataset: str
    job: str
    per_message: int = 1
    removals: bool = True
    receipts: bool = False
    _producer: Any = None

    def open(self) -> None:
        """Reach the cluster."""
        # The client library brings a C library of its own, which only installations with such a target need.
        from confluent_kafka import KafkaException, Producer

        told = {"enable.idempotence": True, "linger.ms": 20, "delivery.timeout.ms": SECONDS * 1000}
        self._producer = Producer({**self.settings, **told})
        try:
            found = self._producer.list_topics(self.topic, timeout=5.0).topics[self.topic]
        except KafkaException as error:
            raise TargetUnavailable(f"Kafka {self._servers}: {error.args[0].str()}") from None
        if found.error is not None:
            raise TargetRefused(f"Kafka {self._servers}, topic {self.topic}: {found.error.str()}")

    def close(self) -> None:
        """Leave the cluster; what was not delivered is not sent any more."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(1)
            self._producer = None

    def tell(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Send records and wait until the brokers have them."""
        from confluent_kafka import KafkaException

        failed: dict[str, Any] = {}
        delivered: set[str] = set()

        def reported(key: str, error: Any, _record: Any) -> None:
            if error is None:
                delivered.add(key)
            else:
                failed[key] = error

        for message in messages:
            for row in message.rows:
                try:
                    self._producer.produce(
                        self.topic,
                        key=orjson.dumps(row.key, default=str),
                        value=self._value(message, row),
                        headers=self._headers(message, row),
                        on_delivery=partial(reported, message.id),
                    )
                except KafkaException as error:
                    failed[message.id] = error.args[0]
                self._producer.poll(0)
        self._producer.flush(SECONDS + 5)
        yield from (Outcome(one) for one in messages if one.id in delivered and one.id not in failed)
        for message in messages:
            if (error := failed.get(message.id)) is not None:
                yield self._refused(message, error)
        if len(delivered) + len(failed) < len(messages):
            raise TargetUnavailable(f"Kafka {self._servers}: no word of {len(messages) - len(delivered)} records")

    def _refused(self, message: Message, error: Any) -> Outcome:
        from confluent_kafka import KafkaError

        if error.code() in (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD):
            return Outcome(message, {row.name: error.str() for row in message.rows})
        told = f"Kafka {self._servers}, topic {self.topic}: {error.str()}"
        if error.code() in (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.UNKNOWN_TOPIC_OR_PART):
            raise TargetRefused(told)
        raise TargetUnavailable(told)

    def _value(self, message: Message, row: ToldRow) -> bytes | None:
        values = jsonable(row.values) if row.values is not None else None
        match self.delivery.envelope:
            case "record":
                return orjson.dumps(values) if values is not None else None
            case "debezium":
                before = jsonable(row.key) if values is None else None
                source = {"connector": "suwen", "table": self.dataset, "sequence": str(row.sequence), "id": message.id}
                told: dict[str, Any] = {"op": _DEBEZIUM[row.operation], "before": before, "after": values}
                return orjson.dumps(told | {"source": source})
            case "change":
                told = {"id": message.id, "sequence": row.sequence, "operation": row.operation}
                return orjson.dumps(told | {"dataset": self.dataset, "key": jsonable(row.key), "row": values})

    def _headers(self, message: Message, row: ToldRow) -> list[tuple[str, bytes]]:
        told = {"id": message.id, "sequence": str(row.sequence), "operation": row.operation}
        told |= {"dataset": self.dataset, "distribution": self.job}
        return [(f"suwen-{name}", text.encode()) for name, text in told.items()]

    @property
    def _servers(self) -> str:
        return str(self.settings.get("bootstrap.servers", ""))
