"""The names an element may go by: words, their pinyin initials and readings, English tokens."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

import yaml

from suwen.domains.standards.public import Dataset, Element
from suwen.kernel.pinyin import initials, sound

_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
_NOISE = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+")
_LEAD = re.compile(r"[\s,，;；:：。（(\[【]|(?<=[\u4e00-\u9fff])\d")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORT = {1: 0.0, 2: 0.7, 3: 0.82}
_MOST = 400
KEY_TAILS = ("号", "ID", "编号", "序号", "流水号", "标识")
"""How a key is called after its table."""
KeyT = TypeVar("KeyT")


@dataclass(frozen=True)
class Lexicon:
    """The declared knowledge of naming: see data/lexicon.yaml."""

    swaps: tuple[tuple[str, ...], ...]
    elements: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Mapping[str, list[str]]]
    constants: tuple[Mapping[str, Any], ...]
    changed: Mapping[str, list[str]]
    technical: Mapping[str, list[str]]
    abbreviations: Mapping[str, str]
    values: Mapping[str, Mapping[str, list[str]]]
    surnames: frozenset[str]

    def of(self, dataset: str, element: str) -> Mapping[str, Any]:
        """Return what is known of an element: of this dataset's before what holds for all elements of the name."""
        own, common = self.elements.get(f"{dataset}.{element}", {}), self.elements.get(element, {})
        both = {name: [*own.get(name, ()), *common.get(name, ())] for name in ("zh", "en")}
        return {**both, "values": own.get("values") or common.get("values")}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the declared knowledge, once."""
    read: dict[str, Any] = yaml.safe_load(data_file("lexicon.yaml"))
    return Lexicon(
        swaps=tuple(tuple(group) for group in read["swaps"]),
        elements=read["elements"],
        tables=read["tables"],
        constants=tuple(read["constants"]),
        changed=read["changed"],
        technical=read["technical"],
        abbreviations=read["abbreviations"],
        values={
            code: {str(k): [str(w) for w in v] for k, v in words.items()} for code, words in read["values"].items()
        },
        surnames=frozenset(read["surnames"]),
    )


def data_file(name: str) -> str:
    """Return the text of a file of declared knowledge."""
    return files("suwen.domains.ingest.proposing").joinpath("data", name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Forms:
    """The names of one thing, each with how much it says (0..1)."""

    words: Mapping[str, float] = field(default_factory=dict[str, float])
    letters: Mapping[str, float] = field(default_factory=dict[str, float])
    english: Mapping[frozenset[str], float] = field(default_factory=dict[frozenset[str], float])


def forms_of(dataset: Dataset, element: Element) -> Forms:
    """Return every form of an element's titles and of the words that are known for it."""
    found = _forms_of(dataset.code, element.name, element.title, element.title_en, dataset.key == (element.name,))
    if element.de is None:
        return found
    return Forms(found.words, {**found.letters, plain(element.de).lower(): 1.0}, found.english)


@lru_cache(maxsize=1 << 12)
def _forms_of(dataset: str, element: str, title: str, title_en: str, key: bool) -> Forms:
    known = lexicon().of(dataset, element)
    titled = [title, *(part for part in title.split("-")[1:])]
    words: list[tuple[str, float]] = [(plain(one), 1.0) for one in known.get("zh", ())]
    words += [(form, weight) for one in titled for form, weight in _swapped(plain(one))]
    english = [*known.get("en", ()), element.replace("_", " "), title_en]
    if key:
        called = lexicon().tables.get(dataset, {})
        words += [(f"{word}{tail}", 0.9) for word in called.get("zh", ()) for tail in KEY_TAILS]
        english += [f"{word} id" for word in called.get("en", ())]
    return _forms(words, english)


def named(words: Iterable[str], english: Iterable[str]) -> Forms:
    """Return the forms of declared words."""
    return _forms([(plain(one), 1.0) for one in words], english)


def _forms(words: Iterable[tuple[str, float]], english: Iterable[str]) -> Forms:
    chinese: dict[str, float] = {}
    for word, weight in words:
        if word:
            chinese[word.lower()] = max(weight, chinese.get(word.lower(), 0.0))
    letters: dict[str, float] = {}
    for word, weight in chinese.items():
        for text, most in ((initials(word), 0.92), ("".join(map(sound, word)).lower(), 0.97)):
            said = weight * min(most, _SHORT.get(len(text), 1.0))
            letters[text] = max(said, letters.get(text, 0.0))
    tokens = {frozenset(tokens_of(each)): 1.0 for each in english}
    return Forms(chinese, letters, {each: weight for each, weight in tokens.items() if each})


