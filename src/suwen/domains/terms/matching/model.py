"""Everything learnt together, and how a batch of mentions goes through it, in training and afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from suwen.domains.terms.matching.acceptance import HeldOut, calibrated, steps
from suwen.domains.terms.matching.answer import MatcherOptions
from suwen.domains.terms.matching.answers import PLACES, Grid, grid, measure_answer, measure_together
from suwen.domains.terms.matching.arrays import Bools, Floats, Ints, as_ints, largest
from suwen.domains.terms.matching.candidates import Votes, retrieve
from suwen.domains.terms.matching.choosing import best_cut, choose_many, choose_one
from suwen.domains.terms.matching.features import Expected, Lessons, Sheet, measure
from suwen.domains.terms.matching.index import Index
from suwen.domains.terms.matching.known import Known, known
from suwen.domains.terms.matching.learned import LeftOut, Ridge, fit_habits, fit_ridge, fit_translation
from suwen.domains.terms.matching.mentions import Mentions, read_mentions
from suwen.domains.terms.matching.ranker import FOLDS, Settings, Trees, cross_fit, folds
from suwen.domains.terms.matching.segments import Trie
from suwen.domains.terms.matching.usual import brought_along, far_answers, fit_usual
from suwen.kernel.progress import Progress

_BATCH = 256
_LIKELY = PLACES + 4
"""So many pairs of a mention are judged by all trees of the first stage."""
_BY_CHANCE = 1e-3
FIRST = Settings()
SECOND = Settings(rounds=100, depth=5, rate=0.11, least=6.0)
WHOLE = Settings(rounds=80, depth=3, rate=0.07, least=8.0, columns=0.6)


@dataclass(frozen=True)
class Head:
    """Whether a whole answer is right: trees, their calibration, and how they judged the confirmed pairs."""

    trees: Trees
    table: tuple[Floats, Floats]
    held_out: HeldOut


@dataclass(frozen=True)
class Model:
    """What confirmed pairs taught. ``cut``: least chance of a further name in a mention of several."""

    ridge: Ridge
    lessons: Lessons
    first: Trees
    second: Trees
    one: Head
    many: Head
    cut: float


@dataclass(frozen=True)
class Judged:
    """A batch after both stages: ``final`` ``(mentions, PLACES)`` chances of the grid's candidates."""

    sheet: Sheet
    chance: Floats
    top: Grid
    final: Floats
    together: Floats
    together_names: list[str]
    votes: Votes


def judge(index: Index, mentions: Mentions, model: Model) -> Judged:
    """Both stages for a batch."""
    expected = Expected(model.ridge.predict(mentions.vectors), model.ridge.predict(mentions.part_vectors))
    names = index.latent.shape[1]
    brought = brought_along(model.lessons.usual, mentions.grams)
    pairs = retrieve(index, mentions, expected.rows[:, :names], model.lessons.known, besides=brought[0])
    sheet = measure(index, mentions, pairs, expected, model.lessons, brought=brought)
    chance = _first_chance(model.first, sheet)
    top = grid(sheet, chance, len(mentions))
    names, together = measure_together(index, mentions, sheet, top, model.lessons.known)
    final = np.zeros(top.rows.shape, dtype=np.float32)
    final[top.there] = model.second.predict(together[top.there])
    return Judged(sheet, chance, top, final, together, names, pairs.votes)


def _first_chance(trees: Trees, sheet: Sheet) -> Floats:
    """Chances by all trees for the pairs that a few trees find likeliest, far smaller ones for the others."""
    rough = trees.rough(sheet.values)
    places = np.arange(len(rough)) - np.searchsorted(sheet.mentions, sheet.mentions)
    likely = largest(rough, sheet.mentions, places, _LIKELY)
    chance = rough * np.float32(1e-3)
    chance[likely] = trees.predict(sheet.values[likely])
    return chance


