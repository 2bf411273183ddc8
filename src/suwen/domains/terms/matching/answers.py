"""The second stage: the best candidates of a mention judged together, as one answer.

A mention of several diseases has several names; a candidate that only repeats what a better one covers is not one of
them. Works on grids ``(mentions, PLACES)``, candidates in falling order of the first stage's probability.
"""

from dataclasses import dataclass

import numpy as np

from suwen.domains.terms.matching.arrays import Bools, Floats, Ints
from suwen.domains.terms.matching.features import Sheet
from suwen.domains.terms.matching.index import WIDTH, Index
from suwen.domains.terms.matching.known import Known
from suwen.domains.terms.matching.mentions import Mentions

PLACES = 14
_CARRIED = (
    "cosine", "mention covered", "name covered", "name pairs covered", "units covered both", "part cosine",
    "part covered", "name covered by part", "part rivals", "expected", "expected cosine", "expected group",
    "part expected", "part expected rivals", "like most", "like votes", "like share", "like nearest",
    "part like most", "part like share", "times answer", "added units", "oddest added unit", "left units",
    "answer from mention", "mention from answer", "contradictions", "only name says", "numbers only in name",
    "common run", "equal", "group 0 votes", "bm25 below best", "expected below best",
    "units covered both below best", "last units same", "meaning", "part meaning", "meaning below best",
)  # fmt: skip

_COMPARED = ("answer from mention", "mention from answer", "expected", "added units", "name covered", "times answer")


@dataclass(frozen=True)
class Grid:
    """The best candidates of each mention: ``rows`` into the sheet (-1: none), ``names`` into the index, ``chance``."""

    rows: Ints
    names: Ints
    chance: Floats

    @property
    def there(self) -> Bools:
        """Where there is a candidate."""
        return self.rows >= 0


def grid(sheet: Sheet, chance: Floats, count: int) -> Grid:
    """Lay out the ``PLACES`` likeliest candidates of each of ``count`` mentions."""
    order = np.lexsort((sheet.candidates, -chance, sheet.mentions))
    q = sheet.mentions[order]
    starts = np.searchsorted(q, np.arange(count))
    place = np.arange(len(q)) - starts[q]
    inside = place < PLACES
    rows = np.full((count, PLACES), -1, dtype=np.int64)
    rows[q[inside], place[inside]] = order[inside]
    there = rows >= 0
    safe = np.where(there, rows, 0)
    if not len(chance):
        return Grid(rows, safe, np.zeros(rows.shape, dtype=np.float32))
    return Grid(rows, np.where(there, sheet.candidates[safe], 0), np.where(there, chance[safe], 0).astype(np.float32))


def measure_together(
    index: Index, mentions: Mentions, sheet: Sheet, top: Grid, known: Known | None, labels: Floats | None = None
) -> tuple[list[str], Floats]:
    """Names and values ``(mentions, PLACES, measures)``.

    ``known``: None where nothing was confirmed; what it says of names confirmed together is then left out.
    ``labels`` ``(mentions, PLACES)``: which candidates are answers of the mention's own pair, which then is not counted
    among the pairs that have two names together (training).
    """
    p, there = top.chance, top.there
    names: list[str] = []
    values: list[Floats] = []

    def add(name: str, value: Floats) -> None:
        names.append(name)
        values.append(np.broadcast_to(value, p.shape).astype(np.float32))

    add("chance", p)
    add("place", np.arange(PLACES)[None, :])
    add("of best", p / np.maximum(p[:, :1], 1e-6))
    add("best", p[:, :1])
    add("all", p.sum(axis=1, keepdims=True))
    before = np.cumsum(p, axis=1) - p
    add("before", before)
    add("after", p.sum(axis=1, keepdims=True) - before - p)
    add("next", np.concatenate([p[:, 1:], np.zeros_like(p[:, :1])], axis=1))
    add("previous", np.concatenate([np.ones_like(p[:, :1]), p[:, :-1]], axis=1))
    add("likely", (p > 0.5).sum(axis=1, keepdims=True))
    add("units", mentions.units.lengths[:, None])
    covers, rarity = _covers(index, mentions, top)
    whole = np.maximum(rarity.sum(axis=1), 1e-6)
    own = (covers * rarity[:, None, :]).sum(axis=2)
    open_ = np.ones_like(rarity)
    fresh = np.zeros_like(p)
    open_share = np.zeros_like(p)
    for place in range(PLACES):
        fresh[:, place] = (covers[:, place] * rarity * open_).sum(axis=1)
        open_share[:, place] = (rarity * open_).sum(axis=1)
        open_ = open_ * (1 - p[:, place, None] * covers[:, place])
    add("covers", own / whole[:, None])
    add("newly covers", fresh / whole[:, None])
    add("newly of own", fresh / np.maximum(own, 1e-6))
    add("still open", open_share / whole[:, None])
    add("open at end", (rarity * open_).sum(axis=1)[:, None] / whole[:, None])
    better = np.tril(np.ones((PLACES, PLACES), dtype=np.float32), -1)[None]
    shared = np.einsum("nip,njp->nij", covers * rarity[:, None, :], covers)
    repeated = shared / np.maximum(own[:, :, None], 1e-6)
    weighted = better * p[:, None, :]
    add("repeats better", (repeated * weighted).max(axis=2))
    add(
        "worse repeats it",
        (np.swapaxes(shared, 1, 2) / np.maximum(own[:, None, :], 1e-6) * np.swapaxes(weighted, 1, 2)).max(axis=2),
    )
    # Against the best: what of the mention it has besides, what it lacks, and what it says that nobody said.
    lead = covers[:, :1] * np.ones_like(covers)
    add("has besides best", (rarity[:, None, :] * covers * (1 - lead)).sum(axis=2))
    add("lacks of best", (rarity[:, None, :] * lead * (1 - covers)).sum(axis=2))
    latent = index.latent[top.names]
    latent = latent / np.maximum(np.linalg.norm(latent, axis=2, keepdims=True), 1e-6)
    alike = np.einsum("nid,njd->nij", latent, latent)
    add("alike better", (alike * weighted).max(axis=2))
    add("alike best", alike[:, :, 0])
    for level, groups in enumerate(index.groups):
        of = groups[top.names]
        same = (of[:, :, None] == of[:, None, :]) & there[:, None, :]
        add(f"same group {level} better", (same * weighted).max(axis=2))
        add(f"group {level} chance", (same * p[:, None, :]).sum(axis=2))
    if known is not None:
        often = _together(known, top)
        if labels is not None:
            often = np.maximum(often - labels[:, :, None] * labels[:, None, :], 0)
        seen = known.counts[top.names].astype(np.float32)
        if labels is not None:
            seen = np.maximum(seen - labels, 0)
        add("together with better", (often / (seen[:, :, None] + 2) * weighted).max(axis=2))
        add("better together with it", (often / (seen[:, None, :] + 2) * weighted).max(axis=2))
    safe = np.where(there, top.rows, 0)
    for name in _CARRIED:
        if name in sheet.names:
            add(name, _at(sheet, name, safe))
    for name in _COMPARED:
        if name in sheet.names:
            of = np.where(there, _at(sheet, name, safe), 0)
            add(f"{name} to best", of - of[:, :1])
            add(f"{name} to next", of - np.concatenate([of[:, 1:], of[:, :1]], axis=1))
    return names, np.stack(values, axis=2)


