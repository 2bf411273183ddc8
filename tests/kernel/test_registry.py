"""Discovery of rooms and plug-ins, in a package made for the test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suwen.kernel.registry import InvalidDomain, discover_domains, discover_plugins

MANIFEST = """
from suwen.kernel.permissions import Permission
from suwen.kernel.registry import Domain, Page
DOMAIN = Domain("{name}", "T", "T", permissions={permissions}, pages={pages}, order={order})
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Writes a room into the package `house`."""
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    def room(name: str, *, permissions: str = "()", pages: str = "()", order: int = 1, as_name: str = "") -> None:
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
        text = MANIFEST.format(name=as_name or name, permissions=permissions, pages=pages, order=order)
        (folder / name / "domain.py").write_text(text)

    yield room
    for module in [m for m in sys.modules if m == "house" or m.startswith("house.")]:
        del sys.modules[module]


class TestDiscoverDomains:
    def test_rooms_come_in_order(self, house: Callable[..., None]) -> None:
        house("alpha", order=2)
        house("beta", order=1)
        assert [d.name for d in discover_domains("house")] == ["beta", "alpha"]

    def test_a_misnamed_manifest_is_refused(self, house: Callable[..., None]) -> None:
        house("alpha", as_name="omega")
        with pytest.raises(InvalidDomain, match="alpha"):
            discover_domains("house")

    def test_a_permission_declared_twice_is_refused(self, house: Callable[..., None]) -> None:
        house("alpha", permissions="(Permission('x.read', '', ''),)")
        house("beta", permissions="(Permission('x.read', '', ''),)")
        with pytest.raises(InvalidDomain, match=r"x\.read"):
            discover_domains("house")

    def test_a_permission_demanded_but_declared_nowhere_is_refused(self, house: Callable[..., None]) -> None:
        house("alpha", pages="(Page('/a', '', '', 'alpha.read'),)")
        with pytest.raises(InvalidDomain, match=r"alpha\.read"):
            discover_domains("house")

    def test_a_menu_group_that_no_room_declares_is_refused(self, house: Callable[..., None]) -> None:
        house("alpha", permissions="(Permission('x', '', ''),)", pages="(Page('/a', '', '', 'x', group='T'),)")
        discover_domains("house")
        house("beta", pages="(Page('/b', '', '', 'x', group='车间'),)")
        with pytest.raises(InvalidDomain, match="车间"):
            discover_domains("house")


class TestDiscoverPlugins:
    def test_modules_come_sorted_and_private_ones_not(self, house: Callable[..., None], tmp_path: Path) -> None:
        folder = tmp_path / "house" / "plugs"
        folder.mkdir()
        for name in ("__init__", "second", "first", "_helper"):
            (folder / f"{name}.py").touch()
        assert [m.__name__ for m in discover_plugins("house.plugs")] == ["house.plugs.first", "house.plugs.second"]
