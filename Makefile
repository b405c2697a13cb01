# Only sh, make and Python >= 3.12 are assumed. Everything else goes into .venv, checked by hash.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

HOST ?= 127.0.0.1
PORT ?= 8000
JOBS ?= 2
COUNT ?= 100
ARGS ?=

BIN := .venv/bin
UV := $(BIN)/uv
LOCKS := requirements.txt requirements-dev.txt requirements-bootstrap.txt
PYTHON_SOURCES := src tests scripts migrations main.py migrate.py seed.py

# Nothing is downloaded behind the user's back: a missing Python is an error, not a download.
export UV_PYTHON_DOWNLOADS := never

# An environment that holds the tools of development runs the server as it is.
RUNTIME := $(if $(wildcard .venv/dev.locked),.venv/dev.ready,.venv/run.ready)
DEVELOPMENT := .venv/dev.ready

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

## using it

.PHONY: run
run: $(RUNTIME) ## start the server (HOST=127.0.0.1 PORT=8000)
	$(BIN)/questlog server run --host $(HOST) --port $(PORT)

.PHONY: seed
seed: $(RUNTIME) ## fill the database with examples (COUNT=100)
	$(BIN)/python seed.py --count $(COUNT)

## working on it

.PHONY: test
test: $(DEVELOPMENT) ## run the tests (ARGS="-k complete" JOBS=2)
	$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

.PHONY: test-cov
test-cov: $(DEVELOPMENT) ## run the tests and fail below 90 % coverage
	$(BIN)/pytest -n $(JOBS) --dist worksteal --cov --cov-report=term-missing:skip-covered --cov-fail-under=90 $(ARGS)

.PHONY: check
check: $(DEVELOPMENT) ## formatting, lint, types, floors, sizes, migrations
	$(BIN)/ruff format --check --quiet $(wildcard $(PYTHON_SOURCES))
	$(BIN)/ruff check --quiet $(wildcard $(PYTHON_SOURCES))
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/check_sizes.py src tests
	@echo "alembic upgrade head && alembic check, on a fresh SQLite file"
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
		export DATA_DIR="$$fresh" DATABASE_URL="sqlite:///$$fresh/fresh.db" && \
		$(BIN)/alembic upgrade head && $(BIN)/alembic check

.PHONY: format
format: $(DEVELOPMENT) ## format and repair what can be repaired by a machine
	$(BIN)/ruff format $(wildcard $(PYTHON_SOURCES))
	$(BIN)/ruff check --fix $(wildcard $(PYTHON_SOURCES))

.PHONY: migration
migration: $(DEVELOPMENT) ## write a migration from the tables (m="add colour to labels")
	@test -n "$(m)" || { echo 'say what changes: make migration m="add colour to labels"' >&2; exit 2; }
	$(BIN)/questlog db migrate -m "$(m)"
	$(BIN)/ruff format --quiet migrations
	$(BIN)/ruff check --fix --quiet migrations

## proving it

.PHONY: faults
faults: $(DEVELOPMENT) ## kill, starve and interrupt the server under load (long)
	$(BIN)/python -m tests.faults $(ARGS)

.PHONY: scale
scale: $(DEVELOPMENT) ## several servers and workers, each killed in turn; nothing is lost (long)
	$(BIN)/python -m tests.scale $(ARGS)

.PHONY: soak
soak: $(DEVELOPMENT) ## play the game at random, 100 000 times a database; ARGS="--steady 120": live for hours
	$(BIN)/python -m tests.soak $(ARGS)

.PHONY: prove
prove: $(DEVELOPMENT) ## switch off each guard in turn; its test must turn red (long)
	$(BIN)/python -m tests.prove $(ARGS)

.PHONY: interop
interop: $(DEVELOPMENT) ## hold us against chrono-node, jose, standardwebhooks and Chromium
	$(BIN)/python -m tests.interop
	$(BIN)/python -m tests.interop.passkeys

.PHONY: bench
bench: $(DEVELOPMENT) ## measure requests, load of all kinds, webhooks and open sockets (long)
	$(BIN)/python -m tests.bench $(ARGS)

## keeping it

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.PHONY: lock
lock: $(UV) ## resolve the lock files anew (ARGS=--upgrade for newest versions)
	$(COMPILE) $(ARGS) --extra redis --extra llm --output-file requirements.txt pyproject.toml
	$(COMPILE) $(ARGS) --extra redis --extra llm --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt pyproject.toml
	$(COMPILE) $(ARGS) --constraint requirements-dev.txt --group bootstrap \
		--output-file requirements-bootstrap.txt
	@! grep -nE '://|file:|--(extra-)?index|--find-links' $(LOCKS)

.PHONY: audit
audit: $(DEVELOPMENT) ## ask OSV what is known against the locked versions (needs a network)
	$(BIN)/python scripts/audit.py $(ARGS)

.PHONY: sbom
sbom: $(DEVELOPMENT) ## write build/questlog.cdx.json: what is shipped (CycloneDX)
	$(BIN)/python scripts/sbom.py $(ARGS)

.PHONY: clean
clean: ## remove the environment and the caches; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis .interop
	rm -rf .coverage .coverage.* htmlcov
	find $(wildcard src tests scripts migrations) -type d -name __pycache__ -prune -exec rm -rf {} +

$(UV): requirements-bootstrap.txt scripts/find-python
	python=$$(PYTHON="$(PYTHON)" sh scripts/find-python) && "$$python" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@touch $@

# Compiled here and now: where PYTHONDONTWRITEBYTECODE is set, every start would compile it all again.
.venv/run.locked: requirements.txt $(UV)
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.txt requirements-bootstrap.txt
	@touch $@

.venv/dev.locked: requirements-dev.txt $(UV)
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.txt requirements-bootstrap.txt
	@touch $@

# The build tools come from the bootstrap lock, so this step asks no index.
.venv/run.ready .venv/dev.ready: .venv/%.ready: .venv/%.locked pyproject.toml src/questlog/__init__.py
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $@
