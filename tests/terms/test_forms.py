"""Dosage forms agree with those that they are a kind of, unless they release the drug differently."""

import pytest

from suwen.domains.terms.forms import form_in, same_form, told_apart


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("片剂", "薄膜衣片", True),
        ("分散片", "片剂", True),
        ("分散片", "咀嚼片", False),
        ("缓释片", "片", False),
        ("肠溶缓释片", "缓释片", False),
        ("片", "胶囊", False),
        ("口服常释剂型", "软胶囊", True),
        ("口服常释剂型", "缓释片", False),
        ("粉针剂", "注射液", False),
        # Not declared: what the words say.
        ("微丸", "缓释微丸", False),
        ("膜剂", "口腔膜剂", True),
    ],
)
def test_same(one: str, other: str, same: bool) -> None:
    assert (same_form(one, other), same_form(other, one)) == (same, same)


def test_a_difference_of_release_within_a_family_is_told_in_both_languages() -> None:
    assert told_apart("缓释片", "分散片") == ("同为片，缓释与常释", "both tablet, sustained and immediate release")
    assert told_apart("缓释片", "胶囊") is None
    assert told_apart("片", "分散片") is None


def test_the_longest_form_of_a_name_is_meant() -> None:
    assert form_in("奥美拉唑肠溶胶囊20mg") == "肠溶胶囊"
    assert form_in("生理盐水") is None
