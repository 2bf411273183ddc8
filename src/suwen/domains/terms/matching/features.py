"""What is measured of a pair of mention and candidate: one row a pair, one column a measure."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from suwen.domains.terms.matching.arrays import (
    Bools,
    Floats,
    Ints,
    Sparse,
    dots,
    entries_beside,
    largest,
    row_of_entries,
)
from suwen.domains.terms.matching.attributes import against
from suwen.domains.terms.matching.candidates import Pairs
from suwen.domains.terms.matching.index import K1, SHORT, WIDTH, B, Index
from suwen.domains.terms.matching.known import Known
from suwen.domains.terms.matching.learned import Habits, Translation
from suwen.domains.terms.matching.mentions import Mentions
from suwen.domains.terms.matching.units_compared import common_run, explained

CLOSE = 9
"""A candidate among so many best by any cheap measure is measured closely."""
_LEAST = 1e-9


@dataclass(frozen=True)
class Lessons:
    """What was learnt and is measured by; None where there were no pairs."""

    known: Known
    habits: Habits
    translation: Translation
    usual: Sparse
    """See ``usual.py``."""


@dataclass(frozen=True)
class Expected:
    """The ridge's predictions for mentions and for their parts; the second half of the columns is of code groups."""

    rows: Floats
    parts: Floats


@dataclass(frozen=True)
class Sheet:
    """Measures of the pairs that are worth it: ``values[:, names.index(name)]``, one row a pair, sorted by mention.

    ``mentions``, ``candidates``: rows of batch and index; ``vetoed``: pairs that contradict each other;
    ``quick``: a score without learning, 0..1; ``rest``: the other pairs, best first: mention, candidate, quick score.
    """

    names: list[str]
    values: Floats
    mentions: Ints
    candidates: Ints
    vetoed: Bools
    quick: Floats
    rest: tuple[Ints, Ints, Floats]

    def column(self, name: str) -> Floats:
        """One measure of all pairs."""
        return self.values[:, self.names.index(name)]


class _Columns:
    def __init__(self) -> None:
        self.names: list[str] = []
        self.values: list[Floats] = []

    def add(self, name: str, values: "np.ndarray[tuple[int], np.dtype[np.generic]]") -> Floats:
        self.names.append(name)
        self.values.append(np.asarray(values, dtype=np.float32))
        return self.values[-1]

    def of(self, name: str) -> Floats:
        return self.values[self.names.index(name)]

    def keep(self, rows: Ints) -> None:
        self.values = [values[rows] for values in self.values]


def measure(
    index: Index,
    mentions: Mentions,
    pairs: Pairs,
    expected: Expected | None,
    lessons: Lessons | None,
    own: Ints | None = None,
    besides: Ints | None = None,
    brought: tuple[Ints, Floats] | None = None,
) -> Sheet:
    """Measure every pair.

    ``own``: the confirmed pair that each mention is (training), which is not counted; ``besides``: candidates that are
    always measured closely, as mention × names + candidate; ``brought``: further ones, and how usual each is.
    """
    q, c = pairs.mentions, pairs.names
    sheet = _Columns()
    _overlaps(sheet, index, mentions, q, c, lessons.habits if lessons else None)
    part = _Parts(mentions, q)
    _part_overlaps(sheet, index, mentions, part, c)
    if mentions.meanings is not None and mentions.part_meanings is not None and index.meanings is not None:
        sheet.add("meaning", dots(mentions.meanings, index.meanings, q, c))
        sheet.add("part meaning", part.most(dots(mentions.part_meanings, index.meanings, part.part, c[part.pair])))
    if expected is not None:
        _expectations(sheet, index, expected, part, q, c)
    if lessons is not None:
        _votes(sheet, index, mentions, pairs, lessons.known, own)
    keys = q * len(index.names.names) + c
    worth, quick = _prospects(sheet, part, q)
    if besides is not None:
        worth |= np.isin(keys, besides)
    if brought is not None:
        usual = sheet.add("usual beside", np.zeros(len(q)))
        usual[np.searchsorted(keys, brought[0])] = brought[1]
        worth |= usual > 0
    close, others = np.flatnonzero(worth), np.flatnonzero(~worth)
    others = others[np.lexsort((-quick[others], q[others]))]
    rest = (q[others], c[others], quick[others])
    sheet.keep(close)
    q, c, quick = q[close], c[close], quick[close]
    latent = np.asarray(mentions.vectors @ index.basis, dtype=np.float32)
    sheet.add("latent", dots(latent, index.latent, q, c))
    _shape(sheet, index, mentions, q, c)
    vetoed = _attributes(sheet, index, mentions, q, c)
    if lessons is not None:
        for name, values in explained(index, mentions, q, c, lessons.translation):
            sheet.add(name, values)
    _relative(sheet, q)
    return Sheet(sheet.names, np.stack(sheet.values, axis=1), q, c, vetoed, quick, rest)


