"""Pictures of the pages of a running server.

`python -m tools.screenshot http://127.0.0.1:8000 /tmp/pictures --user admin --password ... [--english] [name=path ...]`
signs in and saves `<name>.png` per page (PAGES without any given), then prints a line per page with what the browser
complained of. `path@selector` clicks an element that leads to another page, `path!selector` one that opens something.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tools.node import UI, run

PAGES = {
    "home": "/home",
    "sources": "/ingest/sources",
    "feeds": "/ingest/feeds",
    "batches": "/ingest/batches",
    "quarantine": "/ingest/quarantine",
    "datasets": "/catalog/datasets",
    "dictionary": "/catalog/datasets/encounter",
    "rows": "/catalog/datasets/encounter?tab=rows",
    "profile": "/catalog/datasets/encounter?tab=profile",
    "quality": "/quality/overview",
    "patients": "/patients",
    "patient": "/patients@.list-page .ant-table-row",
    "suspects": "/patients/suspects",
    "metrics": "/metrics",
    "users": "/identity/users",
    "institutions": "/orgs/institutions",
    "value_sets": "/standards/value_sets",
}


def main(arguments: list[str]) -> int:
    """Take the pictures; exit code of the browser's script."""
    parser = argparse.ArgumentParser(prog="tools.screenshot", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--english", action="store_true")
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("pages", nargs="*", metavar="name=path")
    options = parser.parse_intermixed_args(arguments)
    wanted: dict[str, str] = dict(str(page).split("=", 1) for page in options.pages) or PAGES
    width, height = (int(part) for part in str(options.size).split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    pages: list[dict[str, str | bool]] = []
    for name, address in wanted.items():
        mark = "!" if "!" in address else "@"
        path, _, click = address.partition(mark)
        pages.append({"name": name, "path": path, "click": click, "stays": mark == "!"})
    order = {
        "url": options.url,
        "username": options.user,
        "password": options.password,
        "folder": str(options.folder.resolve()),
        "language": "en" if options.english else "zh",
        "width": width,
        "height": height,
        "pages": pages,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(order, file)
        file.flush()
        return run("node", [str(UI / "e2e" / "screenshot.ts"), file.name], cwd=UI)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
