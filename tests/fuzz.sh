#!/usr/bin/env bash
# tests/fuzz.sh: the fuzz targets, for `make fuzz`, `make fuzz-merge` and `make fuzz-coverage`, which build them.
#
#   tests/fuzz.sh run SECONDS DIR         runs each target of DIR/tests for SECONDS, as many at a time as there are
#                                         processors
#   tests/fuzz.sh merge DIR               rebuilds tests/corpus from itself and new inputs: the fewest and smallest files
#                                         with the same coverage
#   tests/fuzz.sh coverage COVERED DIR    how much of the readers' files tests/corpus and the inputs learned in DIR
#                                         cover; COVERED has instrumented targets
#
# A target starts from tests/corpus/NAME. What it learns is kept in DIR/corpus/NAME, where the next call begins; an input
# that breaks it is left in DIR/found: fix the bug, and put the input into tests/corpus/NAME.
#
# Exit codes: 0 nothing found; 1 something was; 2 usage.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2
    exit 2
}

# HDF5 leaks what it holds when it meets damage, and allocates what a file claims.
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1}

# fuzz SECONDS DIR NAME: prints one line if nothing is found.
fuzz() {
    local seconds=$1 directory=$2 name=$3 log="$2/log-$3" status=0
    mkdir -p "$directory/corpus/$name" "$directory/found"
    "$directory/tests/fuzz_$name" "$directory/corpus/$name" "$project/tests/corpus/$name" -max_total_time="$seconds" \
        -max_len=16384 -timeout=30 -rss_limit_mb=2048 -artifact_prefix="$directory/found/$name-" -print_final_stats=1 \
        >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$log"
        echo "fuzz_$name: FAILED; its input is in $directory/found"
        return 1
    fi
    echo "fuzz_$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s," \
        "$(find "$directory/corpus/$name" -type f | wc -l) kept, nothing found"
}

# merge DIR NAME: files of at most 4 KiB, 60 of them: the rest can be learned again.
merge() {
    local directory=$1 name=$2 new="$1/merged/$2" file kept="$project/tests/corpus/$2"
    rm -rf "$new"
    mkdir -p "$new" "$directory/corpus/$name" "$kept"
    "$directory/tests/fuzz_$name" -merge=1 -max_len=4096 "$new" "$kept" "$directory/corpus/$name" >"$directory/log-$name" 2>&1
    while read -r file; do
        cp "$file" "$kept/$(md5sum <"$file" | cut -c 1-12)"
    done < <(find "$new" -type f -size -9 -printf '%s %p\n' | sort -n | cut -d ' ' -f 2- | head -n 60)
    echo "tests/corpus/$name: $(find "$kept" -type f | wc -l) files, $(cat "$kept"/* | wc -c) bytes"
}

# The files that a target covers.
sources_of() {
    case $1 in
    compare) echo lib/results/compare.c lib/core/texts.c ;;
    config) echo lib/io/config*.c ;;
    csv) echo lib/io/csv.c lib/io/table.c lib/io/table_read.c lib/io/table_text.c ;;
    idx) echo lib/data/idx.c lib/io/source.c ;;
    input) echo lib/data/input.c lib/data/image*.c lib/data/series_text.c lib/io/source.c lib/io/magic.c ;;
    model) echo lib/embed/{model,model_file,engine,index_format,value_format,range_coder,bytes}.c ;;
    options) echo experiments/options.c ;;
    run) echo lib/run/run_file.c lib/run/derived*.c lib/results/tabulate.c lib/results/band.c lib/io/store.c lib/io/store_a*.c ;;
    svg) echo lib/report/svg_clean.c ;;
    ucr) echo lib/data/ucr.c lib/data/series_text.c ;;
    esac
}

# coverage COVERED DIR NAME: the regions and lines reached in the target's program.
coverage() {
    local covered=$1 directory=$2 name=$3 data="$1/$3" sources
    mkdir -p "$directory/corpus/$name"
    LLVM_PROFILE_FILE="$data.profraw" "$covered/tests/fuzz_$name" -runs=0 "$directory/corpus/$name" \
        "$project/tests/corpus/$name" >"$data.log" 2>&1
    llvm-profdata merge -sparse "$data.profraw" -o "$data.profdata"
    read -r -a sources < <(cd "$project" && sources_of "$name")
    (cd "$project" && llvm-cov report "$covered/tests/fuzz_$name" -instr-profile="$data.profdata" "${sources[@]}") |
        awk -v target="$name" 'NF >= 10 && $1 != "Filename" { printf "%-9s %-28s regions %7s  lines %7s\n", target, $1, $4, $10 }'
}

names() {
    find "$1/tests" -maxdepth 1 -name 'fuzz_*' -type f -perm -u+x | sed 's,.*/fuzz_,,' | sort
}

export -f fuzz
export project
case ${1:-} in
run)
    if [ $# -ne 3 ] || [ ! -d "$3/tests" ]; then usage; fi
    if [ -z "$(names "$3")" ]; then
        echo "fuzz.sh: there is no target in $3/tests" >&2
        exit 1
    fi
    names "$3" | xargs -P "$(processors)" -I{} bash -c 'fuzz "$@" || exit 1' fuzz "$2" "$3" {} || exit 1
    ;;
merge)
    if [ $# -ne 2 ] || [ ! -d "$2/tests" ]; then usage; fi
    for name in $(names "$2"); do
        merge "$2" "$name"
    done
    ;;
coverage)
    if [ $# -ne 3 ] || [ ! -d "$2/tests" ]; then usage; fi
    for name in $(names "$2"); do
        coverage "$2" "$3" "$name"
    done
    ;;
*) usage ;;
esac
