"""One spelling for what is written in many: width, script, numerals, punctuation, brackets, abbreviations.

``ＬＣ术后，Ⅲ度`` becomes ``lc术后,3度``; ``expand`` adds what an abbreviation stands for:
``lc腹腔镜下胆囊切除术术后,3度``.
"""

import re
import unicodedata
from functools import cache

from suwen.domains.terms.matching.wording import wording

_GRADED = r"(?:型|级|期|度|类|区|段|次|支|°)"
_ROMAN = re.compile(rf"(?<![a-z])(?:(i{{2,3}}|iv|vi{{1,3}}|ix|xi{{1,2}})(?![d-z])|([ivx])(?=[abc]?{_GRADED}))")
_CHINESE = re.compile(rf"第[一二三四五六七八九十]{{1,3}}|[一二三四五六七八九十]{{1,3}}(?={_GRADED})")
_PLAIN = re.compile(r"[ -~\u4e00-\u9fff]*")
_SPACE = re.compile(r"\s+")
_BETWEEN = re.compile(r"(?<=[^\x00-\x7f]) (?=[a-z0-9])|(?<=[a-z0-9]) (?=[^\x00-\x7f])")
_ROMANS: dict[str, str] = dict(
    zip(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), map(str, range(1, 13)), strict=True)
)
_DIGITS = {c: i for i, c in enumerate("一二三四五六七八九", start=1)}
_PUNCTUATION = str.maketrans(
    dict.fromkeys("[{【〔［｛〈《「『（", "(")
    | dict.fromkeys("]}】〕］｝〉》」』）", ")")
    | dict.fromkeys("－—–‐‑―−－~～", "-")
    | dict.fromkeys("．·•・", ".")
    | {
        "。": ";",
        "；": ";",
        "，": ",",
        "：": ":",
        "＋": "+",
        "°": "度",
        "\u3000": " ",
        "“": "",
        "”": "",
        '"': "",
        "'": "",
    }
)


def normalise(name: str) -> str:
    """Return the comparable form of a name. The same again changes nothing; an unreadable name gives ``""``."""
    text = unicodedata.normalize("NFKC", name).lower().translate(_PUNCTUATION).translate(wording().traditional)
    if not _PLAIN.fullmatch(text):
        text = "".join(c for c in text if c.isspace() or (c.isprintable() and not unicodedata.combining(c)))
    text = _SPACE.sub(" ", text).strip()
    text = _spelling().sub(lambda found: wording().spellings[found[0]], text)
    text = _ROMAN.sub(lambda found: _ROMANS.get(found[0], found[0]), text)
    text = _CHINESE.sub(lambda found: _arabic(found[0]), text)
    return _BETWEEN.sub("", text)


def expand(text: str) -> str:
    """Add behind every declared abbreviation of a normalised text what it stands for."""
    if not any("a" <= c <= "z" for c in text):
        return text
    return _abbreviation().sub(lambda found: found[0] + _expansions()[found[0]], text)


def abbreviations_in(text: str) -> list[tuple[str, str]]:
    """The declared abbreviations in a normalised text, each with what it stands for."""
    return [(found, wording().abbreviations[found]) for found in _abbreviation().findall(text)]


def _arabic(text: str) -> str:
    ordinal, digits = ("第", text[1:]) if text[0] == "第" else ("", text)
    tens, ten, ones = digits.partition("十")
    if (ten and (len(tens) > 1 or len(ones) > 1)) or (not ten and len(digits) > 1):
        return text
    value = (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones if ten else tens, 0)
    return f"{ordinal}{value}"


@cache
def _spelling() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(wording().spellings, key=len, reverse=True))))


@cache
def _abbreviation() -> re.Pattern[str]:
    longest = sorted(wording().abbreviations, key=len, reverse=True)
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, longest))})(?![a-z])")


@cache
def _expansions() -> dict[str, str]:
    return {short: normalise(long) for short, long in wording().abbreviations.items()}