def measure_answer(
    sheet: Sheet, top: Grid, final: Floats, chosen: Bools, together: Floats, together_names: list[str]
) -> Floats:
    """One row a mention about the chosen names as a whole: for the confidence that exactly these are the answer."""
    there = top.there
    kept = chosen & there
    sure = np.where(kept, final, 1)
    others = np.where(there & ~kept, final, 0)
    ordered = -np.sort(-final, axis=1)
    first = np.where(there[:, 0], top.rows[:, 0], 0)
    best = np.argmax(np.where(kept, final, -1), axis=1)
    row = np.where(kept.any(axis=1), top.rows[np.arange(len(best)), best], first)
    columns = [
        kept.sum(axis=1),
        sure.min(axis=1),
        sure.prod(axis=1),
        others.max(axis=1),
        (1 - others).prod(axis=1),
        ordered[:, 0],
        ordered[:, 1],
        ordered[:, 2],
        final.sum(axis=1) - kept.sum(axis=1),
        together[:, 0, together_names.index("units")],
        (together[:, :, together_names.index("newly covers")] * kept).sum(axis=1),
        (together[:, :, together_names.index("group 1 chance")] * kept).max(axis=1),
    ]
    for name in _CARRIED:
        if name in sheet.names:
            columns.append(_at(sheet, name, row))
    return np.stack(columns, axis=1).astype(np.float32)


def _at(sheet: Sheet, name: str, rows: Ints) -> Floats:
    """A measure at some rows; 0 in a batch of which no mention has a candidate, as when all are in another language."""
    column = sheet.column(name)
    return column[rows] if len(column) else np.zeros(rows.shape, dtype=np.float32)


def _covers(index: Index, mentions: Mentions, top: Grid) -> tuple[Floats, Floats]:
    """Which units of the mention each candidate holds ``(mentions, PLACES, units)``, and each unit's rarity."""
    left = mentions.units.padded(WIDTH)
    left = left[:, : max(1, int((left != -2).sum(axis=1).max(initial=1)))]
    weights = np.append(index.idf[: len(index.lexicon.units)], index.idf.max(initial=1.0))
    rarity = np.where(left == -2, 0, weights[np.maximum(left, -1)]).astype(np.float32)
    right = np.where(top.there[:, :, None], index.padded[top.names], -3)
    covers = np.zeros((*top.rows.shape, left.shape[1]), dtype=bool)
    for place in range(right.shape[2]):
        unit = right[:, :, place]
        if (unit >= 0).any():
            covers |= (left[:, None, :] == unit[:, :, None]) & (left >= 0)[:, None, :]
    return covers.astype(np.float32), rarity


def _together(known: Known, top: Grid) -> Floats:
    one = np.repeat(top.names, PLACES, axis=1).ravel()
    other = np.tile(top.names, (1, PLACES)).ravel()
    live = np.flatnonzero((known.several[one]) & (known.several[other]) & (one != other))
    often = np.zeros(len(one), dtype=np.float32)
    if len(live):
        often[live] = np.asarray(known.together[one[live], other[live]]).ravel()
    return often.reshape(len(top.names), PLACES, PLACES)
