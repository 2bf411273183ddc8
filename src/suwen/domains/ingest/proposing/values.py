"""From a source's codes to a standard's: by title, by known words, by their initials, by the name beside the code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from suwen.domains.ingest.proposing.forms import lexicon
from suwen.domains.standards.public import ValueSet
from suwen.kernel.pinyin import initials

_TAIL = re.compile(r"(?:族|型|性|类|诊断|费|手术|护理|病人|患者)$")
SAME_CODE, BY_INITIALS, BY_WORD, BY_TITLE = 0.5, 0.72, 0.9, 0.97


@dataclass(frozen=True)
class Mapped:
    """A value map: standard code and confidence by source code; `share` of the rows with a value that it covers."""

    codes: Mapping[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    share: float = 0.0
    confidence: float = 0.0
    own_codes: bool = False

    @property
    def as_map(self) -> dict[str, str]:
        """Return the codes that change."""
        return {code: to for code, (to, _) in self.codes.items() if code != to}


def map_values(values: Mapping[str, int], names: Mapping[str, str], target: ValueSet) -> Mapped:
    """Map codes (with their counts) onto a value set; names: what the source calls each code, where it says so."""
    found: dict[str, tuple[str, float]] = {}
    for code in values:
        hit = _best(names[code], target) if code in names else None
        hit = hit or _best(code, target)
        if hit is not None:
            found[code] = hit
    alike = {code for code in values if code in target.titles}
    own = bool(alike) and len(found.keys() - alike) > 0
    if not own:
        for code in values:
            # 01 and 1 are the same code to many systems.
            same = next((one for one in (code, code.lstrip("0"), code.zfill(2)) if one in target.titles), None)
            if same is not None:
                found.setdefault(code, (same, SAME_CODE))
    total = sum(values.values())
    if not total:
        return Mapped()
    share = sum(values[code] for code in found) / total
    sure = sum(values[code] * confidence for code, (_, confidence) in found.items()) / total
    return Mapped(found, share, sure, own)


def _best(text: str, target: ValueSet) -> tuple[str, float] | None:
    key = text.strip().lower()
    forms = _forms(target.code, tuple(target.titles.items()))
    return forms.get(key) or forms.get(_TAIL.sub("", key))


@lru_cache(maxsize=512)
def _forms(code: str, titles: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, float]]:
    """Return what a code of the value set may be written as; what comes first in the set goes before what follows."""
    known = lexicon().values.get(code, {})
    words: list[tuple[str, str, float]] = []
    for to, title in titles:
        words += [(title, to, BY_TITLE), (_TAIL.sub("", title), to, BY_WORD)]
    for to, others in known.items():
        words += [(word, to, BY_WORD) for word in others]
    forms: dict[str, tuple[str, float]] = {}
    for word, to, confidence in words:
        # One digit is a code of its own more often than a word.
        if word and not word.isdigit():
            forms.setdefault(word.lower(), (to, confidence))
    for word, to, _ in words:
        letters = initials(word)
        if len(letters) >= 2 and not letters.isdigit():
            forms.setdefault(letters, (to, BY_INITIALS))
    return forms
