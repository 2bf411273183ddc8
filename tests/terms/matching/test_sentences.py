"""A sentence model of one's own, by its path: a tiny one is made here."""

import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from suwen.domains.terms.matching import UnusableSentenceModel
from suwen.domains.terms.public import LearntPair, Matcher, MatcherOptions, StandardTerm

TERMS = [StandardTerm("I10", "高血压"), StandardTerm("E11", "糖尿病"), StandardTerm("N20", "肾结石")]
MEANT = {
    "高": 0,
    "血": 0,
    "压": 0,
    "脑": 0,
    "涨": 0,
    "糖": 1,
    "尿": 1,
    "病": 1,
    "消": 1,
    "渴": 1,
    "肾": 2,
    "结": 2,
    "石": 2,
}
"""Which of three things each character speaks of."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """One direction for each meaning; a text's vector is the mean over its characters."""
    words = {"[UNK]": 0} | {c: number for number, c in enumerate(MEANT, start=1)}
    table = np.vstack([np.zeros((1, 3)), np.eye(3)[list(MEANT.values())]]).astype(np.float32)
    shape = ["batch", "tokens"]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "tiny",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, 3])],
        [numpy_helper.from_array(table, "table")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    cast(Any, onnx).save(made, str(tmp_path / "model.onnx"))
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


class TestSentenceModel:
    def test_what_shares_no_character_is_found_by_its_meaning(self, model: Path, tmp_path: Path) -> None:
        asked = ["脑涨", "消渴", "肾石"]
        without = Matcher.build(TERMS)
        assert [answer.candidates for answer in without.match(asked[:2])] == [(), ()]
        matcher = Matcher.build(TERMS, options=MatcherOptions(sentences=str(model)))
        answers = matcher.match(asked)
        assert [answer.candidates[0].code for answer in answers] == ["I10", "E11", "N20"]
        assert not any(answer.automatic for answer in answers)
        matcher.save(tmp_path / "stored")
        assert Matcher.load(tmp_path / "stored").match(asked) == answers

    def test_it_is_learnt_with_pairs(self, model: Path) -> None:
        terms = TERMS + [StandardTerm(f"X{n}", f"其他情况{n}") for n in range(60)]
        pairs = [
            LearntPair(f"{name}{n}", (answer,))
            for n in range(40)
            for name, answer in (("脑涨", "高血压"), ("消渴", "糖尿病"))
        ]
        matcher = Matcher.build(terms, pairs, options=MatcherOptions(sentences=str(model / "model.onnx")))
        assert [answer.candidates[0].code for answer in matcher.match(["渴", "涨涨"])] == ["E11", "I10"]

    @pytest.mark.parametrize(("file", "said"), [("tokenizer.json", "tokenizer.json"), ("model.onnx", "model.onnx")])
    def test_a_missing_file_is_told(self, model: Path, file: str, said: str) -> None:
        (model / file).unlink()
        with pytest.raises(UnusableSentenceModel, match=said):
            Matcher.build(TERMS, options=MatcherOptions(sentences=str(model)))

    def test_a_broken_file_and_a_missing_package_are_told(self, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (model / "model.onnx").write_bytes(b"no model")
        options = MatcherOptions(sentences=str(model))
        with pytest.raises(UnusableSentenceModel, match="读不出来"):
            Matcher.build(TERMS, options=options)
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(UnusableSentenceModel, match=r"suwen\[sentences\]"):
            Matcher.build(TERMS, options=options)
