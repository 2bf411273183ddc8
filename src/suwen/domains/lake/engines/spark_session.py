"""Starting Spark with the Delta jars."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from suwen.domains.lake.errors import EngineUnavailable
from suwen.domains.lake.settings import LakeSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OPTIONS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.shuffle.partitions": "8",
    # Logs of a lake are short: fifty tasks to read one would cost seconds.
    "spark.databricks.delta.snapshotPartitions": "2",
    # Files are named one by one; up to this number the driver looks at them itself instead of in a job.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000",
    # An empty value is a value in both engines' JSON.
    "spark.sql.jsonGenerator.ignoreNullFields": "false",
    # Nobody reads the plans as text, which are long for a mapping: writing them out took a tenth of a statement.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def start(settings: LakeSettings, folder: Path) -> "SparkSession":
    """Return the session of this process; raises EngineUnavailable when pyspark, Java or the jars are missing."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise EngineUnavailable("pyspark is not installed: pip install 'suwen[spark]'") from error
    jars = sorted(str(path.absolute()) for path in settings.spark_jars.glob("*.jar"))
    if not any("delta-spark" in jar for jar in jars):
        raise EngineUnavailable(
            "the Delta jars are missing: python -m tools.fetch_jars", received=str(settings.spark_jars)
        )
    options = _OPTIONS | {
        "spark.jars": ",".join(jars),
        "spark.driver.memory": settings.spark_memory,
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "local"),
        **settings.spark_options,
    }
    builder = cast(Any, SparkSession.builder).appName("suwen").master(settings.spark_master)
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        session: SparkSession = builder.getOrCreate()
    except (PySparkRuntimeError, OSError) as error:
        raise EngineUnavailable("Spark does not start: is Java 17 or newer installed?") from error
    session.sparkContext.setLogLevel("ERROR")
    # It tells of every connection that a thread closes.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    return session
