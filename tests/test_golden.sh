#!/usr/bin/env bash
# tests/test_golden.sh: one small run on real MNIST from end to end, against the tables that are kept in tests/golden.
# With --update the tables are made anew (`make golden`).
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
export TENTH_HOME=${TENTH_HOME:-$(dirname "$tests")}

for method in vi map mle; do
    "$tenth" run "$tests/golden/golden.ini" --set posterior.method=$method --out "$work" --quiet || exit 1
done
for table in train prune perturb; do
    "$tenth" table "$work"/mnist_{vi,map,mle}_seed1.h5 $table >"$work/$table.csv" || exit 1
    if [ "${1:-}" = --update ]; then
        cp "$work/$table.csv" "$tests/golden/$table.csv"
        continue
    fi
    check "the $table table is the golden one" \
        awk -f "$tests/golden/compare.awk" "$tests/golden/$table.csv" "$work/$table.csv"
done
[ "${1:-}" = --update ] && exit 0

# The comparison must notice: a number that is off, a row that is missing, a method under another's name.
broken() {
    ! awk -f "$tests/golden/compare.awk" "$tests/golden/prune.csv" "$1" >/dev/null
}
awk 'BEGIN { FS = OFS = "," } NR == 5 { $8 -= .05 } 1' "$work/prune.csv" >"$work/off.csv"
check "an accuracy that is off by .05 is noticed" broken "$work/off.csv"
head -n -1 "$work/prune.csv" >"$work/short.csv"
check "a missing row is noticed" broken "$work/short.csv"
sed '3s/,vi,/,map,/' "$work/prune.csv" >"$work/renamed.csv"
check "a wrong name is noticed" broken "$work/renamed.csv"
finish
