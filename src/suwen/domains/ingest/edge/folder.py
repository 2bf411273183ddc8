"""The folder of a node: its key, what the center told it last, and its buffer.

node.json         key pair of the node, public key and address of the center; readable to its owner alone
work.sealed       the center's last answer, encrypted for the node: it may hold passwords of sources
buffer/<delivery> what was read and has not arrived (`buffer.py`)
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from io import TextIOWrapper
from pathlib import Path

from suwen.domains.ingest.edge.errors import EnrolledAlready, FolderBusy, NotEnrolled
from suwen.domains.ingest.edge.protocol import key_of
from suwen.kernel.crypto import Sm2KeyPair
from suwen.kernel.durable import sync


@dataclass(frozen=True)
class Identity:
    """Who a node is, and to which center it belongs; keys as hex digits. center_key is "" until it is enrolled."""

    center: str
    node: str
    public: str
    private: str = field(repr=False)
    center_key: str = ""
    title: str = ""
    org_code: str = ""

    @property
    def keys(self) -> Sm2KeyPair:
        """The node's key pair."""
        return key_of(self.private, self.public)


@dataclass(frozen=True)
class EdgeFolder:
    """A node's folder."""

    path: Path

    @property
    def buffer(self) -> Path:
        """Where deliveries lie until they have arrived."""
        return self.path / "buffer"

    @property
    def work(self) -> Path:
        """The center's last answer."""
        return self.path / "work.sealed"

    @property
    def spill(self) -> Path:
        """For what the engine writes while it reads."""
        return self.path / "spill"

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        self.buffer.mkdir(exist_ok=True)

    def identity(self) -> Identity:
        """Return who the node is. Raises NotEnrolled."""
        held = self._held()
        if held is None or not held.center_key:
            raise NotEnrolled(self.path)
        return held

    def begun(self, node: str) -> Identity | None:
        """Return the key that an enrolment left that was not answered. Raises EnrolledAlready for that of a node."""
        held = self._held()
        if held is not None and (held.center_key or held.node != node):
            raise EnrolledAlready("another folder is needed for another node", received=held.node)
        return held

    def keep(self, identity: Identity) -> None:
        """Keep who the node is, readable to its owner alone, on the disk when this returns."""
        made = self._place.with_suffix(".new")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(identity), file)
            file.flush()
            os.fsync(file.fileno())
        made.rename(self._place)
        sync(self.path)

    def locked(self) -> TextIOWrapper:
        """Return the folder's lock, held until it is closed or the process ends. Raises FolderBusy."""
        lock = (self.path / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise FolderBusy("another process runs this node", received=str(self.path)) from None
        return lock

    @property
    def _place(self) -> Path:
        return self.path / "node.json"

    def _held(self) -> Identity | None:
        if not self._place.exists():
            return None
        return Identity(**json.loads(self._place.read_text(encoding="utf-8")))
