# Every target sets up what it needs: `make demo` and `make test` are each the only command on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO ?= demo
BENCH ?= bench

.PHONY: setup demo test test-engines check separation bench bench-large lock clean

setup: $(STAMP)

# uv resolves nothing here: it installs the pinned, hashed lock, then the project itself.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	touch $@

demo: setup
	rm -rf $(DEMO)
	$(BIN)/casewright demo $(DEMO)

test: setup
	$(BIN)/pytest -n 2 --dist loadgroup

# Every engine. Spark is 400 MB and needs Java 17: it is installed here alone. ClickHouse (chDB) is in `make test` too.
test-engines: setup
	java -version 2>/dev/null || { apt-get update -qq && apt-get install -qq -y openjdk-17-jre-headless; }
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements-spark.lock
	$(BIN)/pytest -n 2 --dist loadgroup -m 'spark or not spark' tests/engines

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/casewright typology check

# What sets each planted typology apart from its look-alike, measured on a fresh demo: knowledge/separation.md.
separation: demo
	$(BIN)/python tests/evals/separation.py $(DEMO)

bench: setup
	$(BIN)/python tests/bench/run.py --dir $(BENCH) --transfers 5000000

bench-large: setup
	$(BIN)/python tests/bench/run.py --dir $(BENCH) --transfers 50000000

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev --extra clickhouse pyproject.toml -o requirements.lock
	sed -n 's/^ *"\(pyspark[^"]*\)".*/\1/p' pyproject.toml | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --constraint requirements.lock - -o requirements-spark.lock

clean:
	rm -rf $(VENV) build *.egg-info $(DEMO) $(BENCH)
