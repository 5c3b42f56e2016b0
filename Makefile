# One command surface. `make preview` and `make test` are all that a newcomer needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
STACK ?= stage
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-$(shell cksum < requirements.txt | cut -d' ' -f1)
DEV := $(VENV)/.dev-$(shell cat requirements.txt requirements-dev.txt pyproject.toml | cksum | cut -d' ' -f1)

.PHONY: help preview up test check bench lock format lint types drift goldens docs clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "homeport needs Python 3.11 or newer: install it, or name it with PYTHON=..." >&2; exit 3; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "homeport needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another with PYTHON=..." >&2; exit 3; }
	@$(PYTHON) -m venv $(VENV) || { echo "cannot make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 3; }

$(RUN): requirements.txt | $(VENV)/bin/python
	@echo "installing what homeport needs (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(DEV): $(RUN) requirements-dev.txt pyproject.toml
	@echo "installing what developing homeport needs (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

preview: $(RUN) ## show what STACK (default stage) would be: no account, no engine
	@PYTHONPATH=components $(BIN)/python -m homeport plan --stack $(STACK)

up: $(RUN) ## deploy STACK with the Pulumi engine; says what is in the way, and why it failed
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=components $(BIN)/python -m homeport up --stack $(STACK)

.PHONY: destroy
destroy: $(RUN) ## take STACK down with the Pulumi engine; says first what protects it
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=components $(BIN)/python -m homeport destroy --stack $(STACK)

test: $(DEV) ## run the tests
	@$(BIN)/pytest -q -n auto

check: $(DEV) format-check lint types drift test ## everything that CI checks

.PHONY: engine-test
engine-test: $(DEV) ## every scenario on the real engine and simulated clouds (docs/engine-tests.md)
	@$(BIN)/pytest -v -n 2 -m "engine or engine_full" tests/engine

.PHONY: golden-states
golden-states: $(DEV) ## keep what this version leaves behind, for tests of upgrades; once a release (docs/upgrades.md)
	@$(BIN)/python -m tests.engine.golden_states

format: $(DEV) ## rewrite the code in the project's format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix --quiet .

.PHONY: format-check
format-check: $(DEV)
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format" >&2; exit 1; }

lint: $(DEV)
	@$(BIN)/ruff check --quiet .

types: $(DEV)
	@$(BIN)/basedpyright

drift: $(DEV) ## generated files are what the code generates
	@$(BIN)/python -m benchmarks.drift

goldens: $(DEV) ## write the golden plans and generated files anew; read the diff
	@$(BIN)/python -m benchmarks.drift --write

bench: $(DEV) ## measure; ratios, side by side
	@$(BIN)/python -m benchmarks

lock: $(DEV) ## resolve the dependencies anew into the hashed lock files
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
