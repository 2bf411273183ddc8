"""Receiving over HTTP: whose request it is, what it says, and that it is kept."""

from collections.abc import AsyncIterator
from typing import Any

from suwen.domains.ingest.connector import connectors
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.receiving.declared import ReceivingConnector
from suwen.domains.ingest.receiving.entries import Incoming, Stored
from suwen.domains.ingest.receiving.errors import MessageIdTaken, NotSent, TooLarge, UnknownTable
from suwen.domains.ingest.receiving.reading import Read, read_request
from suwen.domains.ingest.receiving.storing import store
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.sources import connected
from suwen.domains.ingest.vault import master_key
from suwen.kernel.crypto import sm3
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.settings import Settings

MOST_BYTES = 8 * 2**20
"""Of one request."""


def bound_to(source: str) -> str:
    """Return how a token names the one source that it is for."""
    return f"ingest.source:{source}"


async def limited(pieces: AsyncIterator[bytes], announced: str | None, most: int | None = None) -> bytes:
    """Return a request's body. announced: its length as the client said. most: bytes, None for MOST_BYTES.

    Raises TooLarge before all of it is read.
    """
    most = MOST_BYTES if most is None else most
    if announced is not None and announced.isdigit() and int(announced) > most:
        raise TooLarge(f"请求最多 {most} 字节", received=int(announced), allowed=f"<= {most} bytes")
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > most:
            raise TooLarge(f"请求最多 {most} 字节", received=len(body), allowed=f"<= {most} bytes")
    return bytes(body)


async def sending_source(
    uow: UnitOfWork, principal: Principal, settings: Settings, code: str
) -> tuple[IngestSource, ReceivingConnector[Any]]:
    """Return the source that a caller may send for. Raises UnknownSource, Forbidden for another's token, NotSent."""
    source = await IngestRepository(uow.session).source(code, principal.scope)
    if principal.bound is not None and principal.bound != bound_to(source.code):
        raise Forbidden("此令牌不属于该数据源", received=source.code)
    return source, sending_connector(source, settings)


def sending_connector(source: IngestSource, settings: Settings) -> ReceivingConnector[Any]:
    """Return the connector of a source that calls an interface. Raises NotSent for another."""
    connector = connected(source, settings)
    if not isinstance(connector, ReceivingConnector) or connector.capabilities.listens:
        able = (name for name, kind in connectors().items() if kind.capabilities.push and not kind.capabilities.listens)
        raise NotSent(source.code, list(able))
    return connector


async def receive(
    uow: UnitOfWork, principal: Principal, settings: Settings, code: str, table: str, body: bytes
) -> dict[str, Any]:
    """Keep the records of a request and return what its sender is told once the unit of work has committed.

    Raises UnknownSource, Forbidden, NotSent, UnknownTable, Unreadable, TooLarge, MessageIdTaken.
    """
    source, connector = await sending_source(uow, principal, settings, code)
    declared = connector.declared().get(table)
    if declared is None:
        raise UnknownTable(table, sorted(connector.declared()))
    read = read_request(body, declared)
    return await keep(uow, source, settings, "http", read, table.encode() + b"\n" + body)


async def keep(
    uow: UnitOfWork, source: IngestSource, settings: Settings, channel: str, read: Read, content: bytes
) -> dict[str, Any]:
    """Keep a request that was read and return what its sender is told once the unit of work has committed.

    content: the same when it is repeated. Raises MessageIdTaken.
    """
    message = Incoming(
        source=source.code,
        org_code=source.org_code,
        channel=channel,
        kind="",
        message_id=read.message_id or str(new_id()),
        digest=sm3(content),
        parts=[read.part] if read.part.changes else [],
        refusals=read.refusals,
    )
    (stored,) = await store(uow, [message], master_key(settings))
    return _told(stored, message)


def _told(stored: Stored, message: Incoming) -> dict[str, Any]:
    if stored.other:
        raise MessageIdTaken(message.message_id)
    return stored.answer
