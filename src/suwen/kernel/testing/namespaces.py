"""What a test needs the administrator's rights for: a network of its own, and a disk that is small. Linux alone."""

import ctypes
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

_NEW_NETWORK, _NEW_MOUNTS = 0x40000000, 0x00020000
_ANEW, _DETACH = 32, 2
_libc = ctypes.CDLL(None, use_errno=True)


def leave_network() -> None:
    """Give the calling thread, and those begun from it, a network of its own, empty; it ends with the last of them.

    Raises OSError where this is not permitted.
    """
    _check(_libc.unshare(_NEW_NETWORK))


@dataclass(frozen=True)
class SmallDisk:
    """A disk that is laid over a folder."""

    folder: Path

    def leave(self, room: int) -> None:
        """Make it as large as what lies there and so many bytes."""
        now = os.statvfs(self.folder)
        _mount(self.folder, _ANEW, max(now.f_frsize, (now.f_blocks - now.f_bfree) * now.f_frsize + room))


@contextmanager
def small_disk(folder: Path, room: int) -> Generator[SmallDisk]:
    """Lay a disk of so many bytes, empty, over a folder for a while. Raises OSError where this is not permitted."""
    _mount(folder, 0, room)
    try:
        yield SmallDisk(folder)
    finally:
        _check(_libc.umount2(os.fsencode(folder), _DETACH))


def why_not() -> str | None:
    """Return why neither can be had here, or None when both can."""
    if os.geteuid() != 0:
        return "needs root"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    found: list[int] = []
    # The mounts that it leaves are a copy, which ends with the thread.
    thread = Thread(target=lambda: found.append(_libc.unshare(_NEW_NETWORK | _NEW_MOUNTS)))
    thread.start()
    thread.join()
    return None if found == [0] else "the system grants no namespaces"


def _mount(folder: Path, how: int, size: int) -> None:
    _check(_libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", how, f"size={size},mode=0777".encode()))


def _check(outcome: int) -> None:
    if outcome != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
