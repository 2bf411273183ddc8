"""Every scenario of ui/e2e/scenarios.ts, each in a browser of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Served
from tools.node import ROOT, UI, environment, install, node_path

SCENARIOS = (
    "sign_in",
    "home",
    "every_menu_entry",
    "standards",
    "batches",
    "quarantine",
    "dataset_rows",
    "quality",
    "patient",
    "metrics",
    "roles",
    "english",
    "chinese_font",
    "run_source",
    "new_source",
    "mapping",
    "propose",
)
PICTURES = ROOT / "test-results"


def node(*arguments: str, **extra: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of ui/e2e."""
    command = [str(node_path()), "e2e/run.ts", *arguments]
    return subprocess.run(command, cwd=UI, env=environment(extra), capture_output=True, text=True, check=False)


def test_every_scenario_is_run() -> None:
    assert install() == 0
    listed = node("--list")
    assert listed.returncode == 0, listed.stderr
    assert sorted(listed.stdout.split()) == sorted(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.timeout(0)
def test_scenario(scenario: str, served: Served) -> None:
    Path(PICTURES).mkdir(exist_ok=True)
    done = node(
        scenario,
        SUWEN_E2E_URL=served.url,
        SUWEN_E2E_USER=served.username,
        SUWEN_E2E_PASSWORD=served.password,
        SUWEN_E2E_NEXT_PASSWORD=served.password,
        SUWEN_E2E_PICTURES=str(PICTURES),
        HOME=os.environ.get("HOME", "/tmp"),
    )
    assert done.returncode == 0, f"{done.stderr}\nA picture of the page is in {PICTURES}"
