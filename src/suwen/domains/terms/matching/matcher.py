"""The matcher's door: build from a standard list and confirmed pairs, then ask."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np

from suwen.domains.terms.matching.acceptance import LEAST_PAIRS, calibrated, certainty_of
from suwen.domains.terms.matching.answer import (
    Acceptance,
    Answer,
    Aside,
    Candidate,
    LearntPair,
    MatcherOptions,
    StandardTerm,
)
from suwen.domains.terms.matching.answers import measure_answer
from suwen.domains.terms.matching.arrays import Bools, Floats, Ints, as_ints
from suwen.domains.terms.matching.candidates import Votes, bm25, retrieve
from suwen.domains.terms.matching.choosing import choose_many, choose_one
from suwen.domains.terms.matching.cold import LEAST_NAMES, Cold, rank, teach_cold
from suwen.domains.terms.matching.features import Sheet, measure
from suwen.domains.terms.matching.index import Index, Names, comparable
from suwen.domains.terms.matching.mentions import Mentions, read_mentions
from suwen.domains.terms.matching.model import Model, judge, teach, told_apart
from suwen.domains.terms.matching.normalise import expand, normalise
from suwen.domains.terms.matching.reasons import Said, reason
from suwen.domains.terms.matching.segments import Trie
from suwen.domains.terms.matching.sentences import SentenceModel
from suwen.domains.terms.matching.storing import restore, store
from suwen.domains.terms.matching.usable import usable_pairs
from suwen.kernel.errors import Invalid
from suwen.kernel.progress import NullProgress, Progress

_LIKE = 0.35
"""Least likeness of a confirmed mention to be named as a reason."""
_AT_ONCE = 512
"""Mentions that are matched together: fewer pay more often for what each batch costs, more leave the cache."""


class EmptyStandard(Invalid):
    """A standard list without a single usable name."""

    title = "标准名称表为空"


class Matcher:
    """Source names to standard names. Build with ``Matcher.build``; a matcher never changes once built.

    ``acceptance`` and ``acceptance_many``: how the automatic acceptance was chosen, for answers of one name and for
    whole decompositions; ``aside``: input that was not used, and why.
    """

    def __init__(
        self,
        index: Index,
        pairs: Sequence[LearntPair],
        model: Model | None,
        options: MatcherOptions,
        aside: tuple[Aside, ...] = (),
        cold: Cold | None = None,
    ) -> None:
        self._index, self._model, self._cold, self._options = index, model, cold, options
        self._trie = Trie(index.names.texts)
        self.pairs = tuple(pairs)
        self.aside = aside
        self._remembered: dict[str, list[tuple[str, ...]]] = {}
        for pair in pairs:
            self._remembered.setdefault(expand(normalise(pair.name)), []).append(pair.standard_names)
        self.acceptance = self.acceptance_at(options.precision)
        self.acceptance_many = self.acceptance_at(options.precision, multi=True)

    @classmethod
    def build(
        cls,
        standard: Sequence[StandardTerm],
        learn: Sequence[LearntPair] = (),
        *,
        options: MatcherOptions | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Index a standard list and learn from confirmed pairs.

        Entries that cannot be used (empty names, standard names that the list does not hold) are kept in ``aside``;
        a pair of which some names are held is used with those. Raises EmptyStandard, UnusableSentenceModel.
        """
        told, chosen = progress or NullProgress(), options or MatcherOptions()
        told.stage("建立索引", 1)
        names = Names.of(standard)
        if not names.names:
            raise EmptyStandard("标准名称表里没有可用的名称", received=len(standard))
        aside = [
            Aside("standard", i, "名称里没有可比较的字", term.code)
            for i, term in enumerate(standard)
            if not comparable(term.name)
        ]
        pairs, answers, unused = usable_pairs(names, learn)
        sentences = SentenceModel(Path(chosen.sentences)) if chosen.sentences else None
        index = Index(names, [expand(normalise(pair.name)) for pair in pairs], seed=chosen.seed, sentences=sentences)
        told.advance()
        model = cold = None
        if len(pairs) >= LEAST_PAIRS:
            model = teach(index, Trie(names.texts), [pair.name for pair in pairs], answers, chosen, told)
        elif len(names.names) >= LEAST_NAMES:
            told.stage("由名称表自身学习", 1)
            cold = teach_cold(index, Trie(names.texts), chosen)
            told.advance()
        return cls(index, pairs, model, chosen, (*aside, *unused), cold)

    def acceptance_at(
        self, precision: float, *, multi: bool = False, among: Collection[str] | None = None
    ) -> Acceptance:
        """Choose the automatic acceptance for a precision on the held-out pairs, or on those of some source names.

        Chosen for ``match`` of the same ``multi``.
        """
        places = None if among is None else [place for place, pair in enumerate(self.pairs) if pair.name in among]
        if self._model is None:
            known = len(self.pairs) if places is None else len(places)
            told = f"少于 {LEAST_PAIRS} 条已确认的对照, 只自动接受与标准名称或已确认名称完全相同的"
            return Acceptance(precision, pairs=known, message=told)
        head = self._model.many if multi else self._model.one
        return head.held_out.choose(precision, places, certainty=certainty_of(several=multi))

    def match(
        self,
        names: Sequence[str],
        *,
        top: int = 10,
        multi: bool = False,
        progress: Progress | None = None,
        acceptance: Acceptance | None = None,
    ) -> list[Answer]:
        """Return one answer a name, in order; ``top`` candidates each (with ``multi`` never fewer than are accepted).

        ``multi``: a mention may mean several names; the accepted candidates are its decomposition. ``acceptance``: of
        ``acceptance_at``, in the place of the matcher's own.
        """
        told = progress or NullProgress()
        told.stage("匹配", len(names))
        own = self.acceptance_many if multi else self.acceptance
        answers: list[Answer] = []
        for start in range(0, len(names), _AT_ONCE):
            batch = names[start : start + _AT_ONCE]
            answers += self._batch(batch, top, multi, acceptance or own)
            told.advance(len(batch))
        return answers

    def retrieve(self, names: Sequence[str], *, top: int = 50) -> list[list[tuple[str, float]]]:
        """Return the names that BM25 alone finds, best first with their scores; a quick look-up without learning."""
        found: list[list[tuple[str, float]]] = []
        names_of = self._index.names.names
        for start in range(0, len(names), _AT_ONCE):
            texts = [expand(normalise(name)) for name in names[start : start + _AT_ONCE]]
            grams = self._index.lexicon.grams(self._index.lexicon.encode(texts))
            rows, columns, scores = bm25(self._index, grams, top)
            bounds = as_ints(np.searchsorted(rows, np.arange(len(texts) + 1)))
            listed = [names_of[column] for column in as_ints(columns)]
            pairs = list(zip(listed, map(float, scores), strict=True))
            found += [pairs[a:b] for a, b in pairwise(bounds)]
        return found

    def save(self, folder: Path) -> None:
        """Write the matcher as JSON and numpy arrays (nothing executable) into a folder, made if need be."""
        store(folder, self._index, self.pairs, self._options, self.aside, self._model, self._cold)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; a sentence model is read from where it was. Raises NotAMatcher."""
        index, pairs, options, aside, model, cold = restore(folder)
        return cls(index, pairs, model, options, aside, cold)

    def _batch(self, names: Sequence[str], top: int, multi: bool, acceptance: Acceptance) -> list[Answer]:
        mentions = read_mentions(self._index, self._trie, names)
        if self._model is None:
            return self._unlearnt(names, mentions, top, multi)
        found = judge(self._index, mentions, self._model)
        head = self._model.many if multi else self._model.one
        there = found.top.there
        chosen = choose_many(found.final, there, self._model.cut) if multi else choose_one(found.final, there)
        whole = measure_answer(found.sheet, found.top, found.final, chosen, found.together, found.together_names)
        sure = calibrated(told_apart(head.trees.predict(whole), found.final, chosen), head.table)
        threshold = acceptance.threshold
        scores = found.chance * np.float32(0.999)
        placed = found.top.rows[there]
        scores[placed] = found.final[there]
        accepted = np.zeros(len(scores), dtype=bool)
        accepted[found.top.rows[there & chosen]] = True
        vetoed_answer = np.zeros(len(names), dtype=bool)
        np.logical_or.at(vetoed_answer, found.sheet.mentions, found.sheet.vetoed & accepted)
        # What was learnt says nothing of a mention that shares no word with anything learnt or listed.
        baseless = np.zeros(len(names), dtype=bool)
        np.logical_or.at(baseless, found.sheet.mentions, accepted & ~_founded(found.sheet))
        vetoed_answer |= baseless | (2 * mentions.known < mentions.units.lengths)
        automatic = (sure >= threshold) & ~vetoed_answer if threshold is not None else np.zeros(len(names), dtype=bool)
        if not multi:
            accepted &= automatic[found.sheet.mentions]
        first = np.zeros(len(scores), dtype=bool)
        first[found.top.rows[there & chosen]] = True
        return self._told(
            names,
            mentions,
            found.sheet,
            scores,
            first,
            accepted,
            sure,
            automatic,
            top,
            found.votes,
        )

    def _unlearnt(self, names: Sequence[str], mentions: Mentions, top: int, multi: bool) -> list[Answer]:
        """Without enough pairs: remembered answers, then lexical likeness; only what is equal is accepted alone."""
        size = len(self._index.names.names)
        rows = {name: row for row, name in enumerate(self._index.names.names)}
        recalled: list[int] = []
        for place, text in enumerate(mentions.texts):
            known = self._remembered.get(text, [])
            if len({frozenset(found) for found in known}) == 1 and (multi or len(known[0]) == 1):
                recalled += [place * size + rows[name] for name in known[0]]
        besides = np.array(recalled, dtype=np.int64)
        if self._cold is not None:
            ranked = rank(self._index, mentions, self._cold, besides)
            sheet, scores = ranked.sheet, ranked.chance * np.float32(0.9)
            there = ranked.top.there
            scores[ranked.top.rows[there]] = np.minimum(ranked.final[there], 0.98)
        else:
            found = retrieve(self._index, mentions, besides=besides)
            sheet = measure(self._index, mentions, found, None, None, besides=besides)
            scores = np.minimum(sheet.quick, 0.98)
        scores[sheet.vetoed] *= 0.3
        equal = sheet.column("equal") > 0
        remembered = np.isin(sheet.mentions * size + sheet.candidates, besides)
        scores[equal | remembered] = 1.0
        first = _best_of(sheet.mentions, scores)
        if multi:
            first = self._taken_apart(sheet, scores, first, equal | remembered) | remembered
        sure = np.zeros(len(names), dtype=bool)
        np.logical_or.at(sure, sheet.mentions, first & (equal | remembered))
        accepted = first if multi else first & (equal | remembered)
        # Of several names the whole is no surer than the least sure of them.
        confidence = np.full(len(names), 2.0)
        np.minimum.at(confidence, sheet.mentions[first], scores[first])
        confidence[confidence > 1] = 0
        return self._told(names, mentions, sheet, scores, first, accepted, confidence, sure, top)

    def _taken_apart(self, sheet: Sheet, scores: Floats, best: Bools, certain: Bools) -> Bools:
        """The names that a mention of several means; one that is certain or alike as a whole is the whole answer."""
        whole = np.zeros(int(sheet.mentions.max(initial=-1)) + 1, dtype=bool)
        if self._cold is not None:
            np.logical_or.at(whole, sheet.mentions, certain)
            return best | ((scores >= self._cold.cut) & ~whole[sheet.mentions])
        np.logical_or.at(whole, sheet.mentions, certain | (sheet.quick >= 0.9))
        of_part = (sheet.column("part rivals") > -1e-6) & (sheet.column("part cosine") >= 0.7) & ~sheet.vetoed
        return best | (of_part & ~whole[sheet.mentions])

    def _told(
        self,
        names: Sequence[str],
        mentions: Mentions,
        sheet: Sheet,
        scores: Floats,
        first: Bools,
        accepted: Bools,
        confidence: Floats,
        automatic: Bools,
        top: int,
        votes: Votes | None = None,
    ) -> list[Answer]:
        """Write answers: chosen candidates first, then by score, then what was only looked at quickly."""
        order = np.lexsort((sheet.candidates, -scores, sheet.vetoed & ~first, ~first, sheet.mentions))
        every = np.arange(len(names) + 1)
        bounds = as_ints(np.searchsorted(sheet.mentions[order], every))
        wanted = as_ints(np.maximum(np.bincount(sheet.mentions[first], minlength=len(names)), top))
        # Python's own numbers: taken one by one out of arrays they would cost more than the words do.
        shown = list(
            zip(
                *(
                    values[order].tolist()
                    for values in (sheet.candidates, scores, accepted, sheet.column("equal") > 0, sheet.vetoed)
                ),
                strict=True,
            )
        )
        rest_q, rest_c, rest_score = sheet.rest
        rest_bounds = as_ints(np.searchsorted(rest_q, every))
        near = _Nearest(self._model, votes)
        answers: list[Answer] = []
        for place, name in enumerate(names):
            if not (mentions.known[place] or (mentions.meanings is not None and mentions.units.lengths[place])):
                answers.append(Answer(name, ()))
                continue
            said = Said(mentions.texts[place], mentions.units.spelt[place], self._index.lexicon.words)
            told = [
                self._candidate(said, row, score, taken, equal=equal, vetoed=vetoed, like=near.named(place, row))
                for row, score, taken, equal, vetoed in shown[bounds[place] : bounds[place + 1]][: wanted[place]]
            ]
            least = told[-1].score if told else 0.0
            for at in range(rest_bounds[place], min(rest_bounds[place + 1], rest_bounds[place] + top - len(told))):
                score = min(least, 0.01 * float(rest_score[at]))
                told.append(self._candidate(said, int(rest_c[at]), score, False))
            answers.append(Answer(name, tuple(told), float(confidence[place]), bool(automatic[place])))
        return answers

    def _candidate(
        self,
        said: Said,
        row: int,
        score: float,
        accepted: bool,
        *,
        equal: bool = False,
        vetoed: bool = False,
        like: str = "",
    ) -> Candidate:
        names = self._index.names
        times = int(self._model.lessons.known.counts[row]) if self._model else 0
        codes, spelt = names.codes[row], self._index.units.spelt[row]
        why = reason(
            said, names.texts[row], spelt, equal=equal, vetoed=vetoed, like=like, times=times, codes=codes[1:4]
        )
        return Candidate(codes[0], names.names[row], round(score, 4), accepted, why.zh, why.en, codes)


class _Nearest:
    """The closest confirmed mention for a candidate of a mention."""

    def __init__(self, model: Model | None, votes: Votes | None) -> None:
        self._best: dict[tuple[int, int], str] = {}
        if model is None or votes is None:
            return
        facts = model.lessons.known
        like = np.flatnonzero(votes.likeness >= _LIKE)
        like = like[np.argsort(votes.likeness[like], kind="stable")]
        documents = votes.documents[like]
        answers = facts.answers[documents]
        widths = np.diff(answers.indptr)
        rows, texts = np.repeat(votes.rows[like], widths), np.repeat(documents, widths)
        for row, name, text in zip(rows.tolist(), answers.indices.tolist(), texts.tolist(), strict=True):
            self._best[row, name] = facts.texts[text]

    def named(self, mention: int, name: int) -> str:
        return self._best.get((mention, name), "")


def _founded(sheet: Sheet) -> Bools:
    """Pairs with something in common, or a like confirmed mention."""
    like = np.maximum(sheet.column("like most"), sheet.column("part like most"))
    return (sheet.column("mention covered") > 0) | (like >= _LIKE)


def _best_of(q: Ints, scores: Floats) -> Bools:
    order = np.lexsort((-scores, q))
    first = np.zeros(len(q), dtype=bool)
    if len(q):
        first[order[np.r_[True, q[order][1:] != q[order][:-1]]]] = True
    return first
