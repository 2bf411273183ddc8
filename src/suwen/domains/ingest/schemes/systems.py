"""Kinds of system and the standard datasets that each usually delivers, as declared in systems.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class SystemKind:
    """A kind of system. area: clinical, operations, research or public_health; datasets: codes it usually fills."""

    code: str
    title: str
    title_en: str
    area: str
    datasets: tuple[str, ...]

    def names(self, system: str) -> bool:
        """Say whether a source that calls its system so is of this kind."""
        return system.strip().casefold() in {self.code.casefold(), self.title.casefold(), self.title_en.casefold()}


@cache
def system_kinds() -> dict[str, SystemKind]:
    """Return the kinds of system by code, in their order."""
    declared: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("systems.yaml").read_text("utf-8"))
    made = [
        SystemKind(one["code"], one["title"], one["title_en"], one["area"], tuple(one["datasets"])) for one in declared
    ]
    return {kind.code: kind for kind in made}


def kind_of(system: str) -> str:
    """Return the code of the kind of system that a source names, "" where it is none of them."""
    return next((kind.code for kind in system_kinds().values() if kind.names(system)), "")
