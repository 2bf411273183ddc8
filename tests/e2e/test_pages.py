"""Every scenario of ui/e2e/scenarios.ts, one after the other in one browser."""

import subprocess

import pytest

from tests.e2e.conftest import PICTURES, RUN, Player
from tools.node import UI, environment, install

SCENARIOS = (
    "sign_in",
    "home",
    "every_menu_entry",
    "standards",
    "conformance",
    "comparing",
    "adopting",
    "registration",
    "batches",
    "quarantine",
    "dataset_rows",
    "asset_life",
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
    "migration",
    "indicator",
    "alarm",
    "difference",
    "node_map",
)


def test_every_scenario_is_run() -> None:
    assert install() == 0
    listed = subprocess.run([*RUN, "--list"], cwd=UI, env=environment(), capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stderr
    assert sorted(listed.stdout.split()) == sorted(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.timeout(0)
def test_scenario(scenario: str, player: Player) -> None:
    failure = player.play(scenario)
    assert failure is None, f"{failure}\nA picture of the page is in {PICTURES}"
