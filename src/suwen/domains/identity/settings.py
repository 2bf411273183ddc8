"""Settings of the room: password policy, lockout, hashing cost."""

from functools import lru_cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IdentitySettings(BaseSettings):
    """Each field is the environment variable `SUWEN_IDENTITY_<FIELD>`; defaults follow GB/T 22239-2019 level 3."""

    model_config = SettingsConfigDict(env_prefix="SUWEN_IDENTITY_", env_file=".env", extra="ignore")

    password_min_length: int = Field(default=10, ge=8, description="Fewest characters of a password.")
    password_classes: int = Field(
        default=3, ge=1, le=4, description="How many of lower case, upper case, digits, others a password mixes."
    )
    password_history: int = Field(default=5, ge=0, description="A new password differs from this many before it.")
    password_max_age_days: int = Field(default=90, ge=0, description="A password ends after this time; 0: never.")
    lock_after: int = Field(default=5, ge=1, description="Wrong passwords in a row that lock an account.")
    lock_minutes: float = Field(default=15, gt=0, description="How long a locked account stays locked.")
    hash_iterations: int = Field(
        default=200_000,
        ge=1_000,
        description="Rounds of PBKDF2-HMAC-SM3; a login renews hashes made with another count.",
    )


@lru_cache(maxsize=1)
def get_identity_settings() -> IdentitySettings:
    """Return the room's settings, read once."""
    return IdentitySettings()
