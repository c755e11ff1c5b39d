# Every target works as the first command on a fresh machine: .venv is made from the lock when it is missing or out of date.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
# Nothing leaves the machine that nobody asked for: Prefect's analytics and other phone-homes are off.
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
# Extras to install beside the base: make test EXTRAS="elasticsearch postgres"
EXTRAS ?=
export EXTRAS
ARGS ?=
# Index backend of the demo: sqlite, or elasticsearch (starts a real server; needs Java, and Maven for the first time)
STORE ?= sqlite

.PHONY: help setup demo test lint types bench eval heads serve screenshots clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv from the lock (the other commands do it themselves)
	@sh tools/bootstrap.sh

demo: setup ## Run the main job on a bundled example site, then serve the review pages (ARGS=--no-serve: end by itself; STORE=elasticsearch)
	@$(BIN)/python -m examples.demo --store $(STORE) $(ARGS)

test: setup ## Run all tests (ARGS="tests/nlp -x" for some of them)
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

lint: setup ## Check style (ruff) and the import contracts of the floors (import-linter)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

types: setup ## Check types (mypy --strict)
	@$(BIN)/mypy

bench: setup ## Run the benchmarks, each printing a table with versions (ARGS=benchmarks.store for one)
	@for name in $(or $(ARGS),$(patsubst benchmarks/%.py,benchmarks.%,$(shell grep -l __main__ benchmarks/*.py))); do \
		echo "== $$name"; $(BIN)/python -m $$name || exit 1; done

eval: setup ## Score screening on the own labelled sets (ARGS=FILE... for others), then what each way of seeing is worth
	@$(BIN)/strazha eval $(or $(ARGS),$(wildcard tests/eval/own-*.jsonl))
	@$(BIN)/python -m benchmarks.heads

heads: setup ## Train the heads (indicators by meaning) on the project's own labels; needs the model (strazha model build)
	@$(BIN)/strazha heads train $(addprefix tests/eval/,own-a.jsonl own-b.jsonl own-c.jsonl own-e.jsonl own-f.jsonl own-g.jsonl dev-screening.jsonl dev-groups.jsonl)

serve: setup ## Serve the review pages on what STRAZHA_HOME (default: var) holds
	@$(BIN)/strazha serve $(ARGS)

screenshots: setup ## Make the pictures of docs/images with a headless Chromium
	@$(BIN)/python tools/screenshots.py $(ARGS)

clean: ## Remove .venv, caches and var/ (asks before it removes collected data)
	@if [ -d var ]; then printf 'var/ holds collected data and the ledger. Remove it too? [y/N] '; read answer; \
		[ "$$answer" = y ] && rm -rf var || echo "kept var/"; fi
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
