#!/usr/bin/env bash
# tests/test_runner.sh: do tests/run.sh and tests/fuzz.sh count honestly? The programs below print what cmocka prints.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

# program NAME: an executable from the lines of standard input.
program() {
    { echo '#!/bin/bash'; cat; } >"$work/$1"
    chmod +x "$work/$1"
}

program passes <<'END'
echo "[==========] Running 2 test(s)."
echo "[ RUN      ] a"; echo "[       OK ] a"; echo "[ RUN      ] b"; echo "[       OK ] b"
END
program two_groups <<'END'
echo "[==========] group: Running 1 test(s)."; echo "[       OK ] a"
echo "[==========] Running 3 test(s)."; echo "[       OK ] b"; echo "[  SKIPPED ] c"; echo "[  FAILED  ] d"; exit 1
END
program crashes <<'END'
echo "[==========] Running 5 test(s)."; echo "[       OK ] a"; kill -SEGV $$
END
program leaks <<'END'
echo "[==========] Running 1 test(s)."; echo "[       OK ] a"; exit 23
END
program runs_nothing </dev/null
program skips <<'END'
echo "[==========] Running 1 test(s)."; echo "[  SKIPPED ] a"
END
program hangs <<'END'
echo "[==========] Running 1 test(s)."; sleep 60
END
program lies <<'END'
echo "[==========] Running 2 test(s)."; echo "[       OK ] a"; echo "[  FAILED  ] b"; exit 0
END
program script.sh <<'END'
echo "ok - a"; echo "not ok - b"; echo "skip - c: no reason"; exit 1
END
program broken_script.sh <<'END'
echo "ok - a"; exit 1
END
# Its checks pass, since the script does not look at the program that the sanitizer reports.
program unwatched.sh <<'END'
file=$(tr : '\n' <<<"$ASAN_OPTIONS" | sed -n 's/^log_path=//p' | tail -n 1)
echo "ERROR: heap-buffer-overflow" >"$file.17"
echo "ok - a"
END

# closes_with STATUS LINE PROGRAM...: run.sh's exit code and its last line.
closes_with() {
    local wanted=$1 line=$2 status=0 last program paths=()
    shift 2
    for program in "$@"; do
        paths+=("$work/$program")
    done
    last=$("$tests/run.sh" "${paths[@]}" 2>/dev/null | tail -n 1) || status=1
    if [ "$status" -ne "$wanted" ] || [ "$last" != "$line" ]; then
        echo "exit code $status and \"$last\", not $wanted and \"$line\""
        return 1
    fi
}

check "tests that pass are counted one by one" closes_with 0 "2 passed, 0 failed" passes
check "groups of one program are added up" closes_with 1 "2 passed, 1 failed" two_groups
check "a crash fails all that it kept from running" closes_with 1 "1 passed, 4 failed" crashes
check "a bad exit code is a failure though every test passed" closes_with 1 "1 passed, 1 failed" leaks
check "a program without a test is a failure" closes_with 1 "0 passed, 1 failed" runs_nothing
check "a program that is not there is a failure" closes_with 1 "0 passed, 1 failed" not_there
check "what is skipped is not passed" closes_with 1 "0 passed, 0 failed" skips
check "a failed test is a failure though the exit code is 0" closes_with 1 "1 passed, 1 failed" lies
check "a script's lines are counted" closes_with 1 "1 passed, 1 failed" script.sh
check "a script's bad exit code is a failure" closes_with 1 "1 passed, 1 failed" broken_script.sh
check "a script in which a sanitizer reported is a failure" closes_with 1 "1 passed, 1 failed" unwatched.sh
check "and the report is shown" says "heap-buffer-overflow" "$tests/run.sh" "$work/unwatched.sh"
check "it fails no other test" closes_with 1 "3 passed, 1 failed" unwatched.sh passes
check "programs are added up" closes_with 1 "3 passed, 4 failed" passes crashes
TEST_TIMEOUT=1 check "a program that hangs is a failure" closes_with 1 "0 passed, 1 failed" hangs
TEST_WRAPPER="env X=y" check "a wrapper runs the programs" closes_with 0 "2 passed, 0 failed" passes

program fuzz_ucr <<'END'
[ -d "$1" ] && [ -n "$(ls "$2")" ] && echo "stat::number_of_executed_units: 7" && exit "${FAKE_FOUND:-0}"
END
mkdir -p fuzzed/tests empty/tests
cp fuzz_ucr fuzzed/tests
check "a fuzz target without a finding" says "fuzz_ucr: 7 inputs in 1 s, 0 kept, nothing found" "$tests/fuzz.sh" run 1 fuzzed
FAKE_FOUND=77 check "a finding is a failure" exits_with 1 "$tests/fuzz.sh" run 1 fuzzed
check "no target is one, too" exits_with 1 "$tests/fuzz.sh" run 1 empty
cp fuzz_ucr fuzzed/tests/fuzz_nothing
check "so is a target without a corpus" exits_with 1 "$tests/fuzz.sh" run 1 fuzzed
finish
