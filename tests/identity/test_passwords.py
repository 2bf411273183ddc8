"""Hashes and the password policy."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.identity.errors import WeakPassword
from suwen.domains.identity.service.passwords import (
    check_strength,
    hash_password,
    iterations_of,
    one_time_password,
    policy_text,
    verify_password,
)
from suwen.domains.identity.settings import IdentitySettings

RULES = IdentitySettings()


class TestHash:
    async def test_the_password_verifies_and_others_do_not(self) -> None:
        stored = await hash_password("Correct-Horse-7", 1000)
        assert await verify_password("Correct-Horse-7", stored)
        assert not await verify_password("correct-horse-7", stored)

    async def test_each_hash_has_its_own_salt_and_tells_its_rounds(self) -> None:
        first, second = await hash_password("x", 1000), await hash_password("x", 1001)
        assert first.split("$")[2] != second.split("$")[2]
        assert (iterations_of(first), iterations_of(second)) == (1000, 1001)

    async def test_pbkdf2_hmac_sm3_of_a_known_input(self) -> None:
        # openssl kdf -keylen 32 -kdfopt digest:SM3 -kdfopt pass:password -kdfopt salt:salt -kdfopt iter:1000 PBKDF2
        known = "e8b635a41dfe5aaab7cf828cff6f3608e22cac59ba16edd70e000b293d00bc91"
        stored = f"pbkdf2-sm3$1000${b'salt'.hex()}${known}"
        assert await verify_password("password", stored)


class TestCheckStrength:
    @pytest.mark.parametrize(
        ("password", "problem"),
        [("Ab1-xyz", "太短"), ("abcdefghij1", "种类"), ("Xx-LiHua-2026", "用户名")],
    )
    def test_a_weak_password_is_refused_with_the_policy(self, password: str, problem: str) -> None:
        with pytest.raises(WeakPassword, match=problem) as caught:
            check_strength(password, "lihua", RULES)
        assert caught.value.allowed == policy_text(RULES)
        assert password not in str(caught.value.problem())

    def test_a_strong_one_passes(self) -> None:
        check_strength("Correct-Horse-7", "lihua", RULES)

    @given(st.text(alphabet=string.ascii_lowercase + string.digits, min_size=0, max_size=40))
    def test_two_classes_never_pass(self, password: str) -> None:
        with pytest.raises(WeakPassword):
            check_strength(password, "someone", RULES)


class TestOneTimePassword:
    def test_it_meets_the_policy_and_differs(self) -> None:
        made = {one_time_password() for _ in range(50)}
        assert len(made) == 50
        for password in made:
            check_strength(password, "admin", RULES)
