"""The declared systems."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from suwen.domains.ingest.peers.errors import UnknownPeer

_FILE = Path(__file__).with_name("peers.yaml")


class Peer(BaseModel):
    """A system. gives: datasets that the platform gives it; takes: those that it brings; cron: how often, usually."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    title: str
    title_en: str
    gives: tuple[str, ...]
    takes: tuple[str, ...]
    cron: str


class _Peers(BaseModel):
    peers: tuple[Peer, ...]


@cache
def peers() -> tuple[Peer, ...]:
    """Return the declared systems."""
    return _Peers.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8"))).peers


def peer_of(code: str) -> Peer:
    """Return a system. Raises UnknownPeer."""
    found = next((one for one in peers() if one.code == code), None)
    if found is None:
        raise UnknownPeer(code, [one.code for one in peers()])
    return found
