"""Fetch jars through Maven: those of Delta for the installed pyspark and delta-spark, or Apache Kafka for its tests.

    python -m tools.fetch_jars [FOLDER]            (default: SUWEN_SPARK_JARS or .suwen/jars)
    python -m tools.fetch_jars --kafka FOLDER

Needs `mvn`. Of Delta only the jars that Spark itself does not carry are copied.
"""

import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

GROUPS = "io.delta,io.unitycatalog"
KAFKA = "4.1.0"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>suwen</groupId><artifactId>jars</artifactId><version>1</version>
<packaging>pom</packaging><dependencies><dependency>
<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>
</dependency></dependencies></project>
"""


def fetch(folder: Path) -> list[Path]:
    """Copy the jars into the folder unless they are there; returns them."""
    delta = version("delta-spark")
    # A wheel may be a fix ahead of the jars: those exist for the first release of each minor version.
    release = ".".join([*delta.split(".")[:2], "0"])
    spark = ".".join(version("pyspark").split(".")[:2])
    return _copied(folder, "io.delta", f"delta-spark_{spark}_2.13", release, f"-DincludeGroupIds={GROUPS}")


def fetch_kafka(folder: Path) -> list[Path]:
    """Copy Apache Kafka's jars into the folder unless they are there; returns them."""
    return _copied(folder, "org.apache.kafka", "kafka_2.13", KAFKA)


def _copied(folder: Path, group: str, artifact: str, release: str, *options: str) -> list[Path]:
    if not (folder / f"{artifact}-{release}.jar").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as work:
            pom = Path(work) / "pom.xml"
            pom.write_text(_POM.format(group=group, artifact=artifact, version=release), encoding="utf-8")
            command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
            target = f"-DoutputDirectory={folder.absolute()}"
            subprocess.run([*command, target, "-DincludeScope=runtime", *options], check=True)
    return sorted(folder.glob("*.jar"))


def main() -> None:
    """Fetch and list the jars."""
    if sys.argv[1:2] == ["--kafka"]:
        found = fetch_kafka(Path(sys.argv[2]))
    else:
        given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SUWEN_SPARK_JARS", ".suwen/jars")
        found = fetch(Path(given))
    for jar in found:
        print(jar)


if __name__ == "__main__":
    main()
