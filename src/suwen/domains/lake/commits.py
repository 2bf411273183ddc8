"""What later commits of a Delta log make of a state that is at hand: files that came, files that went.

Source: the Delta transaction log protocol, actions `add`, `remove`, `txn` and `commitInfo`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from suwen.domains.lake.schemas import DataFile, Snapshot, StatValue

_FOLLOWED = {"add", "remove", "txn", "commitInfo"}


def followed(state: Snapshot, version: int) -> Snapshot | None:
    """Return the state at a later version; None when a commit between changes more than files, or is not to be read."""
    files = {file.path: file for file in state.files}
    committed_at = None
    for number in range(state.version + 1, version + 1):
        try:
            lines = (Path(state.path) / "_delta_log" / f"{number:020d}.json").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return None
        committed_at = None
        for kind, action in ((kind, action) for line in lines for kind, action in json.loads(line).items()):
            if kind not in _FOLLOWED or "deletionVector" in action:
                return None
            if kind == "remove":
                files.pop(f"{state.path}/{unquote(action['path'])}", None)
            elif kind == "add":
                file = _added(state, action)
                files[file.path] = file
            elif kind == "commitInfo":
                committed_at = action.get("timestamp")
        if committed_at is None:
            return None
    if committed_at is None:
        return state
    moment = datetime.fromtimestamp(committed_at / 1000, UTC)
    return replace(state, version=version, files=tuple(files.values()), committed_at=moment)


def stored_file(
    folder: Path | str,
    path: str,
    rows: int | None,
    size: int,
    partition: object,
    low: Mapping[str, StatValue],
    high: Mapping[str, StatValue],
) -> DataFile:
    """Return a file of a table as the log tells of it: path relative to the folder, percent-encoded."""
    value = None if partition is None else str(partition)
    return DataFile(f"{folder}/{unquote(path)}", rows or 0, size, value, low, high)


def _added(state: Snapshot, action: Mapping[str, Any]) -> DataFile:
    told: dict[str, Any] = json.loads(action.get("stats") or "{}")
    name = state.spec.partition
    value = action.get("partitionValues", {}).get(name) if name else None
    low, high = ({k: v for k, v in told.get(side, {}).items() if v is not None} for side in ("minValues", "maxValues"))
    return stored_file(state.path, action["path"], told.get("numRecords"), action["size"], value, low, high)
