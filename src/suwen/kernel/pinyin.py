"""Pinyin: its initials 拼音首字母, which people type to find a Chinese name, and the sound of a character.

The dictionaries take 50 MiB and are loaded when the first name is read: most processes never read one.
"""

import re
from functools import lru_cache

_OTHER = re.compile(r"[^a-z0-9]+")


def initials(text: str) -> str:
    """Return the first letter of each character's reading, in lower case, letters and digits as they are.

    >>> initials("重度高血压（ICU）2级")
    'zdgxyicu2j'
    """
    from pypinyin.seg.mmseg import seg

    # Titles are made of the same few thousand words: each is read once.
    return "".join(map(_of_word, seg.cut(text)))


@lru_cache(maxsize=1 << 15)
def sound(character: str) -> str:
    """Return a character's usual reading without tone; what is no Chinese character as it is.

    Looking for words in a name costs much and finds sounds that names do not have: each is read by itself.
    """
    from pypinyin import lazy_pinyin

    return lazy_pinyin(character)[0]


@lru_cache(maxsize=1 << 16)
def _of_word(word: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return _OTHER.sub("", "".join(lazy_pinyin(word, style=Style.FIRST_LETTER)).lower())
