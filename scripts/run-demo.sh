#!/usr/bin/env bash
# The sandbox: builds, starts it, makes one signed sample contract, and keeps serving until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${SANDBOX_DATA:-data/demo}
listen=${SANDBOX_LISTEN:-127.0.0.1:8080}
cargo build --workspace --locked
binary=${CARGO_TARGET_DIR:-target}/debug/qishu
"$binary" serve --demo --data-dir "$data" --listen "$listen" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT INT TERM
for _ in $(seq 150); do
    curl -fs "http://$listen/readyz" >/dev/null 2>&1 && break
    kill -0 "$server" 2>/dev/null || { echo "run-demo: the server did not start" >&2; exit 1; }
    sleep 0.2
done
python3 scripts/sample_contract.py "http://$listen" examples/contract.pdf "$data/sample-signed.pdf"
echo "  sample     $data/sample-signed.pdf   signed through the API; root certificate: $data/authority/root.pem"
[ "${SANDBOX_ONCE:-}" = 1 ] && exit 0
wait "$server"
