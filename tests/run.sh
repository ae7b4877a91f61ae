#!/usr/bin/env bash
# tests/run.sh TEST...: runs test programs (cmocka) and scripts, and closes with `N passed, N failed`.
#
# A program counts one for each cmocka test. What it announced and did not pass or skip has failed, so that a crash counts
# all that it kept from running; so does a program that passes every test but does not exit with 0 (a leak, say), or that
# runs no test at all. A script counts its lines `ok - NAME`, `not ok - NAME` and `skip - NAME`, by the same rules. What was
# skipped is not passed.
#
# What a sanitizer reports fails the test, whichever process it was in: reports go to files, since a script may expect that a
# program fails, or not look at what it says. A program of which one is reported ends with 99, which no test expects.
#
#   TEST_TIMEOUT  seconds for one program (default 300); one that hangs has failed
#   TEST_WRAPPER  a command that runs the programs, such as valgrind with its options
#
# Exit codes: 0 all passed; 1 something failed, or nothing ran; 2 usage.
set -euo pipefail

if [ $# -eq 0 ]; then
    echo "usage: tests/run.sh TEST..." >&2
    exit 2
fi

read -r -a wrapper <<<"${TEST_WRAPPER:-}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
reporting="exitcode=99:log_path=$work/report"
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}$reporting"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}$reporting"

# The reports since the last test; without any it fails.
take_reports() {
    compgen -G "$work/report.*" >/dev/null || return 1
    cat "$work"/report.*
    rm "$work"/report.*
}

# Prints how often the pattern stands at the beginning of a line of the test's standard output.
count() {
    grep -c "^$1" "$work/out" || true
}

# The numbers of tests that a cmocka program announced, one for each of its groups.
announced_by_groups() {
    sed -n 's/^\[==========\] Running \([0-9]*\) test(s)\.$/\1/p' "$work/out" | awk '{ sum += $1 } END { print sum + 0 }'
}

for test in "$@"; do
    status=0
    command=("${wrapper[@]}" "$test")
    timeout --kill-after=10 "${TEST_TIMEOUT:-300}" "${command[@]}" >"$work/out" 2>"$work/errors" </dev/null || status=$?
    if [[ $test == *.sh ]]; then
        good=$(count 'ok - ') skip=$(count 'skip - ') bad=$(count 'not ok - ')
    else
        good=$(count '\[       OK \]') skip=$(count '\[  SKIPPED \]')
        bad=$(($(announced_by_groups) - good - skip))
    fi
    if [ "$bad" -le 0 ] && { [ "$status" -ne 0 ] || [ $((good + skip)) -eq 0 ]; }; then
        bad=1
    fi
    reported=
    if take_reports >"$work/sanitizer"; then
        reported=" (a sanitizer reported)"
        if [ "$bad" -le 0 ]; then
            bad=1
        fi
    fi
    if [ "$bad" -gt 0 ] || [ "$status" -ne 0 ]; then
        cat "$work/out" "$work/errors" "$work/sanitizer"
    fi
    echo "$(basename "$test"): $good passed, $bad failed$([ "$skip" -eq 0 ] || echo ", $skip skipped")$(
        case $status in
        0) ;;
        124 | 137) echo " (no end within ${TEST_TIMEOUT:-300} s)" ;;
        *) echo " (exit code $status)" ;;
        esac
    )$reported"
    if [ "$skip" -gt 0 ]; then
        grep -h '^\(skip - \|\[  SKIPPED \]\)' "$work/out" | sed 's/^/  /'
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skip))
done

if [ "$skipped" -gt 0 ]; then
    echo "$skipped skipped"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
