"""Kafka 消息引擎: topics of a hospital's or a region's message bus, each holding the records of a table."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from suwen.domains.ingest.connector import Probe
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.receiving.declared import (
    Consumes,
    DeclaredTable,
    Envelope,
    Name,
    ReceivingConnector,
    ReceivingOptions,
    SentTable,
    Topic,
)
from suwen.domains.ingest.session import Session
from suwen.kernel.resources import Column

SECONDS = 5.0
"""Longest that the cluster may take to say which topics it has."""


class TopicTable(SentTable):
    """The table that a topic holds. topic: its name where it is not the table's; envelope: how a record is wrapped."""

    topic: str | None = None
    envelope: Envelope = "record"


class KafkaOptions(ReceivingOptions):
    """Where the cluster is, who reads it, and what its topics hold."""

    servers: Annotated[
        str,
        Column("服务器", "Servers", help="host:port，多个以逗号分隔。"),
        Field(min_length=1, description="host:port, several by commas."),
    ]
    tables: Annotated[
        dict[Name, TopicTable],
        Column(
            "主题与表",
            "Topics and tables",
            kind="ingest-tables",
            help='JSON，以表名为键：{"visit": {"topic": "his.visit", "columns": ["visit_id", "pid"], '
            '"key": ["visit_id"], "envelope": "record"}}；envelope 可为 debezium；消息中未声明的字段不取。'
            "只用于向其分发时不填。",
        ),
        Field(
            default_factory=dict[str, TopicTable],
            description="By table: topic, columns, key, perhaps version, and envelope (record or debezium). Members "
            "that are not declared are left out. None where rows are only sent to it.",
        ),
    ]
    protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], Column("安全协议", "Security protocol")
    ] = "PLAINTEXT"
    mechanism: Annotated[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], Column("认证机制", "SASL mechanism")] = (
        "SCRAM-SHA-512"
    )
    user: Annotated[str, Column("用户", "User", help="SASL 认证时。"), Field(description="For SASL.")] = ""
    password: Annotated[SecretStr, Column("口令", "Password")] = SecretStr("")
    ca: Annotated[
        Path | None,
        Column("根证书文件", "CA file", help="服务端使用自签证书时，服务器上的路径。"),
        Field(description="A path on the server, for clusters whose certificate no public authority signed."),
    ] = None


class KafkaConnector(ReceivingConnector[KafkaOptions]):
    """Topics of Kafka; a worker takes them in as consumer group `suwen-<source>`."""

    name = "kafka"
    title = "Kafka 消息"
    title_en = "Kafka topics"
    usual = 38
    options_model = KafkaOptions

    def declared(self) -> Mapping[str, DeclaredTable]:
        """Return the tables of the options."""
        return {name: topic.table for name, topic in self._topics.items()}

    def consumes(self) -> Consumes | None:
        """Return which topics are taken in; None where there are none."""
        return Consumes(tuple(self._topics.values()), self.reached_by()) if self._topics else None

    def test(self, session: Session) -> Probe:
        """Ask the cluster for its topics. Raises SourceUnavailable when it is away, or a topic is."""
        # The client library brings a C library of its own, which only installations with such a source need.
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient

        try:
            found: Any = AdminClient(self.reached_by()).list_topics(timeout=SECONDS)
        except KafkaException as error:
            raise SourceUnavailable(f"Kafka {self.options.servers}: {error.args[0].str()}") from None
        missing = [topic.name for topic in self._topics.values() if topic.name not in found.topics]
        if missing:
            raise SourceUnavailable(f"Kafka {self.options.servers} has no topic {', '.join(missing)}", received=missing)
        return Probe(f"Kafka, {len(found.brokers)} brokers", len(self._topics))

    @cached_property
    def _topics(self) -> dict[str, Topic]:
        return {
            name: Topic(one.topic or name, one.declared(name), one.envelope)
            for name, one in self.options.tables.items()
        }

    def reached_by(self) -> dict[str, Any]:
        """Return the client library's settings, with secrets."""
        o = self.options
        settings: dict[str, Any] = {"bootstrap.servers": o.servers, "security.protocol": o.protocol, "log_level": 2}
        if o.protocol.startswith("SASL"):
            secret = o.password.get_secret_value()
            settings |= {"sasl.mechanism": o.mechanism, "sasl.username": o.user, "sasl.password": secret}
        if o.ca is not None:
            settings["ssl.ca.location"] = str(o.ca)
        return settings


CONNECTOR = KafkaConnector
