"""A made-up standard list for the benchmark: of realistic size, its names as alike as real ones, nobody's property."""

import random
from functools import cache
from importlib import resources
from itertools import product
from typing import TypedDict, cast

import yaml


class Words(TypedDict):
    """What ``data/vocabulary.yaml`` holds."""

    regions: dict[str, list[str]]
    conditions: list[list[str]]
    condition_forms: list[str]
    diagnoses: list[str]
    procedures: list[list[str]]
    procedure_forms: list[str]


SIZES = {"operation": 9_900, "diagnosis": 37_000}
"""Names of the lists: the size of the public lists in use."""


def standard_list(kind: str, size: int | None = None) -> list[tuple[str, str]]:
    """Codes and names of an ``operation`` or ``diagnosis`` list; the same every time."""
    parts = _parts()
    forms, groups = (
        (parts["condition_forms"], parts["conditions"])
        if kind == "diagnosis"
        else (parts["procedure_forms"], parts["procedures"])
    )
    made: list[tuple[str, str]] = []
    for letter, sites in parts["regions"].items():
        for (place, site), (number, words) in product(enumerate(sites), enumerate(groups)):
            stem = f"{letter}{place:02d}.{number:x}"
            made += [
                (stem, form.format(site=site, condition=word, procedure=word)) for word, form in product(words, forms)
            ]
    rng = random.Random(f"{kind}")
    plain = parts["diagnoses"] if kind == "diagnosis" else list[str]()
    chosen = rng.sample(list(dict.fromkeys(made)), (size or SIZES[kind]) - len(plain))
    named = {name: stem for stem, name in chosen} | dict.fromkeys(plain, "Z00.0")
    return [(f"{stem}{number:05d}", name) for number, (name, stem) in enumerate(named.items())]


@cache
def _parts() -> Words:
    folder = resources.files("suwen.app.scoring.mentions")
    return cast(Words, yaml.safe_load(folder.joinpath("data/vocabulary.yaml").read_text("utf-8")))
