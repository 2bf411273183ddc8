"""Gradient-boosted trees over measured pairs; folds keep a mention's rows together."""

import json
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import xgboost as _xgboost

from suwen.domains.terms.matching.arrays import Floats, Ints

FOLDS = 4
xgboost: Any = cast(Any, _xgboost)


@dataclass(frozen=True)
class Settings:
    """How trees are grown."""

    rounds: int = 220
    depth: int = 6
    rate: float = 0.1
    least: float = 4.0
    columns: float = 0.5
    rows: float = 0.8


class Trees:
    """A trained model; ``predict`` gives probabilities."""

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    def predict(self, values: Floats) -> Floats:
        """Probability of each row."""
        if not len(values):
            return np.empty(0, dtype=np.float32)
        return np.asarray(self._booster.inplace_predict(values), dtype=np.float32)

    def text(self) -> str:
        """The model as JSON."""
        return bytes(self._booster.save_raw("json")).decode()

    @classmethod
    def read(cls, text: str) -> "Trees":
        """Read what ``text`` gave; raises ValueError for anything else."""
        json.loads(text)
        booster = xgboost.Booster()
        booster.load_model(bytearray(text.encode()))
        return cls(booster)


def train(values: Floats, labels: Floats, settings: Settings, *, threads: int, seed: int) -> Trees:
    """Train on rows with labels 0 and 1."""
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
    return Trees(booster)


def folds(count: int, seed: int) -> Ints:
    """A fold for each of ``count`` mentions."""
    return np.random.default_rng(seed).permutation(np.arange(count) % FOLDS).astype(np.int64)


def cross_fit(
    values: Floats, labels: Floats, fold: Ints, settings: Settings, *, threads: int, seed: int
) -> tuple[Trees, Floats]:
    """Train on all rows; and predict each fold by trees that did not see it."""
    held_out = np.empty(len(labels), dtype=np.float32)
    for number in range(FOLDS):
        mine = fold == number
        if mine.any():
            trees = train(values[~mine], labels[~mine], settings, threads=threads, seed=seed)
            held_out[mine] = trees.predict(values[mine])
    return train(values, labels, settings, threads=threads, seed=seed), held_out