CLOSE_OF_PART = 3
"""And one among so many best for any part."""
_PROSPECTS = ("bm25", "expected", "like most", "part cosine", "part like most", "part expected", "meaning")


def _prospects(sheet: "_Columns", part: "_Parts", q: Ints) -> tuple[Bools, Floats]:
    """The pairs that are among the best of their mention by any cheap measure; and a score from a few of them."""
    worth = np.zeros(len(q), dtype=bool)
    for name in _PROSPECTS:
        if name in sheet.names:
            worth |= largest(sheet.of(name), q, part.places, CLOSE) & (sheet.of(name) != 0)
    for score in part.scores:
        among = largest(score, part.part, part.places[part.pair], CLOSE_OF_PART)
        worth[part.pair[among]] = True
    quick = 0.6 * sheet.of("units covered both") + 0.4 * sheet.of("cosine")
    if "meaning" in sheet.names:
        quick = 0.6 * quick + 0.4 * sheet.of("meaning")
    if "like most" in sheet.names:
        quick = 0.75 * quick + 0.25 * np.maximum(sheet.of("like most"), 0.9 * sheet.of("part like most"))
    return worth, np.clip(np.maximum(quick, 0.85 * sheet.of("part cosine")), 0, 1).astype(np.float32)


def ranks(values: Floats, q: Ints) -> tuple[Floats, Floats]:
    """Rank (0 the best) and distance to the best of each value among those of its mention; rows sorted by mention."""
    if not len(q):
        return np.empty(0, dtype=np.float32), np.empty(0, dtype=np.float32)
    starts = np.flatnonzero(np.r_[True, q[1:] != q[:-1]])
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(q)]))
    order = np.lexsort((-values, group))
    rank = np.empty(len(q), dtype=np.float32)
    rank[order] = np.arange(len(q)) - starts[group[order]]
    return rank, (values - np.maximum.reduceat(values, starts)[group]).astype(np.float32)


