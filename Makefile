# `make run` and `make test` are all a newcomer needs; each installs what it needs once.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test lint faults bench picture docs clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

run: .venv/ready ## Set up, build the index and start everything config.toml enables
	@$(BIN)/python -m index build >/dev/null
	@$(BIN)/python -m bot run

# On two cores. What was compiled is kept: the tests start a hundred processes.
test: .venv/ready-for-tests tests/node_modules/.ready ## Set up and run all tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist worksteal

lint: .venv/ready-for-tests ## Check style, types and the import rule
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: .venv/ready-for-tests ## Kill the bot 200 times and a build 100 times at random moments, count what was lost (12 minutes)
	@$(BIN)/python -m tests.faults.soak --kills 200
	@$(BIN)/python -m tests.faults.builds --kills 100

bench: .venv/ready-for-tests ## Measure speed and memory and print tables
	@for script in tests/bench/bench_*.py; do $(BIN)/python -m tests.bench.$$(basename $$script .py) || exit 1; done

picture: .venv/ready-for-tests ## Draw the pictures of docs/ anew from the running pages (needs chromium)
	@$(BIN)/python -m tests.picture docs/conversation.png
	@$(BIN)/python -m tests.console_picture docs

docs: .venv/ready-for-tests ## Put what the commands in docs/operators.md print now into it
	@$(BIN)/python -m cogapp -r -I . docs/operators.md

clean: ## Remove what was installed and generated, but no data (var/ stays)
	rm -rf .venv tests/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "Python 3.11 is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/ready: requirements.txt | .venv/bin/python
	@echo "Installing (once; a few minutes) ..."
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/ready-for-tests: requirements.txt requirements-dev.txt | .venv/bin/python
	@echo "Installing (once; a few minutes) ..."
	@$(PIP) install -r requirements-dev.txt
	@touch .venv/ready $@

# The accessibility checker comes from npm; where there is no npm, its test says that it was skipped.
tests/node_modules/.ready: tests/package-lock.json
	@mkdir -p $(@D)
	@if command -v npm >/dev/null; then cd tests && npm ci --silent --no-audit --no-fund; fi
	@mkdir -p $(@D) && touch $@
