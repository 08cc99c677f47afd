#!/bin/sh
# Runs fuzz targets one after the other with libFuzzer, on the stable toolchain and without further tools.
#
#   fuzz/run.sh SECONDS [TARGET …]      default: all targets
#
# What is found is kept in fuzz/corpus, what fails in fuzz/artifacts: a crash, an input that takes more than 2 s or more than
# 512 MB (R-90).
set -eu
cd "$(dirname "$0")"
seconds=${1:?usage: fuzz/run.sh SECONDS [TARGET …]}
shift
[ $# -gt 0 ] || set -- cms crl ocsp pdf_read pdf_sign pdf_verify pkcs12 ses sm2_differential tsp x509
# Coverage of edges and comparisons, as libFuzzer wants it.
RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
export RUSTFLAGS
triple=$(rustc -vV | sed -n 's/^host: //p')
for target in "$@"; do
    cargo build -q --release --target "$triple" --bin "$target"
    mkdir -p "corpus/$target" "artifacts/$target"
    echo "== $target, $seconds s"
    "target/$triple/release/$target" -max_total_time="$seconds" -max_len=16384 -timeout=2 -rss_limit_mb=512 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target" "seeds/$target"
done
