# Suwen: one command each. Needs Python >= 3.11 and make; everything else comes from PyPI and npm.
PYTHON ?= python3
LOCK ?= requirements-dev.lock
BIN := .venv/bin
PY := $(BIN)/python
NODE := $(PY) -m tools.node
STAMP = .venv/.synced-$(shell cksum $(LOCK) pyproject.toml | cksum | cut -d' ' -f1)
# One more than two cores: tests wait for servers and browsers.
PYTEST_ARGS ?= -n 3 --dist loadgroup

.PHONY: help install ui jars demo test services check dev e2e bench docs lock clean

help:  ## List the commands
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP):
	test -x $(PY) || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(PY) -m pip install -q --require-hashes -r requirements-bootstrap.lock
	$(BIN)/uv pip sync -q --python $(PY) --require-hashes $(LOCK)
	$(BIN)/uv pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	rm -f .venv/.synced-*
	touch $@

install: $(STAMP)  ## Make .venv from the pinned, hashed requirements

ui: install  ## Build the web pages (skipped when nothing changed)
	$(NODE) build

jars: install  ## Fetch the Delta jars for the Spark engine (needs Maven)
	$(PY) -m tools.fetch_jars

demo: ui  ## Carry the demo hospitals from source to screen, then serve them
	$(BIN)/suwen demo

test: ui  ## Everything that needs no service from outside
	$(PY) -m pytest $(PYTEST_ARGS) --services none
	$(NODE) npm run test

services: install  ## What needs a service from outside, skipped where there is none
	$(PY) -m pytest $(PYTEST_ARGS) --services only

check: ui  ## Lint, types, import contract, the house's own rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(NODE) node ui/node_modules/pyright/index.js
	$(BIN)/lint-imports
	$(PY) -m tools.lint
	$(NODE) npm run check
	$(NODE) types --check

dev: ui  ## API with reload, and the web dev server
	$(BIN)/suwen serve --reload & $(NODE) npm run dev

e2e: ui  ## Browser tests alone
	$(PY) -m pytest tests/e2e

bench: install  ## make bench NAME=spine
	$(BIN)/suwen bench $(NAME)

docs: install  ## Write docs/generated and the API's snapshot
	$(PY) -m tools.docs

lock:  ## Pin all dependencies again, with hashes
	UV="$(BIN)/uv" sh tools/lock.sh

clean:  ## Remove what was built
	rm -rf .venv ui/node_modules ui/dist
