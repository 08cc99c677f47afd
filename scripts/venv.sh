#!/usr/bin/env bash
# A Python environment with the PDF judges in target/venv, for machines whose Python has none.
set -euo pipefail
cd "$(dirname "$0")/.."
packages='numpy pyhanko pypdfium2'
target/venv/bin/python -c 'import numpy, pyhanko, pypdfium2' 2>/dev/null && exit 0
mkdir -p target
python3 -m venv target/venv 2>/dev/null || {
    [ "$(id -u)" = 0 ] && apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends python3-venv
    python3 -m venv target/venv
}
# shellcheck disable=SC2086 # the packages are words
target/venv/bin/pip install --quiet $packages
