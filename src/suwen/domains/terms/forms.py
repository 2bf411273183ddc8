"""Dosage forms 剂型: which are the same, which a kind of which, and which only release differently, see forms.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "forms.yaml"
_IMMEDIATE = "immediate"


@dataclass(frozen=True)
class _Forms:
    """kinds: form → the wider form, None for none; covered: family → the words that stand for it among others.

    release: form → code, releases: code → Chinese, English; english: of families; spelt: every spelling → form.
    """

    kinds: dict[str, str | None]
    covered: dict[str, list[str]]
    release: dict[str, str]
    releases: dict[str, tuple[str, str]]
    english: dict[str, str]
    spelt: dict[str, str]


@cache
def _declared() -> _Forms:
    held: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    forms: dict[str, dict[str, Any]] = held["forms"]
    covered: dict[str, list[str]] = {}
    for name, form in forms.items():
        for family in form.get("covers", ()):
            covered.setdefault(family, []).append(name)
    return _Forms(
        covered=covered,
        kinds={name: form.get("of") for name, form in forms.items()},
        release={name: form.get("release", _IMMEDIATE) for name, form in forms.items()},
        releases={code: (release["title"], release["title_en"]) for code, release in held["releases"].items()},
        english={name: form["title_en"] for name, form in forms.items() if "title_en" in form},
        spelt={spelling: name for name, form in forms.items() for spelling in (name, *form.get("also", ()))},
    )


@cache
def _spellings() -> tuple[str, ...]:
    # Longer words first: 肠溶片 is not 片.
    return tuple(sorted(_declared().spelt, key=len, reverse=True))


def form_in(name: str) -> str | None:
    """Return the dosage form that a name says, as it is spelt there.

    >>> form_in("硝苯地平缓释片")
    '缓释片'
    """
    return next((spelling for spelling in _spellings() if spelling in name), None)


def same_form(one: str, other: str) -> bool:
    """Say whether two forms are the same or one is a kind of the other, and both release the drug alike.

    >>> same_form("分散片", "片剂"), same_form("缓释片", "片剂"), same_form("胶囊", "片剂")
    (True, False, False)
    """
    if _release(one) != _release(other):
        return False
    ours, theirs = _known(one), _known(other)
    if ours is None or theirs is None:
        return one in other or other in one
    return ours in _meant(theirs) or theirs in _meant(ours)


def told_apart(one: str, other: str) -> tuple[str, str] | None:
    """Return in words, Chinese and English, that two forms of one family differ in how they release the drug.

    >>> told_apart("缓释片", "片剂")
    ('同为片，缓释与常释', 'both tablet, sustained and immediate release')
    """
    ours, theirs = _known(one), _known(other)
    if ours is None or theirs is None or _release(one) == _release(other):
        return None
    family = next((form for form in _wider(ours) if form in _wider(theirs)), None)
    if family is None:
        return None
    (zh, en), (zh_other, en_other) = (_declared().releases[_release(form)] for form in (one, other))
    return (
        f"同为{family}，{zh}与{zh_other}",
        f"both {_declared().english[family]}, {en} and {en_other} release",
    )


def _known(form: str) -> str | None:
    return _declared().spelt.get(form)


def _release(form: str) -> str:
    declared = _declared()
    if (known := _known(form)) is not None:
        return declared.release[known]
    said = [(title, code) for code, (title, _) in declared.releases.items() if title in form]
    return max(said, key=lambda each: len(each[0]))[1] if said else _IMMEDIATE


def _wider(form: str) -> list[str]:
    """Return a form and those that it is a kind of, the widest last."""
    wider = _declared().kinds[form]
    return [form, *(_wider(wider) if wider is not None else [])]


def _meant(form: str) -> set[str]:
    """Return the words that may mean a form: itself, those that it is a kind of, and what covers these."""
    wider = _wider(form)
    return {*wider, *(word for each in wider for word in _declared().covered.get(each, []))}
