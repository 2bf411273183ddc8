"""A table follows new versions of its declaration."""

from dataclasses import replace
from decimal import Decimal

import pytest
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.lake.column_types import arrow_type, widens
from suwen.domains.lake.errors import InvalidTable, SchemaConflict
from suwen.domains.lake.public import ColumnSpec, Lake, TableSpec, table_of
from suwen.domains.standards.public import Catalog
from suwen.kernel.scope import Scope
from tests.lake.samples import EVERYTHING, VISIT, costs, open_folder, patient_key, visit, visits


def with_column(spec: TableSpec, column: ColumnSpec) -> TableSpec:
    """Return the next version of a declaration: a column more, or another type."""
    kept = tuple(column if c.name == column.name else c for c in spec.columns)
    added = () if spec.column(column.name) else (column,)
    return replace(spec, columns=kept + added, version=spec.version + 1)


class TestAddedColumns:
    """Columns come, never go."""

    SPEC = with_column(VISIT, ColumnSpec("ward", "string", 2))

    def test_old_rows_have_null_new_rows_a_value(self, filled: Lake) -> None:
        assert filled.ensure(self.SPEC).spec == self.SPEC
        sql = "SELECT ward, count(*) AS n FROM std.visit GROUP BY ward ORDER BY 1 NULLS FIRST"
        assert filled.select(sql, scope=EVERYTHING).to_pylist() == [{"ward": None, "n": 42}]
        filled.upsert(self.SPEC, visits([visit(1)]).append_column("ward", [["3病区"]]))
        expected = [{"ward": None, "n": 41}, {"ward": "3病区", "n": 1}]
        assert filled.select(sql, scope=EVERYTHING).to_pylist() == expected
        found = filled.lookup(["visit"], [patient_key("A", 0)], scope=EVERYTHING)["visit"]
        assert sorted(found["ward"].to_pylist(), key=str) == ["3病区", None, None]
        filled.maintain("std.visit", keep_days=0)
        assert filled.select(sql, scope=EVERYTHING).to_pylist() == expected

    def test_a_writer_of_the_old_version_goes_on(self, filled: Lake) -> None:
        filled.ensure(self.SPEC)
        filled.append("std.visit", visits([visit(77)]))
        assert len(costs(filled)) == 43

    def test_a_dropped_column_stays_stored(self, filled: Lake) -> None:
        columns = tuple(c for c in VISIT.columns if c.name != "phone")
        filled.ensure(replace(VISIT, columns=columns, version=2))
        row = filled.select("SELECT DISTINCT phone FROM std.visit", scope=EVERYTHING).to_pylist()
        assert row == [{"phone": "13900001234"}]

    def test_a_column_between_declaration_and_description_is_hidden(self, filled: Lake) -> None:
        path = filled.snapshot("std.visit").path
        DeltaTable(path).alter.add_columns([DeltaTable(path).schema().fields[0].__class__("late", "string")])
        assert filled.snapshot("std.visit").spec.column("late") == ColumnSpec("late", "string", 5)

    def test_another_grade_counts_at_once(self, filled: Lake) -> None:
        filled.ensure(with_column(VISIT, ColumnSpec("cost", "decimal(18,4)", 5)))
        sql = "SELECT DISTINCT cost FROM std.visit"
        assert filled.select(sql, scope=Scope.of("A", grade=4)).to_pylist() == [{"cost": None}]
        other = open_folder(filled.staging.parent)
        assert other.select(sql, scope=Scope.of("A", grade=4)).to_pylist() == [{"cost": None}]
        other.close()


class TestWidenedTypes:
    """A type may grow; everything stored is kept."""

    def test_decimal_and_date_grow(self, filled: Lake) -> None:
        wide = with_column(
            with_column(VISIT, ColumnSpec("cost", "decimal(24,6)")), ColumnSpec("birth_date", "datetime")
        )
        before = filled.snapshot("std.visit")
        filled.ensure(wide)
        assert filled.snapshot("std.visit").schema.field("cost").type == arrow_type("decimal(24,6)")
        assert set(costs(filled).values()) == {Decimal(1)}
        filled.upsert(wide, visits([visit(1, cost="0.5")]))
        assert costs(filled)[("A", "1")] == Decimal("0.5")
        assert len(costs(filled, versions={"std.visit": before.version})) == 42

    @pytest.mark.parametrize("type_", ["decimal(18,2)", "decimal(10,4)", "integer", "date", "boolean"])
    def test_narrowing_is_refused(self, filled: Lake, type_: str) -> None:
        with pytest.raises(SchemaConflict) as caught:
            filled.ensure(with_column(VISIT, ColumnSpec("cost", type_)))
        assert "cost" in caught.value.detail
        assert filled.snapshot("std.visit").spec == VISIT

    @given(st.tuples(*[st.integers(1, 38)] * 2), st.tuples(*[st.integers(0, 38)] * 2))
    def test_a_decimal_widens_only_when_both_sides_fit(
        self, precision: tuple[int, int], scale: tuple[int, int]
    ) -> None:
        (p1, p2), (s1, s2) = precision, (min(scale[0], precision[0]), min(scale[1], precision[1]))
        fits = s2 >= s1 and p2 - s2 >= p1 - s1
        assert widens(f"decimal({p1},{s1})", f"decimal({p2},{s2})") == fits


class TestTableOf:
    """A dataset gives its table."""

    def test_every_standard_dataset_can_be_created(self, lake: Lake) -> None:
        for dataset in Catalog.from_packs().datasets.values():
            spec = table_of(dataset, 4)
            assert lake.ensure(spec).spec == spec
            assert spec.key == ("org_code", *dataset.key)
            assert spec.sort[0] == "patient_key"
        assert {info.name for info in lake.tables()} >= {"visit", "patient", "encounter"}

    @pytest.mark.parametrize(
        "change", [{"layer": "gold"}, {"name": "a b"}, {"key": ("nothing",)}, {"buckets": None}, {"columns": ()}]
    )
    def test_a_contradiction_is_refused(self, change: dict[str, object]) -> None:
        fields = {name: getattr(VISIT, name) for name in VISIT.__dataclass_fields__} | change
        with pytest.raises(InvalidTable):
            TableSpec(**fields)

    def test_an_unknown_type_is_refused(self) -> None:
        with pytest.raises(InvalidTable):
            ColumnSpec("a", "varchar(20)")
