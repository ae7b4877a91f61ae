#!/usr/bin/env bash
# tests/run.sh TEST...: runs test programs (cmocka) and scripts, and ends with `N passed, N failed`.
#
# A program counts one for each cmocka test. Announced tests that neither pass nor skip have failed, so a crash counts all
# the tests that it prevented; a program also fails if it passes every test but does not exit with 0 (a leak, say), or runs
# no test at all. A script counts its lines `ok - NAME`, `not ok - NAME` and `skip - NAME`, by the same rules. Skipped
# is not passed.
#
# A sanitizer's report fails the test, whichever process it was in: reports go to files, since a script may expect a program
# to fail, or ignore its output. A reported program exits with 99, which no test expects.
#
# Tests run in parallel and are reported as they end.
#
#   TEST_JOBS     how many at a time (default: one for each processor)
#   TEST_TIMEOUT  seconds for one program (default 300); one that hangs has failed
#   TEST_WRAPPER  a command that runs the programs, such as valgrind with its options
#
# Exit codes: 0 all passed; 1 something failed, or nothing ran; 2 usage.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"

if [ $# -eq 0 ]; then
    echo "usage: tests/run.sh TEST..." >&2
    exit 2
fi

unset TEST_FILTER # all tests, whatever was run before

results=$(temporary -d)
trap 'rm -rf "$results"' EXIT
export results

# Prints how often the pattern starts a line of the test's standard output.
count() {
    grep -c "^$1" out || true
}

# The numbers of tests that a cmocka program announced, one for each of its groups; newer versions name the group.
announced_by_groups() {
    sed -nE 's/^\[==========\] (.*: )?Running ([0-9]+) test\(s\)\.$/\2/p' out | awk '{ sum += $1 } END { print sum + 0 }'
}

# run DIRECTORY TEST: runs it, and leaves the files out and errors in the directory, and report.* if a sanitizer reports.
run() {
    local wrapper report="$1/report"
    read -r -a wrapper <<<"${TEST_WRAPPER:-}"
    # Spinning threads would keep the processor from parallel tests.
    OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} \
        ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99:log_path=$report" \
        UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99:log_path=$report" \
        timeout --kill-after=10 "${TEST_TIMEOUT:-300}" "${wrapper[@]}" "$2" >"$1/out" 2>"$1/errors" </dev/null
}

# tell TEST STATUS SECONDS, in the test's directory: reports its outcome; its numbers go to the file counts.
tell() {
    local good skip bad reported=
    if [[ $1 == *.sh ]]; then
        good=$(count 'ok - ') skip=$(count 'skip - ') bad=$(count 'not ok - ')
    else
        good=$(count '\[       OK \]') skip=$(count '\[  SKIPPED \]')
        bad=$(($(announced_by_groups) - good - skip))
    fi
    if compgen -G 'report.*' >/dev/null; then
        reported=" (a sanitizer reported)"
    fi
    if [ "$bad" -le 0 ] && { [ "$2" -ne 0 ] || [ $((good + skip)) -eq 0 ] || [ -n "$reported" ]; }; then
        bad=1
    fi
    if [ "$bad" -gt 0 ] || [ "$2" -ne 0 ]; then
        cat out errors
        if [ -n "$reported" ]; then
            cat report.*
        fi
    fi
    echo "$(basename "$1"): $good passed, $bad failed$([ "$skip" -eq 0 ] || echo ", $skip skipped")$(
        case $2 in
        0) ;;
        124 | 137) echo " (no end within ${TEST_TIMEOUT:-300} s)" ;;
        *) echo " (exit code $2)" ;;
        esac
    )$reported, $3 s"
    if [ "$skip" -gt 0 ]; then
        grep -h '^\(skip - \|\[  SKIPPED \]\)' out | sed 's/^/  /'
    fi
    echo "$good $bad $skip" >counts
}

# run_and_tell INDEX TEST: one test in a directory of its own; the lines of one are not mixed with those of another.
run_and_tell() {
    local status=0 started=$SECONDS
    mkdir "$results/$1"
    run "$results/$1" "$2" || status=$?
    (cd "$results/$1" && tell "$2" "$status" "$((SECONDS - started))" >told)
    flock "$results" cat "$results/$1/told"
}

export -f count announced_by_groups run tell run_and_tell

index=0
for test in "$@"; do
    printf '%s\0%s\0' "$((index += 1))" "$test"
done | xargs -0 -n 2 -P "${TEST_JOBS:-$(processors)}" bash -euo pipefail -c 'run_and_tell "$@"' run_and_tell || true

read -r passed failed skipped tests < <(cat "$results"/*/counts | awk '{ g += $1; b += $2; s += $3 } END { print g + 0, b + 0, s + 0, NR }')
if [ "$tests" -ne $# ]; then
    echo "$(($# - tests)) tests of $# ended without a word"
    failed=$((failed + $# - tests))
fi
if [ "$skipped" -gt 0 ]; then
    echo "$skipped skipped"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
