# The entry points: demo · up · down · test · notebooks · bench · genomes · attack · crash · mutants · lint.
# Everything that is installed goes into this folder (target/, .venv/).

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
SDK    := sdk/python
READY  := $(VENV)/.ready

# Without what only the tests of these crates need, since that gives a shared
# library another feature, and the engine would be built a second time.
BENCH  := cargo bench --workspace $(addprefix --exclude sekisho-,consent disclosure ledger policies receipt tables)

.PHONY: demo up down test notebooks bench genomes attack crash mutants lint clean

demo: $(READY)
	cargo build --workspace --bins
	$(PY) infra/demo/demo.py $(if $(DATA),--data $(DATA))

up: $(READY)
	cargo build --workspace --bins
	$(PY) infra/demo/demo.py --up $(if $(DATA),--data $(DATA))

down: $(READY)
	$(PY) infra/demo/demo.py --down

test: $(READY)
	cargo build --workspace --all-targets
	SEKISHO_PYTHON=$(abspath $(PY)) cargo test --workspace
	$(PY) -m pytest -q -c $(SDK)/pyproject.toml tests/python
	$(PY) infra/demo/demo.py --notebooks

# The SDK's tutorials, each from beginning to end, against servers of their own.
notebooks: $(READY)
	cargo build --workspace --bins
	$(PY) infra/demo/demo.py --notebooks

bench: $(READY)
	cargo build --workspace --bins --release
	$(BENCH) --bench visit --bench anchors --bench decisions --bench consent
	$(BENCH) --bench overhead --features sekisho-bench/bare
	$(MAKE) genomes

# Ingest of simulated cohorts and visits to them, beside DuckDB and polars-bio, and plink2 and
# bcftools where they are. SCALE=10 for more of it.
genomes: target/bench-venv/.ready target/bench-peers/.ready
	cargo build --workspace --bins --release
	PYTHONPATH=infra/demo target/bench-venv/bin/python infra/bench/genomes.py

target/bench-venv/.ready: infra/bench/requirements.txt $(shell find $(SDK)/src -name '*.py')
	test -x target/bench-venv/bin/python || $(PYTHON) -m venv target/bench-venv
	target/bench-venv/bin/python -m pip install --quiet --disable-pip-version-check './$(SDK)' -r $<
	touch $@

# What wants other versions of libraries than ours has a place of its own.
target/bench-peers/.ready: infra/bench/peers.txt
	test -x target/bench-peers/bin/python || $(PYTHON) -m venv target/bench-peers
	target/bench-peers/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

attack:
	cargo build --workspace --bins
	SEKISHO_ATTACK_TRIALS=long SEKISHO_FUZZ=1000 cargo test --workspace --test attacks -- --nocapture
	SEKISHO_FUZZ=100000 cargo test --workspace --lib -- --nocapture fuzz::

crash:
	cargo build --workspace --bins
	SEKISHO_CRASH_ROUNDS=200 cargo test --workspace --test integration -- --nocapture killed_enclave

# What tests of disclosure control would not notice. FILES='cell_key*' takes some files only.
mutants:
	PROPTEST_CASES=16 CARGO_PROFILE_DEV_DEBUG=0 cargo mutants --package sekisho-disclosure \
		$(if $(FILES),--file 'enclave/disclosure/src/$(FILES)') --output target --timeout 120 -- --lib

lint: $(READY)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features sekisho-bench/bare -- -D warnings
	cargo test --workspace --test house --test lint
	$(VENV)/bin/ruff check $(SDK) tests/python infra
	$(VENV)/bin/ruff format --check $(SDK) tests/python infra
	$(VENV)/bin/mypy --config-file $(SDK)/pyproject.toml $(SDK)/src tests/python/typed.py

clean:
	cargo clean
	rm -rf $(VENV) dev

# The Python SDK as a user installs it, with what its tests and checks need.
$(READY): $(SDK)/pyproject.toml $(shell find $(SDK)/src -name '*.py')
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check './$(SDK)[dev]'
	touch $@
