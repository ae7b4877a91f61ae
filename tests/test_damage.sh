#!/usr/bin/env bash
# tests/test_damage.sh: unreadable or damaged run files, and lack of memory. A table is then the same as from the whole file,
# or there is none, with a message and a non-zero exit code. With TORTURE=yes there are many rounds.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

step=13 bits=4 allocations=12
tables=(train summary prune_band perturb surviving confusion)
if [ "${TORTURE:-}" = yes ]; then
    step=1 bits=100 allocations=300
fi
run=$work/out/moons_vi_seed1.h5

make_run() {
    "$tenth" run "$project/configs/moons_vi.ini" --profile smoke --out "$work/out" --quiet --set train.epochs=2 --set prune.samples=2 \
        --set perturb.samples=2 --set ood.sets=noise || return 1
    for table in "${tables[@]}"; do
        "$tenth" table "$run" "$table" >"$work/$table.good" || return 1
    done
}

# tabulates_or_refuses TABLE FILE [VARIABLE=VALUE...]: a crash in HDF5 without memory is not a wrong table either; such
# crashes are counted.
crashes=0
tabulates_or_refuses() {
    local table=$1 file=$2 status=0
    shift 2
    env "$@" "$tenth" table "$file" "$table" >"$work/found" 2>"$work/said" || status=$?
    if [ "$status" -eq 0 ]; then
        cmp "$work/found" "$work/$table.good" || { echo "$table, $*: another table, with exit code 0"; return 1; }
    elif [ -s "$work/found" ]; then
        echo "$table, $*: exit code $status, and yet a table"
        return 1
    elif [ "$status" -gt 3 ]; then
        crashes=$((crashes + 1))
    elif [ ! -s "$work/said" ] || grep -qiE 'delete|remove it' "$work/said"; then
        echo "$table, $*: exit code $status says: $(cat "$work/said")"
        return 1
    fi
}

one_read_fails() {
    local table n
    for table in "${tables[@]:0:4}"; do
        for ((n = 0; n < 80; n += step)); do
            tabulates_or_refuses "$table" "$run" LD_PRELOAD="$preload/read_fault.so" READ_FAULT="$n" "$@" || return 1
            [ ! -s "$work/said" ] || ! grep -qE 'damaged|incomplete|version' "$work/said" || { cat "$work/said"; return 1; }
        done
    done
    [ "$crashes" -eq 0 ]
}

one_close_fails() {
    local n
    for ((n = 0; n < 8; n++)); do
        tabulates_or_refuses train "$run" LD_PRELOAD="$preload/read_fault.so" CLOSE_FAULT="$n" || return 1
        cp "$run" "$work/again.h5"
        CLOSE_FAULT=$n LD_PRELOAD=$preload/read_fault.so "$tenth" prune "$work/again.h5" --quiet --set prune.samples=3 \
            --set prune.criteria=snr >"$work/said" 2>&1 || [ "$?" -eq 3 ] || { echo "close $n: $(cat "$work/said")"; return 1; }
    done
    [ "$crashes" -eq 0 ]
}

# flip FILE BYTE BIT: in a copy, $work/flipped.h5.
flip() {
    local before
    cp "$1" "$work/flipped.h5"
    before=$(od -An -t u1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "$(printf '\\%03o' "$((before ^ (1 << $3)))")" |
        dd of="$work/flipped.h5" bs=1 seek="$2" conv=notrunc status=none
}

# Near the metadata, and anywhere.
one_bit_is_another() {
    local file=$1 table n at size places
    size=$(stat -c %s "$file")
    mapfile -t places < <(LC_ALL=C grep -abo -E 'OHDR|OCHK|FRHP|FHDB|BTHD|BTLF|TREE' "$file" | cut -d: -f1)
    for ((n = 0; n < bits; n++)); do
        at=$((places[n * 7919 % ${#places[@]}] + n * 31 % 120))
        [ $((n % 4)) -ne 3 ] || at=$((n * 104729 % size))
        [ "$at" -lt "$size" ] || continue
        flip "$file" "$at" $((n % 8))
        for table in "${tables[@]}"; do
            tabulates_or_refuses "$table" "$work/flipped.h5" || { echo "bit $((n % 8)) of byte $at"; return 1; }
        done
    done
    [ "$crashes" -eq 0 ]
}

# HDF5's own checksums must suffice if a file has no seal.
without_seal() {
    head -c -24 "$run" >"$work/bare.h5" && one_bit_is_another "$work/bare.h5"
}

one_allocation_fails() {
    local n
    for ((n = 0; n < 6000; n += 6000 / allocations)); do
        tabulates_or_refuses train "$run" LD_PRELOAD="$preload/alloc_fault.so" ALLOC_FAULT="$n" "$@" || return 1
    done
    echo "$crashes" >"$work/crashes"
}

# check_allocations NAME [VARIABLE=VALUE...]
check_allocations() {
    echo many >"$work/crashes"
    check "$1" one_allocation_fails "${@:2}"
    echo "HDF5 crashed in $(cat "$work/crashes") of $allocations"
}

# A stage neither takes a damaged file for an empty one, nor writes it back without what it could not read.
stages_leave_it() {
    local stage
    flip "$run" $(($(stat -c %s "$run") / 2)) 0
    cp "$work/flipped.h5" "$work/before.h5"
    for stage in run train prune perturb ood illustrate; do
        refuses 3 "is damaged" "$tenth" "$stage" "$work/flipped.h5" --quiet --set prune.samples=3 || return 1
        cmp "$work/flipped.h5" "$work/before.h5" || return 1
    done
}

stages_survive_a_failed_read() {
    local n status rows
    rows=$(wc -l <"$work/prune.rows")
    for ((n = 0; n < 90; n += step + 1)); do
        status=0
        cp "$run" "$work/again.h5"
        LD_PRELOAD=$preload/read_fault.so READ_FAULT=$n "$tenth" prune "$work/again.h5" --quiet --set prune.criteria=snr \
            --set prune.samples=3 >"$work/said" 2>&1 || status=$?
        [ "$("$tenth" table "$work/again.h5" prune | wc -l)" -eq "$rows" ] || { echo "read $n: rows are lost, $status"; return 1; }
        [ "$status" -eq 0 ] || cmp "$run" "$work/again.h5" || return 1
    done
}

check "a run is made" make_run
[ -s "$work/confusion.good" ] || exit 1
"$tenth" table "$run" prune >"$work/prune.rows"
check "one read that fails: the same table or a message of the disk" one_read_fails
check "all reads fail from one on" one_read_fails READ_FAULT_ALWAYS=yes
check "one bit is another one" one_bit_is_another "$run"
check "and of a file without a seal" without_seal
check_allocations "one allocation fails: the same table or none"
check_allocations "all allocations fail from one on" ALLOC_FAULT_ALWAYS=yes
check "a file that cannot be closed: the same table or a message of the disk" one_close_fails
check "every stage refuses a damaged file and leaves it" stages_leave_it
check "a read that fails costs no other part its rows" stages_survive_a_failed_read
finish
