"""Gradient-boosted trees over measured pairs; folds keep a mention's rows together."""

import json
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import xgboost as _xgboost

from suwen.domains.terms.matching.arrays import Floats, Ints

FOLDS = 4
_ROUGH = 30
xgboost: Any = cast(Any, _xgboost)


@dataclass(frozen=True)
class Settings:
    """How trees are grown."""

    rounds: int = 130
    depth: int = 6
    rate: float = 0.11
    least: float = 4.0
    columns: float = 0.5
    rows: float = 0.8


class Trees:
    """Trained models, one a fold; ``predict`` gives their mean probability."""

    def __init__(self, boosters: list[Any]) -> None:
        self._boosters = boosters

    def predict(self, values: Floats) -> Floats:
        """Probability of each row."""
        total = np.zeros(len(values), dtype=np.float32)
        if len(values):
            for booster in self._boosters:
                total += booster.inplace_predict(values)
        return total / np.float32(max(1, len(self._boosters)))

    def rough(self, values: Floats) -> Floats:
        """Probability of each row by the first trees of one model: enough to tell which rows are hopeless."""
        if not len(values) or not self._boosters:
            return np.zeros(len(values), dtype=np.float32)
        return np.asarray(self._boosters[0].inplace_predict(values, iteration_range=(0, _ROUGH)), dtype=np.float32)

    def texts(self) -> list[str]:
        """The models as JSON."""
        return [bytes(booster.save_raw("json")).decode() for booster in self._boosters]

    @classmethod
    def read(cls, texts: list[str]) -> "Trees":
        """Read what ``texts`` gave; raises ValueError for anything else."""
        boosters: list[Any] = []
        for text in texts:
            json.loads(text)
            boosters.append(xgboost.Booster({"nthread": 1}))
            boosters[-1].load_model(bytearray(text.encode()))
        return cls(boosters)


def train(values: Floats, labels: Floats, settings: Settings, *, threads: int, seed: int) -> Any:
    """Train one model on rows with labels 0 and 1."""
    data = xgboost.QuantileDMatrix(values, labels, max_bin=128, nthread=threads)
    parameters = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_bin": 128,
        "max_depth": settings.depth,
        "eta": settings.rate,
        "min_child_weight": settings.least,
        "subsample": settings.rows,
        "colsample_bytree": settings.columns,
        "nthread": threads,
        "seed": seed,
        "base_score": float(np.clip(labels.mean(), 1e-3, 1 - 1e-3)),
    }
    booster = xgboost.train(parameters, data, settings.rounds)
    booster.set_param({"nthread": threads})
    return booster


def folds(count: int, seed: int) -> Ints:
    """A fold for each of ``count`` mentions."""
    return np.random.default_rng(seed).permutation(np.arange(count) % FOLDS).astype(np.int64)


def cross_fit(
    values: Floats, labels: Floats, fold: Ints, settings: Settings, *, threads: int, seed: int
) -> tuple[Trees, Floats]:
    """Train a model without each fold, which predicts it; afterwards all of them together answer."""
    held_out = np.empty(len(labels), dtype=np.float32)
    boosters: list[Any] = []
    for number in range(FOLDS):
        mine = fold == number
        boosters.append(train(values[~mine], labels[~mine], settings, threads=threads, seed=seed + number))
        held_out[mine] = Trees(boosters[-1:]).predict(values[mine])
    return Trees(boosters), held_out
