"""Which confirmed pairs can be learnt from, and merging those of several regions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suwen.domains.terms.matching.answer import Aside, LearntPair
from suwen.domains.terms.matching.index import Names
from suwen.domains.terms.matching.normalise import normalise


def usable_pairs(names: Names, learn: Sequence[LearntPair]) -> tuple[list[LearntPair], list[list[int]], list[Aside]]:
    """Return the pairs, their answers as rows of ``names``, and what is kept aside.

    A standard name is found as it stands or by its normalised form; the same pair twice counts once.
    """
    exact = {name: row for row, name in enumerate(names.names)}
    loose: dict[str, int] = {}
    for row, text in enumerate(names.texts):
        loose.setdefault(text, row)
    pairs: list[LearntPair] = []
    answers: list[list[int]] = []
    aside: list[Aside] = []
    seen: set[tuple[str, tuple[int, ...]]] = set()
    for number, pair in enumerate(learn):
        if not normalise(pair.name):
            aside.append(Aside("learn", number, "名称为空", pair.name))
            continue
        rows: list[int] = []
        for name in pair.standard_names:
            row = exact.get(name.strip(), loose.get(normalise(name)))
            if row is None:
                aside.append(Aside("learn", number, "标准名称不在名称表中", name))
            elif row not in rows:
                rows.append(row)
        key = (normalise(pair.name), tuple(sorted(rows)))
        if rows and key not in seen:
            seen.add(key)
            pairs.append(LearntPair(pair.name, tuple(names.names[row] for row in rows)))
            answers.append(rows)
    return pairs, answers, aside


@dataclass(frozen=True)
class Conflict:
    """One source name that was confirmed differently: the answers, each with how many lists say so."""

    name: str
    answers: tuple[tuple[tuple[str, ...], int], ...]


def merge_pairs(lists: Iterable[Sequence[LearntPair]]) -> tuple[list[LearntPair], list[Conflict]]:
    """Join the knowledge of several regions.

    The same pair is kept once. A name confirmed differently is a conflict and kept with the answer of most lists
    (of the earliest among equals).
    """
    said: dict[str, dict[frozenset[str], tuple[LearntPair, int]]] = {}
    for pairs in lists:
        for pair in {(normalise(p.name), frozenset(p.standard_names)): p for p in pairs}.values():
            of_name = said.setdefault(normalise(pair.name), {})
            first, count = of_name.get(frozenset(pair.standard_names), (pair, 0))
            of_name[frozenset(pair.standard_names)] = (first, count + 1)
    merged: list[LearntPair] = []
    conflicts: list[Conflict] = []
    for answers in said.values():
        found = sorted(answers.values(), key=lambda entry: -entry[1])
        merged.append(found[0][0])
        if len(found) > 1:
            conflicts.append(Conflict(found[0][0].name, tuple((p.standard_names, n) for p, n in found)))
    return merged, conflicts
