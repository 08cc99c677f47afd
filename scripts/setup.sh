#!/usr/bin/env bash
# Installs what `make run` (setup.sh run) and `make test` (setup.sh test) need. As root on Debian or Ubuntu it installs
# missing packages; otherwise it prints the line to type and goes on, unless something essential is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}

need() { command -v "$1" >/dev/null 2>&1; }
for tool in cargo node npm python3; do
    need "$tool" || { echo "setup: $tool is missing; install Rust (rustup), Node.js 20 and Python 3 first" >&2; exit 1; }
done
need cc || missing_cc=1

packages=()
optional=()
# Word, Excel, RTF and HTML files: without LibreOffice they are refused with a clear message, everything else works.
need soffice && [ -e /usr/lib/libreoffice/program/libswlo.so ] || optional+=(libreoffice-writer-nogui)
need soffice && [ -e /usr/lib/libreoffice/program/libsclo.so ] || optional+=(libreoffice-calc-nogui)
fc-list 2>/dev/null | grep -q 'Noto.*CJK' || optional+=(fontconfig fonts-noto-cjk)
[ -n "${missing_cc:-}" ] && packages+=(gcc libc6-dev)
if [ "$purpose" = test ]; then
    [ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || packages+=(postgresql)
    need chromium || packages+=(chromium)
    need pdfsig || packages+=(poppler-utils)
    need qpdf || packages+=(qpdf)
    need mutool || packages+=(mupdf-tools)
    need gs || packages+=(ghostscript)
    need openssl || packages+=(openssl)
    need softhsm2-util || packages+=(softhsm2)
    packages+=("${optional[@]}")
    optional=()
fi
if [ ${#packages[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && need apt-get; then
        apt-get -o DPkg::Lock::Timeout=600 update -q
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends "${packages[@]}"
    else
        echo "setup: missing packages; type: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
        [ "$purpose" = test ] && exit 1
    fi
fi

if [ ${#optional[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && need apt-get; then
        [ ${#packages[@]} -gt 0 ] || apt-get -o DPkg::Lock::Timeout=600 update -q || true
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends \
            "${optional[@]}" || echo "setup: going on without: ${optional[*]}" >&2
    else
        echo "setup: for Word, Excel and HTML files type: sudo apt-get install --no-install-recommends ${optional[*]}" >&2
    fi
fi

if [ "$purpose" = test ]; then
    need cargo-nextest || cargo install --locked cargo-nextest
    python3 -c 'import numpy, pyhanko, pypdfium2' 2>/dev/null || scripts/venv.sh
fi
scripts/build-web.sh
