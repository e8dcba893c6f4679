# make run | test | test-long | check | bench | docs | clean        (everything lives in .venv; the first call installs)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input

.PHONY: run test test-long check bench docs clean
.DEFAULT_GOAL := run

run: $(VENV)/run.stamp
	$(BIN)/ontarget run ess -o out/ess

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

# what 'test' leaves out, for it is tried there with less: minutes more
test-long: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m long

check: $(VENV)/test.stamp
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/bench.stamp
	$(BIN)/python tests/benchmarks/run.py

docs: $(VENV)/run.stamp
	$(BIN)/python docs/build.py
	$(BIN)/python docs/console.py --quick
	$(BIN)/python docs/validation.py

clean:
	rm -rf $(VENV) out/ess build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find src tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "ontarget needs Python 3.11 or later, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1): say 'make PYTHON=/path/to/python3.11'." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python has no venv module: install it (Debian and Ubuntu: the package python3-venv), then call make again." >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: $(VENV)/made.stamp pyproject.toml constraints.txt
	@echo "Installing ontarget ..."
	@$(PIP) install -c constraints.txt -e .
	@touch $@

# other packages to be measured against; where one cannot be had, the table says so and goes on
$(VENV)/bench.stamp: $(VENV)/test.stamp
	@$(PIP) install -c constraints.txt -e '.[bench]' || echo "Not all of the packages to compare with could be installed."
	@touch $@

$(VENV)/test.stamp: $(VENV)/made.stamp pyproject.toml constraints.txt
	@echo "Installing ontarget and what tests and checks need ..."
	@$(PIP) install -c constraints.txt -e '.[test,check]'
	@touch $@ $(VENV)/run.stamp
