"""The resident identity number 公民身份号码, GB 11643-1999.

18 characters: division (6), birth date ``YYYYMMDD`` (8), sequence (3, odd for men), check character (ISO 7064 MOD
11-2: digits or X). The former form of 15 digits has no century and no check character.
"""

import re
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
"""Check character by the weighted sum modulo 11."""

_MONTH_DAY = (
    "(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|[12][0-9]))"
)
PATTERN_18 = f"^[1-9][0-9]{{5}}(?:18|19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}[0-9Xx]$"
PATTERN_15 = f"^[1-9][0-9]{{5}}[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}$"
"""Shape of both forms with a possible month and day; 29 February still has to be checked against the year."""


def resident_id_valid(text: str) -> bool:
    """Say whether a text is a valid resident number of 18 characters, or of the former 15 digits.

    ``11010519491231002X`` is valid; a wrong check character, an impossible birth date, blanks or full-width digits
    are not. `resident_id_valid_sql` is the same rule in SQL.
    """
    if len(text) == 15:
        return re.fullmatch(PATTERN_15, text, re.ASCII) is not None and _day_exists("19" + text[6:8], text[8:12])
    if len(text) != 18 or re.fullmatch(PATTERN_18, text, re.ASCII) is None:
        return False
    return _day_exists(text[6:10], text[10:14]) and resident_id_check(text[:17]) == text[17].upper()


def resident_id_check(first17: str) -> str:
    """Return the check character of the first 17 digits: weighted sum modulo 11, looked up in ``10X98765432``."""
    if len(first17) != 17 or not (first17.isascii() and first17.isdigit()):
        raise ValueError("a resident number has 17 digits before its check character")
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def upgrade_resident_id(text: str) -> str | None:
    """Return the 18-character form in upper case of a valid number of either form; None when it is not valid.

    ``110105491231002`` gives ``11010519491231002X``: the 15-digit form was only given to people born in 19xx.
    """
    if not resident_id_valid(text):
        return None
    if len(text) == 18:
        return text.upper()
    first17 = f"{text[:6]}19{text[6:]}"
    return first17 + resident_id_check(first17)


def resident_id_birth_date(text: str) -> date | None:
    """Return the birth date in a valid resident number, or None."""
    full = upgrade_resident_id(text)
    return None if full is None else date(int(full[6:10]), int(full[10:12]), int(full[12:14]))


def resident_id_sex(text: str) -> str | None:
    """Return the GB/T 2261.1 sex code in a valid resident number, ``1`` male or ``2`` female, or None."""
    full = upgrade_resident_id(text)
    return None if full is None else "1" if int(full[16]) % 2 else "2"


def _day_exists(year: str, month_day: str) -> bool:
    number = int(year)
    return month_day != "0229" or (number % 4 == 0 and (number % 100 != 0 or number % 400 == 0))
