# `make` lists what there is to make.
CARGO ?= cargo

.PHONY: help test test-as-user browser test-browser run live check oldest ci windows

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## All tests; finds or installs the database server that they start
	.ci/mariadb
	$(CARGO) test --workspace --all-features

test-as-user: ## All tests, run by an ordinary user (TEST_USER, else nobody); as root
	.ci/mariadb
	$(CARGO) test --workspace --all-features --config 'target."cfg(unix)".runner = "$(CURDIR)/.ci/as-user"'

browser: ## Installs a headless browser for test-browser (Debian's chromium and chromium-driver)
	.ci/browser

test-browser: ## The web pages in a headless browser, with pictures in target/pages; fails where there is none
	$(CARGO) test -p zcrm-web-login --test browser

run: ## The main job against a Zoho CRM that runs here; ARGS='--config FILE' for another
	$(CARGO) run -p zcrm-examples --bin quickstart -- $(ARGS)

live: ## A read-only check of your own account: make live CONFIG=FILE [GRANT=-]
	@test -n "$(CONFIG)" || { echo 'make live CONFIG=FILE [GRANT=-], FILE a dictionary as examples/zcrm.example.json, - a grant token typed in'; exit 2; }
	@$(CARGO) run -p zcrm-examples --bin quickstart -- --read-only --config "$(CONFIG)" $(if $(GRANT),--grant-token "$(GRANT)")

check: ## Format, lints and documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --all-features

oldest: ## Builds with the oldest Rust and the oldest dependencies that Cargo.toml allows
	.ci/oldest

ci: ## All that the public workflow checks on Linux
	.ci/run

windows: ## Builds for Windows, runs the tests under Wine and counts them; fails where one fails or none can run
	.ci/windows
