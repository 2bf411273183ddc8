"""Settings of the catalogue."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CatalogSettings(BaseSettings):
    """Each field is the environment variable `SUWEN_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="SUWEN_", env_file=".env", extra="ignore")

    asset_share_least: float = Field(
        default=95.0,
        ge=0,
        le=100,
        description="Least % of mapped terms, valid codes, known persons of an asset.",
    )
    asset_score_least: float = Field(
        default=80.0, ge=0, le=100, description="Least quality score for an asset to pass the stage of quality."
    )
