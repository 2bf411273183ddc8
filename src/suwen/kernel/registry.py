"""How rooms say what they have, and how the rooms and their plug-ins are found."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from suwen.kernel.permissions import Permission

if TYPE_CHECKING:
    from fastapi import APIRouter
    from pydantic import BaseModel

    from suwen.kernel.resources import Resource
    from suwen.kernel.todos import Todo


@dataclass(frozen=True)
class Page:
    """A screen and its menu entry: web `path`, titles, the permission to see it, icon name, menu group."""

    path: str
    title: str
    title_en: str
    permission: str
    icon: str = ""
    group: str = ""
    order: int = 100


@dataclass(frozen=True)
class Domain:
    """The manifest of a room, held as `DOMAIN` in its `domain.py`.

    `jobs`, `handlers` and `extensions` (registered at another room's door) are the decorated functions; naming them
    here makes sure that their modules are imported.
    `groups`: English by Chinese title of menu groups, other than the room's own title, that any room may use.
    `settings` is a settings class shown in the docs. Commands are no part of it: `cli.py` holds them (suwen.app.cli).
    """

    name: str
    title: str
    title_en: str
    routers: "tuple[APIRouter, ...]" = ()
    resources: "tuple[Resource, ...]" = ()
    jobs: tuple[Callable[..., Any], ...] = ()
    handlers: tuple[Callable[..., Any], ...] = ()
    extensions: tuple[Callable[..., Any], ...] = ()
    permissions: tuple[Permission, ...] = ()
    pages: tuple[Page, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    todos: "tuple[Todo, ...]" = ()
    settings: "type[BaseModel] | None" = None
    order: int = 100


class InvalidDomain(Exception):
    """A room's manifest is missing or contradicts itself; raised at start, never while serving."""


ROOMS = "suwen.domains"
_OF_KERNEL = ("suwen.kernel.jobs_domain",)
"""What the kernel itself shows over HTTP; found together with the rooms."""


def discover_domains(package: str = ROOMS) -> tuple[Domain, ...]:
    """Import `<package>.*.domain` and return the manifests in menu order.

    Raises InvalidDomain when a manifest is missing, misnamed, or something in it is declared twice.
    """
    found: list[Domain] = []
    for room in _rooms(package):
        if importlib.util.find_spec(f"{room}.domain") is None:
            continue
        domain = getattr(importlib.import_module(f"{room}.domain"), "DOMAIN", None)
        if not isinstance(domain, Domain) or domain.name != room.rpartition(".")[2]:
            raise InvalidDomain(f"{room}.domain must hold DOMAIN = Domain(name={room.rpartition('.')[2]!r}, ...)")
        found.append(domain)
    if package == ROOMS:
        found += [importlib.import_module(name).DOMAIN for name in _OF_KERNEL]
    domains = tuple(sorted(found, key=lambda domain: (domain.order, domain.name)))
    _check(domains)
    return domains


def declared_permissions() -> frozenset[str]:
    """Return the codes of all permissions that the rooms declare."""
    return frozenset(p.code for domain in discover_domains() for p in domain.permissions)


def load_models(package: str = ROOMS) -> None:
    """Import every room's `models`, so that `Base.metadata` knows all tables."""
    for models in find_in_rooms("models", package).values():
        importlib.import_module(models)


def find_in_rooms(module: str, package: str = ROOMS) -> dict[str, str]:
    """Return room → full name of the module of this name, of the rooms that have it; it is not imported."""
    found = {room.rpartition(".")[2]: f"{room}.{module}" for room in _rooms(package)}
    return {name: path for name, path in found.items() if importlib.util.find_spec(path) is not None}


def discover_plugins(package: str) -> tuple[ModuleType, ...]:
    """Import the modules and packages directly inside a plug-in folder, sorted by name; names with `_` are skipped."""
    folder = importlib.import_module(package)
    names = sorted(info.name for info in pkgutil.iter_modules(folder.__path__) if not info.name.startswith("_"))
    return tuple(importlib.import_module(f"{package}.{name}") for name in names)


def _rooms(package: str) -> list[str]:
    folder = importlib.import_module(package)
    return sorted(f"{package}.{info.name}" for info in pkgutil.iter_modules(folder.__path__) if info.ispkg)


def menu_groups(domains: Iterable[Domain]) -> dict[str, str]:
    """Return English by Chinese title of every menu group."""
    titles = [{domain.title: domain.title_en, **domain.groups} for domain in domains]
    return {title: english for known in titles for title, english in known.items()}


def _check(domains: tuple[Domain, ...]) -> None:
    permissions = [p.code for domain in domains for p in domain.permissions]
    resources = [r for domain in domains for r in domain.resources]
    names = [r.name for r in resources]
    for kind, values in (("permission", permissions), ("resource", names)):
        if doubled := sorted({value for value in values if values.count(value) > 1}):
            raise InvalidDomain(f"{kind} declared twice: {doubled}")
    groups = {r.name: r.group for r in resources} | {page.path: page.group for one in domains for page in one.pages}
    known = menu_groups(domains)
    if strange := {where: group for where, group in groups.items() if group and group not in known}:
        raise InvalidDomain(f"menu group declared by no room: {strange}")
    wanted = {page.permission: page.path for domain in domains for page in domain.pages}
    wanted |= {todo.permission: todo.name for domain in domains for todo in domain.todos}
    wanted |= {code: r.name for r in resources for code in (r.read, r.write) if code}
    if unknown := {code: where for code, where in wanted.items() if code not in permissions}:
        raise InvalidDomain(f"permission demanded but declared by no room: {unknown}")
