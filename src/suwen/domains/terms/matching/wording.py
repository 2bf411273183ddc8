"""The declared table of spellings, abbreviations and contradictions (``data/wording.yaml``)."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

import yaml


@dataclass(frozen=True)
class Contradiction:
    """A group of words of which a name says one.

    ``words``: value -> how it is written; ``compatible``: pairs of values that do not exclude each other;
    ``veto``: a contradiction here is never accepted automatically.
    """

    name: str
    name_en: str
    veto: bool
    words: dict[str, tuple[str, ...]]
    compatible: frozenset[frozenset[str]]


@dataclass(frozen=True)
class Wording:
    """The table, read once."""

    traditional: dict[int, str]
    spellings: dict[str, str]
    abbreviations: dict[str, str]
    contradictions: tuple[Contradiction, ...]
    joins: tuple[str, ...]
    qualifiers: tuple[str, ...]


@cache
def wording() -> Wording:
    """Return the shipped table."""
    text = resources.files("suwen.domains.terms.matching").joinpath("data/wording.yaml").read_text("utf-8")
    table = cast(dict[str, Any], yaml.safe_load(text))
    old, new = ("".join(table[key].split()) for key in ("traditional", "simplified"))
    return Wording(
        traditional={ord(one): other for one, other in zip(old, new, strict=True)},
        spellings=dict(table["spellings"]),
        abbreviations=dict(table["abbreviations"]),
        contradictions=tuple(
            Contradiction(
                name=group["name"],
                name_en=group["name_en"],
                veto=group["veto"],
                words={value: tuple(words) for value, words in group["words"].items()},
                compatible=frozenset(frozenset(pair) for pair in group.get("compatible", [])),
            )
            for group in table["contradictions"]
        ),
        joins=tuple(table["joins"]),
        qualifiers=tuple(table["qualifiers"]),
    )
