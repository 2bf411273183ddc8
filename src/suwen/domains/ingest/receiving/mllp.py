r"""HL7 v2 over MLLP: ``<VT> message <FS><CR>`` on a TCP connection, each answered in its turn once it is durable.

AA says that the message is committed (also when it had come before). AE and AR say why it was not taken; it is kept in
the inbox all the same, unless it could not be kept at all: then the connection is closed without an answer, so that
the sender sends again.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from suwen.domains.ingest.hl7.acknowledging import Code, acknowledgement, header_of
from suwen.domains.ingest.hl7.reader import Malformed, Message, read
from suwen.domains.ingest.receiving.committing import Committer, NotKept
from suwen.domains.ingest.receiving.declared import Listens
from suwen.domains.ingest.receiving.entries import Incoming, Refusal, Stored
from suwen.kernel.clock import now
from suwen.kernel.crypto import sm3
from suwen.kernel.ids import new_id
from suwen.kernel.logs import get_logger

BEGIN, END = b"\x0b", b"\x1c\r"
MOST_BYTES = 8 * 2**20
"""Of one message."""
_PIECE = 65536
_log = get_logger()


@dataclass(frozen=True)
class Sender:
    """Whose messages come in at a listener, and how they are read."""

    source: str
    org_code: str
    by: Listens


class TooLong(Exception):
    """A frame has more bytes than a message may have."""


async def frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the messages of a connection; what stands between frames is passed over. Raises TooLong."""
    held = bytearray()
    while piece := await reader.read(_PIECE):
        held += piece
        while True:
            begin = held.find(BEGIN)
            if begin < 0:
                held.clear()
                break
            end = held.find(END, begin)
            if end < 0:
                del held[:begin]
                if len(held) > MOST_BYTES:
                    raise TooLong
                break
            yield bytes(held[begin + 1 : end])
            del held[: end + len(END)]


@dataclass(frozen=True)
class Understood:
    """A message to be kept, and how it is answered: what was read of it (None: nothing), and why it is not taken."""

    incoming: Incoming
    message: Message | None
    code: Code
    reason: str


def understand(raw: bytes, sender: Sender) -> Understood:
    """Read a message and make it what the inbox keeps."""
    digest, message = sm3(raw), None
    try:
        message = read(raw, sender.by.charset)
        if not message.control_id:
            raise Malformed("没有消息控制编号", place="MSH-10", detail_en="no message control id")
        if not sender.by.flattener.takes(message.kind):
            return _refused(
                raw, sender, message, "AR", "不接收此类消息", "messages of this kind are not taken", "MSH-9", digest
            )
        parts = sender.by.flattener.parts(message)
    except Malformed as error:
        code: Code = "AR" if message is None else "AE"
        place, english = str(error.context.get("place", "")), str(error.context.get("detail_en", error.detail))
        return _refused(raw, sender, message or header_of(raw), code, error.detail, english, place, digest)
    incoming = Incoming(
        sender.source, sender.org_code, "mllp", message.kind, _named(message, digest), digest, parts,
    )  # fmt: skip
    return Understood(incoming, message, "AA", "")


def _refused(
    raw: bytes, sender: Sender, message: Message | None, code: Code, reason: str, english: str, place: str, digest: str
) -> Understood:
    text = raw.decode(message.charset if message is not None else "utf-8", "backslashreplace")
    refusal = Refusal("", place, reason, english, text)
    kind = message.kind if message is not None else ""
    name = _named(message, digest) if message is not None else digest
    incoming = Incoming(sender.source, sender.org_code, "mllp", kind, name, digest, (), (refusal,))
    return Understood(incoming, message, code, f"{reason} {english} ({place})")


def _named(message: Message, digest: str) -> str:
    """Return what names a message: numbers are used again after a while, so its content belongs to it."""
    return f"{message.control_id[:60]} {digest[:16]}"


class Listener:
    """Takes the messages of one source. keep: commits one and says what became of it."""

    def __init__(self, sender: Sender, committer: Committer) -> None:
        self.sender, self._committer = sender, committer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the messages of one connection until it ends; they may come before the one before is answered."""
        answers: asyncio.Queue[tuple[Understood, asyncio.Task[Stored]] | None] = asyncio.Queue(64)
        answering = asyncio.create_task(self._answer(answers, writer))
        try:
            if self._may(writer):
                async for raw in frames(reader):
                    one = understand(raw, self.sender)
                    await answers.put((one, asyncio.create_task(self._committer.keep(one.incoming))))
        except TooLong:
            _log.warning("hl7_message_too_long", source=self.sender.source)
        except (ConnectionError, OSError):
            pass
        finally:
            await answers.put(None)
            await answering
            writer.close()

    async def _answer(
        self, answers: "asyncio.Queue[tuple[Understood, asyncio.Task[Stored]] | None]", writer: asyncio.StreamWriter
    ) -> None:
        open_ = True
        while (taken := await answers.get()) is not None:
            one, keeping = taken
            try:
                await keeping
                if open_:
                    answer = acknowledgement(one.message, one.code, new_id().hex[:20], now(), one.reason)
                    writer.write(BEGIN + answer + END)
                    await writer.drain()
            except (NotKept, ConnectionError, OSError):
                # Unanswered, it is sent again, and so is what came behind it, for that it is answered in its turn.
                open_ = False
                writer.close()

    def _may(self, writer: asyncio.StreamWriter) -> bool:
        peer = writer.get_extra_info("peername")
        address = ip_address(peer[0]) if peer else None
        peers = self.sender.by.peers
        allowed = not peers or any(address in network for network in peers if address)
        if not allowed:
            _log.warning("hl7_peer_refused", source=self.sender.source, peer=str(address))
        return allowed


@asynccontextmanager
async def listening(sender: Sender, committer: Committer, port: int | None = None) -> AsyncGenerator[int]:
    """Take a source's messages on its port, or another (0: any that is free), which is given.

    Raises OSError when it is taken.
    """
    listener = Listener(sender, committer)
    server = await asyncio.start_server(
        listener.serve, sender.by.host, sender.by.port if port is None else port, limit=2**20
    )
    async with server:
        yield int(server.sockets[0].getsockname()[1])
