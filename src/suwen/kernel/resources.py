"""List pages as data: one typed declaration gives routes, filters, export, permission check, menu entry, web page."""

import types
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Protocol, Union, get_args, get_origin, runtime_checkable
from uuid import UUID

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.repository import Page, PageRequest
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class Column:
    """How one field shows in the list, the filter bar and the form; what is left out is inferred from its type.

    kind: one of KINDS' values, or any kind that the web UI has registered. hide: where not to show it, of "list",
    "detail", "form", "export". mask: kind of kernel.masking applied unless the caller may unmask and asks for it.
    grade: sensitivity; callers whose scope ends below it get the mask, or nothing. options: value, Chinese and English
    label of each choice. help: a hint in Chinese; the field's description is the English one. when: another
    field of the form and its values with which alone this one is asked for.
    """

    label: str | None = None
    label_en: str | None = None
    kind: str | None = None
    filter: bool = False
    sort: bool = False
    hide: tuple[str, ...] = ()
    help: str | None = None
    mask: str | None = None
    grade: int = 1
    width: int | None = None
    options: tuple[tuple[str, str, str], ...] = ()
    when: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Action:
    """A button on a row: posts to `<resource path>/{id}/<name>`, a route that the room provides."""

    name: str
    title: str
    title_en: str
    permission: str
    confirm: str | None = None


