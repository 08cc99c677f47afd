#!/bin/sh
# Independent programs judge what we sign: pyHanko with difference analysis, pdfsig, qpdf, mutool. Four that draw (poppler,
# mupdf, ghostscript, pdfium) have to agree on what accepted files look like.
#
# Files: contracts made by LibreOffice and Chromium (1, 20 and 200 pages), pages turned and cropped in every way, and
# every sample next to the work tree where there are any. Acts: 2, 5, 20 and 50, invisible ones, and seals across pages;
# levels B-B to B-LTA, augmented once more, certified and locked.
# Needs poppler-utils, qpdf, mupdf-tools, ghostscript and the Python packages pyhanko, numpy and pypdfium2; made contracts are kept in the work folder.
set -eu
cd "$(dirname "$0")/.."

work=${PDF_JUDGES_DIR:-target/pdf-judges}
samples=${PDF_SAMPLES:-../shared/samples}
time=$(date +%s)
contracts="$work/contracts"
mkdir -p "$work"

packages='import numpy, pyhanko, pypdfium2'
python3 -c "$packages" 2>/dev/null || PATH="$PWD/target/venv/bin:$PATH"
python3 -c "$packages" 2>/dev/null || { echo "install the judges first: scripts/venv.sh" >&2; exit 2; }
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
: > "$work/jobs.tsv"
# Name, number of acts, level, number of document time-stamps, options, files: signs now, judged at the end.
run() {
    name=$1 acts=$2 level=$3 stamps=$4 options=$5
    shift 5
    rm -rf "${work:?}/$name"
    # shellcheck disable=SC2086 # the options are words
    "$sign" --time "$time" --out "$work/$name" --acts "$acts" --level "$level" $options "$@" > "$work/$name.txt"
    signed=$(grep -c '^signed' "$work/$name.txt" || true)
    echo "== $name: $signed of $# files signed"
    grep '^refused' "$work/$name.txt" || true
    # 95 % must be signed; a refusal always says why.
    if [ $((signed * 100)) -lt $(($# * 95)) ]; then
        echo "too many refusals"
        failed=1
    fi
    printf '%s\t%s\t%s\t%s\n' "$work/$name" "$acts" "$level" "$stamps" >> "$work/jobs.tsv"
}

# The other way round: files of pyHanko over contracts of LibreOffice and Chromium, judged by us.
rm -rf "$work/theirs"
# shellcheck disable=SC2046
python3 judges/make_signed.py "$work/theirs" $(ls "$contracts"/*-1.pdf "$contracts/turned.pdf") 2> "$work/theirs.err"
theirs=$("$judge" --time "$(date +%s)" --anchor "$work/theirs/root.der" "$work/theirs"/*.pdf > "$work/theirs.txt" && echo all || echo not all)
echo "== theirs: $theirs of $(ls "$work/theirs"/*.pdf | wc -l) files accepted"
if [ "$theirs" != all ]; then
    grep -v '^TOTAL-PASSED' "$work/theirs.txt" || true
    failed=1
fi

rm -rf "$work/unsigned"
mkdir -p "$work/unsigned"
cp "$contracts"/*.pdf "$work/unsigned/"
short=$(ls "$contracts"/*.pdf | grep -v -- '-200\.pdf')
few="$contracts/turned.pdf $(ls "$contracts"/*.pdf | head -2)"
run two 2 b 0 "" "$contracts"/*.pdf
run five-across-rsa 5 b 0 "--across --rsa" "$contracts"/*.pdf
# shellcheck disable=SC2086
{
    run twenty 20 b 0 "" $short
    run invisible 3 b 0 "--invisible" $short
    run appended 2 b 0 "--append" $short
    for key in "" --rsa; do
        run "level-t$key" 2 t 0 "$key" $few
        run "level-lt$key" 2 lt 0 "$key" $few
        run "level-lta$key" 2 lta 1 "$key" $few
        run "renewed$key" 2 lta 2 "--renew $key" $few
    done
    run certified 2 lta 1 "--certify" $few
    run locked 2 lta 1 "--lock" $few
}
run fifty 50 lta 1 "--rsa --invisible" "$contracts/turned.pdf"
if [ -f "$samples/contract-nosign.pdf" ]; then
    cp "$samples"/*.pdf "$samples"/pdf/*.pdf "$work/unsigned/"
    chmod u+w "$work"/unsigned/*
    run samples 2 b 0 "--across" "$samples"/*.pdf "$samples"/pdf/*.pdf
    run sample-twenty 20 b 0 "--across --rsa" "$samples/contract-nosign.pdf"
fi
python3 judges/validate.py --baseline "$work/unsigned" "$work/jobs.tsv" 2> "$work/validate.err" || failed=1

# R-33: what is accepted looks the same everywhere. Every file of the ambiguity set is refused or rebuilt; the rest are
# contracts, before and after they were signed.
rm -rf "$work/ambiguous" "$work/accepted"
python3 judges/make_ambiguous.py "$work/ambiguous"
"$sign" --time "$time" --out "$work/accepted" --acts 0 "$work/ambiguous"/*.pdf "$contracts"/*.pdf > "$work/accepted.txt"
accepted=$(grep -c '^signed' "$work/accepted.txt" || true)
echo "== ambiguous: $accepted files accepted, $(grep -c '^refused' "$work/accepted.txt" || true) refused"
[ "$accepted" -ge 90 ] || failed=1
python3 judges/same_look.py "$work/accepted" "$work/two" "$work/level-lta" $([ -d "$work/sample-twenty" ] && echo "$work/sample-twenty") \
    2> "$work/look.err" || failed=1
exit $failed
