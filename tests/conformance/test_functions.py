"""docs/functions.csv names only what exists: each screen, API path and test."""

import csv
import re
from pathlib import Path

import pytest

from suwen.kernel.registry import discover_domains
from tests.serving import whole_app

ROOT = Path(__file__).parents[2]
ROWS = list(csv.DictReader((ROOT / "docs" / "functions.csv").read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def api_paths() -> set[str]:
    """Paths of the API."""
    return set(whole_app().openapi()["paths"])


@pytest.fixture(scope="module")
def screens() -> set[str]:
    """Routes that the web knows: its own pages, and a page for each declared list."""
    own = {
        "/" + path
        for file in (ROOT / "ui" / "src" / "domains").glob("*/pages.ts")
        for path in re.findall(r'path: "([^"]+)"', file.read_text("utf-8"))
    }
    return own | {"/" + r.name.replace(".", "/") for domain in discover_domains() for r in domain.resources}


def test_ids_are_distinct_and_well_formed() -> None:
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Z]{2}-\d{3}", one) for one in ids)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_row_names_what_exists(row: dict[str, str], api_paths: set[str], screens: set[str]) -> None:
    assert row["api_path"] in api_paths
    assert row["ui_route"] in screens
    assert (ROOT / row["test"]).is_file()
