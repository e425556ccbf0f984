# `make run`   the filled-in demo company at http://127.0.0.1:8000
# `make test`  the test suite in a few minutes; `make test-all` tries each rule in every place, as CI does
# Both need Debian's python3, python3-venv and make, and the package index; nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Tests share the machine's cores; `make test WORKERS=0` runs them in one process.
WORKERS ?= auto
TESTS   ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-all lint format types bench fuzz load time migration security access-matrix release-fixture wheel clean

help:
	@echo 'make run     the demo company at http://127.0.0.1:$(PORT) (sign-ins are printed)'
	@echo 'make test    the test suite; make test TESTS=tests/audits for a part, with all that is in it'
	@echo 'make test-all  the same with every place, person and language each rule is tried in (as CI does)'
	@echo 'make lint    ruff: format and rules        make types   mypy'
	@echo 'make format  ruff writes the format        make bench   the benchmarks'
	@echo 'make load    200 people at once for 5 minutes, then 20 on PostgreSQL'
	@echo 'make fuzz    100,000 odd inputs (ten minutes or so)'
	@echo 'make wheel   dist/auditor-*.whl            make clean   removes what make made'

run: $(VENV)/.installed
	$(BIN)/auditor demo --port $(PORT)

test: $(VENV)/.installed-test
	$(if $(TESTS),AUDITOR_TEST_ALL=1 )$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-all: $(VENV)/.installed-test
	AUDITOR_TEST_ALL=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.installed-test
	$(BIN)/mypy

bench: $(VENV)/.installed-test
	$(BIN)/python -m pytest tests/benchmarks --override-ini 'addopts=--import-mode=importlib'

# People at once: make load MINUTES=5 PEOPLE=200 WHERE=embedded|postgresql|both (tests/benchmarks/load.py)
MINUTES ?= 5
PEOPLE  ?= 200
WHERE   ?= both
load: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.load --minutes $(MINUTES) --people $(PEOPLE) --where $(WHERE)

# Jobs at arbitrary times, by far more sequences than `make test` tries: make time EXAMPLES=1000
EXAMPLES ?= 300
time: $(VENV)/.installed-test
	AUDITOR_TIME_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/faults/time

# Odd input in forms, addresses and files, others each time: make fuzz FUZZ=5000; FUZZ_SEED=… the same ones again
FUZZ ?= 100000
fuzz: $(VENV)/.installed-test
	AUDITOR_TEST_ALL=1 FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/fuzz/test_fuzz.py -n $(WORKERS)

# A draft of the next numbered file: make migration NAME=add_site_to_person
migration: $(VENV)/.installed-test
	$(BIN)/python -m tests.bed.newmigration $(NAME)
	$(BIN)/ruff format migrations

# A company of this version for later ones to upgrade, after a release (needs PostgreSQL with pg_dump):
#   AUDITOR_TEST_DATABASE_URL=postgresql://… make release-fixture NAME=0.2.0
release-fixture: $(VENV)/.installed-test
	$(BIN)/python -m tests.bed.newrelease $(NAME)

# bandit over the product, and the advisory database about what it stands on.
security: $(VENV)/.installed-test
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive auditor
	$(BIN)/python -m tests.bed.dependencyaudit

# What every route answers to every person; read each line that changed before you keep it.
access-matrix: $(VENV)/.installed-test
	$(BIN)/python -m tests.access.newmatrix

wheel: $(VENV)/.venv
	$(PIP) wheel --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .demo
	find auditor tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: installing is repeated only after pyproject.toml has changed.
$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'auditor needs Python 3.11 or newer, and "$(PYTHON)" is' \
	    "$$($(PYTHON) --version 2>/dev/null || echo 'not there')." \
	    'Install it (Debian: apt install python3 python3-venv) or name another: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'This Python cannot make a virtual environment. On Debian: apt install python3-venv' >&2; exit 1; }
	@[ -x $(BIN)/python ] || { echo 'Setting up $(VENV) …'; $(PYTHON) -m venv $(VENV); }
	@touch $@

$(VENV)/.installed: pyproject.toml hatch_build.py | $(VENV)/.venv
	@echo 'Installing auditor and what it needs into $(VENV) (once; a minute or two) …'
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml hatch_build.py | $(VENV)/.venv
	@echo 'Installing auditor and its test tools into $(VENV) (once; a minute or two) …'
	$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/.installed
