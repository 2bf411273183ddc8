"""The score formula."""

from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.quality.scoring import Score, Tally, rule_score, score, scores_by

TALLIES = st.lists(
    st.builds(
        lambda rule, weight, checked, share: Tally(rule, weight, checked, int(checked * share)),
        st.sampled_from("abcde"),
        st.just(3),
        st.integers(0, 1000),
        st.floats(0, 1),
    )
)


class TestScore:
    def test_example_of_the_documentation(self) -> None:
        assert score([Tally("a", 5, 100, 1), Tally("b", 1, 2, 1)]).score == 90.83

    def test_nothing_checked_has_no_score(self) -> None:
        assert score([]) == Score(None, 0, 0, 0)
        assert score([Tally("a", 5, 0, 0)]).score is None
        assert rule_score(0, 0) is None

    def test_counts_of_one_rule_are_pooled_over_institutions(self) -> None:
        assert score([Tally("a", 3, 10, 10), Tally("a", 3, 90, 0)]).score == 90.0

    @given(TALLIES)
    def test_lies_between_0_and_100(self, tallies: list[Tally]) -> None:
        result = score(tallies)
        assert (result.score is None) == (result.checked == 0)
        assert result.score is None or 0 <= result.score <= 100

    @given(TALLIES)
    def test_100_means_no_failure(self, tallies: list[Tally]) -> None:
        result = score(tallies)
        if result.checked and result.failed == 0:
            assert result.score == 100
        if result.score is not None and result.failed == result.checked:
            assert result.score == 0


class TestScoresBy:
    def test_groups(self) -> None:
        tallies = [Tally("a", 1, 10, 1), Tally("b", 1, 10, 5)]
        found = scores_by(tallies, lambda t: t.rule, lambda t: t)
        assert {name: each.score for name, each in found.items()} == {"a": 90.0, "b": 50.0}
