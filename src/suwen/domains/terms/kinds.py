"""The kinds of source dictionaries 源端字典: what is compared, and the target."""

from dataclasses import dataclass

from suwen.domains.terms.errors import UnknownKind


@dataclass(frozen=True)
class Part:
    """An attribute that is compared beside the name; `aliases` are headers under which files bring it."""

    name: str
    title: str
    title_en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of source dictionary.

    target: the terminology it is mapped to unless a policy names another; None where none is shipped. personal: its
    names are names of persons, so it is listed apart and masked.
    """

    code: str
    title: str
    title_en: str
    target: str | None = None
    parts: tuple[Part, ...] = ()
    personal: bool = False


_UNIT = Part("unit", "单位", "Unit", ("计量单位",))
_METHOD = Part("method", "方法", "Method", ("检验方法", "检查方法"))

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "department",
            "科室",
            "Departments",
            "CT08.00.002",
        ),
        Kind(
            "staff",
            "人员",
            "Staff",
            personal=True,
        ),
        Kind("value_set", "值域", "Value sets"),
        Kind(
            "drug",
            "药品",
            "Drugs",
            parts=(
                Part("generic", "通用名", "Generic name", ("药品通用名",)),
                Part("form", "剂型", "Dosage form", ("药品剂型",)),
                Part("strength", "规格", "Strength", ("药品规格", "包装规格")),
                Part("manufacturer", "生产企业", "Manufacturer", ("厂家", "生产厂家", "生产厂商", "产地")),
            ),
        ),
        Kind(
            "diagnosis",
            "诊断",
            "Diagnoses",
        ),
        Kind(
            "operation",
            "手术操作",
            "Operations",
        ),
        Kind(
            "exam_item",
            "检查项目",
            "Examination items",
            parts=(Part("body_site", "部位", "Body site", ("检查部位",)), _METHOD),
        ),
        Kind(
            "lab_item",
            "检验项目",
            "Laboratory items",
            parts=(Part("specimen", "标本", "Specimen", ("标本类型", "样本")), _UNIT, _METHOD),
        ),
        Kind(
            "lab_order",
            "检验医嘱",
            "Laboratory orders",
            parts=(Part("specimen", "标本", "Specimen", ("标本类型", "样本")),),
        ),
        Kind(
            "charge_item",
            "收费项目",
            "Charge items",
        ),
    )
}
OPTIONS = tuple((kind.code, kind.title, kind.title_en) for kind in KINDS.values())


def kind_of(code: str) -> Kind:
    """Return a kind. Raises UnknownKind."""
    if code not in KINDS:
        raise UnknownKind(code, KINDS)
    return KINDS[code]
