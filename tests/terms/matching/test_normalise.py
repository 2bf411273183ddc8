"""One spelling for what is written in many."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.terms.matching.normalise import expand, normalise
from suwen.domains.terms.matching.segments import Trie, segments
from suwen.domains.terms.matching.units import Lexicon, split_units

CHINESE = st.text(
    st.sampled_from("左右双侧股骨颈骨折术后高血压病三级Ⅲ型期十二指肠溃疡癌ＬＣt2dm（），、;+ 腹腔镜①°腫瘤x"),
    max_size=24,
)


class TestNormalise:
    @pytest.mark.parametrize(
        ("written", "same"),
        [
            ("ＬＣ术后", "lc术后"),
            ("高血压病Ⅲ级", "高血压病3级"),
            ("高血压病三级", "高血压病3级"),
            ("第十二胸椎骨折", "第12胸椎骨折"),
            ("肺癌IIb期", "肺癌2b期"),
            ("烧伤Ⅱ°", "烧伤2度"),
            ("腎腫瘤", "肾肿瘤"),
            ("脑梗塞［左侧］", "脑梗死(左侧)"),
            ("胃炎， 慢性", "胃炎, 慢性"),
            ("综合症", "综合征"),
        ],
    )
    def test_what_means_the_same_is_written_the_same(self, written: str, same: str) -> None:
        assert normalise(written) == same

    @pytest.mark.parametrize("name", ["十二指肠溃疡", "二尖瓣狭窄", "三叉神经痛", "胸部x线检查", "维生素k缺乏"])
    def test_numerals_inside_words_stay(self, name: str) -> None:
        assert normalise(name) == name

    @given(st.text(max_size=40) | CHINESE)
    def test_the_same_again_changes_nothing(self, name: str) -> None:
        once = normalise(name)
        assert normalise(once) == once

    def test_abbreviations_are_whole_words(self) -> None:
        assert "急性心肌梗死" in expand(normalise("AMI后"))
        assert "2型糖尿病" in expand(normalise("T2DM"))
        assert "冠状动脉" not in expand(normalise("CADASIL"))


class TestSegments:
    def test_parts_are_found_at_marks_and_by_known_names(self) -> None:
        trie = Trie(["高血压", "冠心病", "糖尿病"])
        assert {"高血压", "冠心病"} <= set(segments("高血压冠心病", trie))
        assert {"胆囊切除术", "胆道探查"} <= set(segments("胆囊切除术+胆道探查", trie))

    def test_a_shared_ending_is_lent(self) -> None:
        assert "肝功能不全" in segments("肝、肾功能不全", Trie([]))

    @given(CHINESE)
    def test_parts_hold_nothing_that_was_not_said(self, text: str) -> None:
        parts = segments(normalise(text), Trie(["高血压", "骨折"]))
        assert len(set(parts)) == len(parts)
        assert all(set(part) <= set(normalise(text)) for part in parts)


class TestLexicon:
    @given(st.lists(CHINESE, min_size=1, max_size=8))
    def test_every_unit_and_pair_is_counted_once(self, texts: list[str]) -> None:
        texts = [normalise(text) for text in texts]
        lexicon = Lexicon(texts)
        grams = lexicon.grams(lexicon.encode(texts)).toarray()
        for row, text in zip(grams, texts, strict=True):
            units = split_units(text)
            assert row.sum() == len(set(units)) + len(set(pairwise(units)))
            assert set(row) <= {0.0, 1.0}
