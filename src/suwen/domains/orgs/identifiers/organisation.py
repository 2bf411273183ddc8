"""Numbers of organisations: 统一社会信用代码 (GB 32100-2015) and 组织机构代码 (GB 11714-1997)."""

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a unified social credit code: no I, O, S, V, Z."""
USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
ORG_CODE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc_valid(text: str) -> bool:
    """Say whether a text is a unified social credit code with a right check character, e.g. ``91350100M000100Y43``."""
    return len(text) == 18 and all(c in USCC_ALPHABET for c in text) and uscc_check(text[:17]) == text[17]


def uscc_check(first17: str) -> str:
    """Return the check character: (31 - weighted sum modulo 31) modulo 31, weights 3^i modulo 31."""
    if len(first17) != 17 or any(c not in USCC_ALPHABET for c in first17):
        raise ValueError(f"a unified social credit code has 17 of {USCC_ALPHABET} before its check character")
    total = sum(USCC_ALPHABET.index(c) * weight for c, weight in zip(first17, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def org_code_valid(text: str) -> bool:
    """Say whether a text is an organisation code, with or without the hyphen: ``D2143569-X``, ``D2143569X``."""
    code = text[:8] + text[9:] if len(text) == 10 and text[8] == "-" else text
    return len(code) == 9 and all(c in ORG_CODE_ALPHABET for c in code[:8]) and org_code_check(code[:8]) == code[8]


def org_code_check(first8: str) -> str:
    """Return the check character: 11 - weighted sum modulo 11, where 10 is X and 11 is 0."""
    if len(first8) != 8 or any(c not in ORG_CODE_ALPHABET for c in first8):
        raise ValueError("an organisation code has 8 digits or capital letters before its check character")
    total = sum(ORG_CODE_ALPHABET.index(c) * weight for c, weight in zip(first8, ORG_CODE_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
