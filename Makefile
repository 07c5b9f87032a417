# Two commands do everything on a fresh machine: `make serve` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA_DIR ?= data

export HF_HUB_OFFLINE := 1
export ORT_DISABLE_TELEMETRY := 1
export OMP_WAIT_POLICY := PASSIVE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: serve test eval index lint bench install install-dev clean

serve: index  ## Open the chat at http://127.0.0.1:8000/ (FOOTNOTED_PORT changes the port)
	$(BIN)/footnoted serve --data-dir $(DATA_DIR)

index: install  ## Embed what changed in the bundled explainers, and publish the index
	$(BIN)/footnoted index --data-dir $(DATA_DIR)

eval: index  ## Check answers, footnotes and refusals against the bundled cases
	$(BIN)/footnoted eval --data-dir $(DATA_DIR)

test: install-dev  ## Everything: lint, types, imports, tests, eval
	BIN=$(BIN) scripts/check

lint: install-dev  ## Only lint, format, types and imports
	BIN=$(BIN) scripts/check lint

bench: install-dev  ## Speeds, memory and sizes beside their floors, into docs/benchmarks.md
	$(BIN)/python -m bench

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(VENV)/installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock hatchling==1.33.0 editables==0.6
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.lock
	touch $@

clean:  ## Remove what the other commands made, conversations excepted
	rm -rf $(VENV) $(DATA_DIR)/index .mypy_cache .pytest_cache .ruff_cache .hypothesis
