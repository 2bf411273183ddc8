"""Systems of the region on the screen."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class PeerDataset(BaseModel):
    """A dataset that is exchanged."""

    code: str
    title: str
    title_en: str


class PeerInfo(BaseModel):
    """A system of the region: what it is given, what it brings, and what of it is connected within the caller's scope.

    places: sources of this system; distributions: to those.
    """

    code: str
    title: str
    title_en: str
    gives: list[PeerDataset]
    takes: list[PeerDataset]
    cron: str
    places: list[str]
    distributions: int


class PeerWanted(BaseModel):
    """Distributions to a system that are to be. place: a source whose connection leads there; orgs: none means all."""

    model_config = ConfigDict(extra="forbid")

    place: Annotated[str, Field(min_length=1, max_length=100)]
    orgs: list[str] = []
    masked: bool = True


class PeerMade(BaseModel):
    """The distributions that were made, and the datasets that went there already."""

    made: list[UUID]
    kept: list[str]
