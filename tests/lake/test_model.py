"""Any run of writes leaves the table as the same run leaves a Python dictionary."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suwen.domains.lake.public import CommitTag
from tests.lake.samples import VISIT, Row, costs, open_folder, visit, visits

_rows = st.lists(
    st.builds(
        visit,
        st.integers(0, 25),
        org=st.sampled_from("AB"),
        patient=st.integers(0, 6),
        cost=st.integers(0, 999),
        feed=st.sampled_from(["f1", "f2"]),
    ),
    max_size=12,
    unique_by=lambda row: (row["org_code"], row["visit_id"]),
)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), _rows, st.none()),
        st.tuples(st.just("replace"), _rows, st.sampled_from(["f1", "f2"])),
        st.tuples(st.just("delete"), st.just([]), st.sampled_from(["f1", "f2"])),
        st.tuples(st.just("maintain"), st.just([]), st.none()),
    ),
    max_size=6,
)


def _key(row: Row) -> tuple[str, str]:
    return str(row["org_code"]), str(row["visit_id"])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(_steps)
def test_the_table_follows_the_model(steps: list[tuple[str, list[Row], str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = open_folder(Path(folder))
        lake.ensure(VISIT)
        model: dict[tuple[str, str], Row] = {}
        for number, (operation, rows, feed) in enumerate(steps):
            tag = CommitTag("model", number)
            if operation == "upsert":
                for _ in range(2):
                    lake.upsert("std.visit", visits(rows), tag)
                model |= {_key(row): row for row in rows}
            elif operation == "replace":
                # A full capture names each key once in the whole table, as keys of feeds do not overlap.
                kept = {key: row for key, row in model.items() if row["feed"] != feed}
                mine = [row | {"feed": feed} for row in rows if _key(row) not in kept]
                for _ in range(2):
                    lake.replace("std.visit", visits(mine), {"feed": feed}, tag)
                model = kept | {_key(row): row for row in mine}
            elif operation == "delete":
                lake.delete("std.visit", {"feed": feed}, tag)
                model = {key: row for key, row in model.items() if row["feed"] != feed}
            else:
                lake.maintain("std.visit", keep_days=0, orphan_hours=0)
            assert costs(lake) == {key: row["cost"] for key, row in model.items()}
            assert lake.snapshot("std.visit").rows == len(model)
        lake.close()
