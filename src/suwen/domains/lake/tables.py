"""The tables under the lake's folder and their logs."""

from datetime import datetime
from pathlib import Path
from threading import Lock

from suwen.domains.lake.deltalog import DeltaLog
from suwen.domains.lake.errors import InvalidTable, UnknownTable
from suwen.domains.lake.schemas import LAYERS, Layer, Snapshot, TableRef, TableSpec

STAGING = ".staging"
LOCKS = ".locks"
SPILL = ".spill"


class Tables:
    """Finds tables by reference; `<root>/<layer>/<name>` is the folder of a table."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._logs: dict[str, DeltaLog] = {}
        self._lock = Lock()

    def ref(self, table: TableRef) -> str:
        """Return the reference as `layer.name`; InvalidTable when it is not one."""
        text = table.ref if isinstance(table, TableSpec) else table if isinstance(table, str) else ".".join(table)
        layer, _, name = text.partition(".")
        if layer not in LAYERS or not name.isidentifier():
            raise InvalidTable("a table is named layer.name", received=text, allowed=LAYERS)
        return text

    def log(self, table: TableRef) -> DeltaLog:
        """Return the log of a table that may not exist yet."""
        ref = self.ref(table)
        with self._lock:
            if ref not in self._logs:
                self._logs[ref] = DeltaLog(self.root.joinpath(*ref.split(".")))
            return self._logs[ref]

    def snapshot(self, table: TableRef, version: int | datetime | None = None) -> Snapshot:
        """Return the newest state of a table or an older one; UnknownTable names the tables of its layer."""
        log = self.log(table)
        if not log.known():
            ref = self.ref(table)
            layer = ref.partition(".")[0]
            held = [name for name in self.names() if name.startswith(f"{layer}.")]
            raise UnknownTable("no such table in the lake", received=ref, allowed=held)
        return log.snapshot() if version is None else log.snapshot_at(version)

    def names(self) -> list[str]:
        """Return the references of all tables, sorted."""
        return sorted(
            f"{layer}.{folder.name}"
            for layer in LAYERS
            if (self.root / layer).is_dir()
            for folder in (self.root / layer).iterdir()
            if (folder / "_delta_log").is_dir()
        )

    def layer(self, ref: str) -> Layer:
        """Return the layer of a reference."""
        return next(layer for layer in LAYERS if ref.startswith(f"{layer}."))
