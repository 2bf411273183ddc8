#!/bin/sh
# Pin every dependency with hashes, for all platforms; no registry address is written.
set -e
pin() {
    "${UV:-uv}" pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --custom-compile-command "make lock" -q "$@"
}
pin pyproject.toml -o requirements.lock
pin pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
pin pyproject.toml --extra dev --extra spark -c requirements-dev.lock -o requirements-spark.lock
echo uv | pin - -c requirements-dev.lock --no-annotate -o requirements-bootstrap.lock
