# Every target sets up what it needs; nothing but Python 3.11 and make is asked of a newcomer.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help setup setup-run demo test lint check messages chaos agents simulate bench conformance fuzz docs lock clean

help: ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Alihdaya needs Python 3.11 or later (have: $$($(PYTHON) --version 2>&1)); name one with make PYTHON=..."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.venv/run.stamp: $(BIN)/uv requirements.lock pyproject.toml hatch_build.py $(wildcard src/alihdaya/locale/*/LC_MESSAGES/*.po)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

setup-run: .venv/run.stamp
setup: .venv/dev.stamp ## install everything into .venv

demo: setup-run ## run the main job: a year of an airline's disruptions, from intake to invoice
	@$(BIN)/alihdaya demo --json $(ARGS)

test: setup ## run every check and test
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: test ## the same as test: ruff, mypy strict, import-linter, sizes, tests

messages: setup ## bring the message catalogues up to date and name what is not translated
	$(BIN)/python -m alihdaya.locale.refresh

chaos: setup ## kill and cut off nodes over one PostgreSQL: make chaos INSTANCES=20000 SECONDS=180 SEED=1
	@$(BIN)/python -m bench.chaos --instances $(or $(INSTANCES),20000) --seconds $(or $(SECONDS),180) --seed $(or $(SEED),1)

agents: setup ## 200 agents at work by HTTP, the server killed five times: make agents AGENTS=200
	@ALIHDAYA_AGENTS=$(or $(AGENTS),200) $(BIN)/pytest -q -s -n 0 tests/chaos/test_agents_under_fire.py

bench: setup .venv-bench/stamp ## measure: make bench NAME=spine (all without NAME)
	@$(BIN)/python -m bench $(NAME)

# Without the peers a bench says which it skipped.
.venv-bench/stamp: $(BIN)/uv requirements-bench.lock bench/running/node/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix bench/running/node --no-audit --no-fund --silent \
		|| echo "bpmn-engine could not be installed; the bench skips it" >&2; fi
	@{ $(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-bench \
		&& $(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r requirements-bench.lock \
		&& touch $@; } || echo "the peers could not be installed; benches skip them" >&2

simulate: setup-run ## live through seeded faults on a virtual clock: make simulate SEEDS=200 (FIRST=17 TRACE=1: that seed, told)
	@$(BIN)/python -m simulation $(or $(SEEDS),200) $(if $(FIRST),--first $(FIRST)) $(if $(TRACE),--trace)

conformance: $(if $(filter einvoice,$(SUITE)),setup,setup-run) ## run a conformance suite: make conformance SUITE=dmn DIR=folder
	@$(BIN)/python -m conformance $(SUITE) $(DIR)

fuzz: setup ## make hostile expressions and files for SECONDS (600), from SEED: no crash, no hang, no difference
	@$(BIN)/python tests/fuzz/fuzz_feel.py $(or $(SECONDS),600) $(SEED)

docs: setup ## build the documentation into site/
	$(BIN)/mkdocs build --strict

lock: $(BIN)/uv ## bring the locks up to date
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra demo pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --all-extras pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links bench/peers.in -o requirements-bench.lock

clean:
	rm -rf .venv .venv-bench site dist alihdaya-data
