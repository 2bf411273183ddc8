"""What a list alone teaches, before any pair is confirmed: variants of its own names, whose answers are known.

They are written as hospitals write: shortened, in another order, with a side or a doubt added, abbreviated, mistyped,
several in one mention. What ranks and takes apart such mentions is trained on them when the list is indexed.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from suwen.domains.terms.matching.answer import MatcherOptions
from suwen.domains.terms.matching.answers import PLACES, Grid, grid, measure_together
from suwen.domains.terms.matching.arrays import Bools, Floats, Ints
from suwen.domains.terms.matching.candidates import retrieve
from suwen.domains.terms.matching.choosing import best_cut
from suwen.domains.terms.matching.features import Sheet, measure
from suwen.domains.terms.matching.index import Index
from suwen.domains.terms.matching.mentions import Mentions, read_mentions
from suwen.domains.terms.matching.normalise import normalise
from suwen.domains.terms.matching.ranker import Settings, Trees, cross_fit, folds
from suwen.domains.terms.matching.segments import Trie
from suwen.domains.terms.matching.wording import wording

LEAST_NAMES = 200
"""Of fewer names nothing is learnt: likeness by declared weights ranks them."""
_VARIANTS = 900
_FIRST = Settings(rounds=60, depth=4, rate=0.15, least=4.0)
_SECOND = Settings(rounds=50, depth=4, rate=0.15, least=4.0)
_BATCH = 256
_BRACKETED = re.compile(r"\([^()]*\)")
_CLAUSES = re.compile(r"[,、;]|伴")
_BETWEEN = (",", ";", "、", "+", " ", "伴", "及", "")
_BEFORE = ("左", "右", "双侧", "考虑", "疑似", "多发", "1.")
_AFTER = ("术后", "待查", "?", "(左)", "(右侧)", "可能", "复查", "2级")


@dataclass(frozen=True)
class Cold:
    """Both stages without confirmed pairs. ``cut``: least chance of a further name."""

    first: Trees
    second: Trees
    cut: float


@dataclass(frozen=True)
class Ranked:
    """A batch: ``chance`` of each pair of the sheet; ``final`` ``(mentions, PLACES)`` of the grid's."""

    sheet: Sheet
    chance: Floats
    top: Grid
    final: Floats


def rank(index: Index, mentions: Mentions, cold: Cold, besides: Ints) -> Ranked:
    """Both stages for a batch; ``besides``: further candidates, as mention × names + candidate."""
    sheet = _sheet(index, mentions, besides)
    chance = cold.first.predict(sheet.values)
    top = grid(sheet, chance, len(mentions))
    together = measure_together(index, mentions, sheet, top, None)[1]
    final = np.zeros(top.rows.shape, dtype=np.float32)
    final[top.there] = cold.second.predict(together[top.there])
    return Ranked(sheet, chance, top, final)


def teach_cold(index: Index, trie: Trie, options: MatcherOptions) -> Cold:
    """Train on variants of the list's own names."""
    texts, answers = variants(index.names.texts, options.seed)
    size = len(index.names.names)
    sheets: list[tuple[Mentions, Sheet, Floats]] = []
    for start in range(0, len(texts), _BATCH):
        mentions = read_mentions(index, trie, texts[start : start + _BATCH])
        sheet = _sheet(index, mentions, np.empty(0, np.int64))
        meant = [place * size + name for place, found in enumerate(answers[start : start + _BATCH]) for name in found]
        labels = np.isin(sheet.mentions * size + sheet.candidates, np.array(meant, np.int64)).astype(np.float32)
        sheets.append((mentions, sheet, labels))
    fold = folds(len(texts), options.seed)
    owners = np.concatenate([sheet.mentions + _BATCH * at for at, (_, sheet, _) in enumerate(sheets)])
    right = np.concatenate([labels for *_, labels in sheets])
    first, chance = cross_fit(
        np.concatenate([sheet.values for _, sheet, _ in sheets]), right, fold[owners], _FIRST,
        threads=options.threads, seed=options.seed,
    )  # fmt: skip
    theres: list[Bools] = []
    values: list[Floats] = []
    marks: list[Floats] = []
    start = 0
    for mentions, sheet, labels in sheets:
        top = grid(sheet, chance[start : start + len(labels)], len(mentions))
        start += len(labels)
        theres.append(top.there)
        values.append(measure_together(index, mentions, sheet, top, None)[1])
        marks.append(np.where(top.there, labels[np.where(top.there, top.rows, 0)], 0).astype(np.float32))
    there, together, marked = np.concatenate(theres), np.concatenate(values), np.concatenate(marks)
    second, held = cross_fit(
        together[there], marked[there], np.repeat(fold, PLACES)[there.ravel()], _SECOND,
        threads=options.threads, seed=options.seed,
    )  # fmt: skip
    final = np.zeros(there.shape, dtype=np.float32)
    final[there] = held
    return Cold(first, second, best_cut(final, there, marked, np.array([len(found) for found in answers])))


def variants(texts: Sequence[str], seed: int) -> tuple[list[str], list[list[int]]]:
    """Mentions made of normalised names, and the rows of ``texts`` that each means."""
    rng = random.Random(seed)
    rows: dict[str, int] = {}
    for row, text in enumerate(texts):
        rows.setdefault(text, row)
    usable = [text for text in rows if len(text) > 2]
    short = sorted(((normalise(long), said) for said, long in wording().abbreviations.items()), reverse=True)
    characters = sorted({c for text in usable for c in text if "\u4e00" <= c <= "\u9fff"}) or ["的"]
    made: list[str] = []
    answers: list[list[int]] = []
    for _ in range(_VARIANTS if usable else 0):
        chosen = [rng.choice(usable) for _ in range(rng.choice((1, 1, 1, 2, 2, 3)))]
        between = rng.choice(_BETWEEN)
        made.append(between.join(_variant(text, short, characters, rng) for text in chosen))
        answers.append(list(dict.fromkeys(rows[text] for text in chosen)))
    return made, answers


def _variant(text: str, short: Sequence[tuple[str, str]], characters: Sequence[str], rng: random.Random) -> str:
    if rng.random() < 0.5:
        text = _BRACKETED.sub("", text) or text
    if rng.random() < 0.3:
        for long, abbreviation in short:
            if long in text:
                text = text.replace(long, abbreviation, 1)
                break
    if rng.random() < 0.3 and len(parts := _CLAUSES.split(text)) == 2 and all(parts):
        text = parts[1] + parts[0]
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        if len(text) > 3:
            at = rng.randrange(len(text))
            text = text[:at] + text[at + 1 :]
    if rng.random() < 0.15:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(characters) + text[at + 1 :]
    if rng.random() < 0.35:
        text = rng.choice(_BEFORE) + text
    if rng.random() < 0.3:
        text += rng.choice(_AFTER)
    return text


def _sheet(index: Index, mentions: Mentions, besides: Ints) -> Sheet:
    return measure(index, mentions, retrieve(index, mentions, besides=besides), None, None, besides=besides)
