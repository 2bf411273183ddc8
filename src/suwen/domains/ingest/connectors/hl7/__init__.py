"""HL7 v2 消息: a hospital's system sends its messages over MLLP; they are flattened into tables."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from suwen.domains.ingest.hl7.flattening import Flattener, declaration
from suwen.domains.ingest.receiving.declared import DeclaredTable, Listens, ReceivingConnector, ReceivingOptions
from suwen.kernel.resources import Column


class Hl7Options(ReceivingOptions):
    """Where messages come in, and whose they are."""

    host: Annotated[
        str,
        Column("监听地址", "Address", help="MLLP 在哪个地址上接收；0.0.0.0 为所有地址。"),
        Field(description="The address on which messages come in over MLLP; 0.0.0.0 is every address."),
    ] = "127.0.0.1"
    port: Annotated[
        int | None,
        Column("监听端口", "Port", help="不填则不监听。"),
        Field(ge=1, le=65535, description="Empty: it does not listen."),
    ] = None
    peers: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        Column("允许的来源地址", "Peers", help="地址或网段，如 10.1.0.0/16；不填则不限。MLLP 自身没有身份验证。"),
        Field(description="Addresses or networks that may connect; empty: any. MLLP itself knows no authentication."),
    ] = ()
    charset: Annotated[
        Literal["auto", "gb18030", "utf-8", "ascii", "latin-1"],
        Column("字符集", "Character set", help="消息的 MSH-18 未写明时；auto 识别 UTF-8 和 GB 18030。"),
        Field(description="Where MSH-18 says none; auto tells UTF-8 and GB 18030 apart."),
    ] = "auto"
    tables: Annotated[
        dict[str, dict[str, Any]],
        Column("另行声明的表", "Tables declared beside", help="与内置拆分不同者，以表名为键的 JSON（见文档）。"),
        Field(
            default_factory=dict[str, dict[str, Any]],
            description="Tables that differ from the usual ones, by name; see docs/domains/ingest.md.",
        ),
    ]

    @field_validator("tables")
    @classmethod
    def _possible(cls, tables: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        try:
            Flattener(declaration(tables))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        return tables


class Hl7Connector(ReceivingConnector[Hl7Options]):
    """HL7 v2 messages over MLLP: ADT, ORU, ORM, OMP, SIU, MDM."""

    name = "hl7"
    title = "HL7 v2 消息（MLLP）"
    title_en = "HL7 v2 messages (MLLP)"
    capabilities = replace(ReceivingConnector.capabilities, listens=True)
    usual = 36
    options_model = Hl7Options

    def declared(self) -> Mapping[str, DeclaredTable]:
        """Return the tables that messages are flattened into."""
        return self.flattener.tables

    def listens(self) -> Listens | None:
        """Return where messages come in; None without a port."""
        o = self.options
        return None if o.port is None else Listens(o.host, o.port, self.flattener, o.charset, o.peers)

    @cached_property
    def flattener(self) -> Flattener:
        """What makes rows of messages."""
        return Flattener(declaration(self.options.tables))


CONNECTOR = Hl7Connector
