#!/usr/bin/env bash
# tests/test_mutations.sh: does each mistake of tests/mutations.txt still fit its file, and do the tests that should see it
# exist? `make mutate` checks whether they do see it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
cd "$project" || exit 1

mutations() {
    awk -v mode=check -f tests/mutations.awk "$1"
}

# is_refused TEXT SED: the list changed like this is refused, with this text.
is_refused() {
    sed "$2" tests/mutations.txt >"$work/list"
    refuses 1 "$1" mutations "$work/list"
}

check "every mutation fits its file" mutations tests/mutations.txt
check "there are at least 100" test "$(grep -c '^name ' tests/mutations.txt)" -ge 100
check "an old text that is gone is noticed" is_refused "stands 0 times" '0,/^old /s/^old .*/old no such text/'
check "one that stands there twice is noticed" is_refused "times in" '0,/^old /s/^old .*/old ;/'
check "a test that is gone is noticed" is_refused "has no test" '0,/^tests test_[a-z]*:/s/^tests \(test_[a-z]*\):.*/tests \1:no_such_test/'
finish
