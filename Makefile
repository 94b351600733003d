# `make` lists the targets. Tools of Python and Node are installed into ignored folders of this
# checkout, at the versions that the requirement files beside their users pin.

PYTHON ?= python3
DEPLOY_ARGS ?=

FUNCTIONS := $(notdir $(wildcard functions/*))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test validate openapi bench e2e differential deploy clean

# cargo-lambda finds Zig through the first python3 on the path. Given a rustup that does not
# exist, it leaves toolchains alone instead of downloading a missing target by itself.
WITH_CARGO_LAMBDA := PATH="$(CURDIR)/.venv/run/bin:$$PATH" RUSTUP=/nonexistent
SAM := $(WITH_CARGO_LAMBDA) SAM_CLI_TELEMETRY=0 .venv/validate/bin/sam

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/run/.installed .venv/validate/.installed .venv/e2e/.installed ## Install every tool and fetch every crate now
setup: $(if $(shell command -v npm),$(addsuffix /node_modules/.installed,tests/e2e tests/differential))
	cargo fetch --locked

run: .venv/run/.installed ## Run the whole service on this machine (PORT, DATA, SWITCHYARD_ROOT_TOKEN)
	cargo build --locked --bins
	@exec env $(WITH_CARGO_LAMBDA) "$${CARGO_TARGET_DIR:-target}/debug/switchyard-local"

test: validate ## Check format, lints, docs and template, and run all tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked
	cargo test --workspace --locked

validate: .venv/validate/.installed ## Check the template, without an account or a network
	.venv/validate/bin/python infra/validate.py

openapi: ## Write docs/openapi.json anew from the code
	cargo run --locked --quiet --example openapi > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json

# The functions are built apart from the bench, with their own features, as they are shipped.
bench: ## Measure cold starts, warm requests and cost
	cargo build --locked --release --bins --example hello --example unwarmed $(addprefix --package ,$(FUNCTIONS) hello)
	cargo build --locked --release --example bench --package switchyard-bench
	bash bench/run.sh

e2e: .venv/run/.installed .venv/e2e/.installed tests/e2e/node_modules/.installed ## Try real GitLab clients against the local stack
	cargo build --locked --bins
	env $(WITH_CARGO_LAMBDA) bash tests/e2e/run.sh

differential: tests/differential/node_modules/.installed ## Hold our plans against those of gitlab-ci-local
	cargo build --locked --package ci-config --example plan
	node tests/differential/run.mjs "$${CARGO_TARGET_DIR:-target}/debug/examples/plan"

deploy: validate .venv/run/.installed ## Build and deploy to AWS (docs/DEPLOY.md)
	cargo fetch --locked
	$(SAM) build
	$(SAM) deploy $(DEPLOY_ARGS)

clean: ## Remove what was built and installed; .local, the local stack's data, stays
	cargo clean
	rm -rf .venv .aws-sam tests/e2e/node_modules tests/differential/node_modules

# An environment counts once its stamp is written: an install that broke off starts afresh.
.venv/run/.installed: infra/requirements-run.txt
.venv/validate/.installed: infra/requirements-validate.txt
.venv/e2e/.installed: tests/e2e/requirements.txt
.venv/%/.installed:
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $^
	@touch $@

tests/e2e/node_modules/.installed: tests/e2e/package.json tests/e2e/package-lock.json
tests/differential/node_modules/.installed: tests/differential/package.json tests/differential/package-lock.json
tests/%/node_modules/.installed:
	cd tests/$* && npm ci --no-audit --no-fund
	@touch $@
