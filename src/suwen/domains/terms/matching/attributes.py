"""Contradictions between a mention and a candidate: left against right, taken out against put in.

Every text gets one number a group (a bit for each value that it says), so that pairs are compared all at once.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from suwen.domains.terms.matching.arrays import Bools, Floats, Ints
from suwen.domains.terms.matching.wording import Contradiction, wording


def groups() -> tuple[Contradiction, ...]:
    """The declared groups, in the order of the columns of ``said``."""
    return wording().contradictions


def said(texts: Sequence[str]) -> Ints:
    """``(texts, groups)``: the bits of the values that each normalised text says."""
    result = np.zeros((len(texts), len(groups())), dtype=np.int64)
    bits = _bits()
    pattern = _pattern()
    for row, text in enumerate(texts):
        for found in pattern.finditer(text):
            for group, bit in bits[found[1]]:
                result[row, group] |= bit
    return result


def numbers(texts: Sequence[str]) -> Ints:
    """The numerals of each text as bits (stage, grade, level): 0..29 exactly, larger ones share bits 30..60."""
    found = np.zeros(len(texts), dtype=np.int64)
    for row, text in enumerate(texts):
        for number in _NUMBER.findall(text):
            value = int(number) if len(number) < 9 else 0
            found[row] |= 1 << (value if value < 30 else 30 + value % 31)
    return found


def against(mention: Ints, candidate: Ints) -> tuple[Bools, Floats]:
    """Compare rows of ``said``: vetoed ``(pairs,)``, and ``(pairs, groups)``.

    1 both say different things, -1 they agree, 0.5 only the candidate says something, -0.5 only the mention does.
    """
    allowed = _allowed()
    both = (mention > 0) & (candidate > 0)
    agree = np.zeros(both.shape, dtype=bool)
    for column, table in enumerate(allowed):
        agree[:, column] = table[mention[:, column], candidate[:, column]]
    state = np.where(both, np.where(agree, -1.0, 1.0), np.where(candidate > 0, 0.5, np.where(mention > 0, -0.5, 0.0)))
    vetoed = ((state == 1) & np.array([group.veto for group in groups()])[None, :]).any(axis=1)
    return vetoed, state.astype(np.float32)


def veto_names(mention: str, candidate: str) -> list[tuple[str, str]]:
    """In words, Chinese and English, which vetoes stand between two normalised texts."""
    one, other = said([mention]), said([candidate])
    state = against(one, other)[1][0]
    found: list[tuple[str, str]] = []
    for i, group in enumerate(groups()):
        if state[i] == 1:
            sides = f"({_values(group, one[0, i])}/{_values(group, other[0, i])})"
            found.append((f"{group.name}相反{sides}", f"{group.name_en} differs {sides}"))
    return found


_NUMBER = re.compile(r"\d+")


def _values(group: Contradiction, bits: int) -> str:
    return "、".join(value for place, value in enumerate(group.words) if bits >> place & 1)


@cache
def _bits() -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for column, group in enumerate(groups()):
        for place, words in enumerate(group.words.values()):
            for word in words:
                found.setdefault(word, []).append((column, 1 << place))
    return found


@cache
def _pattern() -> re.Pattern[str]:
    # A look-ahead finds words that overlap; the longest at a place wins, so 亚急性 hides 急性 only where it begins.
    longest = sorted(_bits(), key=len, reverse=True)
    return re.compile(rf"(?=({'|'.join(map(re.escape, longest))}))")


@cache
def _allowed() -> tuple[Bools, ...]:
    """For each group, which combinations of bits can stand together."""
    tables: list[Bools] = []
    for group in groups():
        values = list(group.words)
        size = 1 << len(values)
        table = np.zeros((size, size), dtype=bool)
        for one in range(size):
            for other in range(size):
                table[one, other] = any(
                    a == b or frozenset((a, b)) in group.compatible
                    for i, a in enumerate(values)
                    if one >> i & 1
                    for j, b in enumerate(values)
                    if other >> j & 1
                )
        tables.append(table)
    return tuple(tables)
