# `make study` sets everything up and runs the sample study; `make test` runs all checks and tests.
# On Windows, and anywhere without make, docs/setup.md gives the same steps.

# the first Python that is new enough; name another with PYTHON=...
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; exit; fi; done; echo python3)
BIN := .venv/bin
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet
# one more than the two cores of a small machine: a worker often waits for Java, a browser or the disk
PYTEST_ARGS ?= -n 3 --dist loadgroup

# a command of ours starts many Pythons; where compiled modules may not be kept, each compiles all libraries anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help study test lint checks prove bench lock clean setup-study setup-test

help:
	@echo "make study   set up and run the sample study"
	@echo "make test    all checks and tests"
	@echo "make prove   the long proofs"
	@echo "make bench   time and memory of the main job, and of the time questions against other libraries (needs a network once)"
	@echo "make lock    write the lock files again (needs uv); UPGRADE=--upgrade for newer versions"
	@echo "make clean   remove the environments and everything that was built"

setup-study setup-test: setup-%:
	@command -v "$(PYTHON)" >/dev/null || { echo "No Python found. Install Python 3.11 or later, then give the same command again." >&2; exit 1; }
	@"$(PYTHON)" .ci/set_up.py $*

study: setup-study
	$(BIN)/justice-metrics run sample_data/study.toml

# the checks run beside the tests, which leave a core idle now and then, and are told after them
test: setup-test
	@$(MAKE) --no-print-directory checks > .checks.log 2>&1 & checks=$$!; \
	$(BIN)/python -m pytest $(PYTEST_ARGS); failed=$$?; \
	wait $$checks || failed=1; cat .checks.log; rm -f .checks.log; exit $$failed

lint: setup-test checks

checks:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell

prove: setup-test
	$(BIN)/python -m pytest -m prove -n 0 -s -p no:randomly
	JUSTICE_METRICS_EXAMPLES=prove $(BIN)/python -m pytest -m "hypothesis and not prove and not lifelines" $(PYTEST_ARGS)

bench: setup-test
	$(BIN)/python benchmarks/main_job.py; kept=$$?; $(BIN)/python benchmarks/support.py --check || kept=1; $(BIN)/python benchmarks/counts.py --check || kept=1; $(BIN)/python benchmarks/quality.py --check || kept=1; $(BIN)/python benchmarks/linkage.py --check || kept=1; $(BIN)/python benchmarks/disclosure.py --check || kept=1; $(BIN)/python benchmarks/study_kit.py --check || kept=1; $(BIN)/python benchmarks/observatory.py --check || kept=1; $(BIN)/python benchmarks/survival.py --sizes 1e6 --cap 15 && exit $$kept

# the locks hold names, versions and hashes and no address, so they serve behind any mirror
lock:
	$(LOCK) $(UPGRADE) --extra documents --extra portal -o constraints.txt
	$(LOCK) $(UPGRADE) -c constraints.txt --extra polars --extra spark --extra files --extra databases --extra linkage --extra documents --extra portal --group dev -o constraints-test.txt
	$(LOCK) $(UPGRADE) --extra lifelines --extra polars --extra files --extra databases --extra linkage --extra documents --extra portal --group test -o constraints-lifelines.txt

clean:
	rm -rf .venv .venv-pandas2 build dist docs/_build sample_data/report
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
