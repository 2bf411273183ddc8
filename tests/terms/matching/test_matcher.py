"""The matcher through its door."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from suwen.app.scoring.mentions.generate import STYLES, Mention, mentions, split_list
from suwen.app.scoring.mentions.vocabulary import standard_list
from suwen.domains.terms.matching import EmptyStandard, NotAMatcher
from suwen.domains.terms.public import LearntPair, Matcher, MatcherOptions, StandardTerm, merge_pairs

# What is learnt here takes longer than most tests: one worker learns it for all.
pytestmark = pytest.mark.xdist_group("matcher")
SMALL = [
    StandardTerm("I10.x00", "特发性高血压"),
    StandardTerm("I25.103", "冠状动脉粥样硬化性心脏病"),
    StandardTerm("I21.900", "急性心肌梗死"),
    StandardTerm("E11.900", "2型糖尿病"),
    StandardTerm("S72.000", "左侧股骨颈骨折"),
    StandardTerm("S72.001", "右侧股骨颈骨折"),
    StandardTerm("78.6500", "股骨内固定物取出术"),
    StandardTerm("78.5500", "股骨内固定物置入术"),
    StandardTerm("51.2300", "腹腔镜下胆囊切除术"),
    StandardTerm("51.4200", "胆总管探查术"),
]


@pytest.fixture(scope="module")
def cold() -> Matcher:
    return Matcher.build(SMALL)


class TestColdStart:
    @pytest.mark.parametrize(
        ("mention", "code"),
        [
            ("AMI", "I21.900"),
            ("Ｔ２ＤＭ", "E11.900"),
            ("II型糖尿病", "E11.900"),
            ("右股骨颈骨折(右侧)", "S72.001"),
            ("腹腔镜胆囊切除", "51.2300"),
            ("股骨内固定取出", "78.6500"),
        ],
    )
    def test_the_right_name_comes_first(self, cold: Matcher, mention: str, code: str) -> None:
        assert cold.match([mention])[0].candidates[0].code == code

    def test_only_what_is_equal_is_accepted_without_a_person(self, cold: Matcher) -> None:
        same, alike = cold.match(["特发性高血压", "高血压"])
        assert [candidate.name for candidate in same.accepted] == ["特发性高血压"]
        assert same.automatic
        assert not alike.accepted
        assert "少于" in cold.acceptance.message

    def test_a_contradiction_is_put_last_and_told(self, cold: Matcher) -> None:
        candidates = cold.match(["股骨内固定物取出"], top=10)[0].candidates
        against = next(c for c in candidates if c.code == "78.5500")
        assert "否决" in against.reason
        assert "取出" in against.reason
        assert "vetoed: put in or taken out differs" in against.reason_en
        assert against.score < candidates[0].score / 2

    def test_several_names_are_taken_apart(self, cold: Matcher) -> None:
        answer = cold.match(["腹腔镜下胆囊切除术+胆总管探查术"], multi=True)[0]
        assert {candidate.code for candidate in answer.accepted} == {"51.2300", "51.4200"}

    def test_nothing_in_common_has_no_candidate(self, cold: Matcher) -> None:
        assert cold.match(["???", "乙"])[0].candidates == ()

    def test_one_name_under_two_codes_and_two_names_under_one(self) -> None:
        matcher = Matcher.build(
            [StandardTerm("A1", "胃炎"), StandardTerm("A2", "胃炎"), StandardTerm("A1", "慢性胃炎")]
        )
        first, second = matcher.match(["胃炎"])[0].candidates
        assert first.codes == ("A1", "A2")
        assert "A2" in first.reason
        assert second.name == "慢性胃炎"

    def test_few_pairs_are_remembered(self) -> None:
        matcher = Matcher.build(SMALL, [LearntPair("老毛病", ("特发性高血压",))])
        answer = matcher.match(["老毛病"])[0]
        assert [candidate.name for candidate in answer.accepted] == ["特发性高血压"]

    def test_an_empty_list_is_refused(self) -> None:
        with pytest.raises(EmptyStandard):
            Matcher.build([StandardTerm("A", " ")])


@pytest.fixture(scope="module")
def made() -> tuple[list[StandardTerm], list[Mention]]:
    terms, coarser = split_list(standard_list("operation", 2000), 1, share=0.6)
    return [StandardTerm(*term) for term in terms], mentions(terms, coarser, STYLES["operation"], 800, 5)


class TestAListAlone:
    def test_it_ranks_no_worse_than_bm25_and_takes_mentions_apart(
        self, made: tuple[list[StandardTerm], list[Mention]], tmp_path: Path
    ) -> None:
        matcher = Matcher.build(made[0])
        texts, truth = [mention.text for mention in made[1]], [set(mention.names) for mention in made[1]]
        answers, plain = matcher.match(texts), matcher.retrieve(texts, top=1)
        right = sum(a.candidates[0].name in t for a, t in zip(answers, truth, strict=True))
        assert right > sum(found[0][0] in t for found, t in zip(plain, truth, strict=True))
        two = [(one.name, other.name) for one, other in zip(made[0][:200:2], made[0][1000::2], strict=False)]
        apart = matcher.match([f"左{one};{other}待查" for one, other in two], multi=True)
        same = sum({c.name for c in answer.accepted} == set(names) for answer, names in zip(apart, two, strict=True))
        assert same > 0.7 * len(two)
        # A whole batch in another language has nothing to be judged by.
        assert [answer.candidates for answer in matcher.match(["Viral sinusitis", "Otitis"], multi=True)] == [(), ()]
        matcher.save(tmp_path / "cold")
        assert Matcher.load(tmp_path / "cold").match(texts[:20], multi=True) == matcher.match(texts[:20], multi=True)


def learnt(found: Sequence[Mention]) -> list[LearntPair]:
    return [LearntPair(mention.text, mention.names) for mention in found]


@pytest.fixture(scope="module")
def taught(made: tuple[list[StandardTerm], list[Mention]]) -> Matcher:
    return Matcher.build(made[0], learnt(made[1][:400]), options=MatcherOptions(precision=0.9))


class TestLearning:
    def test_it_is_better_than_without_pairs_on_names_not_seen(
        self, made: tuple[list[StandardTerm], list[Mention]], taught: Matcher
    ) -> None:
        unseen = made[1][400:]

        def right(matcher: Matcher) -> float:
            answers = matcher.match([mention.text for mention in unseen])
            return sum(a.candidates[0].name in m.names for a, m in zip(answers, unseen, strict=True) if a.candidates)

        assert right(taught) > right(Matcher.build(made[0])) * 1.03

    def test_the_stated_precision_holds_on_names_not_seen(
        self, made: tuple[list[StandardTerm], list[Mention]], taught: Matcher
    ) -> None:
        unseen = made[1][400:]
        for multi, acceptance in ((False, taught.acceptance), (True, taught.acceptance_many)):
            answers = taught.match([mention.text for mention in unseen], multi=multi)
            sure = [(a, m) for a, m in zip(answers, unseen, strict=True) if a.automatic]
            share = sum({c.name for c in a.accepted} == set(m.names) for a, m in sure) / len(sure)
            assert acceptance.lower >= 0.9
            assert len(sure) / len(unseen) == pytest.approx(acceptance.coverage, abs=0.12)
            # 400 names: two standard errors below what was promised.
            assert share >= 0.9 - 2 * (0.9 * 0.1 / len(sure)) ** 0.5

    def test_confidence_is_calibrated(self, made: tuple[list[StandardTerm], list[Mention]], taught: Matcher) -> None:
        unseen = made[1][400:]
        answers = taught.match([mention.text for mention in unseen])
        said = sum(answer.confidence for answer in answers) / len(answers)
        true = sum({a.candidates[0].name} == set(m.names) for a, m in zip(answers, unseen, strict=True)) / len(answers)
        assert said == pytest.approx(true, abs=0.06)

    def test_a_precision_that_cannot_be_had_is_told(self, made: tuple[list[StandardTerm], list[Mention]]) -> None:
        pairs = learnt(made[1][:60])
        names = [pair.standard_names for pair in pairs]
        random.Random(0).shuffle(names)
        wrong = [LearntPair(pair.name, found) for pair, found in zip(pairs, names, strict=True)]
        matcher = Matcher.build(made[0], wrong)
        assert matcher.acceptance.threshold is None
        assert "达不到" in matcher.acceptance.message
        assert not any(answer.automatic for answer in matcher.match([mention.text for mention in made[1][:50]]))

    def test_a_mention_of_strange_words_is_never_accepted_alone(self, taught: Matcher) -> None:
        strange, unreadable, empty = taught.match(["zzz qqq 饕餮魑魅", "？？", ""])
        assert not strange.automatic
        assert not strange.accepted
        assert unreadable.candidates == empty.candidates == ()
        assert taught.match(["zzz"])[0].accepted == ()

    def test_stored_and_read_it_answers_the_same(self, taught: Matcher, tmp_path: Path) -> None:
        taught.save(tmp_path / "m")
        asked = ["腹腔镜下胃切除", "左肾切开取石", "双侧回肠支架去除术"]
        again = Matcher.load(tmp_path / "m")
        assert again.match(asked, multi=True) == taught.match(asked, multi=True)
        assert again.acceptance == taught.acceptance
        (tmp_path / "m" / "arrays.npz").write_bytes(b"PK")
        with pytest.raises(NotAMatcher):
            Matcher.load(tmp_path / "m")

    def test_the_same_input_gives_the_same_answers(self, made: tuple[list[StandardTerm], list[Mention]]) -> None:
        pairs, asked = learnt(made[1][:60]), [mention.text for mention in made[1][400:430]]
        one, other = (Matcher.build(made[0], pairs) for _ in range(2))
        assert one.match(asked) == other.match(asked)
        # What is asked beside it changes nothing but last digits.
        for answer, name in zip(one.match(asked[:9]), asked[:9], strict=True):
            alone = one.match([name])[0].candidates[0]
            assert alone.name == answer.candidates[0].name
            assert alone.score == pytest.approx(answer.candidates[0].score, abs=0.02)

    def test_what_cannot_be_learnt_from_is_kept_aside(self) -> None:
        pairs = [
            LearntPair("", ("特发性高血压",)),
            LearntPair("高压", ("没有这个名称",)),
            LearntPair("血压高", ("特发性高血压", "无")),
        ]
        matcher = Matcher.build(SMALL, pairs)
        assert [(entry.index, entry.value) for entry in matcher.aside] == [(0, ""), (1, "没有这个名称"), (2, "无")]
        assert [pair.name for pair in matcher.pairs] == ["血压高"]


class TestMerging:
    def test_a_name_confirmed_differently_is_a_conflict_and_keeps_the_most_common_answer(self) -> None:
        one = [LearntPair("高压", ("特发性高血压",)), LearntPair("DM", ("2型糖尿病",))]
        other = [LearntPair("高压", ("高血压心脏病",))]
        merged, conflicts = merge_pairs([other, one, one])
        assert {(pair.name, pair.standard_names) for pair in merged} == {
            ("高压", ("特发性高血压",)),
            ("DM", ("2型糖尿病",)),
        }
        assert [conflict.name for conflict in conflicts] == ["高压"]
