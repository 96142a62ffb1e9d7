# Every target installs what it needs first; nothing but Python 3.11+ and make has to be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo up test check bench soak mutants format lock

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(STAMP) ## Create .venv with everything the service and its tools need

$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

demo: install ## Tell the whole story: cart, draft, order, parcel, delivery
	$(BIN)/python -m local demo

up: install ## Start the whole stack and keep it up; Ctrl-C stops all of it
	$(BIN)/python -m local up

# Four at once on two cores: half of the tests wait for a process of theirs to start or to notice.
test: install ## Run the whole test suite against embedded PostgreSQL and Valkey
	$(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder

check: install ## Format, lint, types, import contracts, unit tests, pip check: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check
	$(BIN)/python -m pytest -q tests/domain tests/test_house.py --cov=bridge/domain --cov-branch --cov-report=term:skip-covered --cov-fail-under=100

bench: install ## Print the performance table and write it to var/bench.json; ONLY=submit for one part
	$(BIN)/python -m bench $(ONLY)

soak: install ## Break a small installation at random under load and check every promise; SEED=1 MINUTES=10
	$(BIN)/python -m tests.soak --seed $(or $(SEED),1) --minutes $(or $(MINUTES),10)

mutants: install ## Remove one guarantee at a time and show that the tests notice; ONLY="ask first" for one
	$(BIN)/python -m tests.mutants $(if $(ONLY),"$(ONLY)")

format: install ## Put every file into the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install ## Pin every version with its hash from the lists in pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --extra dev --output-file requirements-dev.txt pyproject.toml
