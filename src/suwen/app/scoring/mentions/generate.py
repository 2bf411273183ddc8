"""Make mentions of a standard list's names: reworded, shortened, reordered, joined, mistyped; truth is known.

Hospitals differ in their preferred wording, so that pairs of one teach something about the next mention. A share of
the fine names is taken out of the list; their mentions mean the nearest coarser name that stays, as coders do.
"""

import random
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from pypinyin import Style, pinyin

HOSPITALS = 8
_NOISE = re.compile(r"\s*\(?[MXWYV]\d{2,5}[\d./*]*\)?|\s*NOS|\s*ＮＯＳ|\([A-Z]\d\d\.\d+\)")


@dataclass(frozen=True)
class Mention:
    """What was written, the names that it means, and how it was made (``kinds``)."""

    text: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Style_:
    """What kind of list: ``operation`` or ``diagnosis``; share of mentions of several names, of mistyped ones."""

    wording: str
    several: float
    mistyped: float = 0.04


STYLES = {"operation": Style_("operation", 0.06), "diagnosis": Style_("diagnosis", 0.5)}


@cache
def wording() -> dict[str, Any]:
    """The declared wording."""
    return yaml.safe_load(
        resources.files("suwen.app.scoring.mentions").joinpath("data/wording.yaml").read_text("utf-8")
    )


def split_list(
    terms: list[tuple[str, str]], seed: int, share: float = 0.25
) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Take fine names out of a list of (code, name).

    Returns what stays, and for each name taken out the name that stays and that a coder would choose: of the
    same code without its last digit, sharing most characters.
    """
    rng = random.Random(seed)
    groups: dict[str, list[str]] = {}
    for code, name in terms:
        groups.setdefault(code.split("/")[0][:5], []).append(name)
    out: dict[str, str] = {}
    for names in groups.values():
        unique = list(dict.fromkeys(names))
        if len(unique) < 2:
            continue
        gone = [name for name in unique[1:] if rng.random() < share]
        stays = [name for name in unique if name not in gone]
        for name in gone:
            best = max(stays, key=lambda other: (len(set(other) & set(name)) / (len(set(other)) + 2), -len(other)))
            if len(set(best) & set(name)) >= 3:
                out[name] = best
    return [(code, name) for code, name in terms if name not in out], out


class Writer:
    """Writes mentions in the manner of one hospital."""

    def __init__(self, style: Style_, hospital: int, characters: dict[str, list[str]], seed: int) -> None:
        self._style, self._chars = style, characters
        self._words = wording()[style.wording]
        rng = random.Random(f"{seed}-{hospital}-{style.wording}")
        self._likes = {
            phrase: rng.sample(others, k=max(1, len(others) // 2)) for phrase, others in self._words["rewrite"].items()
        }

    def write(self, name: str, rng: random.Random) -> tuple[str, list[str]]:
        """Write one name."""
        kinds: list[str] = []
        text = _NOISE.sub("", name).strip()
        if rng.random() < 0.6:
            text = (
                re.sub(r"[\[［][^\]］]*[\]］]", "", text)
                if rng.random() < 0.7
                else re.sub(r".*[\[［]([^\]］]*)[\]］].*", r"\1", text)
            )
        text = re.sub(r"[()（）\[\]［］]", lambda m: m[0] if rng.random() < 0.4 else "", text) or name
        for phrase, likes in self._likes.items():
            if phrase in text and rng.random() < 0.75:
                text = text.replace(phrase, rng.choice(likes), 1)
                kinds.append("reworded")
        if rng.random() < 0.18 and (parts := re.split(r"[，,、伴]", text)) and len(parts) == 2 and all(parts):
            text = rng.choice(["", "，"]).join(reversed(parts))
            kinds.append("reordered")
        if rng.random() < 0.22 and len(text) > 4:
            at = rng.randrange(1, len(text) - 1)
            text = text[:at] + text[at + 1 :]
            kinds.append("shortened")
        if rng.random() < 0.4:
            text = rng.choice(self._words["before"]) + text
            kinds.append("prefixed")
        if rng.random() < 0.3:
            text += rng.choice(self._words["after"])
            kinds.append("suffixed")
        if rng.random() < self._style.mistyped:
            at = rng.randrange(len(text))
            if same := self._chars.get(text[at]):
                text = text[:at] + rng.choice(same) + text[at + 1 :]
                kinds.append("mistyped")
        if rng.random() < 0.05:
            text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
            kinds.append("full width")
        return text or name, kinds


def mentions(
    terms: list[tuple[str, str]], coarser: dict[str, str], style: Style_, count: int, seed: int
) -> list[Mention]:
    """Make ``count`` mentions; some names are frequent (Zipf), as in a hospital."""
    rng = random.Random(seed)
    fine = [name for _, name in terms] + list(coarser)
    rng.shuffle(fine)
    siblings: dict[str, list[str]] = {}
    for code, name in terms:
        siblings.setdefault(code[:3], []).append(name)
    near = {name: siblings[code[:3]] for code, name in terms}
    names_held = {name for _, name in terms}
    characters = _homophones(fine)
    writers = [Writer(style, hospital, characters, 7) for hospital in range(HOSPITALS)]
    added = {
        phrase: rule for phrase, rule in wording()["added"].get(style.wording, {}).items() if rule[0] in names_held
    }
    joins: list[str] = wording()[style.wording]["joins"]
    made: dict[str, Mention] = {}
    while len(made) < count:
        writer = rng.choice(writers)
        several = rng.random() < style.several
        number = rng.choice([2, 2, 2, 2, 3, 3, 4]) if several else 1
        chosen = [fine[min(int(len(fine) * rng.random() ** 2.2), len(fine) - 1)] for _ in range(number)]
        if several and rng.random() < 0.35 and chosen[0] in near:
            chosen[1] = rng.choice(near[chosen[0]])
        parts: list[str] = []
        kinds: list[str] = []
        truth = list(dict.fromkeys(coarser.get(name, name) for name in chosen))
        for name in chosen:
            text, how = writer.write(name, rng)
            parts.append(text)
            kinds += how
        if len(chosen) == 2 and (ellipsis := _ellipsis(*chosen)) and rng.random() < 0.6:
            text = ellipsis
            kinds.append("shared ending")
        else:
            text = parts[0]
            for part in parts[1:]:
                text += rng.choice(joins) + part
        for phrase, (name, how_often) in added.items():
            if rng.random() < 0.06:
                text += phrase
                if rng.random() < how_often:
                    truth.append(name)
                kinds.append("added")
        if len(truth) > 1:
            kinds.append("several")
        if any(name in coarser for name in chosen):
            kinds.append("coarser")
        if text not in made:
            made[text] = Mention(text, tuple(dict.fromkeys(truth)), tuple(dict.fromkeys(kinds)))
    return list(made.values())


def _ellipsis(one: str, other: str) -> str | None:
    """``肾结石`` and ``输尿管结石`` share an ending: ``肾、输尿管结石``."""
    length = 0
    while length < min(len(one), len(other)) - 1 and one[-1 - length] == other[-1 - length]:
        length += 1
    return f"{one[:-length]}、{other}" if length >= 2 else None


def _homophones(names: list[str]) -> dict[str, list[str]]:
    """Characters of the list to others of the same sound."""
    characters = sorted({c for name in names for c in name if "\u4e00" <= c <= "\u9fff"})
    sounds: dict[str, list[str]] = {}
    for c, found in zip(characters, pinyin(characters, style=Style.NORMAL), strict=True):
        sounds.setdefault(found[0], []).append(c)
    return {c: [o for o in same if o != c] for same in sounds.values() if len(same) > 1 for c in same}
