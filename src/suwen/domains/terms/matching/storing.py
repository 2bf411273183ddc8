"""A matcher on disk: JSON and numpy arrays. What can be counted again from the pairs is counted again."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np

from suwen.domains.terms.matching.acceptance import HeldOut
from suwen.domains.terms.matching.answer import Aside, LearntPair, MatcherOptions, StandardTerm
from suwen.domains.terms.matching.cold import Cold
from suwen.domains.terms.matching.index import Index, Names
from suwen.domains.terms.matching.known import known
from suwen.domains.terms.matching.learned import Ridge
from suwen.domains.terms.matching.mentions import read_mentions
from suwen.domains.terms.matching.model import Head, Model, School
from suwen.domains.terms.matching.normalise import expand, normalise
from suwen.domains.terms.matching.ranker import Trees
from suwen.domains.terms.matching.segments import Trie
from suwen.domains.terms.matching.sentences import SentenceModel
from suwen.domains.terms.matching.usable import usable_pairs
from suwen.kernel.errors import Invalid

FORMAT = 4
_LIST, _ARRAYS = "matcher.json", "arrays.npz"


class NotAMatcher(Invalid):
    """A folder that holds no stored matcher, or one of another version."""

    title = "不是已保存的匹配模型"


def store(
    folder: Path,
    index: Index,
    pairs: Sequence[LearntPair],
    options: MatcherOptions,
    aside: Sequence[Aside],
    model: Model | None,
    cold: Cold | None,
) -> None:
    """Write ``matcher.json`` and ``arrays.npz``."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"basis": index.basis.astype(np.float16)}
    if index.meanings is not None:
        arrays["meanings"] = index.meanings.astype(np.float16)
    table: dict[str, Any] = {
        "format": FORMAT,
        "standard": [[name, list(codes)] for name, codes in zip(index.names.names, index.names.codes, strict=True)],
        "pairs": [[pair.name, list(pair.standard_names)] for pair in pairs],
        "options": asdict(options),
        "aside": [asdict(entry) for entry in aside],
        "model": None,
        "cold": cold and {"first": cold.first.texts(), "second": cold.second.texts(), "cut": cold.cut},
    }
    if model is not None:
        arrays["ridge"] = model.ridge.weights.astype(np.float16)
        heads = {"one": model.one, "many": model.many}
        for name, head in heads.items():
            arrays[f"{name}_begins"], arrays[f"{name}_values"] = head.table
            arrays[f"{name}_confidence"], arrays[f"{name}_right"] = head.held_out.confidence, head.held_out.right
        table["model"] = {
            "first": model.first.texts(),
            "second": model.second.texts(),
            "cut": model.cut,
            **{name: {"trees": head.trees.texts()} for name, head in heads.items()},
        }
    cast(Any, np).savez_compressed(folder / _ARRAYS, **arrays)
    (folder / _LIST).write_text(json.dumps(table, ensure_ascii=False), "utf-8")


def restore(
    folder: Path,
) -> tuple[Index, list[LearntPair], MatcherOptions, tuple[Aside, ...], Model | None, Cold | None]:
    """Read what ``store`` wrote. Raises NotAMatcher."""
    try:
        table = cast(dict[str, Any], json.loads((folder / _LIST).read_text("utf-8")))
        with np.load(folder / _ARRAYS, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
        if table["format"] != FORMAT:
            raise NotAMatcher("版本不同", received=table["format"], allowed=[FORMAT])
        standard = [StandardTerm(code, name) for name, codes in table["standard"] for code in codes]
        pairs = [LearntPair(name, tuple(found)) for name, found in table["pairs"]]
        options = MatcherOptions(**table["options"])
        aside = tuple(Aside(**entry) for entry in table["aside"])
        stored = cast("dict[str, Any] | None", table["model"])
        names = Names.of(standard)
        others = [expand(normalise(pair.name)) for pair in pairs]
        index = Index(
            names, others, seed=options.seed, basis=arrays["basis"].astype(np.float32),
            sentences=SentenceModel(Path(options.sentences)) if options.sentences else None,
            meanings=arrays["meanings"].astype(np.float32) if options.sentences else None,
        )  # fmt: skip
        model = _model(index, pairs, stored, arrays) if stored else None
        own = cast("dict[str, Any] | None", table["cold"])
        cold = Cold(Trees.read(own["first"]), Trees.read(own["second"]), float(own["cut"])) if own else None
        return index, pairs, options, aside, model, cold
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise NotAMatcher("读不出已保存的匹配模型", received=folder.name) from error


def _model(index: Index, pairs: Sequence[LearntPair], stored: dict[str, Any], arrays: dict[str, Any]) -> Model:
    usable, answers, _ = usable_pairs(index.names, pairs)
    mentions = read_mentions(index, Trie(index.names.texts), [pair.name for pair in usable])
    facts = known(index, mentions, answers)
    heads = [
        Head(
            Trees.read(stored[name]["trees"]),
            (arrays[f"{name}_begins"], arrays[f"{name}_values"]),
            HeldOut(arrays[f"{name}_confidence"], arrays[f"{name}_right"]),
        )
        for name in ("one", "many")
    ]
    return Model(
        ridge=Ridge(arrays["ridge"].astype(np.float32)),
        lessons=School(index, mentions, facts, answers).lessons(np.arange(len(usable))),
        first=Trees.read(stored["first"]),
        second=Trees.read(stored["second"]),
        one=heads[0],
        many=heads[1],
        cut=float(stored["cut"]),
    )
