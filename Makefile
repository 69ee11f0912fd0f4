# One command each; everything re-uses .venv while the locks stay as they are.
# Where `uv` is installed it is used, else pip.

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
TOPIC ?= run
ONLY ?=
PEERS ?= 1
JOBS ?= 2
UV := $(shell command -v uv 2>/dev/null)

ifeq ($(UV),)
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check
MAKE_VENV := $(PYTHON) -m venv $(VENV)
else
INSTALL := $(UV) pip install --quiet --python $(PY)
MAKE_VENV := $(UV) venv --quiet --seed --allow-existing --python $(PYTHON) $(VENV)
endif

.PHONY: help demo quick test check bench docs pictures golden locks wheel clean

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up -----------------------------------------------------------------------------------------------------------

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vatio needs Python 3.11 or later; set PYTHON=")'
	$(MAKE_VENV)

# A stamp is newer than the locks that it stands for. pyproject.toml belongs to it: entry points are written at installation.
$(VENV)/.stamp-demo: $(PY) locks/base.txt locks/build.txt locks/demo.txt pyproject.toml
	$(INSTALL) --require-hashes -r locks/base.txt -r locks/build.txt -r locks/demo.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-demo locks/dev.txt locks/browser.txt
	$(INSTALL) --require-hashes -r locks/dev.txt
	$(INSTALL) --require-hashes --no-deps -r locks/browser.txt
	@touch $@

# --- use --------------------------------------------------------------------------------------------------------------

demo: $(VENV)/.stamp-demo ## measure a real training, show its receipt, write demo-out/report.html
	@VENV=$(VENV) sh examples/demo.sh

# --- work -------------------------------------------------------------------------------------------------------------

quick: $(VENV)/.stamp-dev ## format, lint, types, imports and the core tests, in a minute and a half
	$(VENV)/bin/ruff format --check src tests benchmarks examples docs
	$(VENV)/bin/ruff check src tests benchmarks examples docs
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo
	$(PY) -m pytest -n $(JOBS) -m "not slow and not torch and not browser" $(ARGS)

check: $(VENV)/.stamp-dev ## format, lint, types, imports
	$(VENV)/bin/ruff format --check src tests benchmarks examples docs
	$(VENV)/bin/ruff check src tests benchmarks examples docs
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo

test: $(VENV)/.stamp-dev ## every test that this machine can run
	$(PY) -m pytest -n $(JOBS) --durations=20 $(ARGS)

golden: $(VENV)/.stamp-dev ## rewrite the golden files; read the diff
	VATIO_TEST_GOLDEN=rewrite $(PY) -m pytest -n $(JOBS) -k golden $(ARGS)

bench: $(VENV)/.stamp-dev ## measure beside the peers, renew README's table: TOPIC=run ONLY=run-01,run-02 PEERS=0
	@missed=0; $(PY) -m benchmarks $(TOPIC) --only "$(ONLY)" $(if $(filter 0,$(PEERS)),--no-peers,--peers) || missed=$$?; \
	$(PY) -m docs.generate; exit $$missed

pictures: $(VENV)/.stamp-dev ## draw the pictures of the documentation (needs Chromium)
	$(PY) -m docs.images.draw

docs: $(VENV)/.stamp-dev ## write docs/reference and the table of figures in README.md
	$(PY) -m docs.generate

wheel: $(VENV)/.stamp-dev ## build dist/*.whl
	$(PY) -m hatchling build -t wheel

LOCK = $(if $(UV),$(UV),$(error uv is needed to write the locks)) pip compile --quiet --universal \
	--python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --annotation-style line --upgrade

locks: ## resolve the locks anew (needs uv)
	$(LOCK) pyproject.toml --output-file locks/base.txt
	$(LOCK) pyproject.toml --extra demo -c locks/base.txt --output-file locks/demo.txt
	$(LOCK) pyproject.toml --group dev -c locks/demo.txt --output-file locks/dev.txt
	for extra in carbon interop optimise parquet plan; do \
		$(LOCK) pyproject.toml --extra $$extra -c locks/dev.txt --output-file locks/$$extra.txt || exit; done
	@# PyTorch itself is left out: which build fits is the machine's affair, and it is installed before these.
	for extra in openvino text torch; do \
		echo "torch ; sys_platform == 'never'" | $(LOCK) pyproject.toml --extra $$extra -c locks/dev.txt --override - \
			--output-file locks/$$extra.txt || exit; done
	echo "torch ; sys_platform == 'never'" | $(LOCK) pyproject.toml --extra openvino --extra text --extra torch --group encoder \
		-c locks/dev.txt --override - --output-file locks/models.txt
	$(LOCK) --group browser --no-deps --output-file locks/browser.txt
	$(LOCK) --group build -c locks/dev.txt --output-file locks/build.txt

clean: ## remove what the other commands made, except the ledger
	rm -rf $(VENV) .venvs build dist demo-out
