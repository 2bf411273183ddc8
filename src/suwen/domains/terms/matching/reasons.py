"""Why a candidate was proposed, in words for the person who decides."""

from suwen.domains.terms.matching.attributes import veto_names
from suwen.domains.terms.matching.normalise import abbreviations_in
from suwen.domains.terms.matching.units import split_units


def shared_words(mention: str, name: str) -> list[str]:
    """The longest runs of units that both texts hold, longest first, none inside another."""
    left, right = split_units(mention), split_units(name)
    runs: list[str] = []
    at = 0
    places: dict[str, list[int]] = {}
    for place, unit in enumerate(left):
        places.setdefault(unit, []).append(place)
    while at < len(right):
        longest = 0
        for start in places.get(right[at], ()):
            length = 1
            while (
                at + length < len(right) and start + length < len(left) and left[start + length] == right[at + length]
            ):
                length += 1
            longest = max(longest, length)
        if longest:
            runs.append("".join(right[at : at + longest]))
            at += longest
        else:
            at += 1
    return sorted(dict.fromkeys(runs), key=len, reverse=True)


def reason(mention: str, name: str, *, equal: bool, vetoed: bool, like: str, times: int) -> str:
    """One line in Chinese. ``like``: the closest confirmed mention with this answer, "" for none."""
    parts: list[str] = []
    if equal:
        parts.append("与标准名称相同")
    elif found := shared_words(mention, name):
        parts.append("共同字词: " + " ".join(found[:4]))
    used = [f"{short}={long}" for short, long in abbreviations_in(mention) if any(c in name for c in long)]
    if used and not equal:
        parts.append("缩写: " + " ".join(used[:2]))
    if like:
        parts.append(f"已确认的对照: {like}")
    elif times:
        parts.append(f"对照中 {times} 次以此为答案")
    if vetoed:
        parts.append("否决: " + " ".join(veto_names(mention, name)))
    return "; ".join(parts)
