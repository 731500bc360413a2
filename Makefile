# The verbs: demo test check prove bench mutants docs clean. Each does its own set-up; the machine needs Python 3.11+ and make.
# Set-up runs again when a file under requirements/ or pyproject.toml changes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ifndef PYTHON
PYTHON := $(shell for p in python3 python3.11 python3.12 python3.13; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
endif

VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
MUTANTS := .venv-mutants
WHEEL := .venv-wheel
PIP := -m pip --disable-pip-version-check install --quiet
WORKERS ?= 2
DEMO_ARGS ?=
PYTEST_ARGS ?=
MUTANTS_ARGS ?=

PYTREES := src adapters tests examples benchmarks tools
# What the gate of `check` adds to `test`.
COVERAGE := --cov --cov-report=term-missing
# Whoever has nothing left takes from the other's end, so that no worker is left alone.
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
# What Python, pytest and Hypothesis make of a source is kept for the next of the many processes that read it, in
# whatever directory that runs; `clean` throws it away.
unexport PYTHONDONTWRITEBYTECODE
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.hypothesis

.PHONY: help demo test check prove bench mutants docs clean format lint types contracts wheel

help:
	@echo 'make demo   the main job: a simulated year of a council, told on the terminal, with a report'
	@echo 'make test   the tests'
	@echo 'make check  format, lint, types, import contracts, tests with coverage, docs, the built wheel'
	@echo 'make prove  the tests with long property runs, and a store of ten million events'
	@echo 'make bench  the benchmarks beside other libraries'
	@echo 'make mutants  how many changes of the core the tests notice, by a sample; hours'
	@echo 'make docs   the documentation, into docs/_build/html'
	@echo 'make clean  away with everything that these verbs made'

# ---- set-up ---------------------------------------------------------------------------------------------------------

# A machine that only checks (CI, as root) gets the package that Debian keeps apart; nobody else's is touched.
with_venv_package = { test "$${CI:-}" = true && test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	&& apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null && rm -rf $(1) && $(PYTHON) -m venv $(1); }

define new_venv
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed (apt-get install python3 python3-venv).' >&2; exit 1; }
	@test -x $(1)/bin/python && $(1)/bin/python -m pip --version >/dev/null 2>&1 || { \
		rm -rf $(1); $(PYTHON) -m venv $(1) >/dev/null || $(call with_venv_package,$(1)) || { rm -rf $(1); \
		echo 'Python cannot make a virtual environment here. On Debian or Ubuntu: apt-get install python3-venv' >&2; \
		exit 1; }; }
endef

# The library and its command line, nothing else: enough for `make demo`.
$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml
	$(call new_venv,$(VENV))
	$(BIN)/python $(PIP) --require-hashes -r requirements/runtime.txt
	$(BIN)/python $(PIP) --require-hashes -r requirements/build.txt
	$(BIN)/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(BIN)/python $(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(BENCH)/.stamp: requirements/bench.txt pyproject.toml
	$(call new_venv,$(BENCH))
	$(BENCH)/bin/python $(PIP) --require-hashes -r requirements/bench.txt
	$(BENCH)/bin/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(MUTANTS)/.stamp: requirements/dev.txt requirements/mutation.txt pyproject.toml
	$(call new_venv,$(MUTANTS))
	$(MUTANTS)/bin/python $(PIP) --require-hashes -r requirements/dev.txt
	$(MUTANTS)/bin/python $(PIP) --require-hashes -r requirements/mutation.txt
	$(MUTANTS)/bin/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# ---- the verbs ------------------------------------------------------------------------------------------------------

demo: $(VENV)/.runtime
	$(BIN)/expressplatform demo $(DEMO_ARGS)

# The longest takes a minute: what takes five hangs, and fails, so that the others go on.
test: $(VENV)/.dev
	$(PYTEST) --timeout=300 $(PYTEST_ARGS)

# In this order on purpose: the cheap ones first.
check: $(VENV)/.dev
	@$(MAKE) format
	@$(MAKE) lint
	@$(MAKE) types
	@$(MAKE) contracts
	@$(MAKE) test PYTEST_ARGS='$(COVERAGE)'
	@$(MAKE) docs
	@$(MAKE) wheel
	@echo 'check: all is well'

prove: $(VENV)/.dev
	HYPOTHESIS_PROFILE=prove $(PYTEST) -m 'prove or not prove' \
		tests/property tests/mutation tests/faulty tests/conformance tests/faults
	$(PYTEST) -m prove tests/integration
	$(BIN)/python -m benchmarks.growth 10000000

bench: $(BENCH)/.stamp
	$(BENCH)/bin/python -m benchmarks

# mutmut writes the mutants and notes which test runs what, to try a single one; the sample is tried by our own tool.
mutants: $(MUTANTS)/.stamp
	HYPOTHESIS_PROFILE=mutants $(MUTANTS)/bin/python -m mutmut run --max-children 1 \
		expressplatform.money.x__currency__mutmut_1
	$(MUTANTS)/bin/python -m tools.mutation_score $(MUTANTS_ARGS)

docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

clean:
	rm -rf $(VENV) $(BENCH) $(MUTANTS) $(WHEEL) mutants build dist docs/_build htmlcov .coverage .coverage.* \
		.hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src adapters tests examples benchmarks tools -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# ---- the parts of `check` -------------------------------------------------------------------------------------------

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy $(PYTREES)

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

# The wheel that is built from the source archive, in a new environment without this directory on its path.
wheel: $(VENV)/.dev
	rm -rf dist $(WHEEL)
	$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	$(BIN)/check-wheel-contents dist/*.whl
	$(call new_venv,$(WHEEL))
	$(WHEEL)/bin/python $(PIP) --require-hashes -r requirements/runtime.txt
	$(WHEEL)/bin/python $(PIP) --no-deps dist/*.whl
	$(BIN)/python tools/try_wheel.py $(WHEEL)
