# make serve   set up, build the graph of the ten cases, serve it at http://127.0.0.1:8000/
# make test    set up, run the tests            make check   set up, lint, types, formatting
# make test-engines   run the tests of stores against a real Apache Jena Fuseki and Virtuoso, fetched where they can be
# make setup   only the set-up: .venv/bin/duikou
SHELL   := /bin/sh
PYTHON  ?= python3
HOST    ?= 127.0.0.1
PORT    ?= 8000
BIN     := .venv/bin
STAMP   := .venv/.set-up

FUSEKI  := org.apache.jena:jena-fuseki-server:5.6.0

.PHONY: setup serve test test-engines screenshots check format lock bench bench-http clean

setup: $(STAMP)

# The lock file pins every package with its hash; uv installs it in seconds where pip needs a minute.
# What the steps of the build need besides (Node, where there is none) is asked of them.
$(STAMP): pyproject.toml requirements.lock $(wildcard packaging/*.py packaging/steps/*.py server/frontend/*.json \
  server/frontend/*.mjs server/frontend/src/* server/static/style/*)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Duikou needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv || \
	  { echo "Could not make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv" >&2; rm -rf .venv; exit 1; }
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@needed=$$($(BIN)/python packaging/hatch_build.py requirements) && { [ -z "$$needed" ] || \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python $$needed; }
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

serve: setup
	@exec $(BIN)/duikou serve --host $(HOST) --port $(PORT)

test: setup
	$(BIN)/python -m pytest -q

# Fuseki by Maven, Virtuoso by apt (as root): where either cannot be had its tests are skipped and say so.
test-engines: setup
	@ls .venv/engines/*.jar >/dev/null 2>&1 || { command -v mvn >/dev/null && timeout 300 mvn -q -B dependency:copy \
	  -Dartifact=$(FUSEKI) -DoutputDirectory=$(CURDIR)/.venv/engines; } || echo "Fuseki could not be fetched by Maven" >&2
	@command -v virtuoso-t >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends virtuoso-opensource-7-bin >/dev/null; } || \
	  echo "Virtuoso is not here: apt-get install virtuoso-opensource-7-bin" >&2
	DUIKOU_TEST_ENGINES=1 $(BIN)/python -m pytest -q -rs tests/engines -k "fuseki or virtuoso"

# Every kind of page by day, by night and on a phone, in both languages, as pictures in ./screenshots.
screenshots: setup
	DUIKOU_SCREENSHOTS=$(CURDIR)/screenshots $(BIN)/python -m pytest -q -rs tests/browser -k pictures

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@[ ! -d server/frontend/node_modules/typescript ] || ! command -v npm >/dev/null || npm --prefix server/frontend run --silent check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After a change of dependencies in pyproject.toml.
lock: $(STAMP)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --all-extras --group dev --group build \
	  --upgrade pyproject.toml -o requirements.lock

bench: setup
	$(BIN)/python -m benchmarks

# /sparql against `oxigraph serve` and rdflib-endpoint on a million quads: some ten minutes. Needs wrk.
bench-http: setup
	$(BIN)/python -m benchmarks.http
	$(BIN)/python -m benchmarks.bombs --http

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
