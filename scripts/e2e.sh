#!/usr/bin/env bash
# The whole flow against the real binary: an integrator by the API, a signer in a real browser at phone size, a receiver of
# callbacks, independent judges; flows of several people on phones; then the first flow while the server is killed at random moments.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --workspace --locked --quiet
export SANDBOX_BINARY=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/qishu
python=python3
python3 -c 'import pyhanko' 2>/dev/null || python=target/venv/bin/python
"$python" scripts/e2e.py
"$python" scripts/e2e_flows.py
"$python" scripts/kill_test.py --kills "${SANDBOX_KILLS:-20}"
npm run --silent e2e:sdk --prefix web