def _overlaps(sheet: _Columns, index: Index, mentions: Mentions, q: Ints, c: Ints, habits: Habits | None) -> None:
    units = len(index.lexicon.units)
    at, of, there = entries_beside(index.grams, c, mentions.grams, q)
    grams = index.grams.indices[at]
    # Few grams of a name are in the mention too: sums run over those alone.
    shared, of_shared = grams[there], of[there]
    single, weight = shared < units, index.idf[shared]
    count = len(q)

    def total(values: Floats) -> Floats:
        return np.bincount(of_shared, values, count).astype(np.float32)

    in_units, in_pairs = total(weight * single), total(weight * ~single)
    rows = row_of_entries(mentions.grams)
    of_mention = index.idf[mentions.grams.indices]
    pair_total = np.bincount(rows, of_mention * (mentions.grams.indices >= units), len(mentions)).astype(np.float32)
    unit_weight, pair_weight = index.unit_weight, index.pair_weight
    lengths = index.lengths[c]
    saturation = (K1 + 1) / (1 + K1 * (1 - B + B * lengths / max(index.average, 1e-9)))
    sheet.add("bm25", (in_units + in_pairs) * saturation)
    norms = np.sqrt(index.square_weight)
    mention_norms = np.sqrt(np.bincount(rows, of_mention**2, len(mentions)))
    squares = total(weight * weight)
    sheet.add("cosine", squares / np.maximum(norms[c] * mention_norms[q], _LEAST))
    recall = sheet.add("mention covered", in_units / np.maximum(mentions.total[q], _LEAST))
    precision = sheet.add("name covered", in_units / np.maximum(unit_weight[c], _LEAST))
    sheet.add("mention pairs covered", in_pairs / np.maximum(pair_total[q], _LEAST))
    sheet.add("name pairs covered", in_pairs / np.maximum(pair_weight[c], _LEAST))
    sheet.add("units covered both", 2 * recall * precision / np.maximum(recall + precision, _LEAST))
    matched = sheet.add("units shared", total(single.astype(np.float32)))
    sheet.add("units only in name", lengths - matched)
    sheet.add("rarity only in name", unit_weight[c] - in_units)
    sheet.add("rarity only in mention", mentions.total[q] - in_units)
    lone, of_lone = grams[~there], of[~there]
    lone_unit = lone < units
    rarest = np.zeros(count, dtype=np.float32)
    np.maximum.at(rarest, of_lone[lone_unit], index.idf[lone[lone_unit]])
    sheet.add("rarest unit only in name", rarest)
    if habits is None:
        return
    added = habits.added[lone]
    sheet.add("added units", np.bincount(of_lone, added * lone_unit, count))
    sheet.add("added pairs", np.bincount(of_lone, added * ~lone_unit, count))
    oddest = np.zeros(count, dtype=np.float32)
    np.minimum.at(oddest, of_lone[lone_unit], added[lone_unit].astype(np.float32))
    sheet.add("oddest added unit", oddest)
    left = habits.left[mentions.grams.indices]
    of_unit = mentions.grams.indices < units
    left_units = np.bincount(rows, left * of_unit, len(mentions))
    left_pairs = np.bincount(rows, left * ~of_unit, len(mentions))
    kept = habits.left[shared]
    sheet.add("left units", left_units[q] - total(kept * single))
    sheet.add("left pairs", left_pairs[q] - total(kept * ~single))


def _shape(sheet: _Columns, index: Index, mentions: Mentions, q: Ints, c: Ints) -> None:
    """Ends, lengths, equality, the longest common run of units."""
    one, other = mentions.units, index.units
    lengths_q, lengths_c = one.lengths[q], other.lengths[c]
    sheet.add("mention units", lengths_q)
    sheet.add("name units", lengths_c)
    sheet.add("length ratio", lengths_c / np.maximum(lengths_q, 1))
    for title, ends in (("last", (-1, -2)), ("first", (0, 1))):
        same = np.ones(len(q), dtype=bool)
        score = np.zeros(len(q), dtype=np.float32)
        for step in ends:
            a, b = _at(one.flat, one.starts, q, lengths_q, step), _at(other.flat, other.starts, c, lengths_c, step)
            same &= (a == b) & (a >= 0)
            score += same
        sheet.add(f"{title} units same", score)
    left, right = one.padded(WIDTH)[q], index.padded[c]
    run, begin = common_run(left, right)
    sheet.add("common run", run / np.maximum(lengths_c, 1))
    sheet.add("common run in mention", run / np.maximum(lengths_q, 1))
    sheet.add("common run begins", begin)
    sheet.add("equal", index.number_texts(mentions.texts)[q] == index.text_numbers[c])


def _at(flat: Ints, starts: Ints, rows: Ints, lengths: Ints, step: int) -> Ints:
    enough = lengths > (step if step >= 0 else -step - 1)
    at = np.where(enough, (starts[rows] + step) if step >= 0 else (starts[rows + 1] + step), 0)
    return np.where(enough, flat[at] if len(flat) else -1, -1)


