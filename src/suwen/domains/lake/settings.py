"""Settings of the lake that only its engines read."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LakeSettings(BaseSettings):
    """Each field is the environment variable `SUWEN_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="SUWEN_", env_file=".env", extra="ignore")

    spark_master: str = Field("local[*]", description="Spark master, e.g. spark://host:7077.")
    spark_memory: str = Field("2g", description="Memory of the Spark driver.")
    spark_jars: Path = Field(Path(".suwen/jars"), description="Folder of the Delta jars (tools/fetch_jars.py).")
    spark_listed_files: int = Field(1000, ge=0, description="Tables of more files are read by Delta's own reader.")
    spark_options: dict[str, str] = Field(
        default_factory=dict[str, str],
        description='Further options of Spark, as JSON: {"spark.executor.memory": "8g"}.',
    )
    duckdb_memory_share: float = Field(0.5, gt=0, le=1, description="Part of the machine's memory DuckDB may use.")
