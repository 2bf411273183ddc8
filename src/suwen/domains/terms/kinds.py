"""The kinds of source dictionaries 源端字典: what is compared, and the target."""

from dataclasses import dataclass

from suwen.domains.standards.public import Attribute, attributes
from suwen.domains.terms.errors import UnknownKind


@dataclass(frozen=True)
class Kind:
    """A kind of source dictionary.

    target: the terminology it is mapped to unless a policy names another (the starter pack's, or a code table); None
    where every dictionary names its own. parts: the
    attributes that are compared beside the name. personal: its names are names of persons, so it is listed apart and
    masked.
    """

    code: str
    title: str
    title_en: str
    target: str | None = None
    parts: tuple[Attribute, ...] = ()
    personal: bool = False


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
            "SUWEN.drug",
            parts=attributes("generic", "form", "strength", "manufacturer"),
        ),
        Kind(
            "diagnosis",
            "诊断",
            "Diagnoses",
            "SUWEN.diagnosis",
        ),
        Kind(
            "operation",
            "手术操作",
            "Operations",
            "SUWEN.operation",
        ),
        Kind(
            "exam_item",
            "检查项目",
            "Examination items",
            "SUWEN.exam_item",
            parts=attributes("body_site", "method"),
        ),
        Kind(
            "lab_item",
            "检验项目",
            "Laboratory items",
            "SUWEN.lab_item",
            parts=attributes("specimen", "unit", "method"),
        ),
        Kind(
            "lab_order",
            "检验医嘱",
            "Laboratory orders",
            "SUWEN.lab_order",
            parts=attributes("specimen"),
        ),
        Kind(
            "charge_item",
            "收费项目",
            "Charge items",
            "SUWEN.charge_item",
        ),
    )
}
OPTIONS = tuple((kind.code, kind.title, kind.title_en) for kind in KINDS.values())


def kind_of(code: str) -> Kind:
    """Return a kind. Raises UnknownKind."""
    if code not in KINDS:
        raise UnknownKind(code, KINDS)
    return KINDS[code]
