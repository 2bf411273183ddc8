"""A link: two identities that may be one person, with why."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Link:
    """``left`` and ``right`` are patient keys, ``left < right``; ``score`` is a probability 0..1."""

    left: str
    right: str
    score: float
    rule: str
    evidence: tuple[tuple[str, float], ...] = ()
    """What spoke for and against: (comparison, match weight in bits); empty for a sure rule."""
