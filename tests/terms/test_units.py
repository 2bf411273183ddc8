"""Units convert by declared factors, and by nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.terms.errors import UndeclaredConversion
from suwen.domains.terms.units import convert

MASSES = ("kg", "g", "mg", "μg", "ng")


class TestConvert:
    @pytest.mark.parametrize(
        ("value", "unit", "to", "item", "expected"),
        [
            ("0.25", "g", "mg", None, "250"),
            ("5.6", "mmol/L", "mg/dL", "葡萄糖", "100.88736"),
            ("88.4", "μmol/L", "mg/dL", "肌酐", "0.99998"),
            ("4.5", "×10^9/L", "10^9/l", None, "4.5"),
        ],
    )
    def test_declared(self, value: str, unit: str, to: str, item: str | None, expected: str) -> None:
        assert round(convert(Decimal(value), unit, to, item), 5) == Decimal(expected)

    @pytest.mark.parametrize(
        ("unit", "to", "item"),
        [("mmol/L", "mg/dL", None), ("mmol/L", "mg/dL", "未知"), ("g", "ml", None), ("片", "g", None)],
    )
    def test_undeclared(self, unit: str, to: str, item: str | None) -> None:
        with pytest.raises(UndeclaredConversion):
            convert(Decimal(1), unit, to, item)

    @given(st.decimals(0, 10**6, places=3), st.sampled_from(MASSES), st.sampled_from(MASSES))
    def test_there_and_back(self, value: Decimal, unit: str, to: str) -> None:
        assert convert(convert(value, unit, to), to, unit) == value
