#!/bin/sh
# Independent programs judge what we sign: pyHanko with difference analysis, pdfsig, qpdf, mutool.
#
# Files: contracts made by LibreOffice and Chromium (1, 20 and 200 pages), pages turned and cropped in every way, and
# every sample next to the work tree where there are any. Acts: 2, 5, 20 and 50, invisible ones, and seals across pages;
# levels B-B to B-LTA, augmented once more, certified and locked.
# Needs poppler-utils, qpdf, mupdf-tools and the Python package pyhanko; made contracts are kept in the work folder.
set -eu
cd "$(dirname "$0")/.."

work=${PDF_JUDGES_DIR:-target/pdf-judges}
samples=${PDF_SAMPLES:-../shared/samples}
time=$(date +%s)
contracts="$work/contracts"
mkdir -p "$work"

python3 -c 'import pyhanko' 2>/dev/null || PATH="$PWD/target/venv/bin:$PATH"
python3 -c 'import pyhanko' 2>/dev/null || { echo "install the judges first: pip install pyhanko" >&2; exit 2; }
python3 judges/make_contracts.py "$contracts"
python3 judges/make_pages.py "$contracts/turned.pdf"

sign=${SIGN_ACTS:-} judge=${JUDGE:-}
if [ -z "$sign" ] || [ -z "$judge" ]; then
    # The whole workspace: one set of features for every build, so that nothing is compiled twice.
    cargo build --quiet --locked --workspace --example sign_acts --example judge
    sign=${CARGO_TARGET_DIR:-target}/debug/examples/sign_acts
    judge=${CARGO_TARGET_DIR:-target}/debug/examples/judge
fi

failed=0
# name, number of acts, options, files
run() {
    name=$1 acts=$2 options=$3
    shift 3
    rm -rf "$work/$name"
    # shellcheck disable=SC2086 # the options are words
    "$sign" --time "$time" --out "$work/$name" --acts "$acts" $options "$@" > "$work/$name.txt"
    signed=$(grep -c '^signed' "$work/$name.txt" || true)
    echo "== $name: $signed of $# files signed"
    grep '^refused' "$work/$name.txt" || true
    # 95 % must be signed; a refusal always says why.
    if [ $((signed * 100)) -lt $(($# * 95)) ]; then
        echo "too many refusals"
        failed=1
    fi
    # shellcheck disable=SC2086
    python3 judges/validate.py --root "$work/$name/root.der" --acts "$acts" --baseline "$work/unsigned" $judged \
        "$work/$name"/*.pdf 2> "$work/$name.err" || failed=1
}
judged=

# The other way round: files of pyHanko over contracts of LibreOffice and Chromium, judged by us.
rm -rf "$work/theirs"
# shellcheck disable=SC2046
python3 judges/make_signed.py "$work/theirs" $(ls "$contracts"/*.pdf | head -3) 2> "$work/theirs.err"
theirs=$("$judge" --time "$(date +%s)" --anchor "$work/theirs/root.der" "$work/theirs"/*.pdf > "$work/theirs.txt" && echo all || echo not all)
echo "== theirs: $theirs of $(ls "$work/theirs"/*.pdf | wc -l) files accepted"
if [ "$theirs" != all ]; then
    grep -v '^TOTAL-PASSED' "$work/theirs.txt" || true
    failed=1
fi

rm -rf "$work/unsigned"
mkdir -p "$work/unsigned"
cp "$contracts"/*.pdf "$work/unsigned/"
run two 2 "" "$contracts"/*.pdf
run five-across-rsa 5 "--across --rsa" "$contracts"/*.pdf
run twenty 20 "" "$contracts"/*.pdf
run invisible 3 "--invisible" "$contracts"/*.pdf
run appended 2 "--append" "$contracts"/*.pdf
few="$contracts/turned.pdf $(ls "$contracts"/*.pdf | head -2)"
for key in "" --rsa; do
    judged="--level t"
    # shellcheck disable=SC2086
    run "level-t$key" 2 "--level t $key" $few
    judged="--level lt"
    # shellcheck disable=SC2086
    run "level-lt$key" 2 "--level lt $key" $few
    judged="--level lta --stamps 1"
    # shellcheck disable=SC2086
    run "level-lta$key" 2 "--level lta $key" $few
    judged="--level lta --stamps 2"
    # shellcheck disable=SC2086
    run "renewed$key" 2 "--level lta --renew $key" $few
done
judged="--level lta --stamps 1"
run fifty 50 "--level lta --rsa --invisible" "$contracts/turned.pdf"
# shellcheck disable=SC2086
run certified 2 "--level lta --certify" $few
# shellcheck disable=SC2086
run locked 2 "--level lta --lock" $few
judged=
if [ -f "$samples/contract-nosign.pdf" ]; then
    cp "$samples"/*.pdf "$samples"/pdf/*.pdf "$work/unsigned/"
    chmod u+w "$work"/unsigned/*
    run samples 2 "--across" "$samples"/*.pdf "$samples"/pdf/*.pdf
    run sample-twenty 20 "--across --rsa" "$samples/contract-nosign.pdf"
fi
exit $failed
