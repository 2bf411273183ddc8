"""A sentence model of one's own as one more measure of likeness: any ONNX file with its tokenizer, no code.

``model.onnx`` (or the path of another .onnx file) with ``tokenizer.json`` beside it or one folder up, as exported from
BGE, text2vec or a hospital's own BERT. A two-dimensional output is taken as it is; of tokens the mean is taken, or the
first one where ``1_Pooling/config.json`` says ``pooling_mode_cls_token``. Needs the extra ``suwen[sentences]``.
"""

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints
from suwen.kernel.errors import Invalid

_BATCH = 64
_LONGEST = 64
"""Tokens of a name that are read."""
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class UnusableSentenceModel(Invalid):
    """A sentence model that cannot be used: packages, files, inputs or outputs are not there or of another kind."""

    title = "句向量模型不能使用"


class SentenceModel:
    """Texts to vectors of length 1. Runs on one thread, so that the same text gives the same vector everywhere."""

    def __init__(self, path: Path) -> None:
        """Load a folder or an .onnx file. Raises UnusableSentenceModel."""
        runtime, tokens = _package("onnxruntime"), _package("tokenizers")
        file = path / "model.onnx" if path.is_dir() else path
        folders = (file.parent, file.parent.parent)
        tokenizer = next((at for folder in folders if (at := folder / "tokenizer.json").is_file()), None)
        if not file.is_file() or tokenizer is None:
            lacking = "tokenizer.json" if file.is_file() else file.name
            raise UnusableSentenceModel(
                f"缺少文件 {lacking}", received=path.name, allowed=["model.onnx", "tokenizer.json"]
            )
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session: Any = runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            self._tokenizer: Any = tokens.Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # both libraries raise their own kinds for a broken file, some of them bare
            raise UnusableSentenceModel("模型或分词器文件读不出来", received=path.name) from error
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()
        self._inputs: list[str] = [found.name for found in self._session.get_inputs()]
        if unknown := [name for name in self._inputs if name not in _INPUTS]:
            raise UnusableSentenceModel("模型要求未知的输入", received=unknown, allowed=list(_INPUTS))
        self._first_token = _first_token(folders)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors ``(texts, d)`` of length 1, single precision."""
        made = [self._some(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        return np.concatenate(made) if made else np.zeros((0, 1), dtype=np.float32)

    def _some(self, texts: Sequence[str]) -> Floats:
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        given: dict[str, Ints] = dict(zip(_INPUTS, (ids, mask, np.zeros_like(ids)), strict=True))
        output: Floats = np.asarray(self._session.run(None, {name: given[name] for name in self._inputs})[0])
        if output.ndim == 3:
            held = mask[:, :, None]
            output = (
                output[:, 0] if self._first_token else (output * held).sum(axis=1) / np.maximum(held.sum(axis=1), 1)
            )
        if output.ndim != 2 or len(output) != len(texts):
            raise UnusableSentenceModel("模型的输出不是句向量", received=list(output.shape))
        return (output / np.maximum(np.linalg.norm(output, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise UnusableSentenceModel("缺少可选依赖, 请安装 suwen[sentences]", received=name) from error


def _first_token(folders: Sequence[Path]) -> bool:
    for folder in folders:
        file = folder / "1_Pooling" / "config.json"
        if file.is_file():
            return bool(json.loads(file.read_text("utf-8")).get("pooling_mode_cls_token"))
    return False
