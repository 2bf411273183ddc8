"""Pinyin initials 拼音首字母: what people type to find a Chinese name."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg

_OTHER = re.compile(r"[^a-z0-9]+")


def initials(text: str) -> str:
    """Return the first letter of each character's reading, in lower case, letters and digits as they are.

    >>> initials("重度高血压（ICU）2级")
    'zdgxyicu2j'
    """
    # Titles are made of the same few thousand words: each is read once.
    return "".join(map(_of_word, seg.cut(text)))


@lru_cache(maxsize=1 << 16)
def _of_word(word: str) -> str:
    return _OTHER.sub("", "".join(lazy_pinyin(word, style=Style.FIRST_LETTER)).lower())
