"""Why a candidate was proposed, in words for the person who decides."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from suwen.domains.terms.matching.attributes import veto_names
from suwen.domains.terms.matching.normalise import abbreviations_in


class Said:
    """What a mention says, made once for all its candidates.

    ``spelt``: its units as ``Units.spelt`` writes them; ``words``: what the characters of that stand for.
    """

    def __init__(self, text: str, spelt: str, words: Mapping[str, str]) -> None:
        self.text = text
        self.abbreviations = abbreviations_in(text)
        self._spelt, self._words = spelt, words

    def shared(self, name: str) -> list[str]:
        """The longest runs of a name's units (spelt) that the mention has too, longest first."""
        runs: list[str] = []
        at, size, spelt = 0, len(name), self._spelt
        while at < size:
            end = at
            while end < size and name[at : end + 1] in spelt:
                end += 1
            if end > at:
                runs.append(name[at:end])
            at = max(end, at + 1)
        read = self._words.__getitem__
        return sorted({"".join(map(read, run)): None for run in runs}, key=len, reverse=True)


class Why(NamedTuple):
    """A reason in Chinese and in English; the words that were matched stay as they are written."""

    zh: str
    en: str


NOTHING_ALIKE = Why("没有相近的标准名称", "no standard name is like it")


def reason(
    mention: Said,
    name: str,
    spelt: str,
    *,
    equal: bool,
    vetoed: bool,
    like: str,
    times: int,
    codes: Sequence[str] = (),
) -> Why:
    """Why a name was proposed.

    ``spelt``: its units, as ``Units.spelt`` writes them; ``like``: the closest confirmed mention with this answer, ""
    for none; ``codes``: other codes of the name.
    """
    parts: list[Why] = []
    if equal:
        parts.append(Why("与标准名称相同", "same as the standard name"))
    elif found := " ".join(mention.shared(spelt)[:4]):
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
    if len(parts) == 1:
        return parts[0]
    return Why("; ".join([part.zh for part in parts]), "; ".join([part.en for part in parts]))