def _attributes(sheet: _Columns, index: Index, mentions: Mentions, q: Ints, c: Ints) -> Bools:
    vetoed, state = against(mentions.said[q], index.said[c])
    sheet.add("contradictions", (state == 1).sum(axis=1))
    sheet.add("agreements", (state == -1).sum(axis=1))
    sheet.add("only name says", (state == 0.5).sum(axis=1))
    sheet.add("only mention says", (state == -0.5).sum(axis=1))
    one, other = mentions.numbers[q], index.numbers[c]
    sheet.add("numbers shared", np.bitwise_count(one & other))
    sheet.add("numbers only in name", np.bitwise_count(other & ~one))
    sheet.add("numbers only in mention", np.bitwise_count(one & ~other))
    return vetoed


class _Parts:
    """Every pair beside every part of its mention."""

    def __init__(self, mentions: Mentions, q: Ints) -> None:
        widths = np.bincount(mentions.owners, minlength=len(mentions)) if len(mentions) else np.empty(0, np.int64)
        begins = np.cumsum(widths) - widths
        self.widths = widths[q]
        self.pair = np.repeat(np.arange(len(q)), self.widths)
        offset = np.arange(len(self.pair)) - np.repeat(np.cumsum(self.widths) - self.widths, self.widths)
        self.part = np.repeat(begins[q], self.widths) + offset
        self.count = len(q)
        self.places = np.arange(len(q)) - np.searchsorted(q, q)
        """The pairs of each mention numbered through."""
        self.scores: list[Floats] = []
        """Likenesses of parts and candidates, for choosing the candidates of each part."""
        self._has = self.widths > 0
        self._starts = (np.cumsum(self.widths) - self.widths)[self._has]

    def most(self, values: Floats, otherwise: float = 0.0) -> Floats:
        """The largest value over the parts of each pair's mention."""
        result = np.full(self.count, otherwise, dtype=np.float32)
        if len(values):
            result[self._has] = np.maximum.reduceat(values, self._starts)
        return result

    def of_best(self, score: Floats, values: Floats) -> Floats:
        """The value at the part with the largest score (the largest such value when several tie)."""
        best = self.most(score)[self.pair]
        return self.most(np.where(score >= best, values, np.float32(-1e9)).astype(np.float32))

    def beside_rivals(self, score: Floats) -> Floats:
        """How far below the best candidate of a part each stands, on its best part; 0: the best of some part."""
        if not len(score):
            return np.zeros(self.count, dtype=np.float32)
        best = np.full(int(self.part.max()) + 1, -np.inf, dtype=np.float32)
        np.maximum.at(best, self.part, score)
        return self.most((score - best[self.part]).astype(np.float32))


def _part_overlaps(sheet: _Columns, index: Index, mentions: Mentions, part: _Parts, c: Ints) -> None:
    sheet.add("parts", part.widths)
    if not len(part.pair):
        for name in ("part cosine", "part covered", "name covered by part", "part rivals"):
            sheet.add(name, np.zeros(part.count, dtype=np.float32))
        return
    # A part's table is asked for few columns: a key look-up would cost more than the dense row.
    at, of, shared = entries_beside(index.grams, c[part.pair], mentions.part_grams, part.part)
    weights = index.idf**2
    squares = np.bincount(of[shared], weights[index.grams.indices[at[shared]]], len(part.pair)).astype(np.float32)
    name_total = index.square_weight
    part_total = np.asarray(mentions.part_grams @ weights)
    of_name, of_part = name_total[c[part.pair]], part_total[part.part]
    cosine = (squares / np.maximum(np.sqrt(of_name * of_part), _LEAST)).astype(np.float32)
    sheet.add("part cosine", part.most(cosine))
    sheet.add("part covered", part.of_best(cosine, (squares / np.maximum(of_part, _LEAST)).astype(np.float32)))
    sheet.add("name covered by part", part.most((squares / np.maximum(of_name, _LEAST)).astype(np.float32)))
    sheet.add("part rivals", part.beside_rivals(cosine))
    part.scores.append(cosine)


