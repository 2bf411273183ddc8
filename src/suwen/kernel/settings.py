"""The settings of every process, read from the environment (`SUWEN_*`) or a `.env` file."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One object for all processes; each field is the environment variable `SUWEN_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="SUWEN_", env_file=".env", extra="ignore")

    workspace: Path = Field(
        default=Path("workspace"), description="Folder of everything that this installation writes."
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL 14 or newer, e.g. postgresql://suwen@db/suwen. Unset: an embedded one.",
    )
    lake_path: Path | None = Field(default=None, description="Folder of the lake's tables; unset: <workspace>/lake.")
    engine: Literal["duckdb", "spark"] = Field(default="duckdb", description="What runs SQL over the lake.")
    buckets: int = Field(
        default=16, ge=1, le=256, description="Partitions of each patient-level table; fixed at creation."
    )
    host: str = Field(default="127.0.0.1", description="Address on which the web server listens.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port of the web server; 0 picks a free one.")
    stop_seconds: int = Field(
        default=10, ge=1, description="How long requests under way may go on once the web server is told to stop."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line kept."
    )
    log_json: bool = Field(default=False, description="Write logs as one JSON object a line instead of for reading.")
    session_hours: float = Field(
        default=12, gt=0, description="A session ends this long after login, whatever happens."
    )
    session_idle_minutes: float = Field(
        default=60, gt=0, description="A session ends after this long without a request."
    )
    secure_cookies: bool = Field(
        default=False, description="Send the session cookie over HTTPS only; set it in production."
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="32 hex digits: the SM4 key that protects stored secrets. Unset: made once, kept in the workspace.",
    )
    pool_size: int = Field(default=10, ge=1, description="Database connections that each process may hold.")
    ui_path: Path | None = Field(
        default=None, description="Folder of the built web UI; unset: the one beside the package."
    )

    sentence_model: Path | None = Field(
        default=None,
        description="Folder or .onnx file of a sentence model for matching names, with tokenizer.json; unset: none.",
    )

    @property
    def lake(self) -> Path:
        """Folder of the lake's tables."""
        return self.lake_path or self.workspace / "lake"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
