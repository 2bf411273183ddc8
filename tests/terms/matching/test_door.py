"""What the matcher's door and command bring along."""

import subprocess
import sys

import pytest

HEAVY = ("sqlalchemy", "duckdb", "deltalake", "pyarrow", "procrastinate")
COMMAND = """
import suwen.app.cli
try:
    suwen.app.cli.app(["terms", "match", "--help"])
except SystemExit:
    pass
"""


@pytest.mark.parametrize("asked", ["import suwen.domains.terms.public", COMMAND])
def test_who_matches_lists_loads_neither_lake_nor_database(asked: str) -> None:
    told = f"import sys\n{asked}\nprint([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
