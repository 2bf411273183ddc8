"""Hands: processes that take over the connections of a listener, so that messages are read on more than one core.

One process has the port and gives each connection away in turn, by its file descriptor. All that a connection brings
is read, committed and answered by the hand that has it, so messages of one connection keep their order. A hand that
died is begun anew; its connections end unanswered, so their senders send again. Hands end with the process that has the
port.
"""

import asyncio
import multiprocessing
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import cast

from suwen.kernel.logs import get_logger

READY = b"ready"
BEGIN_SECONDS = 60.0
"""How long hands may take to be ready before connections are given to those that are."""
_MOST_WORD = 64
_log = get_logger()
Taking = Callable[[str, socket.socket], Awaitable[None]]
"""Takes a connection over; the word says for whom it is."""


@dataclass
class Hand:
    """A process, and what joins it with the one that has the port."""

    process: ForkServerProcess
    channel: socket.socket
    ready: bool = False

    def alive(self) -> bool:
        """Whether connections can be given to it."""
        return self.ready and self.process.is_alive()


@dataclass
class Hands:
    """So many processes that run `target(channel, *given)`; what they are given must be picklable.

    imported: modules that each of them needs; they are imported once for all.
    """

    count: int
    target: Callable[..., None]
    given: tuple[object, ...]
    imported: tuple[str, ...] = ()
    _hands: list[Hand] = field(default_factory=list[Hand])
    _turn: int = 0

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes that connections can be given to."""
        return [hand.process.pid for hand in self._hands if hand.alive() and hand.process.pid]

    async def look(self) -> None:
        """Begin what hands there should be, and wait until they are ready."""
        gone = [hand for hand in self._hands if not hand.process.is_alive()]
        for hand in gone:
            _log.warning("hand_gone", code=hand.process.exitcode)
            hand.channel.close()
            self._hands.remove(hand)
        begun = [self._begin() for _ in range(self.count - len(self._hands))]
        self._hands += begun
        with suppress(TimeoutError):
            async with asyncio.timeout(BEGIN_SECONDS):
                await asyncio.gather(*map(_readied, begun))

    def _begin(self) -> Hand:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["__main__", self.target.__module__, *self.imported])
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = context.Process(target=self.target, args=(theirs, *self.given), daemon=True)
            process.start()
        ours.setblocking(False)
        return Hand(process, ours)

    def give(self, whose: str, connection: int) -> bool:
        """Give a connection to the next hand that can take it; false where none can."""
        for _ in range(len(self._hands)):
            self._turn = (self._turn + 1) % len(self._hands)
            hand = self._hands[self._turn]
            # A hand that does not keep up, or has just died, is passed over.
            with suppress(OSError):
                if hand.alive():
                    socket.send_fds(hand.channel, [whose.encode()], [connection])
                    return True
        return False

    def close(self) -> None:
        """Let all of them end; they answer what they have."""
        for hand in self._hands:
            hand.channel.close()
        self._hands.clear()


async def _readied(hand: Hand) -> None:
    with suppress(OSError):
        hand.ready = await asyncio.get_running_loop().sock_recv(hand.channel, len(READY)) == READY


def _received(channel: socket.socket) -> tuple[str, socket.socket] | None:
    """Return the next connection and whose it is; None when the other side is gone. Raises BlockingIOError."""
    word, descriptors = socket.recv_fds(channel, _MOST_WORD, 1)[:2]
    return (word.decode(), socket.socket(fileno=descriptors[0])) if word else None


async def taking_over(channel: socket.socket, take: Taking) -> None:
    """In a hand: take connections over until the process that has the port is gone."""
    channel.setblocking(False)
    loop, some = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(channel, some.set)
    try:
        await loop.sock_sendall(channel, READY)
        while True:
            await some.wait()
            some.clear()
            with suppress(BlockingIOError):
                while (received := _received(channel)) is not None:
                    await take(*received)
                return
    finally:
        loop.remove_reader(channel)
        channel.close()


class Giving(asyncio.Protocol):
    """A connection that is given away as soon as it is made."""

    def __init__(self, hands: Hands, whose: str) -> None:
        self._hands, self._whose = hands, whose

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give it away; where nobody can take it, it ends, and the sender tries again."""
        if not self._hands.give(self._whose, transport.get_extra_info("socket").fileno()):
            _log.warning("mllp_no_hand", source=self._whose)
        # Nothing has been read of it yet; the hand holds it open.
        cast("asyncio.Transport", transport).abort()
