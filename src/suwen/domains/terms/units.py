"""Units of measurement: equal or convertible by declared factors only, see units.yaml."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

import yaml

from suwen.domains.terms.errors import UndeclaredConversion

_FILE = Path(__file__).parent / "units.yaml"


@dataclass(frozen=True)
class _Units:
    """factors: unit → (dimension, how many base units it is); items: substance → mass of one mmol/l in mg/l."""

    factors: dict[str, tuple[str, Decimal]]
    aliases: dict[str, str]
    items: dict[str, Decimal]


@cache
def _declared() -> _Units:
    held: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    factors = {
        unit: (name, Decimal(str(factor)))
        for name, dimension in held["dimensions"].items()
        for unit, factor in dimension["units"].items()
    }
    items = {name: Decimal(str(factor["mmol/l"])) for name, factor in held["items"].items()}
    return _Units(factors, held["aliases"], items)


def unit_of(text: str) -> str:
    """Return a unit in its declared spelling, or as it is, in lower case and without blanks.

    >>> unit_of(" μg/ML")
    'ug/ml'
    """
    plain = "".join(normalize("NFKC", text).lower().split()).replace("μ", "u").replace("×", "x")
    return _declared().aliases.get(plain, plain)


def convert(value: Decimal, unit: str, to: str, item: str | None = None) -> Decimal:
    """Return a value in another unit; `item` names the substance, for factors that hold for it alone.

    >>> convert(Decimal("5.6"), "mmol/L", "mg/dL", "葡萄糖")
    Decimal('100.88736')

    Raises UndeclaredConversion.
    """
    source, target = unit_of(unit), unit_of(to)
    if source == target:
        return value
    declared = _declared()
    have, want = declared.factors.get(source), declared.factors.get(target)
    if have is None or want is None:
        raise UndeclaredConversion("没有声明此单位换算", received=f"{unit} → {to}", allowed=sorted(declared.factors))
    in_base = value * have[1]
    if have[0] != want[0]:
        mass = declared.items.get(item or "")
        if mass is None or {have[0], want[0]} != {"mass_concentration", "substance_concentration"}:
            raise UndeclaredConversion(
                "没有声明此单位换算", received=f"{unit} → {to}", allowed=f"{'、'.join(declared.items)} 的换算"
            )
        in_base = in_base * mass if have[0] == "substance_concentration" else in_base / mass
    return (in_base / want[1]).normalize()


def convertible(unit: str, to: str, item: str) -> bool:
    """Say whether a declared factor leads from one unit to another; `item` names the substance, it may say more."""
    substance = next((name for name in _declared().items if name in item), None)
    try:
        convert(Decimal(1), unit, to, substance)
    except UndeclaredConversion:
        return False
    return True


def same_quantity(one: tuple[Decimal, str], other: tuple[Decimal, str]) -> bool | None:
    """Say whether two quantities are equal; None when their units do not compare."""
    try:
        return convert(*one, other[1]) == other[0]
    except UndeclaredConversion:
        return None
