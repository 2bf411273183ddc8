r"""HL7 v2 over MLLP: ``<VT> message <FS><CR>`` on a TCP connection, each answered in its turn once it is durable.

AA says that the message is committed (also when it had come before). AE and AR say why it was not taken; it is kept in
the inbox all the same, unless it could not be kept at all: then the connection is closed without an answer, so that
the sender sends again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

from suwen.domains.ingest.hl7.acknowledging import Code, acknowledgement, header_of
from suwen.domains.ingest.hl7.reader import Malformed, Message, read
from suwen.domains.ingest.receiving.committing import Committer
from suwen.domains.ingest.receiving.declared import Listens
from suwen.domains.ingest.receiving.entries import Incoming, Refusal, Stored
from suwen.kernel.clock import now
from suwen.kernel.crypto import sm3
from suwen.kernel.ids import new_id
from suwen.kernel.logs import get_logger

BEGIN, END = b"\x0b", b"\x1c\r"
MOST_BYTES = 8 * 2**20
"""Of one message."""
MOST_OPEN = 64
"""Messages of one connection that are not answered yet."""
_log = get_logger()


@dataclass(frozen=True)
class Sender:
    """Whose messages come in at a listener, and how they are read."""

    source: str
    org_code: str
    by: Listens


class TooLong(Exception):
    """A frame has more bytes than a message may have."""


class Frames:
    """The messages of a connection, cut from its bytes as they come; what stands between frames is passed over."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._searched = 0

    def feed(self, piece: bytes) -> None:
        """Take in what came."""
        self._held += piece

    def next(self) -> bytes | None:
        """Return the next message; None where none is whole yet. Raises TooLong."""
        held = self._held
        begin = held.find(BEGIN)
        if begin < 0:
            held.clear()
            return None
        if begin:
            del held[:begin]
            self._searched = 0
        end = held.find(END, self._searched)
        if end < 0:
            if len(held) > MOST_BYTES:
                raise TooLong
            # The mark of the end may have come in half.
            self._searched = len(held) - 1
            return None
        found = bytes(held[len(BEGIN) : end])
        del held[: end + len(END)]
        self._searched = 0
        return found


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


class Connection(asyncio.Protocol):
    """Answers the messages of one connection in their turn; they may come before the one before is answered.

    `MOST_OPEN` of them at most: the rest waits with the sender, and so does all while it does not read its answers.
    """

    def __init__(self, sender: Sender, committer: Committer, open_: "set[Connection]") -> None:
        self._sender, self._committer, self._all = sender, committer, open_
        self._frames = Frames()
        self._unanswered: deque[tuple[Understood, asyncio.Future[Stored]]] = deque()
        self._transport: asyncio.Transport | None = None
        self._reads, self._full, self._ends = True, False, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take no word of one that may not connect."""
        self._transport = cast("asyncio.Transport", transport)
        self._all.add(self)
        if not self._may(self._transport):
            self._close()

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        self._frames.feed(data)
        self._go_on()

    def eof_received(self) -> bool:
        """Answer what is still unanswered of a sender that says no more."""
        self.end()
        return True

    def pause_writing(self) -> None:
        """Take nothing more in of a sender that does not read."""
        self._full = True
        self._go_on()

    def resume_writing(self) -> None:
        """Go on."""
        self._full = False
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection; what it brought is committed all the same."""
        self._all.discard(self)
        self._transport = None

    def end(self) -> None:
        """Read no more, and close once what came whole is answered."""
        self._ends = True
        self._go_on()

    def give_up(self) -> None:
        """End; at once where the sender does not read its answers, for it might never."""
        if self._full and self._transport is not None:
            self._transport.abort()
        self.end()

    def _go_on(self) -> None:
        """Take messages in as long as there is room for them."""
        try:
            while self._transport is not None and self._room() and (raw := self._frames.next()) is not None:
                one = understand(raw, self._sender)
                keeping = self._committer.keep(one.incoming)
                self._unanswered.append((one, keeping))
                keeping.add_done_callback(self._answer)
        except TooLong:
            _log.warning("hl7_message_too_long", source=self._sender.source)
            self._frames, self._ends = Frames(), True
        except Exception:
            # Who waits for an answer that never comes would send nothing more.
            self._close()
            raise
        if self._transport is None:
            return
        room = self._room()
        if self._ends and room and not self._unanswered:
            self._close()
        elif self._reads != (room and not self._ends):
            self._reads = not self._reads
            if self._reads:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def _room(self) -> bool:
        return len(self._unanswered) < MOST_OPEN and not self._full

    def _answer(self, _: "asyncio.Future[Stored]") -> None:
        """Answer all whose turn has come."""
        answers: list[bytes] = []
        while self._unanswered and self._unanswered[0][1].done():
            one, keeping = self._unanswered.popleft()
            if keeping.cancelled() or keeping.exception() is not None:
                # Unanswered, it is sent again, and so is what came behind it, for that it is answered in its turn.
                self._close(answers)
                return
            answers += [BEGIN, acknowledgement(one.message, one.code, new_id().hex[:20], now(), one.reason), END]
        if answers and self._transport is not None:
            self._transport.write(b"".join(answers))
        self._go_on()

    def _close(self, answers: Sequence[bytes] = ()) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.write(b"".join(answers))
            transport.close()

    def _may(self, transport: asyncio.Transport) -> bool:
        peer = transport.get_extra_info("peername")
        address = ip_address(peer[0]) if peer else None
        peers = self._sender.by.peers
        allowed = not peers or any(address in network for network in peers if address)
        if not allowed:
            _log.warning("hl7_peer_refused", source=self._sender.source, peer=str(address))
        return allowed


@asynccontextmanager
async def listening(sender: Sender, committer: Committer, port: int | None = None) -> AsyncGenerator[int]:
    """Take a source's messages on its port, or another (0: any that is free), which is given.

    Its connections end with it, once what they brought is answered. Raises OSError when the port is taken.
    """
    connections: set[Connection] = set()
    async with accepting(sender.by, lambda: Connection(sender, committer, connections), port) as found:
        try:
            yield found
        finally:
            end(connections)


@asynccontextmanager
async def accepting(by: Listens, made: Callable[[], asyncio.Protocol], port: int | None = None) -> AsyncGenerator[int]:
    """Accept connections on a source's port, or another, which is given. Raises OSError when the port is taken."""
    server = await asyncio.get_running_loop().create_server(made, by.host, by.port if port is None else port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


def end(connections: Iterable[Connection]) -> None:
    """End connections once they are answered."""
    for connection in list(connections):
        connection.give_up()
