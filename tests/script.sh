# shellcheck shell=bash
# tests/script.sh: shared by test scripts; read with `source`. A script's lines `ok - NAME`, `not ok - NAME` and `skip -
# NAME` are what tests/run.sh counts. A script runs in a scratch directory, $work, which is removed when it ends; it
# gets $tests, $project, the program, $tenth, which is $TENTH if the Makefile or a user sets it, and the libraries that
# break it, in $preload.

# shellcheck disable=SC2034 # for the scripts
# shellcheck source=environment.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../environment.sh"
set +e # a failed check is counted
tests=$project/tests
tenth=$(realpath -m "${TENTH:-$project/build/release/tenth}")
preload=${TEST_PRELOAD:-$(dirname -- "$tenth")/tests/preload} # NAME.so of tests/preload/NAME.c
work=$(temporary -d) || exit
trap 'cd /; rm -rf "$work"' EXIT
cd "$work" || exit 1
unset TENTH_DATA
# Waiting threads do not take the processor from parallel tests.
export OMP_WAIT_POLICY=passive

failures=0

# check NAME COMMAND...: one check, passed if the command succeeds. Its output is shown if it fails.
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok - $name"
    else
        echo "not ok - $name"
        printf '%s\n' "$output" | sed 's/^/    /'
        failures=$((failures + 1))
    fi
}

# skip NAME REASON: counts neither as passed nor as failed.
skip() {
    echo "skip - $1: $2"
}

not() {
    ! "$@"
}

# exits_with STATUS COMMAND...: passes the command's output through.
exits_with() {
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "exit code $status, not $wanted"
        return 1
    fi
}

# says TEXT COMMAND...: the command's output, standard error included, contains the text; its exit code does not matter.
says() {
    local text=$1 output
    shift
    output=$("$@" 2>&1) || true
    if [[ $output != *"$text"* ]]; then
        echo "does not say \"$text\":"
        echo "$output"
        return 1
    fi
}

# refuses STATUS TEXT COMMAND...: ends with this exit code and prints the text.
refuses() {
    local wanted=$1 text=$2 status=0 output
    shift 2
    output=$("$@" 2>&1) || status=$?
    [ "$status" -eq "$wanted" ] || { echo "exit code $status, not $wanted: $output"; return 1; }
    [[ $output == *"$text"* ]] || { echo "does not say \"$text\": $output"; return 1; }
}

# signalled SIGNAL TO FILE COMMAND...: the command gets the signal once FILE is there; its exit code is passed on. It is a
# background job in its own process group, as from a terminal. TO: group, like Ctrl-C; or process, like `kill`.
signalled() {
    local signal=$1 to=$2 file=$3 status=0 waited=0
    shift 3
    set -m
    "$@" &
    set +m
    while [ ! -e "$file" ] && [ "$waited" -lt 200 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    kill "-$signal" -- "$([ "$to" = process ] || echo -)$!"
    wait "$!" || status=$?
    return "$status"
}

# interrupted FILE COMMAND...: Ctrl-C once FILE is there.
interrupted() {
    signalled INT group "$@"
}

# is_empty_directory DIR: hidden files count.
is_empty_directory() {
    [ -z "$(ls -A "$1")" ] || {
        ls -A "$1"
        return 1
    }
}

# The last command of a script.
finish() {
    [ "$failures" -eq 0 ]
}
