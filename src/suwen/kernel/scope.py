"""Which data somebody may see: institutions, sensitivity grade, and whether identifiers are shown unmasked."""

from dataclasses import dataclass
from typing import Self

LOWEST_GRADE = 1
HIGHEST_GRADE = 5


@dataclass(frozen=True)
class Scope:
    """A data scope, demanded by every door that gives out data.

    orgs: codes of the institutions whose rows are visible; None means all, an empty set none.
    grade: the highest sensitivity grade readable, 1 (open) to 5 (strictly limited), GB/T 39725-2020 section 6.
    unmask: direct identifiers are shown in full instead of masked.
    """

    orgs: frozenset[str] | None
    grade: int = 3
    unmask: bool = False

    def __post_init__(self) -> None:
        if not LOWEST_GRADE <= self.grade <= HIGHEST_GRADE:
            raise ValueError(f"grade must be {LOWEST_GRADE}..{HIGHEST_GRADE}, got {self.grade}")

    @classmethod
    def everything(cls) -> Self:
        """Return the scope of the platform's own jobs: all institutions, all grades, nothing masked."""
        return cls(None, HIGHEST_GRADE, unmask=True)

    @classmethod
    def of(cls, *orgs: str, grade: int = 3, unmask: bool = False) -> Self:
        """Return the scope of the given institution codes."""
        return cls(frozenset(orgs), grade, unmask)

    def allows(self, org: str | None) -> bool:
        """Say whether rows of an institution are visible; rows of none (None) only to those who see all."""
        return self.orgs is None or (org is not None and org in self.orgs)