class ResourceSource(Protocol):
    """Where a resource's rows come from; every call is bound to the caller's scope.

    Rows are mappings or objects that the resource's schema can be validated from. A source may also have
    `create(uow, scope, data)`, `update(uow, scope, key, data)`, `delete(uow, scope, key)`: see WritableSource.
    `scope_column` names the field that holds the institution; None says that the rows belong to none.
    """

    @property
    def scope_column(self) -> str | None:
        """Field with the institution's code, or None."""
        ...

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[Any]:
        """Return one page of the rows within the scope."""
        ...

    async def get(self, uow: UnitOfWork, scope: Scope, key: str) -> object:
        """Return one row. Raises NotFound, also when the scope hides it."""
        ...

    def iterate(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> AsyncIterator[object]:
        """Yield all rows within the scope that the request's filters let through, for an export."""
        ...


@runtime_checkable
class WritableSource(Protocol):
    """A source whose rows can be made and changed through the resource."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a new row and return it. Raises Forbidden outside the scope."""
        ...

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change the fields set in `data` and return the row. Raises NotFound."""
        ...

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a row. Raises NotFound."""
        ...


def listed(schema: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a schema but for its `id`, as the columns of a list."""
    return tuple(name for name in schema.model_fields if name != "id")


@dataclass(frozen=True)
class Resource:
    """One list/detail/form page, declared beside its schema; checked at import.

    name: `<domain>.<plural>`, which is also its path. read, write: permission codes. create, update: schemas of the
    forms; without them there is no such route. delete: whether rows can be removed. key: field that identifies a row.
    columns: fields in list order (default: all of the schema). overrides: `{"cell:<field>": "<ui component>"}`, or
    "toolbar" for a button of the list's head.
    group: menu group; empty keeps the list out of the menu.
    """

    name: str
    domain: str
    title: str
    title_en: str
    schema: type[BaseModel]
    source: ResourceSource
    read: str
    write: str | None = None
    export: bool = True
    create: type[BaseModel] | None = None
    update: type[BaseModel] | None = None
    delete: bool = False
    actions: tuple[Action, ...] = ()
    columns: tuple[str, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    default_sort: tuple[str, ...] = ()
    group: str = ""
    icon: str = ""
    key: str = "id"
    order: int = 100

    def __post_init__(self) -> None:
        fields = set(self.schema.model_fields)
        wanted = {*self.columns, self.key, *(name.removeprefix("-") for name in self.default_sort)}
        if unknown := sorted(wanted - fields):
            raise ValueError(f"resource {self.name}: no such field in {self.schema.__name__}: {unknown}")
        fixed = [name for name in self.default_sort if not self.column(name.removeprefix("-")).sort]
        if fixed:
            raise ValueError(f"resource {self.name}: sorted by fields that are not declared so: {fixed}")
        if self.name.partition(".")[0] != self.domain:
            raise ValueError(f"resource {self.name}: its name must begin with its domain {self.domain!r}")
        if (self.create or self.update or self.delete) and not (self.write and isinstance(self.source, WritableSource)):
            raise ValueError(f"resource {self.name}: writing needs `write` and a source with create, update, delete")

    @property
    def path(self) -> str:
        """API path of the list."""
        return "/api/" + self.name.replace(".", "/")

    @property
    def shown(self) -> tuple[str, ...]:
        """The fields of the list, in order."""
        return self.columns or tuple(self.schema.model_fields)

    def column(self, name: str) -> Column:
        """Return the declaration of a field of the schema, or the default one."""
        return declared(self.schema.model_fields[name])

    def describe(self, principal: Principal | None = None) -> dict[str, Any]:
        """Return what the web needs to draw the page; with a principal, narrowed to what that one may do."""
        may_write = bool(self.write) and (principal is None or principal.may(self.write or ""))
        return {
            "name": self.name,
            "domain": self.domain,
            "title": self.title,
            "title_en": self.title_en,
            "path": self.path,
            "key": self.key,
            "read": self.read,
            "write": self.write,
            "can": {
                "create": may_write and self.create is not None,
                "update": may_write and self.update is not None,
                "delete": may_write and self.delete,
                "export": self.export,
                "unmask": principal is None or principal.scope.unmask,
            },
            "default_sort": list(self.default_sort),
            "group": self.group,
            "icon": self.icon,
            "actions": [
                {"name": a.name, "title": a.title, "title_en": a.title_en, "confirm": a.confirm}
                for a in self.actions
                if principal is None or principal.may(a.permission)
            ],
            "overrides": dict(self.overrides),
            "columns": [describe_field(name, self.schema.model_fields[name]) for name in self.shown],
            "create": describe_form(self.create),
            "update": describe_form(self.update),
        }


KINDS: Mapping[type, str] = {
    str: "text",
    int: "integer",
    float: "number",
    Decimal: "number",
    bool: "switch",
    datetime: "datetime",
    date: "date",
    UUID: "id",
    list: "tags",
    tuple: "tags",
    frozenset: "tags",
    dict: "json",
    SecretStr: "password",
}


def declared(info: FieldInfo) -> Column:
    """Return the `Column` annotated on a field, or the default one."""
    return next((item for item in info.metadata if isinstance(item, Column)), Column())


def plain_type(annotation: Any) -> Any:
    """Return a field's type without Optional and Annotated: `Annotated[date | None, ...]` gives `date`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return plain_type(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return plain_type(next(arg for arg in get_args(annotation) if arg is not type(None)))
    return annotation


def describe_field(name: str, info: FieldInfo) -> dict[str, Any]:
    """Return one field as the web needs it."""
    column, kind_type = declared(info), plain_type(info.annotation)
    found = column.options or _options_of(kind_type)
    options = [{"value": value, "label": label, "label_en": english} for value, label, english in found] or None
    return {
        "name": name,
        "label": column.label or info.title or name,
        "label_en": column.label_en or name,
        "kind": column.kind or ("select" if options else KINDS.get(get_origin(kind_type) or kind_type, "text")),
        "options": options,
        "filter": column.filter,
        "sort": column.sort,
        "hide": list(column.hide),
        "help": column.help,
        "help_en": info.description,
        "required": info.is_required(),
        "default": info.default if isinstance(info.default, str | int | float) else None,
        "masked": column.mask is not None,
        "width": column.width,
        "when": {"field": column.when[0], "values": list(column.when[1])} if column.when else None,
    }


def describe_form(schema: type[BaseModel] | None) -> list[dict[str, Any]] | None:
    """Return the fields of a form, or None where there is no form."""
    if schema is None:
        return None
    fields = [describe_field(name, info) for name, info in schema.model_fields.items()]
    return [item for item in fields if "form" not in item["hide"]]


def _options_of(kind: Any) -> Iterable[tuple[str, str, str]]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        # An enum may give its titles as `title` and `title_en` of its members.
        return [(str(item.value), _title(item, "title"), _title(item, "title_en")) for item in kind]
    if get_origin(kind) is not None and str(get_origin(kind)) == "typing.Literal":
        return [(str(value), str(value), str(value)) for value in get_args(kind)]
    return []


def _title(item: Enum, attribute: str) -> str:
    """The member's own title; a StrEnum has a method of that name, which is none."""
    title = getattr(item, attribute, None)
    return title if isinstance(title, str) else item.name
