# `make run` starts the sandbox, `make test` checks everything. Both install what they need.
.PHONY: run test setup fmt lint edges generated test-rust pdf-judges office-judges web web-build web-e2e e2e deny bench

run:
	scripts/setup.sh run
	scripts/run-demo.sh

test: setup fmt edges generated deny web web-e2e lint test-rust pdf-judges office-judges e2e

setup:
	scripts/setup.sh test

fmt:
	cargo fmt --all --check

lint:
	cargo clippy --workspace --all-targets --locked -- -D warnings

edges:
	cargo run -q --locked -p xtask -- check-edges
	cargo run -q --locked -p xtask -- check-sizes
	cargo run -q --locked -p xtask -- check-documents
	cargo run -q --locked -p xtask -- coverage

generated:
	cargo run -q --locked -p xtask -- state-tables --check
	cargo run -q --locked -p xtask -- openapi --check

deny:
	cargo run -q --locked -p xtask -- check-licences

web-build:
	scripts/build-web.sh

web: web-build
	cd web && npm run typecheck && npm test

web-e2e: web-build
	cd web && npm run e2e

test-rust:
	scripts/with-postgres.sh cargo nextest run --workspace --locked --no-fail-fast

pdf-judges:
	scripts/pdf-judges.sh

office-judges:
	cargo build --workspace --locked
	python3 judges/conversions.py target/office-judges

e2e:
	scripts/e2e.sh

bench:
	scripts/bench.sh
	scripts/bench-convert.sh
