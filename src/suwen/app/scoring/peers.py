"""What our linkage is compared with: the rule that most regions begin with, and splink as its tutorial sets it up."""

import logging
from collections.abc import Hashable
from typing import Any, cast

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

SEED = 1
CLUSTER_AT = (0.95, 0.995)
"""The threshold of splink's tutorial, and the one from which on our own linkage joins."""


def by_id_number(identities: pa.Table) -> dict[str, Hashable]:
    """Identities of one id number as written are one person; those without stand alone."""
    keys = cast("list[str]", identities.column("patient_key").to_pylist())
    numbers = cast("list[str | None]", identities.column("id_no").to_pylist())
    return {key: ("id", number) if number else key for key, number in zip(keys, numbers, strict=True)}


def plain_splink(identities: pa.Table) -> dict[float, dict[str, Hashable]]:
    """Splink 5 on the rows as they came, after its tutorial on deduplication: no rule, veto or cleaning of ours.

    Standard comparisons; prior from two deterministic rules at a recall of 0.7; u by random sampling, m by two rounds
    of expectation maximisation. Returns the clusters of pairs at each threshold of ``CLUSTER_AT``.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect() as connection:
        connection.register("identities", identities)
        rows = connection.execute(
            "SELECT patient_key AS unique_id, name, sex_code, strftime(birth_date, '%Y-%m-%d') AS birth_date, id_no,"
            " health_card_no, phone, address FROM identities ORDER BY patient_key"
        ).to_arrow_table()
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=[
                cl.NameComparison("name"),
                cl.DateOfBirthComparison("birth_date", input_is_string=True),
                cl.ExactMatch("sex_code"),
                cl.DamerauLevenshteinAtThresholds("id_no", [1, 2]),
                cl.ExactMatch("health_card_no"),
                cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("address"),
            ],
            blocking_rules_to_generate_predictions=[
                block_on("id_no"),
                block_on("health_card_no"),
                block_on("phone"),
                block_on("name", "birth_date"),
            ],
        )
        api = DuckDBAPI(connection)
        linker = cast(Any, Linker([api.register(rows)], settings, log_level=logging.ERROR))
        certain = [block_on("id_no"), block_on("name", "birth_date", "phone")]
        linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("name", "birth_date"))
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("phone"))
        pairs = linker.inference.predict(threshold_match_probability=0.5)
        found: dict[float, dict[str, Hashable]] = {}
        for threshold in CLUSTER_AT:
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
            rows = connection.table(clusters.physical_name).select("unique_id", "cluster_id").fetchall()
            found[threshold] = {str(key): cluster for key, cluster in rows}
    return found
