"""What a word usually brings along is a candidate, however little the name shares with the mention."""

import numpy as np

from suwen.domains.terms.matching.answer import StandardTerm
from suwen.domains.terms.matching.arrays import sparse
from suwen.domains.terms.matching.index import Index, Names
from suwen.domains.terms.matching.mentions import read_mentions
from suwen.domains.terms.matching.segments import Trie
from suwen.domains.terms.matching.usual import brought_along, far_answers, fit_usual

SITES = ("股骨", "胫骨", "桡骨", "尺骨", "腓骨", "锁骨")


def brought(asked: str, learnt: dict[str, tuple[str, ...]]) -> list[str]:
    """Return what pairs of mention and answers bring along for a mention, of the fractures and one more name."""
    names = Names.of([StandardTerm(str(n), name) for n, name in enumerate([*(f"{s}骨折" for s in SITES), "随诊检验"])])
    index = Index(names, [*learnt, asked])
    rows = [n for n, found in enumerate(learnt.values()) for _ in found]
    columns = [names.names.index(name) for found in learnt.values() for name in found]
    answers = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (len(learnt), len(names.names)))
    known, new = (read_mentions(index, Trie(names.texts), texts) for texts in ([*learnt], [asked]))
    usual = fit_usual(known.grams, far_answers(index, known.grams, answers))
    keys, shares = brought_along(usual, new.grams)
    assert (shares > 0).all()
    return [names.names[key] for key in keys.tolist()]


def test_a_word_of_several_pairs_brings_their_common_answer() -> None:
    learnt = {f"{site}骨折复查": (f"{site}骨折", "随诊检验") for site in SITES[:4]}
    assert brought("锁骨骨折复查", learnt) == ["随诊检验"]
    assert brought("双侧", learnt) == []


def test_what_few_pairs_hold_is_not_usual() -> None:
    assert brought("锁骨骨折复查", {f"{site}骨折复查": (f"{site}骨折", "随诊检验") for site in SITES[:2]}) == []
