"""What can be registered: each kind is declared once, the machine of applications and reviews is the same for all.

A kind says its form, its key, who reviews it, what is wrong with an application beyond its form, and how one takes
effect. Rooms to the left register their own at the door and name the class in `Domain.extensions`:

    @registers
    class Terms(RegistryKind): ...
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

from suwen.domains.orgs.schemas import Form, amendment_of, keys_of
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.masking import mask_value
from suwen.kernel.resources import declared
from suwen.kernel.scope import Scope
from suwen.kernel.words import Words

Operation: TypeAlias = Literal["register", "change", "cancel"]
Content: TypeAlias = dict[str, Any]


class UnknownKind(NotFound):
    """Nothing of that kind can be registered."""

    code = "orgs.unknown_kind"
    title = "没有这种注册"
    title_en = "Nothing of that kind can be registered"


@dataclass(frozen=True)
class Wanted:
    """One thing as it is applied for; `content` has the keys, and of the other fields those applied for."""

    operation: Operation
    target: str
    content: Content
    org_code: str


@dataclass(frozen=True)
class Problem:
    """Something wrong with an application: the field it is about (empty for the whole) and why."""

    field: str
    reason: Words


@dataclass(frozen=True)
class Similar:
    """Something registered that may be the same: its key and title, and in what it agrees."""

    target: str
    title: str
    reason: Words


SAME_NAME = Words("名称相同", "of the same name")


class RegistryKind(ABC):
    """One kind of registered thing. `org_field` is the key field with the institution, None: it belongs to none."""

    code: ClassVar[str]
    title: ClassVar[str]
    title_en: ClassVar[str]
    form: ClassVar[type[Form]]
    keys: ClassVar[tuple[str, ...]]
    org_field: ClassVar[str | None]
    name_field: ClassVar[str]
    review: ClassVar[str]
    """Permission to review; beside that of reviewing at all."""

    @abstractmethod
    async def present(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> dict[str, Content]:
        """Return what is registered of the targets: by target, all fields and `active`."""

    @abstractmethod
    async def problems(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> list[list[Problem]]:
        """Return what is wrong with each application beyond its form; they may refer to each other."""

    @abstractmethod
    async def similar(self, uow: UnitOfWork, scope: Scope, wanted: Wanted) -> list[Similar]:
        """Return what is registered and may be the same, as far as the scope lets it be seen."""

    @abstractmethod
    async def apply(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> None:
        """Bring applications into effect; nothing is wrong with them."""

    def form_of(self, operation: Operation) -> type[Form]:
        """Return the form of an operation."""
        if operation == "register":
            return self.form
        return (amendment_of if operation == "change" else keys_of)(self.form, *self.keys)

    def target_of(self, content: Mapping[str, Any]) -> str:
        """Return the key of a thing as one text."""
        return "/".join(str(content.get(name) or "").strip() for name in self.keys)

    def masks(self) -> dict[str, str]:
        """Return the fields that hold direct identifiers, with their masks."""
        found = {name: declared(info).mask for name, info in self.form.model_fields.items()}
        return {name: mask for name, mask in found.items() if mask}

    def masked(self, content: Mapping[str, Any]) -> Content:
        """Return the content with its identifiers masked."""
        masks = self.masks()
        return {name: mask_value(masks[name], value) if name in masks else value for name, value in content.items()}


K = TypeVar("K", bound=RegistryKind)
_kinds: dict[str, RegistryKind] = {}


def registers(kind: type[K]) -> type[K]:
    """Register a kind (class decorator)."""
    _kinds[kind.code] = kind()
    return kind


def kind_of(code: str) -> RegistryKind:
    """Return a kind. Raises UnknownKind."""
    if code not in _kinds:
        raise UnknownKind("没有这种注册", received=code, allowed=sorted(_kinds))
    return _kinds[code]


def kinds() -> tuple[RegistryKind, ...]:
    """Return all kinds."""
    return tuple(_kinds.values())
