"""Settings of backups."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from suwen.kernel.settings import Settings


class OpsSettings(BaseSettings):
    """Each field is the environment variable `SUWEN_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="SUWEN_", env_file=".env", extra="ignore")

    backup_path: Path | None = Field(
        None, description="Folder of the backups made by jobs, best on another disk; unset: <workspace>/backups."
    )
    backup_daily: bool = Field(False, description="Make a backup each business day.")
    backup_keep: int = Field(7, ge=1, description="Daily backups that are kept; older ones are removed.")


def backup_folder(settings: Settings) -> Path:
    """Return the folder that holds the backups of this installation."""
    return OpsSettings().backup_path or settings.workspace / "backups"  # pyright: ignore[reportCallIssue]
