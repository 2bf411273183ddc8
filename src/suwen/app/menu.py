"""The menu: the pages and lists that somebody may open."""

from collections.abc import Sequence
from typing import Any

from suwen.kernel.permissions import Principal
from suwen.kernel.registry import Domain, menu_groups


def menu_of(domains: Sequence[Domain], principal: Principal) -> list[dict[str, Any]]:
    """Return the entries open to a principal, in order.

    Each has path, title, title_en, icon, group, group_en, domain, domain_title, permission and, for a declared list,
    `resource`, its name. A page hides the list of the same path: it is its own, better screen.
    """
    entries: list[dict[str, Any]] = []
    groups = menu_groups(domains)
    for domain in domains:
        found: dict[str, tuple[int, dict[str, Any]]] = {}
        for resource in domain.resources:
            if resource.group and principal.may(resource.read):
                path = "/" + resource.name.replace(".", "/")
                entry = _entry(domain, path, resource.title, resource.title_en, resource.icon, resource.group)
                found[path] = resource.order, entry | {"permission": resource.read, "resource": resource.name}
        for page in domain.pages:
            if principal.may(page.permission):
                entry = _entry(domain, page.path, page.title, page.title_en, page.icon, page.group)
                found[page.path] = page.order, entry | {"permission": page.permission, "resource": None}
        entries += [entry for _, entry in sorted(found.values(), key=lambda item: item[0])]
    return [entry | {"group_en": groups[entry["group"]]} for entry in entries]


def _entry(domain: Domain, path: str, title: str, title_en: str, icon: str, group: str) -> dict[str, Any]:
    return {
        "path": path,
        "title": title,
        "title_en": title_en,
        "icon": icon,
        "group": group or domain.title,
        "domain": domain.name,
        "domain_title": domain.title,
        "domain_title_en": domain.title_en,
    }
