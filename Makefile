# Everything runs in .venv, which is made here and is safe to delete.
# Kept to what make 3.81 (macOS) and a plain sh understand.

.DEFAULT_GOAL := help
.PHONY: help run test check docs benchmark

PYTHON3 = python3 python3.13 python3.12 python3.11
VENV = .venv/bin/python
PIP = $(VENV) -m pip install --no-input --disable-pip-version-check --quiet
PIP_FAILED = { echo "Installing the packages failed; pip says why above. A first run needs the internet (or a package mirror set up for pip)." >&2; exit 1; }

help:
	@echo "make run        start the dashboard on http://localhost:8501"
	@echo "make test       run every test (ARGS='tests/pages -x' narrows it)"
	@echo "make check      lint, formatting, types, and who may import whom"
	@echo "make docs       write the generated pages of docs/"
	@echo "make benchmark  measure, and write the table of timings"

run: .venv/.installed
	@exec $(VENV) -m streamlit run app.py

test: .venv/.installed-dev
	@$(VENV) tests/browser/chromium.py
	@$(VENV) tests/postgres.py
	@$(VENV) -m pytest $(ARGS)

# `python -m` and not .venv/bin/ruff: those break when the folder is moved.
check: .venv/.installed-dev
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy
	$(VENV) -c "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-logo'])"

docs: .venv/.installed
	$(VENV) -m retnet_core.docs

benchmark: .venv/.installed
	$(VENV) benchmarks/run.py --write

# The empty stamps are newer than the requirements they stand for, so nothing
# is installed again until those change. The tests' packages come on top of
# the program's, in the same environment and with the same pins.
.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing the packages for tests and tools..."
	@$(PIP) -r requirements-dev.txt || $(PIP_FAILED)
	@touch $@

# A .venv without a working pip (left by a failed start) or of an older Python
# is made anew.
.venv/.installed: requirements.txt
	@ok='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if $(VENV) -c "$$ok" 2>/dev/null && $(VENV) -m pip --version >/dev/null 2>&1; then exit 0; fi; \
	python=; \
	for name in $(PYTHON3); do \
	  if $$name -c "$$ok" >/dev/null 2>&1; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer was not found. Install it from python.org or your system's packages and run make again." >&2; exit 1; \
	fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$python cannot make virtual environments: its venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making .venv with `$$python --version`..."; \
	$$python -m venv --clear .venv || { echo "Making .venv failed; the lines above say why." >&2; exit 1; }
	@echo "Installing the packages (a few minutes the first time)..."
	@$(PIP) -r requirements.txt || $(PIP_FAILED)
	@touch $@
