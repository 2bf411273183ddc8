"""A bad line between two machines: two networks of this process, and what is lost, doubled, delayed, reordered.

Sockets made and threads begun by `Side.run` belong to that side. The relay between them is seeded; it goes by real
time, so two runs are alike and not the same.
"""

import fcntl
import heapq
import os
import random
import select
import socket
import struct
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic
from typing import ParamSpec, TypeVar

from suwen.kernel.testing.namespaces import leave_network

P = ParamSpec("P")
T = TypeVar("T")
_SET_TUN, _TUN_PLAIN = 0x400454CA, 0x0001 | 0x1000
_SET_ADDRESS, _SET_MASK, _SET_FLAGS, _UP = 0x8916, 0x891C, 0x8914, 0x1
_DEVICE, _MOST_BYTES = b"line", 65536


@dataclass(frozen=True)
class Weather:
    """How bad a line is: shares of packets lost and doubled, seconds within which each is delayed at random."""

    lost: float = 0.04
    doubled: float = 0.04
    delay: float = 0.015


class Side:
    """One end: a network with one address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._own = ThreadPoolExecutor(1)
        self.end = self._own.submit(self._enter).result()

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function on this side."""
        return self._own.submit(function, *args, **kwargs).result()

    def close(self) -> None:
        """Give the network up."""
        self._own.shutdown()
        os.close(self.end)

    def _enter(self) -> int:
        leave_network()
        end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(end, _SET_TUN, struct.pack("16sH22x", _DEVICE, _TUN_PLAIN))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            for command, text in ((_SET_ADDRESS, self.address), (_SET_MASK, "255.255.255.0")):
                told = struct.pack("16sHH4s16x", _DEVICE, socket.AF_INET, 0, socket.inet_aton(text))
                fcntl.ioctl(asked, command, told)
            for device in (_DEVICE, b"lo"):
                fcntl.ioctl(asked, _SET_FLAGS, struct.pack("16sH22x", device, _UP))
        return end


@dataclass(eq=False)
class Line(Thread):
    """The relay between two sides. happened: how many packets were carried, and what became of the others."""

    center: Side
    hospital: Side
    weather: Weather = field(default_factory=Weather)
    seed: int = 0
    happened: Counter[str] = field(default_factory=Counter[str])
    _cut: bool = False

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._random = random.Random(self.seed)
        self._woken, self._wake = os.pipe()
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._newest: dict[int, int] = {}
        self._taken = 0

    def cut(self) -> None:
        """Carry nothing any more."""
        self._cut = True

    def mend(self) -> None:
        """Carry again."""
        self._cut = False

    def close(self) -> None:
        """End."""
        os.close(self._wake)
        self.join()
        os.close(self._woken)

    def run(self) -> None:
        """Carry packets until closed."""
        other = {self.center.end: self.hospital.end, self.hospital.end: self.center.end}
        while True:
            wait = max(0.0, self._under_way[0][0] - monotonic()) if self._under_way else None
            ready, _, _ = select.select([*other, self._woken], [], [], wait)
            if self._woken in ready:
                return
            for end in ready:
                for packet in _read(end):
                    self._take(other[end], packet)
            while self._under_way and self._under_way[0][0] <= monotonic():
                self._deliver()

    def _take(self, end: int, packet: bytes) -> None:
        self._taken += 1
        if self._cut:
            self.happened["cut off"] += 1
            return
        if self._random.random() < self.weather.lost:
            self.happened["lost"] += 1
            return
        doubled = self._random.random() < self.weather.doubled
        self.happened["doubled"] += doubled
        for _ in range(1 + doubled):
            due = monotonic() + self._random.uniform(0, self.weather.delay)
            heapq.heappush(self._under_way, (due, self._taken, end, packet))

    def _deliver(self) -> None:
        _, number, end, packet = heapq.heappop(self._under_way)
        if self._cut:
            self.happened["cut off"] += 1
            return
        self.happened["reordered"] += number < self._newest.get(end, 0)
        self._newest[end] = max(number, self._newest.get(end, 0))
        self.happened["carried"] += 1
        os.write(end, packet)


@contextmanager
def bad_line(weather: Weather | None = None, seed: int = 1) -> Generator[Line]:
    """Two sides and a bad line between them for a while."""
    center, hospital = Side("10.77.0.1"), Side("10.77.0.2")
    line = Line(center, hospital, weather or Weather(), seed)
    line.start()
    try:
        yield line
    finally:
        line.close()
        for side in (center, hospital):
            side.close()


def _read(end: int) -> Generator[bytes]:
    while True:
        try:
            yield os.read(end, _MOST_BYTES)
        except BlockingIOError:
            return
