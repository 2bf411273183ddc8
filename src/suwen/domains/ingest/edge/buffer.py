"""The buffer of a node: chunks on the disk until the center has them, never more than it may hold.

buffer/<delivery>/attempt.json    the attempt and, of a table read in pieces, where it is cut
buffer/<delivery>/00003.chunk     a chunk, encrypted for the center
buffer/<delivery>/00003.sent      the center has it: its header is left
buffer/<delivery>/manifest.json   all of it was read: how many chunks there are, with their digests

Each file stands whole or not at all (`kernel.durable`), so a killed node goes on with what is there.
"""

import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from uuid import UUID

from suwen.domains.ingest.edge.errors import Stopped
from suwen.domains.ingest.edge.protocol import Manifest, Sealed, ToldChunk
from suwen.kernel.durable import is_full, sync, write_durably

LOOK_AGAIN = 1.0
"""Seconds after which a full disk is tried again: others write to it too."""
_ATTEMPT, _MANIFEST, _BEGUN, _CHUNK, _SENT = "attempt.json", "manifest.json", "begun", ".chunk", ".sent"


@dataclass(frozen=True)
class Attempt:
    """A read of a delivery. statement: digest of what is read; cuts: of a table that is read in pieces."""

    id: str
    statement: str = ""
    cuts: tuple[str, ...] = ()

    @staticmethod
    def new(statement: str = "", cuts: Sequence[str] = ()) -> "Attempt":
        """Return a new one."""
        return Attempt(secrets.token_hex(16), statement, tuple(cuts))


@dataclass
class Delivery:
    """What of a delivery lies in the buffer."""

    folder: Path

    @property
    def id(self) -> UUID:
        """Its id."""
        return UUID(self.folder.name)

    def attempt(self) -> Attempt | None:
        """Return the read that was begun."""
        held = json.loads(_content(self.folder / _ATTEMPT) or b"null")
        if held is None:
            return None
        return Attempt(held["id"], held["statement"], tuple(held["cuts"]))

    def manifest(self) -> Manifest | None:
        """Return what was read, once all of it was."""
        held = _content(self.folder / _MANIFEST)
        return Manifest.model_validate_json(held) if held is not None else None

    @property
    def begun(self) -> bool:
        """Whether the center knows of the attempt."""
        return (self.folder / _BEGUN).exists()

    def set_begun(self) -> None:
        """Keep that the center knows of the attempt."""
        write_durably(self.folder / _BEGUN, "")

    def done(self) -> dict[int, ToldChunk]:
        """Return the chunks that were read, whether they have arrived or not."""
        told = [*self.folder.glob(f"*{_SENT}"), *self.folder.glob(f"*{_CHUNK}")]
        return {int(path.stem): told_of(Sealed.unpack(path.read_bytes())) for path in told}


