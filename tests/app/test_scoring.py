"""Scores against a known truth: counted by hand on small cases, and by pairs one by one."""

import json
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from suwen.app.scoring import DEVELOPMENT_SEED, EVALUATION_SEED
from suwen.app.scoring.faults import Fault, Held, Places, held_rows, score_alarms, score_faults
from suwen.app.scoring.pairs import over_merged, score_kinds, score_pairs
from suwen.domains.ingest.public import FeedInfo

TRUE = {"a": "P", "b": "P", "c": "P", "d": "Q", "e": "R"}


def test_development_and_evaluation_are_apart() -> None:
    assert DEVELOPMENT_SEED != EVALUATION_SEED


class TestPairs:
    def test_by_hand(self) -> None:
        found = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3}
        score = score_pairs(TRUE, found)
        assert (score.true, score.found, score.both, score.wrong) == (3, 2, 1, 3)
        assert (score.precision, score.recall) == (0.5, 1 / 3)
        assert over_merged(TRUE, found) == 1
        assert over_merged(found, TRUE) == 1

    def test_kinds_count_both_sides_and_suspects_between_persons(self) -> None:
        found = {"a": 1, "b": 1, "c": 2, "d": 3, "e": 4}
        kinds = {key: frozenset({"homophone"} if key == "c" else ()) for key in TRUE}
        scores = score_kinds(TRUE, found, kinds, [("c", "b"), ("d", "e")])
        assert vars(scores["homophone"]) == {"pairs": 2, "missed": 2, "listed": 2}
        assert vars(scores[""]) == {"pairs": 3, "missed": 2, "listed": 2}

    @given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
    def test_counts_are_those_of_all_pairs(self, people: list[tuple[int, int]]) -> None:
        truth = {str(n): true for n, (true, _) in enumerate(people)}
        found = {str(n): seen for n, (_, seen) in enumerate(people)}
        pairs = list(combinations(truth, 2))
        score = score_pairs(truth, found)
        assert score.true == sum(truth[a] == truth[b] for a, b in pairs)
        assert score.found == sum(found[a] == found[b] for a, b in pairs)
        assert score.both == sum(truth[a] == truth[b] and found[a] == found[b] for a, b in pairs)
        assert 0 <= score.f1 <= 1


FEEDS = [
    FeedInfo("his.visit", "his", "", "his.mz_jz", "encounter", "A", "full"),
    FeedInfo("his.patient", "his", "", "his.brxx", "patient", "A", "full"),
]
PLACES = Places(FEEDS, {("his.patient", "0000000007"): "70"})


def fault(kind: str, row_id: int | None, *, table: str = "MZ_JZ", key: str = "v", expected: str = "quality") -> Fault:
    return Fault("A", "general", table, key, row_id, "x", kind, expected)


class TestFaults:
    def test_only_the_rule_of_the_kind_finds(self) -> None:
        failing = {
            ("his.visit", "1"): frozenset({"encounter.value_set.payment_code"}),
            ("his.visit", "2"): frozenset({"encounter.reference.patient_id-patient"}),
        }
        report = score_faults([fault("bad_code", 1), fault("bad_code", 2)], PLACES, [], failing)
        assert report.kinds["bad_code", "quality"].found == 0.5

    def test_duplicate_is_found_where_either_row_is_held(self) -> None:
        held = [Held(("his.visit", "4"), "duplicate_key", "v4")]
        faults = [
            fault("duplicate", 5_000_004, key="v4", expected="quarantine"),
            fault("duplicate", 5_000_005, key="v5", expected="quarantine"),
        ]
        report = score_faults(faults, PLACES, held, {})
        assert report.kinds["duplicate", "quarantine"].found == 0.5
        assert ("his.visit", "4") in report.carrying

    def test_registration_without_a_row_number_is_found_by_its_patient_number(self) -> None:
        failing = {("his.patient", "70"): frozenset({"patient.checksum.id_no"})}
        report = score_faults([fault("bad_check", None, table="BRXX", key="0000000007")], PLACES, [], failing)
        assert report.kinds["bad_check", "quality"].found == 1

    def test_readable_value_may_only_fail_a_reference(self) -> None:
        failing = {
            ("his.visit", "1"): frozenset({"encounter.reference.patient_id-patient"}),
            ("his.visit", "2"): frozenset({"encounter.length.visit_no"}),
        }
        faults = [fault("full_width", row, expected="accepted") for row in (1, 2)]
        assert score_faults(faults, PLACES, [], failing).kinds["full_width", "accepted"].found == 0.5

    def test_held_rows_carry_their_business_key(self) -> None:
        line = {
            "feed": "his.visit",
            "source_key": "4",
            "reason": "duplicate_key",
            "row_json": json.dumps({"jzlsh": "v4"}),
        }
        assert held_rows([line], {"his.visit": ("general", "his.mz_jz")}) == [
            Held(("his.visit", "4"), "duplicate_key", "v4")
        ]


def test_alarms_are_told_apart() -> None:
    reference, agrees = "encounter.reference.patient_id-patient", "patient.identity_agrees.sex_code"
    failing = {
        ("his.visit", "1"): frozenset({reference}),
        ("his.visit", "2"): frozenset({reference}),
        ("his.visit", "3"): frozenset({reference}),
        ("his.patient", "70"): frozenset({agrees}),
        ("his.patient", "71"): frozenset({agrees}),
    }
    report = score_faults([fault("dangling", 1)], PLACES, [], failing)
    alarms = score_alarms(
        failing, report, frozenset({("his.patient", "70")}), frozenset({(("his.visit", "2"), reference)})
    )
    assert (alarms.total, alarms.without_error) == (5, 4)
    assert (alarms.identity[agrees], alarms.orphans[reference]) == (1, 1)
    assert alarms.false == {reference: 1, agrees: 1}
