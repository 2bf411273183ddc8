"""What to generate, and the manifest of what was generated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol, cast

import yaml

DATA = Path(__file__).parent / "data"
MANIFEST = "manifest.json"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads ten times as fast, where it is built in


def read_yaml(path: Path) -> dict[str, Any]:
    """A data file of the generator."""
    return cast("dict[str, Any]", yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))


class Progress(Protocol):
    """How a long run tells where it is."""

    def stage(self, title: str, total: int | None) -> None:
        """A new stage of `total` steps begins."""

    def advance(self, n: int = 1) -> None:
        """`n` more steps are done."""


@dataclass(frozen=True)
class RegionSpec:
    """Size and seed of a region; equal specs give equal content.

    persons: residents of the county (≈ 3.4 encounters each in two years); start/end: first and last day of visits.
    error_rate: share of the rows of a table that each declared kind of error is put into.
    """

    persons: int = 5_000
    seed: int = 20_240_101
    start: date = date(2023, 1, 1)
    end: date = date(2024, 12, 31)
    error_rate: float = 0.001

    def __post_init__(self) -> None:
        if self.persons < 1 or self.end <= self.start or not 0 <= self.error_rate <= 0.02:
            raise ValueError(f"persons ≥ 1, start < end and 0 ≤ error_rate ≤ 0.02 are needed, received {self}")

    def digest(self) -> str:
        """Hex digest of the spec, the generator's code and its data files: the name of the content."""
        state = hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode())
        for path in sorted(Path(__file__).parent.rglob("*")):
            if path.suffix in {".py", ".yaml"}:
                state.update(path.name.encode() + b"\0" + path.read_bytes())
        return state.hexdigest()[:32]


@dataclass(frozen=True)
class RegionManifest:
    """What lies in a generated folder.

    folder: absolute path. sources: institution key → folder, relative. files: institution key → table → relative
    paths, in order. rows: institution key → table → rows written (with injected duplicates). encounters: visits of
    the region. identities / errors: relative path of the truth tables (parquet), see `truth.py` for their columns.
    """

    digest: str
    spec: Mapping[str, Any]
    folder: Path
    sources: Mapping[str, str]
    files: Mapping[str, Mapping[str, tuple[str, ...]]]
    rows: Mapping[str, Mapping[str, int]]
    encounters: int
    identities: str = "truth/identities.parquet"
    errors: str = "truth/errors.parquet"
    persons: str = "truth/persons.parquet"
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def total_rows(self) -> int:
        """Rows over all tables of all institutions."""
        return sum(count for tables in self.rows.values() for count in tables.values())

    def source(self, key: str) -> Path:
        """Folder of an institution ('general', 'tcm', 'township')."""
        return self.folder / self.sources[key]

    def write(self, folder: Path) -> None:
        """Write manifest.json into `folder`."""
        body = asdict(self)
        del body["folder"]
        (folder / MANIFEST).write_text(json.dumps(body, ensure_ascii=False, indent=1, default=str), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> RegionManifest | None:
        """The manifest of a generated folder, or None where nothing whole stands."""
        try:
            body = cast("dict[str, Any]", json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
            return cls(folder=folder.resolve(), **body)
        except (OSError, ValueError, TypeError):
            return None
