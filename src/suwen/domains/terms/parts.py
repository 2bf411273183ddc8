"""What a drug or a laboratory item consists of, read from its name and attributes, and compared part by part."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from unicodedata import normalize

from suwen.domains.standards.public import Attribute
from suwen.domains.terms.forms import form_in, same_form, told_apart
from suwen.domains.terms.kinds import Kind
from suwen.domains.terms.names import name_key
from suwen.domains.terms.units import convertible, same_quantity, unit_of

Verdict = Literal["same", "convertible", "different", "unknown"]

_STRENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(万?(?:mg|ug|mcg|ng|g|ml|ul|l|iu|u|%|毫克|微克|克|毫升|单位))(?![a-z])")
_SPECIMENS = tuple("全血 血清 血浆 血 尿 粪便 大便 脑脊液 胸水 腹水 痰 分泌物 骨髓 羊水 精液 唾液".split())
_SAME_SPECIMEN = {"大便": "粪便", "粪": "粪便", "尿液": "尿", "血液": "血"}
_SAME_SITE: dict[str, str] = dict.fromkeys("头 头部 头颅 脑 脑部".split(), "颅脑")
_SAME_METHOD: dict[str, str] = {
    word: same
    for same, words in {
        "X线": "dr cr dx x光 xray x-ray 放射",
        "磁共振": "mr mri 核磁 核磁共振",
        "超声": "us b超 彩超",
        "心电图": "ecg ekg",
    }.items()
    for word in words.split()
}
"""Modalities as devices and hospitals write them, by the word that standard methods begin or end with."""
_BRACKETS = re.compile(r"[(\[【<][^)\]】>]*[)\]】>]")


@dataclass(frozen=True)
class PartCompared:
    """One part of a source entry beside the same part of a standard term; note: what lies behind the verdict."""

    name: str
    title: str
    title_en: str
    source: str | None
    standard: str | None
    verdict: Verdict
    note: str = ""
    note_en: str = ""


def parts_of(kind: Kind, name: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of an entry: those given, the others as far as the name tells them.

    >>> parts_of(KINDS["drug"], "阿莫西林胶囊 0.25g", {})
    {'generic': '阿莫西林', 'form': '胶囊', 'strength': '0.25g'}
    """
    known = {part.name: given[part.name] for part in kind.parts if given.get(part.name)}
    if kind.code == "drug":
        read = dict(_drug(name))
    elif kind.code in ("lab_item", "lab_order"):
        read = dict(_specimen(name))
    else:
        read = {}
    return {part.name: value for part in kind.parts if (value := known.get(part.name) or read.get(part.name))}


def compare(
    kind: Kind, source: tuple[str, Mapping[str, str]], standard: tuple[str, Mapping[str, str]]
) -> list[PartCompared]:
    """Return each part of the kind as both sides, each (name, given parts), have it; empty for kinds without parts."""
    return compare_parts(kind, parts_of(kind, *source), parts_of(kind, *standard), standard[0])


def compare_parts(kind: Kind, ours: Mapping[str, str], theirs: Mapping[str, str], item: str) -> list[PartCompared]:
    """Return each part of the kind as `parts_of` read it from both sides.

    item: the standard name; units that differ are convertible by a factor declared for all substances or for this one.
    """
    return [_compared(part, ours.get(part.name), theirs.get(part.name), item) for part in kind.parts]


def _compared(part: Attribute, one: str | None, other: str | None, item: str) -> PartCompared:
    verdict = _verdict(part.name, one, other, item)
    note = told_apart(one, other) if part.name == "form" and one and other else None
    return PartCompared(part.name, part.title, part.title_en, one, other, verdict, *(note or ()))


def _verdict(part: str, one: str | None, other: str | None, item: str) -> Verdict:
    if not one or not other:
        return "unknown"
    if part == "strength":
        return _strengths(one, other)
    if part == "unit":
        return _units(one, other, item)
    if part == "form":
        return "same" if same_form(one, other) else "different"
    if part == "specimen":
        return _agree(_SAME_SPECIMEN.get(one, one), _SAME_SPECIMEN.get(other, other))
    if part == "body_site":
        return _agree(_SAME_SITE.get(one, one), _SAME_SITE.get(other, other))
    if part == "method":
        one, other = (_SAME_METHOD.get(side.strip().lower(), side) for side in (one, other))
    return _agree(name_key(one), name_key(other))


def _agree(one: str, other: str) -> Verdict:
    return "same" if one == other or one in other or other in one else "different"


def _units(one: str, other: str, item: str) -> Verdict:
    if unit_of(one) == unit_of(other):
        return "same"
    return "convertible" if convertible(one, other, item) else "different"


def _strengths(one: str, other: str) -> Verdict:
    """Two strengths agree when a quantity of one is a quantity of the other: 0.25g is 250mg, whatever the pack."""
    ours, theirs = list(_quantities(one)), list(_quantities(other))
    if not ours or not theirs:
        return "unknown"
    answers = [same_quantity(a, b) for a in ours for b in theirs]
    if any(answers):
        return "same"
    return "different" if any(answer is False for answer in answers) else "unknown"


def _quantities(text: str) -> Iterator[tuple[Decimal, str]]:
    for number, unit in _STRENGTH.findall(_plain(text)):
        many = unit.startswith("万")
        yield Decimal(number) * (10000 if many else 1), unit.removeprefix("万")


def _drug(name: str) -> Iterator[tuple[str, str]]:
    plain = _plain(name)
    if found := _STRENGTH.search(plain):
        yield "strength", found.group(0).replace(" ", "")
    bare = _STRENGTH.sub(" ", _BRACKETS.sub(" ", plain))
    words = [word for word in re.split(r"[\s*×/:,;，；]+", bare) if word]
    generic = words[0] if words else ""
    form = form_in(bare)
    if form is not None:
        yield "form", form
        generic = generic.replace(form, "")
    if generic:
        yield "generic", generic


def _specimen(name: str) -> Iterator[tuple[str, str]]:
    plain = _plain(name)
    inside = " ".join(_BRACKETS.findall(plain))
    for place in (inside, plain):
        if found := next((word for word in _SPECIMENS if word in place), None):
            yield "specimen", found
            return


def _plain(text: str) -> str:
    return normalize("NFKC", text).lower().replace("μ", "u")
