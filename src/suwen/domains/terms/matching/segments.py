"""Parts of a mention: at punctuation and joining words, and where a dictionary of known names fits (a trie).

``高血压冠心病，T2DM伴肾病`` gives 高血压 / 冠心病 / t2dm2型糖尿病 / 肾病.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import TypeAlias

from suwen.domains.terms.matching.wording import wording

MOST = 6
"""Parts of a mention that are looked up at most."""
_CUT = re.compile(r"[;,、+/\n]|\s|(?<!\d)\d+[.)](?!\d)|\(|\)|\?")
_Node: TypeAlias = dict[str, "_Node"]
_END: _Node = {}


class Trie:
    """Known names by their characters; finds the way through a text that known names cover best."""

    def __init__(self, names: Iterable[str], *, least: int = 2) -> None:
        self._root: _Node = {}
        for name in names:
            if len(name) >= least:
                self._add(name)

    def _add(self, name: str) -> None:
        node = self._root
        for c in name:
            node = node.setdefault(c, {})
        node["$"] = _END

    def prefixes(self, text: str, start: int) -> list[int]:
        """Ends of the known names that begin at ``start``."""
        node = self._root
        ends: list[int] = []
        for at in range(start, len(text)):
            following = node.get(text[at])
            if following is None:
                break
            node = following
            if "$" in node:
                ends.append(at + 1)
        return ends

    def cover(self, text: str) -> list[tuple[int, int]]:
        """Spans of the known names that together cover most of a text, few long names before many short ones."""
        size = len(text)
        best = [0.0] * (size + 1)
        step: list[tuple[int, bool]] = [(size, False)] * (size + 1)
        for start in range(size - 1, -1, -1):
            best[start], step[start] = best[start + 1], (start + 1, False)
            for end in self.prefixes(text, start):
                value = best[end] + (end - start) - 0.9
                if value > best[start]:
                    best[start], step[start] = value, (end, True)
        spans: list[tuple[int, int]] = []
        at = 0
        while at < size:
            end, known = step[at]
            if known:
                spans.append((at, end))
            at = end
        return spans


def segments(text: str, trie: Trie) -> list[str]:
    """Return the parts of a normalised mention, without the mention itself; no part twice, at most ``MOST``."""
    every = [piece.strip("-.:") for piece in _CUT.split(text)]
    pieces = [piece for piece in every if len(piece) > 1]
    parts: list[str] = list(pieces) if len(pieces) > 1 else []
    for piece in pieces:
        smaller = [part for part in _joins().split(piece) if len(part) > 1]
        if len(smaller) > 1 or (smaller and smaller[0] != piece):
            parts += smaller
        spans = trie.cover(piece)
        if len(spans) > 1:
            # What stands between two known names belongs to the one behind it: 左侧|股骨颈骨折.
            parts += [piece[a:b] for a, b in spans]
            begins = [0, *(b for _, b in spans[:-1])]
            parts += [piece[a:b] for a, (_, b) in zip(begins, spans, strict=True)]
    parts += _shared_endings([piece for piece in every if piece])
    return [part for part in dict.fromkeys(parts) if part != text][:MOST]


def _shared_endings(pieces: Sequence[str]) -> list[str]:
    """``肝、肾功能不全`` means 肝功能不全 too: a short piece borrows the end of the next."""
    made: list[str] = []
    for one, other in pairwise(pieces):
        if len(one) <= 4 <= len(other) > len(one):
            made.append(one + other[len(one) :])
    return made


@cache
def _joins() -> re.Pattern[str]:
    table = wording()
    words = sorted((*table.joins, *table.qualifiers), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))