def teach(
    index: Index,
    trie: Trie,
    names: Sequence[str],
    answers: Sequence[Sequence[int]],
    options: MatcherOptions,
    progress: Progress,
) -> Model:
    """Learn from confirmed pairs: names, and their answers as rows of the index. Each pair is judged by others only."""
    mentions = read_mentions(index, trie, names)
    facts = known(index, mentions, answers)
    progress.stage("核岭回归", 1)
    ridge, left_out = _ridge(index, mentions, answers)
    progress.advance()
    fold = folds(len(names), options.seed)
    first = _FirstStage(index, trie, names, answers, mentions, facts, left_out, fold)
    values = first.measure(progress)
    labels = first.labels
    progress.stage("训练排序模型", 4)
    stage_one, chance = cross_fit(values, labels, fold[first.owners], FIRST, threads=options.threads, seed=options.seed)
    progress.advance()
    del values
    joint = first.together(chance)
    flat = joint.there.ravel()
    rows = joint.values.reshape(-1, joint.values.shape[-1])[flat]
    stage_two, held = cross_fit(
        rows, joint.labels.ravel()[flat], np.repeat(fold[joint.order], PLACES)[flat], SECOND,
        threads=options.threads, seed=options.seed,
    )  # fmt: skip
    progress.advance()
    final = np.zeros(joint.there.shape, dtype=np.float32)
    final[joint.there] = held
    sizes = np.array([len(answers[row]) for row in as_ints(joint.order)], dtype=np.int64)
    cut = best_cut(final, joint.there, joint.labels, sizes)
    heads: list[Head] = []
    for chosen in (choose_one(final, joint.there), choose_many(final, joint.there, cut)):
        right = ((chosen & (joint.labels > 0)).sum(axis=1) == sizes) & (chosen.sum(axis=1) == sizes)
        measured = joint.whole(final, chosen)
        trees, sure = cross_fit(
            measured, right.astype(np.float32), fold[joint.order], WHOLE, threads=options.threads, seed=options.seed
        )
        sure = told_apart(sure, final, chosen)
        table = steps(sure, right)
        confidence, truth = np.empty(len(names)), np.empty(len(names))
        confidence[joint.order], truth[joint.order] = calibrated(sure, table), right
        heads.append(Head(trees, table, HeldOut(confidence, truth)))
        progress.advance()
    return Model(
        ridge,
        School(index, mentions, facts, answers).lessons(np.arange(len(names))),
        stage_one,
        stage_two,
        heads[0],
        heads[1],
        cut,
    )


def told_apart(sure: Floats, final: Floats, chosen: Bools) -> Floats:
    """Whole answers that are equally sure, the less so the less likely their least likely name is.

    Where all confirmed pairs are answered rightly nothing teaches what a wrong answer looks like: all would be equal.
    """
    least = np.where(chosen, final, 1).min(axis=1)
    return sure * (1 - _BY_CHANCE) + least * _BY_CHANCE


def _targets(index: Index) -> Floats:
    return np.concatenate([index.latent, index.group_latent], axis=1)


def _ridge(index: Index, mentions: Mentions, answers: Sequence[Sequence[int]]) -> tuple[Ridge, LeftOut]:
    targets = _targets(index)
    wanted = np.stack([targets[list(found)].sum(axis=0) for found in answers]).astype(np.float32)
    nothing = np.zeros((index.basis.shape[0], index.group_latent.shape[1]), dtype=np.float32)
    prior = np.concatenate([index.basis, nothing], axis=1)
    return fit_ridge(mentions.vectors, wanted, prior, mentions.part_vectors, mentions.owners)


class School:
    """Pairs as grams and units, from which any part of them can be counted."""

    def __init__(self, index: Index, mentions: Mentions, facts: Known, answers: Sequence[Sequence[int]]) -> None:
        self._facts, self._mentions = facts, mentions
        self._size = len(index.lexicon.units)
        starts, of = mentions.units.starts.tolist(), index.units
        self._said = [mentions.units.flat[a:b] for a, b in pairwise(starts)]
        self._meant = [
            np.concatenate([of.flat[of.starts[row] : of.starts[row + 1]] for row in found]) for found in answers
        ]
        self._grams = (facts.answers[: len(answers)] @ index.grams).tocsr()
        self._grams.data[:] = 1
        self._far = far_answers(index, mentions.grams, facts.answers[: len(answers)])

    def lessons(self, rows: Ints) -> Lessons:
        """What the given pairs teach."""
        said, meant = ([of[row] for row in as_ints(rows)] for of in (self._said, self._meant))
        translation = fit_translation(said, meant, self._size)
        grams = self._mentions.grams[rows]
        habits = fit_habits(grams, self._grams[rows])
        return Lessons(self._facts, habits, translation, fit_usual(grams, self._far[rows]))


