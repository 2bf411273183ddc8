"""Pinyin initials 拼音首字母: what people type to find a Chinese name."""

import re

from pypinyin import Style, lazy_pinyin

_OTHER = re.compile(r"[^a-z0-9]+")


def initials(text: str) -> str:
    """Return the first letter of each character's reading, in lower case, letters and digits as they are.

    >>> initials("重度高血压（ICU）2级")
    'zdgxyicu2j'
    """
    return _OTHER.sub("", "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower())
