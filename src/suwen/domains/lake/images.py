"""What a table is made of at one moment, for a copy that outlives this disk."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from suwen.domains.lake.errors import InvalidTable
from suwen.domains.lake.locks import committing
from suwen.domains.lake.tables import LOCKS, Tables

_LOG, _LAST_CHECKPOINT = "_delta_log", "_last_checkpoint"


@dataclass(frozen=True)
class TableImage:
    """A table at a version: `log` are the files of its log, copied; `data` its data files, where they lie.

    Both by their path below a lake's folder: put there together, they are the table at that version, whose number and
    commit tags stay. Data files never change and stay for days after a later version let go of them. Copies for
    look-ups are left out; the next upkeep makes them anew.
    """

    ref: str
    version: int
    rows: int
    log: tuple[PurePosixPath, ...]
    data: tuple[tuple[PurePosixPath, Path], ...]


def image(tables: Tables, ref: str, into: Path) -> TableImage:
    """Copy the log of a table's newest version below `into`, while no writer of this machine commits."""
    with committing(tables.root / LOCKS, ref):
        state = tables.snapshot(ref)
        place = PurePosixPath(*ref.split("."))
        source = tables.root / place / _LOG
        target = into / place / _LOG
        target.mkdir(parents=True)
        log = [file for file in sorted(source.iterdir()) if _belongs(file, state.version)]
        for file in log:
            shutil.copyfile(file, target / file.name)
    data: list[tuple[PurePosixPath, Path]] = []
    for file in state.files:
        path = Path(file.path)
        if not path.is_relative_to(tables.root / place):
            raise InvalidTable(f"a file of table {ref} lies outside its folder", received=path.name)
        data.append((PurePosixPath(path.relative_to(tables.root).as_posix()), path))
    return TableImage(ref, state.version, state.rows, tuple(place / _LOG / file.name for file in log), tuple(data))


def _belongs(file: Path, version: int) -> bool:
    """Say whether a file of the log is of this version or an older one; writers on other machines may go on."""
    if file.name == _LAST_CHECKPOINT:
        return int(json.loads(file.read_text("utf-8"))["version"]) <= version
    number = file.name.partition(".")[0]
    return file.is_file() and number.isdigit() and int(number) <= version