@dataclass(frozen=True)
class _Joint:
    """Grids of all training mentions, in ``order``; ``sheets``: what each batch measured, for the whole answer."""

    order: Ints
    there: Bools
    labels: Floats
    values: Floats
    names: list[str]
    batches: list[tuple[Sheet, Grid]]

    def whole(self, final: Floats, chosen: Bools) -> Floats:
        """Measures of the whole answers."""
        made: list[Floats] = []
        start = 0
        for sheet, top in self.batches:
            here = slice(start, start + len(top.rows))
            made.append(measure_answer(sheet, top, final[here], chosen[here], self.values[here], self.names))
            start = here.stop
        return np.concatenate(made)


class _FirstStage:
    """Training mentions in batches of one fold, each measured as if its fold's pairs had not been seen."""

    def __init__(
        self,
        index: Index,
        trie: Trie,
        names: Sequence[str],
        answers: Sequence[Sequence[int]],
        mentions: Mentions,
        facts: Known,
        left_out: LeftOut,
        fold: Ints,
    ) -> None:
        self._index, self._trie, self._names, self._answers = index, trie, names, answers
        self._mentions, self._facts, self._left_out, self._fold = mentions, facts, left_out, fold
        self._school = School(index, mentions, facts, answers)
        self._batches: list[tuple[Ints, Mentions, Sheet, Floats]] = []
        self.owners: Ints = np.empty(0, np.int64)
        self.labels: Floats = np.empty(0, np.float32)

    def measure(self, progress: Progress) -> Floats:
        """Measure all training mentions; fills ``owners`` and ``labels``."""
        progress.stage("比较已确认的对照", len(self._names))
        size = len(self._index.names.names)
        values: list[Floats] = []
        for number in range(FOLDS):
            mine = np.flatnonzero(self._fold == number)
            lessons = self._school.lessons(np.flatnonzero(self._fold != number))
            for start in range(0, len(mine), _BATCH):
                rows = mine[start : start + _BATCH]
                mentions = read_mentions(self._index, self._trie, [self._names[row] for row in as_ints(rows)])
                parts = np.flatnonzero(np.isin(self._mentions.owners, rows))
                expected = Expected(self._left_out.rows[rows], self._left_out.parts[parts])
                latent = self._index.latent.shape[1]
                brought = brought_along(lessons.usual, mentions.grams)
                pairs = retrieve(
                    self._index, mentions, expected.rows[:, :latent], self._facts, rows, besides=brought[0]
                )
                sheet = measure(self._index, mentions, pairs, expected, lessons, rows, brought=brought)
                meant: Ints = np.array(
                    [place * size + name for place, row in enumerate(as_ints(rows)) for name in self._answers[row]]
                )
                labels = np.isin(sheet.mentions * size + sheet.candidates, meant).astype(np.float32)
                self._batches.append((rows, mentions, sheet, labels))
                values.append(sheet.values)
                progress.advance(len(rows))
        self.owners = np.concatenate([rows[sheet.mentions] for rows, _, sheet, _ in self._batches])
        self.labels = np.concatenate([labels for *_, labels in self._batches])
        together = np.concatenate(values)
        del values
        start = 0
        for number, (rows, mentions, sheet, labels) in enumerate(self._batches):
            # Views of the one table: the measures are the largest thing kept here.
            mine = together[start : start + len(labels)]
            self._batches[number] = (rows, mentions, replace(sheet, values=mine), labels)
            start += len(labels)
        return together

    def together(self, chance: Floats) -> _Joint:
        """The second stage's grids, from held-out chances of the first."""
        orders: list[Ints] = []
        theres: list[Bools] = []
        labels: list[Floats] = []
        values: list[Floats] = []
        names: list[str] = []
        batches: list[tuple[Sheet, Grid]] = []
        start = 0
        for rows, mentions, sheet, right in self._batches:
            here = chance[start : start + len(right)]
            start += len(right)
            top = grid(sheet, here, len(rows))
            of_grid = np.where(top.there, right[np.where(top.there, top.rows, 0)], 0).astype(np.float32)
            names, measured = measure_together(self._index, mentions, sheet, top, self._facts, of_grid)
            orders.append(rows)
            theres.append(top.there)
            labels.append(of_grid)
            values.append(measured)
            batches.append((sheet, top))
        return _Joint(
            np.concatenate(orders),
            np.concatenate(theres),
            np.concatenate(labels),
            np.concatenate(values),
            names,
            batches,
        )
