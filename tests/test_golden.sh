#!/usr/bin/env bash
# tests/test_golden.sh: one small run on real MNIST from end to end, compared with the tables in tests/golden. With
# --update the tables are rebuilt (`make golden`).
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

# The comparison must notice wrong numbers, a missing row, a method under another's name.
broken() {
    ! awk -f "$tests/golden/compare.awk" "$tests/golden/$1.csv" "$2" >/dev/null
}

# notices TABLE ROW COLUMN FACTOR: the golden table with this number times FACTOR must differ.
notices() {
    awk -v row="$2" -v column="$3" -v factor="$4" 'BEGIN { FS = OFS = "," }
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        NR == row { $at *= factor } 1' "$tests/golden/$1.csv" >off.csv
    broken "$1" off.csv
}

# Row 3 is half of the weights, row 5 a tenth, where all classes are nearly equal.
check "an accuracy that is off by .04 is noticed" notices prune 3 accuracy .955
check "an accuracy of undecided predictions by .1" notices prune 5 accuracy .8
check "their NLL by 4 %" notices prune 5 nll 1.04
check "their entropy by 4 %" notices prune 5 entropy .96
check "a fraction by a millionth" notices prune 4 fraction 1.000002
check "that of a threshold by 1 %" notices prune 7 fraction .99
check "a KL by 1.5 %" notices train 2 kl 1.015
check "a median sigma by 1.5 %" notices train 4 sigma_median .985
check "a mutual information by 10 %" notices perturb 4 mutual_information 1.1
check "a number of items" notices perturb 4 items 1.01
check "nothing but what is off" not notices prune 3 accuracy 1
head -n -1 "$work/prune.csv" >"$work/short.csv"
check "a missing row is noticed" broken prune "$work/short.csv"
sed '3s/,vi,/,map,/' "$work/prune.csv" >"$work/renamed.csv"
check "a wrong name is noticed" broken prune "$work/renamed.csv"
finish
