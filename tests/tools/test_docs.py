"""The generated pages, the API's description among them, are those of the present declarations."""

import pytest

from tools.docs import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_is_current(name: str) -> None:
    kept = (FOLDER / name).read_text(encoding="utf-8")
    assert kept == PAGES[name](), f"docs/generated/{name} is stale: run `make docs` and look at what changed"
