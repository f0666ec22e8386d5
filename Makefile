# The course in two commands: `make run` and `make test`. `make help` lists the rest.

SHELL = /bin/sh

# What you may set on the command line, as in: make run CH=8 PROFILE=lecture
CH ?=
PROFILE ?= quick
JOBS ?=
OUT ?= build/run
PYTHON ?=
VENV ?= .venv

BIN = $(VENV)/bin
STAMP = $(VENV)/.dlcv-installed
PIP = $(BIN)/python -m pip --disable-pip-version-check
# venv and ensurepip are packages of their own on Debian; a pyenv shim may exist and still not run.
FITS = import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))

# $(call step,heading,command): the heading, the command, the seconds it took; a failure ends make.
step = echo; echo "== $(1)"; start=$$(date +%s); $(2) || exit 1; echo "   ($$(( $$(date +%s) - start )) s)"

.PHONY: help setup run test lab lock clean distclean

help:
	@echo "make run          set up, then run the course in the quick profile; results in $(OUT)/index.html"
	@echo "make run CH=8     run one chapter; also CH=8-13, CH=08.2, PROFILE=lecture or full, JOBS=1"
	@echo "make test         set up, lint, test the library, then run every notebook under nbval"
	@echo "make lab          set up, then open the notebooks in JupyterLab"
	@echo "make setup        create $(VENV) and install the course into it, and nothing else"
	@echo "make lock         write the installed versions to requirements.lock"
	@echo "make clean        delete what was built and cached; make distclean deletes $(VENV), too"
	@echo "PYTHON=python3.12 chooses the Python of a new $(VENV)"

setup: $(STAMP)

# Runs again only when the requirements change. With everything installed it needs no network: the build backend
# is installed beside the course, since pip would otherwise download it for each build.
$(STAMP): setup.py requirements.lock
	@if ! "$(BIN)/python" -c '$(FITS)' >/dev/null 2>&1; then \
	    found=; \
	    for python in $(if $(PYTHON),"$(PYTHON)",python3.12 python3.11 python3 python); do \
	        if "$$python" -c '$(FITS)' >/dev/null 2>&1; then found=$$python; break; fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "The course needs Python 3.11 or 3.12 with its venv module, and finds none$(if $(PYTHON), at PYTHON=$(PYTHON)):" >&2; \
	        echo "  Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python@3.12" >&2; \
	        echo "  elsewhere: make $(or $(firstword $(MAKECMDGOALS)),run) PYTHON=/path/to/python3.12" >&2; \
	        exit 1; \
	    fi; \
	    echo "== Create $(VENV) with $$($$found --version)"; \
	    "$$found" -m venv --clear "$(VENV)"; \
	fi
	@echo "== Install the course into $(VENV) (about 3 GB, some minutes the first time)"
	@$(PIP) install -q -c requirements.lock 'setuptools>=68'
	@$(PIP) install -q -c requirements.lock --no-build-isolation -e '.[test]'
	@touch $(STAMP)

run: $(STAMP)
	@echo "== Run $(if $(CH),$(CH) of )the course, profile $(PROFILE)"
	@$(BIN)/dlcv run $(CH) --profile $(PROFILE) $(if $(JOBS),--jobs $(JOBS)) --out $(OUT) --html

# The last step tells its own time, so that its summary is the last line.
test: $(STAMP)
	@$(call step,Lint the code and the notebooks (ruff),$(BIN)/ruff check . && $(BIN)/ruff format --check .)
	@$(call step,Check the spelling (codespell),$(BIN)/codespell)
	@$(call step,Test the library (pytest),$(BIN)/python -m pytest tests -q -n 2 --dist loadfile)
	@echo; echo "== Run every notebook (nbval) in the quick profile"
	@env -u MPLBACKEND DLCV_PROFILE=quick DLCV_VIDEO=clip \
	    $(BIN)/python -m pytest notebooks -q --nbval-lax --nbval-cell-timeout=240 -n 2 --dist loadscope

lab: $(STAMP)
	@echo "== Open the notebooks in JupyterLab; Ctrl-C ends it"
	@$(BIN)/jupyter lab notebooks

lock: $(STAMP)
	@echo "== Write requirements.lock"
	@{ echo "# The exact versions that the tests ran with; pip uses them as constraints. Made by: make lock"; \
	   $(PIP) freeze --exclude-editable --exclude pip --exclude setuptools --exclude wheel --exclude dlcv \
	   | grep -v '^#'; } > requirements.lock.part
	@mv requirements.lock.part requirements.lock
	@touch $(STAMP)

clean:
	@echo "== Delete build/ and caches ($(VENV), data sets and trained models stay)"
	@rm -rf build dist .pytest_cache .ruff_cache .hypothesis requirements.lock.part
	@find . -name .venv -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -exec rm -rf {} +

distclean: clean
	@echo "== Delete $(VENV)"
	@rm -rf "$(VENV)" *.egg-info
