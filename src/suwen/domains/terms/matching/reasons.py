"""Why a candidate was proposed, in words for the person who decides."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from suwen.domains.terms.matching.attributes import veto_names
from suwen.domains.terms.matching.normalise import abbreviations_in
from suwen.domains.terms.matching.units import split_units


class Said:
    """The units of a mention, made once for all its candidates."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.abbreviations = abbreviations_in(text)
        self._units = f" {' '.join(split_units(text))} "

    def shared(self, name: Sequence[str]) -> list[str]:
        """The longest runs of a name's units that the mention has too, longest first."""
        runs: list[str] = []
        at, size = 0, len(name)
        while at < size:
            # A run is looked for in one text of all units, which takes no loop over the places where it may begin.
            end, run = at, " "
            while end < size and (longer := f"{run}{name[end]} ") in self._units:
                end, run = end + 1, longer
            if end > at:
                runs.append("".join(name[at:end]))
            at = max(end, at + 1)
        return sorted(dict.fromkeys(runs), key=len, reverse=True)


class Why(NamedTuple):
    """A reason in Chinese and in English; the words that were matched stay as they are written."""

    zh: str
    en: str


NOTHING_ALIKE = Why("没有相近的标准名称", "no standard name is like it")


def joined(parts: Iterable[Why]) -> Why:
    """Several reasons as one."""
    told = list(parts)
    return Why("; ".join(part.zh for part in told), "; ".join(part.en for part in told))


def reason(
    mention: Said,
    name: str,
    units: Sequence[str],
    *,
    equal: bool,
    vetoed: bool,
    like: str,
    times: int,
    codes: Sequence[str] = (),
) -> Why:
    """Why a name was proposed.

    ``like``: the closest confirmed mention with this answer, "" for none; ``codes``: other codes of the name.
    """
    parts: list[Why] = []
    if equal:
        parts.append(Why("与标准名称相同", "same as the standard name"))
    elif found := " ".join(mention.shared(units)[:4]):
        parts.append(Why(f"共同字词: {found}", f"words in common: {found}"))
    used = " ".join([f"{short}={long}" for short, long in mention.abbreviations if any(c in name for c in long)][:2])
    if used and not equal:
        parts.append(Why(f"缩写: {used}", f"abbreviation: {used}"))
    if like:
        parts.append(Why(f"已确认的对照: {like}", f"confirmed before: {like}"))
    elif times:
        parts.append(Why(f"对照中 {times} 次以此为答案", f"answer of {times} confirmed pairs"))
    if vetoed:
        parts += [Why(f"否决: {zh}", f"vetoed: {en}") for zh, en in veto_names(mention.text, name)]
    if codes:
        listed = " ".join(codes)
        parts.append(Why(f"另有编码 {listed}", f"other codes {listed}"))
    return joined(parts)