@dataclass
class Buffer:
    """The deliveries of a node. limit: bytes that chunks may take.

    waiting: nothing more is read until there is room. full: it is the disk that has none, whatever the limit.
    """

    folder: Path
    limit: int
    waiting: bool = False
    full: bool = False
    _used: int = 0
    _chunks: list[tuple[Path, int]] = field(default_factory=list[tuple[Path, int]])
    _taken: set[Path] = field(default_factory=set[Path])
    _changed: Condition = field(default_factory=Condition)
    _stopped: bool = False

    def open(self) -> None:
        """Find what a process before has left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        found = sorted(self.folder.glob(f"*/*{_CHUNK}"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        for path in found:
            self._chunks.append((path, path.stat().st_size))
        for path in self.folder.glob(f"*/*{_SENT}"):
            _cut(path)
        self._used = sum(size for _, size in self._chunks)

    def stop(self) -> None:
        """Let everybody who waits raise Stopped."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether the node is to end."""
        return self._stopped

    def usage(self) -> tuple[int, int]:
        """Return how many chunks there are, and their bytes."""
        with self._changed:
            return len(self._chunks), self._used

    def deliveries(self) -> list[Delivery]:
        """Return the deliveries that were begun, the oldest first."""
        found = (path for path in self.folder.iterdir() if path.is_dir())
        return [Delivery(path) for path in sorted(found, key=_time)]

    def delivery(self, delivery: UUID) -> Delivery:
        """Return a delivery, begun or not."""
        return Delivery(self.folder / str(delivery))

    def begin(self, delivery: UUID, attempt: Attempt) -> None:
        """Begin to read a delivery; what an earlier attempt has left is removed."""
        self.forget(delivery)
        folder = self.folder / str(delivery)
        folder.mkdir()
        text = json.dumps({"id": attempt.id, "statement": attempt.statement, "cuts": attempt.cuts}, ensure_ascii=False)
        write_durably(folder / _ATTEMPT, text)

    def put(self, chunk: Sealed) -> None:
        """Keep a chunk once there is room for it, on the disk when this returns. Raises Stopped."""
        packed = chunk.pack()
        path = self.folder / str(chunk.header.delivery) / f"{chunk.header.sequence:05d}{_CHUNK}"
        self._reserve(len(packed))
        try:
            while not _written(path, packed):
                self._await_disk()
        except (OSError, Stopped):
            with self._changed:
                self._used -= len(packed)
                self.waiting = self.full = False
            raise
        with self._changed:
            self.waiting = self.full = False
            self._chunks.append((path, len(packed)))
            self._changed.notify_all()

    def finish(self, delivery: UUID, manifest: Manifest) -> None:
        """Keep that all of a delivery was read."""
        write_durably(self.folder / str(delivery) / _MANIFEST, manifest.model_dump_json())
        self.wake()

    def take(self) -> Path | None:
        """Return the oldest chunk that nobody sends, now being sent by the caller; None where there is none."""
        with self._changed:
            path = next((path for path, _ in self._chunks if path not in self._taken), None)
            if path is not None:
                self._taken.add(path)
            return path

    def give_back(self, path: Path) -> None:
        """Let somebody else send a chunk that could not be sent."""
        with self._changed:
            self._taken.discard(path)

    def sent(self, path: Path) -> None:
        """Drop what a chunk holds that the center has; that it was read is kept. It needs no room on the disk."""
        kept = path.rename(path.with_suffix(_SENT))
        sync(kept.parent)
        _cut(kept)
        with self._changed:
            self._drop({path})

    def forget(self, delivery: UUID) -> None:
        """Remove all of a delivery."""
        folder = self.folder / str(delivery)
        with self._changed:
            self._drop({path for path, _ in self._chunks if path.parent == folder})
        shutil.rmtree(folder, ignore_errors=True)

    def wake(self) -> None:
        """Let those who wait look again."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait for a change, so long at most."""
        with self._changed:
            if not self._stopped:
                self._changed.wait(seconds)

    def _reserve(self, size: int) -> None:
        """Wait until a chunk may take so many bytes more. Raises Stopped."""
        with self._changed:
            # One that is larger than all the buffer goes in when there is nothing else.
            while self._used and self._used + size > self.limit and not self._stopped:
                self.waiting = True
                self._changed.notify_all()
                self._changed.wait()
            self.waiting = False
            if self._stopped:
                raise Stopped
            self._used += size

    def _await_disk(self) -> None:
        """Wait until a chunk has left the disk, or somebody else may have made room there. Raises Stopped."""
        with self._changed:
            self.waiting = self.full = True
            self._changed.notify_all()
            if not self._stopped:
                self._changed.wait(LOOK_AGAIN)
            if self._stopped:
                raise Stopped

    def _drop(self, paths: set[Path]) -> None:
        self._used -= sum(size for path, size in self._chunks if path in paths)
        self._chunks = [(path, size) for path, size in self._chunks if path not in paths]
        self._taken -= paths
        self._changed.notify_all()


def _written(path: Path, packed: bytes) -> bool:
    """Write a chunk; say whether there was room on the disk. Raises OSError for what else can be wrong."""
    try:
        write_durably(path, packed)
    except OSError as error:
        if not is_full(error):
            raise
        return False
    return True


def _content(path: Path) -> bytes | None:
    """Return what a file holds, None where there is none (any more: its delivery may be given up meanwhile)."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _time(path: Path) -> int:
    """Return when a folder was changed last, 0 of one that is gone meanwhile."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _cut(path: Path) -> None:
    """Leave of a chunk its header alone."""
    with path.open("rb+") as file:
        file.truncate(4 + int.from_bytes(file.read(4), "big"))


def told_of(chunk: Sealed) -> ToldChunk:
    """Return what a manifest says of a chunk."""
    held = chunk.header
    return ToldChunk(sequence=held.sequence, digest=held.digest, rows=held.rows, refused=held.refused)
