"""Why a candidate was proposed, in words for the person who decides."""

from collections.abc import Sequence

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


def reason(mention: Said, name: str, units: Sequence[str], *, equal: bool, vetoed: bool, like: str, times: int) -> str:
    """One line in Chinese. ``like``: the closest confirmed mention with this answer, "" for none."""
    parts: list[str] = []
    if equal:
        parts.append("与标准名称相同")
    elif found := mention.shared(units):
        parts.append("共同字词: " + " ".join(found[:4]))
    used = [f"{short}={long}" for short, long in mention.abbreviations if any(c in name for c in long)]
    if used and not equal:
        parts.append("缩写: " + " ".join(used[:2]))
    if like:
        parts.append(f"已确认的对照: {like}")
    elif times:
        parts.append(f"对照中 {times} 次以此为答案")
    if vetoed:
        parts.append("否决: " + " ".join(veto_names(mention.text, name)))
    return "; ".join(parts)
