#!/bin/sh
# Counts the instructions of one signature without its key operation and compares them with judges/instructions.txt:
# unlike times, they are the same on a busy machine. More or less than 2 % is an error; --write takes the new figure over.
#
# SIGN_BENCH: a built example to use instead of building one. PROFILE: release (default) or dev, what it was built as;
# each has a figure of its own. Needs valgrind.
set -eu
cd "$(dirname "$0")/.."

profile=${PROFILE:-release}
reference=judges/instructions.txt
work=${BENCH_DIR:-target/bench}
command -v valgrind > /dev/null || { echo "install valgrind first" >&2; exit 2; }
mkdir -p "$work"
bench=${SIGN_BENCH:-}
if [ -z "$bench" ] && [ "$profile" = release ]; then
    cargo build --quiet --release -p pdfseal --example sign_bench
    bench=${CARGO_TARGET_DIR:-target}/release/examples/sign_bench
elif [ -z "$bench" ]; then
    cargo build --quiet --locked --workspace --example sign_bench
    bench=${CARGO_TARGET_DIR:-target}/debug/examples/sign_bench
fi
python3 judges/make_pages.py "$work/instructions.pdf"

# Two runs that differ by 100 signatures: what both do is not counted.
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" --count "$1" "$work/instructions.pdf" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
one=$(count 1)
many=$(count 101)
measured=$(((many - one) / 100))
if [ "${1:-}" = --write ]; then
    { grep -v "^$profile " "$reference" 2> /dev/null || true; echo "$profile $measured"; } | sort > "$work/instructions.txt"
    mv "$work/instructions.txt" "$reference"
fi
expected=$(sed -n "s/^$profile //p" "$reference")
if [ -z "$expected" ]; then
    echo "$measured instructions a signature; $reference has no figure for $profile yet, take it over with --write"
    exit 1
fi
echo "$measured instructions a signature ($profile), $expected expected"
difference=$((measured > expected ? measured - expected : expected - measured))
[ $((difference * 50)) -le "$expected" ] || { echo "that is more than 2 % off; see why, or take it over with --write"; exit 1; }
