#!/usr/bin/env bash
# tests/fuzz.sh SECONDS DIR FUZZER...: gives each fuzz target so many seconds (`make fuzz` calls it).
#
# A target starts from files of the project's own: its configs, the first digits of MNIST, stand-in series, exported models.
# What it learns stays in DIR/corpus/NAME and is where the next call begins; an input that breaks it is left in DIR/found.
# $TENTH is the program that makes the seeds; the Makefile sets it.
#
# Exit codes: 0 nothing found; 1 something was, or seeds could not be made; 2 usage.
# shellcheck disable=SC2317 # seeds_NAME is called by the target's name
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "usage: tests/fuzz.sh SECONDS DIR FUZZER..." >&2
    exit 2
fi
seconds=$1 directory=$2
shift 2
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"
tenth=${TENTH:-$project/build/release/tenth}
work=$(temporary -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$directory/found"

# Each config as it is, and with an assignment of --set behind a 0.
seeds_config() {
    local config
    for config in "$project"/configs/*.ini "$project"/configs/*/*.ini "$project"/tests/golden/*.ini; do
        cp "$config" "$1/$(md5sum <"$config" | cut -c 1-16)"
        { sed '/^base/d' "$config"; printf '\0train.epochs=3'; } >"$1/set-$(md5sum <"$config" | cut -c 1-16)"
    done
}

# Three images of 4 x 3 pixels of a real one, and five labels, plain and packed.
seeds_idx() {
    {
        printf '\0\0\10\3\0\0\0\3\0\0\0\4\0\0\0\3'
        head -c 316 < <(gzip -dc "$project/data/mnist/train-images-idx3-ubyte.gz" 2>/dev/null) | tail -c 36
    } >"$1/images"
    {
        printf '\0\0\10\1\0\0\0\5'
        head -c 13 < <(gzip -dc "$project/data/mnist/train-labels-idx1-ubyte.gz" 2>/dev/null) | tail -c 5
    } >"$1/labels"
    gzip -nc "$1/images" >"$1/images.gz"
    gzip -nc "$1/labels" >"$1/labels.gz"
}

# Series of four values in the ways that the archive's files are written.
seeds_ucr() {
    printf '1 0.5 -1.25 3 0\n5 1 2 3 4\n' >"$1/blanks"
    printf '  1.0000000e+00   1.25e-01  -2.0000000e+00   3.5   4\r\n' >"$1/exponents"
    printf '2,-.5,1,2,3\n3,1,1,1,1' >"$1/commas"
    printf '4\t1\t2\t3\t-4\n\n' >"$1/tabs"
}

# Pictures of 5 x 3 pixels, IDX and series of four values.
seeds_input() {
    base64 -d >"$1/png" <<'END'
iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAB+XZokAAAAGklEQVR42mNgYGRiZmEwMjYxNWNISU1LzwAAD6gDDUL75H4AAAAASUVORK5CYII=
END
    printf 'P5 5 3 255\n123456789012345' >"$1/pgm"
    printf 'P3 5 3 9 %s' "$(yes '1 2 3' | head -n 15)" >"$1/ppm"
    printf 'P1 5 3 010010100101001' >"$1/pbm"
    printf '\0\0\10\3\0\0\0\1\0\0\0\3\0\0\0\5123456789012345' >"$1/idx"
    printf '# a\nclass,a,b,c,d\n"x, ""y""",1,-.5,1e-3,+4.\n,1,2,3,4\n' >"$1/csv"
    printf '\357\273\2771;2;3;4\r5;6;7;8;\r\n' >"$1/semicolons"
    printf '1\t0.1 2 3 4\n' >"$1/tabs"
    gzip -nc "$1/csv" >"$1/csv.gz"
    gzip -nc "$1/png" >"$1/png.gz"
}

# Models of every number, posterior and way of writing places.
seeds_model() {
    local number posterior fraction
    printf '%s\n' '[data]' 'dataset = ecg5000' 'synthetic = yes' 'train_items = 64' 'test_items = 40' '[model]' 'filters = 4' \
        '[train]' 'epochs = 1' '[prune]' 'fractions = 0' 'samples = 1' >"$work/seed.ini"
    "$tenth" train "$work/seed.ini" --out "$work" --quiet
    for number in fp32 fp16 int8; do
        for posterior in mean samples=2 variance; do
            for fraction in .5 .9 .98; do
                "$tenth" export "$work"/*.h5 --criterion snr --fraction "$fraction" --quantize "$number" \
                    --posterior "$posterior" --name seed --out "$work" --quiet
                mv "$work/seed.tenth" "$1/$number-${posterior%=*}-$fraction"
            done
        done
    done
    find "$1" -size +32 -delete # larger than what the target looks at
}

# fuzz FUZZER NAME SEEDS: prints one line where nothing is found.
fuzz() {
    local status=0
    "$1" "$directory/corpus/$2" "$3" -max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="$directory/found/$2-" -print_final_stats=1 >"$work/log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$work/log"
        echo "fuzz_$2: FAILED; its input is in $directory/found"
        return 1
    fi
    echo "fuzz_$2: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs in $seconds s," \
        "$(find "$directory/corpus/$2" -type f | wc -l) kept, nothing found"
}

failed=0
for fuzzer in "$@"; do
    name=${fuzzer##*/fuzz_}
    mkdir -p "$directory/corpus/$name" "$work/$name"
    "seeds_$name" "$work/$name"
    fuzz "$fuzzer" "$name" "$work/$name" || failed=1
done
exit "$failed"
