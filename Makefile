# Every task of the project by name; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
WORKERS ?= 2
ARGS ?=

# Vietnamese text and file names survive LANG=C.
export PYTHONUTF8 := 1
# A development server variable left in the shell must not reach a test.
unexport FLASK_APP FLASK_DEBUG

##@ Use

.PHONY: run
# TGFAIR_DEMO=0 make run starts empty; an installation for real calls tgfair itself (README).
run: export TGFAIR_DEMO ?= 1
run: $(VENV)/runtime.stamp ## Start the site with the demo province (loads it the first time)
	@exec $(BIN)/tgfair run $(ARGS)

.PHONY: install
install: $(VENV)/runtime.stamp ## Install what the site needs into .venv, and nothing else

.PHONY: setup
setup: $(VENV)/dev.stamp ## Install everything a developer needs into .venv

##@ Check

.PHONY: test
test: needs ## Run the whole suite: SQLite, PostgreSQL and a real browser
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: check
check: lint types imports architecture wheel report ## Everything CI runs besides `make test`

.PHONY: lint
lint: $(VENV)/dev.stamp ## Lint Python and templates, check the formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@if [ -d tgfair/templates ]; then $(BIN)/djlint tgfair/templates --lint --quiet; fi

.PHONY: types
types: $(VENV)/dev.stamp ## Check the types (mypy --strict)
	@$(BIN)/mypy

.PHONY: imports
imports: $(VENV)/dev.stamp ## Check the dependency rule between the rooms
	@$(BIN)/lint-imports

.PHONY: architecture
architecture: needs ## Check the house rules and the migrations on both databases
	@$(BIN)/python -m pytest -q tests/architecture tests/migrations

.PHONY: wheel
wheel: $(VENV)/dev.stamp ## Build the wheel, install it elsewhere, start it and fetch a page
	@$(BIN)/python scripts/check_wheel.py

.PHONY: report
report: $(VENV)/dev.stamp ## List long files and functions (never fails)
	@$(BIN)/python scripts/length_report.py

.PHONY: bench
bench: needs ## Measure: one line a figure, `id value unit goal pass|short`
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: bench-solver
bench-solver: needs ## Measure the booth assignment from 50 to 1,500 booths (ten minutes)
	@$(BIN)/python -m benchmarks B1 $(ARGS)

.PHONY: reliability
reliability: needs ## The long runs: kill -9, faults, fuzz (minutes)
	@TGFAIR_LONG=1 $(BIN)/python -m pytest tests/reliability $(ARGS)

##@ Change

.PHONY: format
format: $(VENV)/dev.stamp ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: migration
migration: $(VENV)/dev.stamp ## Write a migration from the models: make migration m="add booth power"
	@$(BIN)/python scripts/new_migration.py "$(m)"

.PHONY: lock
lock: $(VENV)/dev.stamp ## Renew the lock files from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH." >&2; exit 1; }
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		pyproject.toml --extra postgres --extra server --group build -o requirements.lock
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["solver"])' \
		| uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		- --python-version 3.11 -c requirements.lock -o requirements-solver.lock
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		pyproject.toml --all-extras --group build --group dev -c requirements.lock -c requirements-solver.lock -o requirements-dev.lock

.PHONY: clean
clean: ## Remove what was built, but neither data nor .venv
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What the tests need beyond Python: a browser and a PostgreSQL. Installed when root, named otherwise.
.PHONY: needs
needs: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.support.binaries

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "tgfair needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements.lock requirements-solver.lock pyproject.toml | $(BIN)/python
	@echo "Installing tgfair into $(VENV) (once, under a minute) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock -r requirements-solver.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/runtime.stamp
	@echo "Installing the development tools into $(VENV) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@
