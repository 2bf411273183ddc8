"""Fetch the Delta jars for the installed pyspark and delta-spark through Maven.

    python -m tools.fetch_jars [FOLDER]        (default: SUWEN_SPARK_JARS or .suwen/jars)

Needs `mvn`. Only the jars that Spark itself does not carry are copied.
"""

import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

GROUPS = "io.delta,io.unitycatalog"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>suwen</groupId><artifactId>jars</artifactId><version>1</version>
<packaging>pom</packaging><dependencies><dependency>
<groupId>io.delta</groupId><artifactId>delta-spark_{spark}_2.13</artifactId><version>{delta}</version>
</dependency></dependencies></project>
"""


def fetch(folder: Path) -> list[Path]:
    """Copy the jars into the folder unless they are there; returns them."""
    delta = version("delta-spark")
    # A wheel may be a fix ahead of the jars: those exist for the first release of each minor version.
    release = ".".join([*delta.split(".")[:2], "0"])
    spark = ".".join(version("pyspark").split(".")[:2])
    if not (folder / f"delta-spark_{spark}_2.13-{release}.jar").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as work:
            pom = Path(work) / "pom.xml"
            pom.write_text(_POM.format(spark=spark, delta=release), encoding="utf-8")
            command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
            options = [f"-DoutputDirectory={folder.absolute()}", f"-DincludeGroupIds={GROUPS}"]
            subprocess.run([*command, *options, "-DincludeScope=runtime"], check=True)
    return sorted(folder.glob("*.jar"))


def main() -> None:
    """Fetch and list the jars."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SUWEN_SPARK_JARS", ".suwen/jars")
    for jar in fetch(Path(given)):
        print(jar)


if __name__ == "__main__":
    main()
