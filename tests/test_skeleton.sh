#!/bin/bash
# tests/test_skeleton.sh: lib/bayes/method_skeleton.c becomes a method as its head says, by one file and one row, in a copy
# of the program, and does all that a method does.
# shellcheck source=tests/script.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/script.sh"

# All that knows the registry is compiled anew, quickly rather than well.
cp -a "$project"/{Makefile,environment.sh,lib,experiments,configs} . || exit 1
quick=(MODE=debug OPT_debug=-O0 HARDENING= HARDENING_LD=)

named() {
    sed 's/skeleton/mine/g; s/Skeleton/Mine/g' "$project/lib/bayes/method_skeleton.c"
}
named >lib/bayes/method_mine.c
named | sed -n '/^ \*   METHOD(/,/)))$/s/^ \* *//p' >row
check "the template has its row" test "$(wc -l <row)" -gt 0
cat row >>lib/bayes/method.def

check "its file compiles without a warning" make -s WERROR=1 build/release/lib/bayes/method_mine.o
check "one file and one row make a program" make -s -j2 "${quick[@]}" build/debug/tenth
tenth=$work/build/debug/tenth
[ -x "$tenth" ] || exit 1

check "the help has the method" says "Mine: SGD, then a Gaussian" "$tenth" help
check "the help has its key" says "momentum = 0.9" "$tenth" config
check "a typo of its key is seen" refuses 2 "mine.momentum" "$tenth" config configs/moons_vi.ini --set mine.momentun=.5

cat >moons_mine.ini <<'INI'
base = configs/moons.ini
[posterior]
method = mine
prior_sigma = 1
[train]
epochs = 100
learning_rate = 0.02
test_samples = 4
[prune]
fractions = 0,.5,.9
samples = 2
[perturb]
strengths = 3
samples = 4
items = 50
[ood]
samples = 4
items = 50
INI
check "it runs from training to illustrations" "$tenth" run moons_mine.ini --out whole --quiet
run=whole/moons_mine_seed1.h5

# The columns named of a table of the run, a row a line.
columns() {
    "$tenth" table "$run" "$1" | awk -F, -v wanted="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(wanted, name, " "); next }
        { for (i = 1; i <= n; i++) printf "%s%s", $at[name[i]], i < n ? " " : "\n" }'
}

# each TABLE COLUMNS CONDITION: the table has rows, and awk's condition on these columns holds in each.
each() {
    columns "$1" "$2" | awk "!($3) { bad = 1; print } END { exit bad || NR == 0 }"
}

check "it has learned" awk -v last="$(columns train accuracy_val | tail -n 1)" 'BEGIN { exit last < .7 }'
# shellcheck disable=SC2016 # awk's $1
{
    check "it has sigmas from its end on" each sigma "epoch q05 q95" 'NR == 1 && $1 == 100 && 0 < $2 && $2 < $3'
    check "layer by layer too" each sigma_layers "epoch q50" '$1 == 100 && $2 > 0'
    check "its networks differ" each perturb mutual_information '$1 > 0'
}
check "it is pruned by its usual criterion" test "$(columns prune criterion | grep -cx snr)" -ge 3
check "it is exported with its sigmas" "$tenth" export "$run" --posterior variance --out mine.tenth
check "its own key is part of its identity" refuses 2 "mine.momentum: 0.9 in the file, 0.5 wanted" \
    "$tenth" train moons_mine.ini --out whole --set mine.momentum=.5
check "what it cannot finish is refused by name" refuses 2 "mine needs a Gaussian prior" \
    "$tenth" train moons_mine.ini --out laplace --set posterior.prior=laplace

finish
