#!/bin/sh
# Signing speed on files of 1, 20 and 200 pages (100 KB, 2 MB, 30 MB), next to pyHanko and to the bare key operation, in
# one run; then invisible signatures, level B-LTA, and validation of files with 3, 10 and 50 signatures. Processor times are compared, so that a busy machine spoils less; the numbers still want a quiet one.
#
# BENCH_SECONDS: time for each figure (default 3). SIGN_BENCH: a built example to use instead of building one.
set -eu
cd "$(dirname "$0")/.."

work=${BENCH_DIR:-target/bench}
seconds=${BENCH_SECONDS:-3}
time=$(date +%s)
python3 judges/make_sizes.py "$work"

bench=${SIGN_BENCH:-}
if [ -z "$bench" ]; then
    cargo build --quiet --release -p pdfseal --example sign_bench
    bench=${CARGO_TARGET_DIR:-target}/release/examples/sign_bench
fi
set -- "$work/p1.pdf" "$work/p20.pdf" "$work/p200.pdf"

for algorithm in rsa p256 sm2; do
    "$bench" --time "$time" --seconds "$seconds" --algorithm "$algorithm" --keep "$work/signed" "$@" > "$work/ours.tsv"
    # Two processes at once: the clock time of each one's median signature, added up as a rate.
    "$bench" --time "$time" --seconds "$seconds" --algorithm "$algorithm" "$1" > "$work/two-a.tsv" &
    "$bench" --time "$time" --seconds "$seconds" --algorithm "$algorithm" "$1" > "$work/two-b.tsv"
    wait
    if [ "$algorithm" = sm2 ]; then
        # pyHanko knows neither SM2 nor SM3.
        : > "$work/pyhanko.tsv"
    elif python3 -c 'import pyhanko, cryptography' 2>/dev/null; then
        python3 judges/bench_pyhanko.py --algorithm "$algorithm" --seconds "$seconds" --signed "$work/signed" "$@" \
            > "$work/pyhanko.tsv"
    else
        : > "$work/pyhanko.tsv"
        echo "pyhanko is not installed: no comparison"
    fi
    python3 - "$algorithm" "$work" <<'PYTHON'
import sys
from pathlib import Path

algorithm, work = sys.argv[1], Path(sys.argv[2])


def rows(name):
    return [line.split("\t") for line in (work / name).read_text().splitlines()]


raw, *ours = rows("ours.tsv")
extras = [row for row in ours if row[0] == "extra"]
ours = [row for row in ours if row[0] != "extra"]
peers = {row[1] if row[0] == "extra" else row[0]: row for row in rows("pyhanko.tsv")}
print(f"\n{algorithm}: bare key operation {float(raw[1]):.3f} ms of processor time, {raw[2]} per core-second")
print(f"{'file':10}{'first ms':>10}{'later ms':>10}{'cpu ms':>9}{'x bare':>8}{'MiB':>7}"
      f"{'pyHanko cpu ms':>16}{'MiB':>7}{'times faster':>14}")
for file, _, entry, wall, cpu, ratio, peak in ours:
    line = f"{Path(file).name:10}{float(entry):10.1f}{float(wall):10.3f}{float(cpu):9.3f}{float(ratio):8.2f}{float(peak):7.0f}"
    if peer := peers.get(file):
        line += f"{float(peer[3]):16.1f}{float(peer[4]):7.0f}{float(peer[3]) / float(cpu):14.0f}"
    print(line)
print(f"\n{'on 1 page':14}{'ms':>10}{'cpu ms':>9}{'pyHanko cpu ms':>16}{'times faster':>14}")
for _, name, wall, cpu in extras:
    line = f"{name:14}{float(wall):10.3f}{float(cpu):9.3f}"
    if peer := peers.get(name):
        line += f"{float(peer[3]):16.1f}{float(peer[3]) / float(cpu):14.0f}"
    print(line)
validated = {name: float(cpu) for _, name, _, cpu in extras if name.startswith("validate")}
print(f"50 signatures against 10, validation: {validated['validate-50'] / validated['validate-10']:.2f} times the processor time")
one = 1e3 / float(ours[0][3])
two = sum(1e3 / float(rows(name)[1][3]) for name in ("two-a.tsv", "two-b.tsv"))
print(f"signatures a second on 1 page: {one:.0f} by one process, {two:.0f} by two")
print(f"200 pages against 1 page, later signatures: {float(ours[2][4]) / float(ours[0][4]):.2f} times the processor time")
PYTHON
done
