"""Passwords: PBKDF2-HMAC-SM3 hashes (GB/T 32905-2016, RFC 8018) that carry their salt and rounds, and the policy."""

import hmac
import secrets
import string
from datetime import timedelta

from anyio import to_thread

from suwen.domains.identity.errors import WeakPassword
from suwen.domains.identity.models import PasswordHistory, User
from suwen.domains.identity.repository import IdentityRepository
from suwen.domains.identity.settings import IdentitySettings
from suwen.kernel.clock import now
from suwen.kernel.crypto import pbkdf2_hmac_sm3

SCHEME = "pbkdf2-sm3"
_SALT_BYTES = 16
_ALPHABET = string.ascii_letters + string.digits


async def hash_password(password: str, iterations: int) -> str:
    """Return `pbkdf2-sm3$<iterations>$<salt hex>$<digest hex>`; computed in a thread, as it takes its time."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = await to_thread.run_sync(pbkdf2_hmac_sm3, password.encode(), salt, iterations)
    return f"{SCHEME}${iterations}${salt.hex()}${digest.hex()}"


async def verify_password(password: str, stored: str) -> bool:
    """Say whether a password belongs to a stored hash, in a time that tells nothing."""
    scheme, iterations, salt, digest = stored.split("$")
    if scheme != SCHEME:
        return False
    found = await to_thread.run_sync(pbkdf2_hmac_sm3, password.encode(), bytes.fromhex(salt), int(iterations))
    return hmac.compare_digest(found, bytes.fromhex(digest))


def iterations_of(stored: str) -> int:
    """Return the rounds with which a stored hash was made."""
    return int(stored.split("$")[1])


def one_time_password() -> str:
    """Return a random password of 16 letters and digits with all three classes, without what looks alike."""
    alphabet = "".join(c for c in _ALPHABET if c not in "0O1lI")
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(16))
        if (
            any(c.islower() for c in password)
            and any(c.isupper() for c in password)
            and any(map(str.isdigit, password))
        ):
            return password


def policy_text(settings: IdentitySettings) -> str:
    """Return the policy in words, for the form."""
    parts = [
        f"至少 {settings.password_min_length} 个字符",
        f"含大写、小写、数字、其他字符中的 {settings.password_classes} 类",
        "不含用户名",
    ]
    if settings.password_history:
        parts.append(f"不与最近 {settings.password_history} 次相同")
    return "，".join(parts)


def check_strength(password: str, username: str, settings: IdentitySettings) -> None:
    """Raise WeakPassword unless a password meets length, classes, and does not hold the user name."""
    mixed = len({_class_of(c) for c in password})
    problems: list[str] = []
    if len(password) < settings.password_min_length:
        problems.append("太短")
    if mixed < settings.password_classes:
        problems.append("字符种类太少")
    if username.lower() in password.lower():
        problems.append("包含用户名")
    if problems:
        raise WeakPassword("、".join(problems), allowed=policy_text(settings))


def _class_of(character: str) -> str:
    if character.isdigit():
        return "digit"
    if not character.isalpha():
        return "other"
    # Letters without case, such as Chinese ones, count with the lower ones.
    return "upper" if character.isupper() else "lower"


async def set_password(
    repository: IdentityRepository, user: User, password: str, settings: IdentitySettings, *, temporary: bool
) -> None:
    """Give a user a new password. Raises WeakPassword, also when one of the latest passwords comes again.

    temporary: the user must change it at the next login (and the policy does not ask about history).
    """
    check_strength(password, user.username, settings)
    if not temporary:
        past = await repository.past_passwords(user.id, settings.password_history)
        latest = [user.password_hash, *past][: settings.password_history]
        for stored in latest:
            if await verify_password(password, stored):
                raise WeakPassword("不能与最近用过的密码相同", allowed=policy_text(settings))
    if user.password_hash:
        repository.add(PasswordHistory(user_id=user.id, password_hash=user.password_hash))
    user.password_hash = await hash_password(password, settings.hash_iterations)
    user.password_changed_at = now()
    user.must_change_password = temporary


def password_expired(user: User, settings: IdentitySettings) -> bool:
    """Say whether a user's password has outlived the policy."""
    days = settings.password_max_age_days
    return days > 0 and user.password_changed_at + timedelta(days=days) < now()
