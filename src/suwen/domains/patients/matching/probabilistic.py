"""The Fellegi-Sunter model (splink 5) for pairs that no sure rule decides.

Source: Fellegi & Sunter 1969, "A theory for record linkage"; parameters by expectation maximisation on the
identities at hand, starting from the values below; random sampling has a fixed seed, so a run can be repeated.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import duckdb
import pyarrow as pa
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.internals import comparison_level_library as levels
from splink.internals import comparison_library as comparisons
from splink.internals.blocking_rule_library import CustomRule

from suwen.domains.patients.matching.link import Link

SEED = 20240401

BLOCKS: tuple[tuple[str, ...], ...] = (
    ("id_text",),
    ("card",),
    ("phone", "birth_date"),
    ("phone", "reading"),
    ("reading", "birth_date"),
    ("reading", "address"),
    ("birth_date", "sex", "surname"),
)
"""Pairs agreeing on all columns of any row are compared; the rest of the square never is."""

_TRAINED_ON = (("name", "birth_date"), ("phone",))
_LEAST_FOR_TRAINING = 2_000


@dataclass(frozen=True)
class Thresholds:
    """``link`` and above are one person, ``suspect`` and above are listed for review; probabilities 0..1."""

    link: float = 0.995
    suspect: float = 0.70


def _level(condition: str, label: str, m: float, u: float) -> Any:
    return levels.CustomLevel(condition, label).configure(m_probability=m, u_probability=u)


def _either_null(column: str) -> Any:
    return levels.NullLevel(column)


def _else(m: float, u: float) -> Any:
    return levels.ElseLevel().configure(m_probability=m, u_probability=u)


def _comparisons() -> list[Any]:
    """One comparison a column; a level's condition is the SQL it stands for."""
    custom = comparisons.CustomComparison
    return [
        custom(
            [
                _either_null("name"),
                levels.ExactMatchLevel("name", term_frequency_adjustments=True).configure(
                    m_probability=0.86, u_probability=0.0006
                ),
                _level("reading_l = reading_r", "same sound", 0.08, 0.0008),
                _level("surname_l = surname_r AND levenshtein(name_l, name_r) = 1", "one character", 0.03, 0.012),
                _else(0.03, 0.98),
            ],
            output_column_name="name",
        ),
        custom(
            [
                _either_null("birth_text"),
                # The first of January stands for an unknown day: agreement counts by how common the day is.
                levels.ExactMatchLevel("birth_text", term_frequency_adjustments=True).configure(
                    m_probability=0.93, u_probability=0.00004
                ),
                _level("damerau_levenshtein(birth_text_l, birth_text_r) = 1", "one slip", 0.04, 0.0015),
                _level("substr(birth_text_l, 1, 4) = substr(birth_text_r, 1, 4)", "same year", 0.015, 0.012),
                _else(0.015, 0.98),
            ],
            output_column_name="birth",
        ),
        custom(
            [
                _either_null("id_text"),
                _level("id_text_l = id_text_r", "same id", 0.95, 0.0000005),
                _level("damerau_levenshtein(id_text_l, id_text_r) <= 2", "two slips", 0.03, 0.00001),
                _else(0.02, 0.99998),
            ],
            output_column_name="id_no",
        ),
        custom(
            [
                _either_null("sex"),
                _level("sex_l = sex_r", "same", 0.985, 0.5),
                _else(0.015, 0.5),
            ],
            output_column_name="sex",
        ),
        custom(
            [
                _either_null("phone"),
                # A family shares one phone, so agreement says less than its rarity would suggest.
                _level("phone_l = phone_r", "same", 0.72, 0.0004),
                _else(0.28, 0.9996),
            ],
            output_column_name="phone",
        ),
        custom(
            [
                _either_null("card"),
                _level("card_l = card_r", "same", 0.97, 0.0000005),
                _else(0.03, 0.9999995),
            ],
            output_column_name="card",
        ),
        custom(
            [
                _either_null("address"),
                _level("address_l = address_r", "same", 0.62, 0.0006),
                _level("jaro_winkler_similarity(address_l, address_r) >= 0.93", "alike", 0.13, 0.02),
                _else(0.25, 0.9794),
            ],
            output_column_name="address",
        ),
    ]


def _block(columns: tuple[str, ...]) -> Any:
    agree = " AND ".join(f"l.{column} = r.{column}" for column in columns)  # constants of BLOCKS, no values
    return CustomRule(f"{agree} AND l.settled <> r.settled")


def _settings(prior: float) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=[_block(columns) for columns in BLOCKS],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def _train(linker: Any) -> None:
    """Refine the rates of agreement among true pairs on pairs that agree on other columns."""
    for columns in _TRAINED_ON:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns),
            fix_probability_two_random_records_match=True,
            # Pairs are then counted by their pattern of agreement once, not scored anew in every round.
            estimate_without_term_frequencies=True,
        )


def probable_links(
    connection: duckdb.DuckDBPyConnection, thresholds: Thresholds, settled: Mapping[str, str]
) -> list[Link]:
    """Pairs of the table ``comparable`` scoring at least ``thresholds.suspect``, with the weights per comparison.

    ``settled``: patient key to the representative of whom sure rules have made it one with; such pairs are learned
    from, but not listed. Newborns take no part (`newborn`).

    Prior: one true pair for every two identities, a region where every second record has a twin; the share of
    all pairs is then ``1 / n``, and never above one in a thousand. Fewer than 2,000 identities keep the starting
    parameters: too few to learn from.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    columns = {"unique_id": list(settled), "settled": list(settled.values())}
    connection.register("settled", pa.table(columns, pa.schema([(name, pa.string()) for name in columns])))
    # splink names its own tables; the view is given as Arrow so that its columns keep their types.
    table = connection.execute(
        "SELECT * FROM comparable JOIN settled USING (unique_id) WHERE NOT newborn ORDER BY unique_id"
    ).to_arrow_table()
    count = table.num_rows
    if count < 2:
        return []
    api = DuckDBAPI(connection)
    linker = cast(Any, Linker([api.register(table)], _settings(min(0.001, 1.0 / count)), log_level=logging.ERROR))
    if count >= _LEAST_FOR_TRAINING:
        _train(linker)
    predicted = linker.inference.predict(threshold_match_probability=thresholds.suspect)
    rows = connection.table(predicted.physical_name).to_arrow_table().to_pylist()
    return sorted(_link(row) for row in rows)


def _link(row: dict[str, Any]) -> Link:
    left, right = sorted((str(row["unique_id_l"]), str(row["unique_id_r"])))
    evidence = tuple(
        (name.removeprefix("mw_"), round(float(weight), 2))
        for name, weight in row.items()
        if name.startswith("mw_") and weight is not None and abs(float(weight)) >= 0.01
    )
    return Link(left, right, round(float(row["match_probability"]), 6), "probabilistic", evidence)
