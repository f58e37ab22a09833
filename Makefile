# Needs python3 (3.11 or newer) and make. Everything else is installed into .venv and var by the targets.
PY ?= python3
PORT ?= 8000
VENV ?= .venv
T ?=

export BARNAMAK_PORT := $(PORT)
ifneq ($(filter command environment,$(firstword $(origin VAR))),)
export BARNAMAK_VAR := $(VAR)
endif
export VENV
export PYTHONPATH := $(CURDIR)
export PYTHONUNBUFFERED := 1

BIN := "$(VENV)/bin/python"
SUPERVISOR := $(BIN) -m config.supervisor
BASE := @$(PY) config/supervisor/installing.py base
DEV := @$(PY) config/supervisor/installing.py dev

.PHONY: help run stop codes test unit e2e lint fix bench docs messages lock clean
.DEFAULT_GOAL := help

help: ## List the commands
	@sed -n 's/^\([a-z0-9]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'
	@echo
	@echo '  PORT=8001 another port · VAR=path another data folder · PY=python3.12 another Python'

run: ## Set up what is missing and start everything at http://localhost:8000
	$(BASE)
	@$(SUPERVISOR) run

stop: ## Stop what run (or a test) left running, from any terminal
	$(BASE)
	@$(SUPERVISOR) stop

codes: ## Show the demo people's one-time codes and the admin's TOTP code of this minute
	$(BASE)
	@$(SUPERVISOR) codes

test: ## Lint, then all tests, in a database and a Valkey of their own
	$(DEV)
	@$(SUPERVISOR) test $(T)

unit: ## Only the tests without a browser; T=tests/core narrows it
	$(DEV)
	@$(SUPERVISOR) unit $(T)

e2e: ## Only the tests in a real browser; T=tests/e2e/test_x.py narrows it
	$(DEV)
	@$(SUPERVISOR) e2e $(T)

lint: ## ruff, mypy, import contracts, migrations check, types of the JavaScript
	$(DEV)
	@$(SUPERVISOR) lint

fix: ## Repair what tools can repair: formatting, import order, simple findings
	$(DEV)
	@$(BIN) -m ruff check --fix-only --quiet .
	@$(BIN) -m ruff format .

bench: ## Measure, side by side in one run, and print ratios
	$(DEV)
	@$(BIN) -m bench

docs: ## Make the generated reference pages again
	$(DEV)
	@$(SUPERVISOR) docs

messages: ## Collect new texts into the .po files of each app (needs GNU gettext)
	$(DEV)
	@$(SUPERVISOR) messages

lock: ## Pin and hash the requirements again
	$(DEV)
	@$(SUPERVISOR) lock

clean: ## Stop everything, then remove what was built; data in var/ stays unless ALL=1
	@if [ -x $(BIN) ]; then $(SUPERVISOR) stop; fi
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis node_modules .boot var/test var/static
	@find . -path ./.venv -prune -o -path ./.git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [ "$(ALL)" = 1 ]; then rm -rf var "$(VENV)"; fi
