"""Names as they are compared: without case, width, blanks and punctuation."""

from unicodedata import category, normalize

JOIN = "##"
"""Between several standard codes or names of one entry."""


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common.

    >>> name_key("Ⅱ型 糖尿病（ＤＭ）")
    'ii型糖尿病dm'
    """
    folded = normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if category(letter)[0] in "LNS" or letter in "%+-")
