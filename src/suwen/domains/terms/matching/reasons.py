"""Why a candidate was proposed, in words for the person who decides."""

from suwen.domains.terms.matching.attributes import veto_names
from suwen.domains.terms.matching.normalise import abbreviations_in
from suwen.domains.terms.matching.units import split_units


class Said:
    """The units of a mention and where each stands, made once for all its candidates."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.units = split_units(text)
        self.abbreviations = abbreviations_in(text)
        self.places: dict[str, list[int]] = {}
        for place, unit in enumerate(self.units):
            self.places.setdefault(unit, []).append(place)

    def shared(self, name: str) -> list[str]:
        """The longest runs of units that a name has in common with the mention, longest first."""
        left, right = self.units, split_units(name)
        runs: list[str] = []
        at = 0
        while at < len(right):
            longest = 0
            for start in self.places.get(right[at], ()):
                length = 1
                while at + length < len(right) and left[start + length : start + length + 1] == [right[at + length]]:
                    length += 1
                longest = max(longest, length)
            if longest:
                runs.append("".join(right[at : at + longest]))
            at += longest or 1
        return sorted(dict.fromkeys(runs), key=len, reverse=True)


def reason(mention: Said, name: str, *, equal: bool, vetoed: bool, like: str, times: int) -> str:
    """One line in Chinese. ``like``: the closest confirmed mention with this answer, "" for none."""
    parts: list[str] = []
    if equal:
        parts.append("与标准名称相同")
    elif found := mention.shared(name):
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
