"""The formula of the assessment: what each dimension divides by what, and how the five make a total.

value(dimension) = 100 × met / of                         none where `of` is 0: then a reason stands in its place
total            = Σ weight × value / Σ weight            over the dimensions that have a value

Example: completeness 90 (weight 30) and accuracy 100 (weight 20), nothing else known: (30×90 + 20×100) / 50 = 94.
Counts of an institution, a source or a day are the sums of the counts below it, never means of values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Dimension(StrEnum):
    """What is assessed, each as met / of.

    completeness 完整性: values received / values that the standard requires, over the batches that data preparation has
    counted; a required element that the mapping leaves out is missing in every row. consistency 一致性: business days
    equal / business days compared, each by its newest check. accuracy 准确性: rows neither quarantined nor with a value
    that was taken for none because it could not be read (each such value counts as a row of its own) / rows received.
    conformity 规范性: coded values that are codes of their value set after mapping / coded values. timeliness 时效性:
    batches read and made standard within what is promised / batches that brought something or failed; a feed of which
    nothing came when something was due counts as one that failed.
    """

    COMPLETENESS = "completeness"
    CONSISTENCY = "consistency"
    ACCURACY = "accuracy"
    CONFORMITY = "conformity"
    TIMELINESS = "timeliness"


class Unknown(StrEnum):
    """Why a dimension is not assessed."""

    NO_BATCHES = "no_batches"
    NOT_EXAMINED = "not_examined"
    NONE_REQUIRED = "none_required"
    NONE_CODED = "none_coded"
    NOT_CHECKED = "not_checked"
    NO_PROMISE = "no_promise"


WEIGHTS: Mapping[Dimension, int] = {
    Dimension.COMPLETENESS: 30,
    Dimension.CONSISTENCY: 20,
    Dimension.ACCURACY: 20,
    Dimension.CONFORMITY: 15,
    Dimension.TIMELINESS: 15,
}
"""How much each dimension weighs in the total."""


@dataclass
class Counts:
    """What is known of a feed, or of several together: batches, those counted by data preparation, met and of."""

    batches: int = 0
    examined: int = 0
    promised: bool = False
    met: dict[Dimension, int] = field(default_factory=dict[Dimension, int])
    of: dict[Dimension, int] = field(default_factory=dict[Dimension, int])

    def put(self, dimension: Dimension, met: int, of: int) -> None:
        """Add to what is known of a dimension."""
        self.met[dimension] = self.met.get(dimension, 0) + met
        self.of[dimension] = self.of.get(dimension, 0) + of

    def value(self, dimension: Dimension) -> float | None:
        """Return the dimension in per cent, None where it is not assessed."""
        of = self.of.get(dimension, 0)
        return round(100 * self.met[dimension] / of, 2) if of else None

    def total(self) -> float | None:
        """Return the weighted mean of the dimensions that are assessed, None where none is."""
        known = [(WEIGHTS[one], self.met[one] / self.of[one]) for one in Dimension if self.of.get(one)]
        weight = sum(weight for weight, _ in known)
        return round(100 * sum(weight * share for weight, share in known) / weight, 2) if weight else None

    def reason(self, dimension: Dimension) -> Unknown | None:
        """Return why a dimension is not assessed."""
        if self.of.get(dimension):
            return None
        if dimension is Dimension.CONSISTENCY:
            return Unknown.NOT_CHECKED
        if dimension is Dimension.TIMELINESS and not self.promised:
            return Unknown.NO_PROMISE
        if not self.batches or dimension in (Dimension.ACCURACY, Dimension.TIMELINESS):
            return Unknown.NO_BATCHES
        if not self.examined:
            return Unknown.NOT_EXAMINED
        return Unknown.NONE_REQUIRED if dimension is Dimension.COMPLETENESS else Unknown.NONE_CODED