def _expectations(sheet: _Columns, index: Index, expected: Expected, part: _Parts, q: Ints, c: Ints) -> None:
    names = index.latent.shape[1]
    score = sheet.add("expected", dots(expected.rows[:, :names], index.latent, q, c))
    lengths = np.linalg.norm(expected.rows[:, :names], axis=1)
    sheet.add("expected cosine", score / np.maximum(index.latent_lengths[c] * lengths[q], _LEAST))
    sheet.add("expected group", dots(expected.rows[:, names:], index.group_latent, q, c))
    if not len(part.pair):
        sheet.add("part expected", np.zeros(part.count))
        sheet.add("part expected group", np.zeros(part.count))
        sheet.add("part expected rivals", np.zeros(part.count))
        return
    # The first directions carry most: parts are many, and a row of all of them is dear.
    few = min(names, SHORT)
    of_part = dots(expected.parts[:, :few], index.short, part.part, c[part.pair])
    sheet.add("part expected", part.most(of_part))
    group = dots(expected.parts[:, names:], index.group_latent, part.part, c[part.pair])
    sheet.add("part expected group", part.of_best(of_part, group))
    sheet.add("part expected rivals", part.beside_rivals(of_part))
    part.scores.append(of_part)


def _votes(sheet: _Columns, index: Index, mentions: Mentions, pairs: Pairs, known: Known, own: Ints | None) -> None:
    q, c = pairs.mentions, pairs.names
    size = len(index.names.names)
    keys = q * size + c
    own_answers = None if own is None else known.answers[own]
    for title, votes, owners in (("like", pairs.votes, None), ("part like", pairs.part_votes, mentions.owners)):
        rows = votes.rows if owners is None else owners[votes.rows]
        answers = known.answers[votes.documents]
        widths = np.diff(answers.indptr)
        voter, likeness = np.repeat(rows, widths), np.repeat(votes.likeness, widths)
        shared = np.repeat(1 / np.maximum(widths, 1), widths)
        at: Ints = np.searchsorted(keys, cast(Ints, voter * size + answers.indices))
        most = np.zeros(len(q), dtype=np.float32)
        np.maximum.at(most, at, likeness)
        weight = np.bincount(at, likeness**3 * shared, len(q))
        everything = np.bincount(voter, likeness**3 * shared, len(mentions))
        sheet.add(f"{title} most", most)
        sheet.add(f"{title} votes", weight)
        sheet.add(f"{title} share", weight / np.maximum(everything[q], _LEAST))
        nearest = np.zeros(len(mentions), dtype=np.float32)
        np.maximum.at(nearest, voter, likeness)
        sheet.add(f"{title} nearest", nearest[q])
        if owners is None:
            for level, groups in enumerate(index.groups):
                count = int(groups.max()) + 1
                table = np.bincount(
                    voter * count + groups[answers.indices], likeness**3 * shared, len(mentions) * count
                )
                sheet.add(f"group {level} votes", table[q * count + groups[c]] / np.maximum(everything[q], _LEAST))
    seen = known.counts[c].astype(np.float32)
    if own_answers is not None:
        mine = row_of_entries(own_answers) * size + own_answers.indices
        seen -= np.isin(keys, mine)
    sheet.add("times answer", np.log1p(seen))


_RIVALRY = (
    "bm25",
    "cosine",
    "units covered both",
    "expected",
    "like votes",
    "answer from mention",
    "added units",
    "meaning",
)


def _relative(sheet: _Columns, q: Ints) -> None:
    """Where a candidate stands among those of its mention: rank, and distance to the best."""
    for name in _RIVALRY:
        if name in sheet.names:
            rank, below = ranks(sheet.of(name), q)
            sheet.add(f"{name} below best", below)
            sheet.add(f"{name} rank", rank)
