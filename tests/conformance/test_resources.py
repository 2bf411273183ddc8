"""Every component that a resource names is one of the web's: a wrong name would show nothing, and say nothing."""

import re
from pathlib import Path

from suwen.kernel.registry import discover_domains

ROOMS = Path(__file__).parents[2] / "ui" / "src" / "domains"
ICONS = ROOMS.parent / "kernel" / "layout" / "icons.tsx"
FILES = {"cell": "cells", "toolbar": "toolbars"}


def test_components_that_resources_name_are_there() -> None:
    named = {
        (FILES[slot.partition(":")[0]], *component.split("/"))
        for domain in discover_domains()
        for resource in domain.resources
        for slot, component in resource.overrides.items()
    }
    assert named
    for kind, room, name in sorted(named):
        text = (ROOMS / room / f"{kind}.tsx").read_text("utf-8")
        exported = re.search(rf"export const {kind} = \{{(.*?)\}}", text, re.DOTALL)
        assert exported is not None
        assert name in re.findall(r"\w+", exported[1]), f"{room}/{name} is no component of {kind}.tsx"


def test_icons_of_the_menu_are_drawn() -> None:
    text = ICONS.read_text("utf-8")
    drawn = set(re.findall(r'^  "?([a-z-]+)"?: <', text, re.MULTILINE))
    entries = [entry for domain in discover_domains() for entry in (*domain.resources, *domain.pages)]
    unknown = sorted({entry.icon for entry in entries if entry.icon} - drawn)
    assert not unknown, "an icon that is not known is a plain square"
