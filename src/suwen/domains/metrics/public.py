"""The door of the metrics room.

count = await refresh(lake, database, catalog, progress)
found = await query(uow, lake, ["visits"], Shape(("org", "time"), "month"), Cut(first, last), scope)
rows = await drill(uow, lake, catalog, "visits", Cut(first, last, orgs=("...",)), scope)
"""

from suwen.domains.metrics.answer import Change, Definitions, Line, Number
from suwen.domains.metrics.errors import InvalidPack, InvalidQuery, UnknownMetric
from suwen.domains.metrics.pack import load_pack
from suwen.domains.metrics.query import Cut, Dim, Grain, Shape
from suwen.domains.metrics.service import (
    Answer,
    Drilled,
    definitions,
    drill,
    query,
    refresh,
    refresh_batch,
)

__all__ = [
    "Answer",
    "Change",
    "Cut",
    "Definitions",
    "Dim",
    "Drilled",
    "Grain",
    "InvalidPack",
    "InvalidQuery",
    "Line",
    "Number",
    "Shape",
    "UnknownMetric",
    "definitions",
    "drill",
    "load_pack",
    "query",
    "refresh",
    "refresh_batch",
]
