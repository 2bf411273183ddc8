"""What no score may overrule: when two identities may not be made one without a person looking at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import pyarrow as pa

from suwen.domains.patients.matching.link import Link

_COLUMNS = ("surname", "reading", "own_id", "card")


@dataclass(frozen=True)
class Guard:
    """What the identities say of themselves, by patient key: (surname, reading, own_id, card)."""

    said: Mapping[str, tuple[str | None, ...]]

    @classmethod
    def of(cls, table: pa.Table) -> "Guard":
        """Return the guard of a table of schema ``COMPARABLE``."""
        keys = cast("list[str]", table.column("unique_id").to_pylist())
        columns = [cast("list[str | None]", table.column(name).to_pylist()) for name in _COLUMNS]
        return cls(dict(zip(keys, zip(*columns, strict=True), strict=True)))

    def allows(self, link: Link) -> bool:
        """Whether a probable pair may become one by itself.

        The names sound alike; or both carry one own id or card and one surname (a change of the given name); or both
        carry one own id and a name is missing. Twins agree in birth date, sex, phone, address and nearly in their
        numbers: only their names keep them apart.
        """
        surname_l, reading_l, own_l, card_l = self.said[link.left]
        surname_r, reading_r, own_r, card_r = self.said[link.right]
        if reading_l is not None and reading_l == reading_r:
            return True
        same_id = own_l is not None and own_l == own_r
        if surname_l is None or surname_r is None:
            return same_id
        return surname_l == surname_r and (same_id or (card_l is not None and card_l == card_r))

    def worth_a_look(self, link: Link) -> bool:
        """Whether a pair that was not joined is a question at all.

        Two people with an id of their own each and names that differ are two people.
        """
        _, reading_l, own_l, _ = self.said[link.left]
        _, reading_r, own_r, _ = self.said[link.right]
        return own_l is None or own_r is None or own_l == own_r or reading_l == reading_r
