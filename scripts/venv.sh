#!/usr/bin/env bash
# A Python environment with the PDF judges in target/venv, for machines whose Python has none.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x target/venv/bin/python ] && exit 0
mkdir -p target
python3 -m venv target/venv 2>/dev/null || {
    [ "$(id -u)" = 0 ] && apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends python3-venv
    python3 -m venv target/venv
}
target/venv/bin/pip install --quiet pyhanko
