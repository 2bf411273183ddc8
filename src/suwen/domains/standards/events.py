"""What the standards room announces."""

from dataclasses import dataclass
from typing import ClassVar

from suwen.kernel.events import Event


@dataclass(frozen=True)
class StandardChanged(Event):
    """An item that was in force has another version now; `public.value_set_changes` tells what a value set's codes did.

    `version` is None when the item was retired.
    """

    name: ClassVar[str] = "standards.standard_changed"
    kind: str
    code: str
    former_version: int
    version: int | None
