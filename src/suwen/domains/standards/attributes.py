"""What codes may say of themselves beside their name: strength of a drug, specimen of a laboratory item.

Declared here once: packs and lists name them, source dictionaries (room terms) compare them, screens show their titles.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

AttributeName = Literal[
    "generic",
    "form",
    "strength",
    "manufacturer",
    "component",
    "specimen",
    "property",
    "result_type",
    "unit",
    "method",
    "body_site",
]


class Attribute(BaseModel):
    """One attribute 属性; `aliases` are headers under which files bring it, beside its title and name."""

    model_config = ConfigDict(frozen=True)

    name: AttributeName
    title: str
    title_en: str
    aliases: tuple[str, ...] = ()


_DECLARED = (
    Attribute(name="generic", title="通用名", title_en="Generic name", aliases=("药品通用名",)),
    Attribute(name="form", title="剂型", title_en="Dosage form", aliases=("药品剂型",)),
    Attribute(name="strength", title="规格", title_en="Strength", aliases=("药品规格", "包装规格")),
    Attribute(
        name="manufacturer",
        title="生产企业",
        title_en="Manufacturer",
        aliases=("厂家", "生产厂家", "生产厂商", "产地"),
    ),
    # The parts of a LOINC name: component, system (specimen), kind of property, type of scale, method.
    Attribute(name="component", title="被测成分", title_en="Component", aliases=("成分", "分析物")),
    Attribute(name="specimen", title="标本", title_en="Specimen", aliases=("标本类型", "样本")),
    Attribute(name="property", title="量纲", title_en="Property", aliases=("受检属性",)),
    Attribute(name="result_type", title="结果类型", title_en="Type of result", aliases=("标尺类型",)),
    Attribute(name="unit", title="单位", title_en="Unit", aliases=("计量单位", "计价单位")),
    Attribute(name="method", title="方法", title_en="Method", aliases=("检验方法", "检查方法")),
    Attribute(name="body_site", title="部位", title_en="Body site", aliases=("检查部位",)),
)
ATTRIBUTES: Mapping[AttributeName, Attribute] = {attribute.name: attribute for attribute in _DECLARED}


def attributes(*names: AttributeName) -> tuple[Attribute, ...]:
    """Return attributes by name, in the order asked for."""
    return tuple(ATTRIBUTES[name] for name in names)


def in_order(names: Iterable[str]) -> tuple[Attribute, ...]:
    """Return the attributes that are among some names, in declared order."""
    found = frozenset(names)
    return tuple(attribute for name, attribute in ATTRIBUTES.items() if name in found)


def described(values: Mapping[AttributeName, str]) -> str:
    """Return attributes in words.

    >>> described({"strength": "0.25g", "form": "胶囊"})
    '剂型 胶囊 · 规格 0.25g'
    """
    return " · ".join(f"{attribute.title} {values[attribute.name]}" for attribute in in_order(values))
