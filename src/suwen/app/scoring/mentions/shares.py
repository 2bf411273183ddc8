"""How much of made-up mentions' truth was found."""

from suwen.domains.terms.public import Answer


def micro(answers: list[Answer], truth: list[set[str]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the accepted names over all mentions together."""
    said = [{candidate.name for candidate in answer.accepted} for answer in answers]
    both = sum(len(one & other) for one, other in zip(said, truth, strict=True))
    precision, recall = both / max(1, sum(map(len, said))), both / max(1, sum(map(len, truth)))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _names(answers: list[Answer]) -> list[list[str]]:
    return [[candidate.name for candidate in answer.candidates] for answer in answers]


def top(answers: list[Answer], truth: list[set[str]]) -> float:
    """Mentions whose first name is (one of) the true."""
    return share(_names(answers), truth, 1)


def recall(answers: list[Answer], truth: list[set[str]], count: int) -> float:
    """True names among the first ``count``."""
    return found(_names(answers), truth, count)


def share(lists: list[list[str]], truth: list[set[str]], count: int) -> float:
    """Mentions of which an answer is among the first."""
    return sum(bool(set(names[:count]) & true) for names, true in zip(lists, truth, strict=False)) / len(lists)


def found(lists: list[list[str]], truth: list[set[str]], count: int) -> float:
    """Answers that are among the first."""
    pairs = list(zip(lists, truth, strict=False))
    return sum(len(set(names[:count]) & true) for names, true in pairs) / sum(len(true) for _, true in pairs)
