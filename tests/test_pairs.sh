#!/usr/bin/env bash
# tests/test_pairs.sh: two processes on one output directory: one works on a run and the other is refused, or waits; the
# final result is what one alone would have made. With TORTURE=yes fifty pairs, otherwise a few.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
# shellcheck source=tests/writers.sh
source "$tests/writers.sh"

epochs=300
[ "${TORTURE:-no}" != yes ] || epochs=3000
arguments "$work/reference" "$epochs"
"$tenth" "${arguments[@]}" || exit 1
tables "$work/reference" >reference.txt

# ended_well STATUS FILE: done, or refused because the other is working on it.
ended_well() {
    [ "$1" -eq 0 ] || { [ "$1" -eq 1 ] && grep -q "is running on .*, pid [0-9]*, by .*\.lock; wait for it, or give --wait" "$2"; }
}

# pair DELAY OPTION...: the second starts DELAY seconds after the first, with the options.
pair() {
    local delay=$1 first=0 second=0 child
    shift
    rm -rf "$work/out"
    arguments "$work/out" "$epochs"
    "$tenth" "${arguments[@]}" >first.txt 2>&1 &
    child=$!
    sleep "$delay"
    "$tenth" "${arguments[@]}" "$@" >second.txt 2>&1 || second=$?
    wait "$child" || first=$?
    if ! ended_well "$first" first.txt || ! ended_well "$second" second.txt; then
        echo "$first and $second after $delay s"
        cat first.txt second.txt
        return 1
    fi
    settle "$work/out" "$epochs" reference.txt
}

pairs() {
    local bad=0 delay options=()
    for delay in "$@"; do
        pair "$delay" "${options[@]}" || bad=1
        if [ "${#options[@]}" -eq 0 ]; then options=(--wait); else options=(); fi # in turn
    done
    return "$bad"
}

if [ "${TORTURE:-no}" = yes ]; then
    # shellcheck disable=SC2046
    check "pairs of processes" pairs $(seq 0 0.2 9.8)
else
    check "pairs of processes" pairs 0 0.3
fi
close_table "two processes"

# One that is alive but does not end: stopped by SIGSTOP, it keeps its lock.
arguments "$work/out" 200000
rm -rf "$work/out"
"$tenth" "${arguments[@]}" >first.txt 2>&1 &
first=$!
for _ in $(seq 100); do
    [ -e out/moons_vi_seed1.h5.lock ] && break
    sleep 0.1
done
kill -STOP "$first"
config=("${configs[0]}" --out "$work/out")
check "the second process is refused, by name" refuses 1 "moons_vi_seed1.h5: is running on $(uname -n), pid $first" \
    "$tenth" prune "${config[@]}"
"$tenth" run "${config[@]}" --wait >second.txt 2>&1 &
second=$!
for _ in $(seq 100); do
    grep -q "is running on $(uname -n), pid $first: waiting" second.txt && break
    sleep 0.1
done
check "with --wait it waits, and says so" grep -q "is running on $(uname -n), pid $first: waiting" second.txt
kill -TERM "$second"
status=0
wait "$second" || status=$?
check "it is interrupted" test "$status" -eq 130
check "it has said it once" test "$(grep -c waiting second.txt)" -eq 1
check "the lock is the first's still" grep -qx "pid $first" out/moons_vi_seed1.h5.lock
check "a dry run wants no lock" "$tenth" run "${config[@]}" --dry-run
kill -KILL "$first"
wait "$first" 2>/dev/null
check "what a dead process holds is taken over" says "goes on in place of a process that died ($(uname -n), pid $first)" \
    "$tenth" run "${configs[0]}" --out "$work/out" --set train.epochs=2 --force
check "and nothing is left" test -z "$(leftovers out)"

# Other file systems: without links and flock, a lock is made all the same; if none can be made, that is reported, and
# existing results are still found.
odd=$preload/no_links.so
if [ -e "$odd" ]; then
    config=("${configs[0]}" --threads 1 --set train.epochs=2)
    check "a lock without links" env LD_PRELOAD="$odd" "$tenth" run "${config[@]}" --out odd
    check "it goes as well" test -z "$(leftovers odd)"
    cp odd/moons_vi_seed1.h5 before.h5
    check "without a lock what is done is found" env LD_PRELOAD="$odd" NO_LOCKS=yes "$tenth" run "${config[@]}" --out odd
    check "and nothing is added" refuses 1 "moons_vi_seed1.h5.lock: no lock can be made there" \
        env LD_PRELOAD="$odd" NO_LOCKS=yes "$tenth" prune "${config[@]}" --set prune.samples=3 --out odd
    check "nor begun" refuses 1 "Permission denied" env LD_PRELOAD="$odd" NO_LOCKS=yes "$tenth" run "${config[@]}" --out none
    check "the file is as it was" cmp before.h5 odd/moons_vi_seed1.h5
    check "and there is no other" is_empty_directory none
    echo old >odd/moons_vi_seed1.h5.partial.1
    touch -d '1 hour ago' odd/moons_vi_seed1.h5.partial.1
    check "what an older version left goes" "$tenth" run "${config[@]}" --out odd
    check "it is gone" test -z "$(leftovers odd)"
else
    skip "file systems without links" "no $odd"
fi

# A hang-up and a closed pipe ask for a stop, like Ctrl-C; an ignored hang-up has no effect.
arguments "$work/hung" 200000
check "SIGHUP saves and ends" exits_with 130 signalled HUP process "$work/hung/moons_vi_seed1.h5" "$tenth" "${arguments[@]}"
check "the state is there" says moons "$tenth" table "$work/hung/moons_vi_seed1.h5" train
check "no lock stays" test -z "$(leftovers hung)"
into_a_closed_pipe() {
    { "$tenth" run "${configs[0]}" --out "$work/piped" --set train.epochs=200000 --threads 1 2>&1; echo "$?" >status.txt; } | head -n 1
    [ "$(cat status.txt)" -eq 130 ] && [ -z "$(leftovers piped)" ]
}
check "a closed pipe saves and ends" into_a_closed_pipe
finish
