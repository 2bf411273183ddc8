"""The matcher through its door, on small lists."""

from suwen.domains.terms.public import Matcher, StandardTerm


def test_the_closest_name_comes_first() -> None:
    matcher = Matcher.build([StandardTerm("I10", "特发性高血压"), StandardTerm("E11", "2型糖尿病")])
    assert matcher.match(["高血压"])[0].candidates[0].code == "I10"
