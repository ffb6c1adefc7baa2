# One build profile stays warm: `run` and every test use `dev` (dependencies at opt-level 1, our crates unoptimised,
# line tables only) over the whole workspace, so a test run leaves a demo that starts at once. Only `bench` and `test-release` build
# `release`, whose build alone takes as long as all of `test`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

ARGS ?= demo
BENCH ?=
PAGE ?= --grep @quick
CI_LOCKED := $(if $(CI),--locked)

.PHONY: help run console test test-rust test-web test-page test-python test-slow test-slow-rust test-release test-clients test-oidc test-edge test-pages test-all check bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# `--workspace` so that features resolve as they do for the tests; `cargo run` alone would build the dependencies again.
run: console ## start the demo (other commands: make run ARGS="--help")
	@.ci/setup debian
	cargo build --workspace --bins $(CI_LOCKED)
	./target/debug/onematter $(ARGS)

# A debug build reads the page from the folder; a release build takes it in, so build the page first.
console: ## build the page that the binary serves at /
	@.ci/setup web
	@if [ -z "$$(find gateway/web/src gateway/web/index.html gateway/web/public gateway/web/package-lock.json gateway/schema.graphql \
	    -newer gateway/web/dist/index.html.gz 2>&1 | head -1)" ]; then echo "the page is built"; \
	  else npm --prefix gateway/web run --silent build; fi

test: test-rust test-web test-page test-python ## every test that is not slow, then the recomputations in Python

test-rust:
	@.ci/setup debian nextest postgres
	cargo nextest run --workspace $(CI_LOCKED)

test-web: ## the page's own tests
	@.ci/setup web
	npm --prefix gateway/web run --silent test

test-page: console ## one story in a real browser; with PAGE= all of them
	@.ci/setup debian chromium
	cargo build --workspace --bins $(CI_LOCKED)
	cd gateway/web && npx playwright test $(PAGE)

test-python:
	@.ci/setup debian python
	@for check in tests/python/*_check.py; do \
	  if [ -e "$$check" ]; then echo "== $$check"; .venv/bin/python "$$check"; fi; \
	done

test-slow: test-slow-rust test-clients test-oidc test-edge test-pages ## only what `test` leaves out: faults, power cuts, large histories, official clients, a real identity provider, hostile ones

test-slow-rust: console
	@.ci/setup debian nextest postgres
	cargo nextest run --workspace --profile slow $(CI_LOCKED)

test-release: console ## before a release: the tests that start, kill and measure a process, with the binary that a county gets
	@.ci/setup debian nextest postgres
	cargo build --release -p om-gateway $(CI_LOCKED)
	ONEMATTER_TEST_BINARY=$(CURDIR)/target/release/onematter \
	  cargo nextest run --workspace --profile slow $(CI_LOCKED) -E 'binary(fault)'

test-clients: ## three official clients and the auditor's script against the node; prints their table
	@.ci/setup debian python node
	cargo build --workspace --bins $(CI_LOCKED)
	.venv/bin/python tests/clients/run.py

test-oidc: console ## a real identity provider: people in a browser, programs with tokens, keys that rotate
	@.ci/setup debian oidc chromium
	cargo build --workspace --bins $(CI_LOCKED)
	node tests/oidc/run.mjs

test-edge: ## GraphQL over HTTP and WebSocket by others' audits, and random questions by schemathesis; prints their tables
	@.ci/setup debian python edge
	cargo build --workspace --bins $(CI_LOCKED)
	node tests/clients/edge/run.mjs
	.venv/bin/python tests/clients/edge/random_questions.py

test-pages: ## every story of the page, in a real browser; pictures go to target/screenshots
	@$(MAKE) --no-print-directory test-page PAGE=

test-all: test test-slow ## both

# Advisories are left out: their database comes over the network, and a gate must give the same answer offline.
check: ## format, lints, docs, licences and sources of dependencies
	@.ci/setup debian deny lint web
	npm --prefix gateway/web run --silent check
	node gateway/lint/check.mjs
	cargo fmt --all --check
	cargo clippy --workspace --all-targets $(CI_LOCKED) -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps $(CI_LOCKED)
	cargo deny --log-level error --workspace check licenses bans sources

bench: ## ours, peers and raw limits in one run (BENCH="--events 1000 --rounds 1", FULL=1)
	@.ci/setup debian protoc
	python3 tests/peers/bench.py $(BENCH)
