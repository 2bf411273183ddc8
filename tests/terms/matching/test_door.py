"""What the matcher's door brings along."""

import subprocess
import sys

HEAVY = ("sqlalchemy", "duckdb", "deltalake", "pyarrow", "procrastinate")


def test_who_matches_lists_loads_neither_lake_nor_database() -> None:
    asked = f"import sys, suwen.domains.terms.public; print([name for name in {HEAVY} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