def _swapped(title: str) -> list[tuple[str, float]]:
    """Return a title with its words replaced by those that stand for them; the more is replaced, the less it says."""
    found: dict[str, float] = {title: 1.0}
    for group in lexicon().swaps:
        for text, weight in list(found.items()):
            held = next((word for word in group if word and word in text), None)
            if held is None or len(found) > _MOST:
                continue
            for other in group:
                changed = text.replace(held, other)
                if len(changed) >= 2:
                    found[changed] = max(found.get(changed, 0.0), weight * (0.96 if other else 0.86))
    return list(found.items())


def plain(text: str) -> str:
    """Return a title without brackets and punctuation."""
    return _NOISE.sub("", _BRACKETS.sub("", text))


def lead_of(comment: str) -> str:
    """Return what a comment names, without what it explains: `性别 1男 2女` → 性别."""
    head = next((part for part in _LEAD.split(comment.strip()) if part.strip()), "")
    return plain(head) or plain(comment)


def is_chinese(text: str) -> bool:
    """Say whether a name holds Chinese characters."""
    return _CHINESE.search(text) is not None


@lru_cache(maxsize=1 << 14)
def tokens_of(name: str) -> tuple[str, ...]:
    """Return a name's English words, abbreviations written out: `PAT_BIRTH_DT` → patient, birth, date."""
    known = lexicon().abbreviations
    found: list[str] = []
    for word in _WORDS.findall(name):
        low = word.lower()
        found += str(known.get(low, low)).split()
    return tuple(found)


class NameIndex(Generic[KeyT]):
    """The names of many things, asked at once: which of them may a word, some letters, some English words mean?"""

    def __init__(self, forms: Mapping[KeyT, Forms]) -> None:
        self._words: dict[str, dict[KeyT, float]] = {}
        self._letters: dict[str, dict[KeyT, float]] = {}
        self._pairs: dict[str, list[int]] = {}
        self._tokens: dict[str, list[int]] = {}
        self._fuzzy: list[tuple[KeyT, float, int]] = []
        self._english: list[tuple[KeyT, frozenset[str], float]] = []
        for key, each in forms.items():
            for word, weight in each.words.items():
                self._words.setdefault(word, {})[key] = weight
                pairs = _pairs(word)
                for pair in pairs:
                    self._pairs.setdefault(pair, []).append(len(self._fuzzy))
                self._fuzzy.append((key, weight, len(pairs)))
            for text, weight in each.letters.items():
                self._letters.setdefault(text, {})[key] = weight
            for words, weight in each.english.items():
                for word in words:
                    self._tokens.setdefault(word, []).append(len(self._english))
                self._english.append((key, words, weight))
        counted = Counter(word for words in {words for _, words, _ in self._english} for word in words)
        most = max(1, len(self._english))
        self._rarity = {word: 0.25 + math.log(most / n) for word, n in counted.items()}
        self._unknown = 0.25 + math.log(most)

    def meant(self, name: str, context: str = "") -> dict[KeyT, float]:
        """Return how well a name fits each thing (0..1), those that it does not fit at all left out.

        context: the table's name; its words may be part of what the column's name means.
        """
        if is_chinese(name):
            return self._by_words(plain(name).lower())
        found = dict(self._letters.get("".join(one for one in name.lower() if one.isalnum()), {}))
        _raise(found, self._by_tokens(tokens_of(name)), 1.0)
        if context and not is_chinese(context):
            _raise(found, self._by_tokens((*tokens_of(context), *tokens_of(name))), 0.93)
        return found

    def _by_words(self, text: str) -> dict[KeyT, float]:
        """Return what a Chinese text names: wholly, or by common pairs of characters."""
        found: dict[KeyT, float] = {}
        pairs = _pairs(text)
        common = Counter(at for pair in pairs for at in self._pairs.get(pair, ()))
        for at, count in common.items():
            key, weight, size = self._fuzzy[at]
            alike = 0.82 * weight * 2 * count / (size + len(pairs))
            if alike > found.get(key, 0.0):
                found[key] = alike
        _raise(found, self._words.get(text, {}), 1.0)
        return found

    def _by_tokens(self, tokens: Sequence[str]) -> dict[KeyT, float]:
        """Return what English words name, weighted by how rare the common ones are."""
        found: dict[KeyT, float] = {}
        given = frozenset(tokens)
        for at in {at for word in given for at in self._tokens.get(word, ())}:
            key, words, weight = self._english[at]
            alike = weight * self._weight(given & words) / self._weight(given | words)
            if alike > found.get(key, 0.0):
                found[key] = alike
        return found

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._rarity.get(word, self._unknown) for word in words)


def _raise(found: dict[KeyT, float], others: Mapping[KeyT, float], factor: float) -> None:
    for key, alike in others.items():
        found[key] = max(found.get(key, 0.0), factor * alike)


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[n : n + 2] for n in range(len(text) - 1)) or frozenset({text})
