#!/usr/bin/env bash
# tests/test_extend.sh: what tests/extend/additions.tsv adds, one file and one row each, is all that it takes: in a copy of the
# project with all of it, the program is built, a tiny run is made, and each thing is where a user looks for it. To have one
# more: a line there, its file below tests/extend/, and a function finds_KIND here.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
additions=$tests/extend/additions.tsv
mode=$(basename "$(dirname "$tenth")")
copy=$work/copy
unset TENTH_HOME

if [ ! -f "$project/build/$mode/libtenth.a" ]; then
    skip "additions" "they are built on top of $project/build/$mode, which is not there; \`make\` makes it"
    finish
    exit
fi

# each COMMAND...: with KIND FILE TABLE ROW of each addition after it.
each() {
    local kind file table row
    while IFS=$'\t' read -r kind file table row; do
        if [[ $kind != \#* ]]; then
            "$@" "$kind" "$file" "$table" "$row" || return
        fi
    done <"$additions"
}

# ---- The copy. ----

# All keeps its time, so that only what the additions change is compiled again. (Without tests/, make would take every object for
# an intermediate file.)
make_copy() {
    mkdir -p "$copy/build" "$copy/data" "$copy/results" &&
        cp -a "$project"/{Makefile,environment.sh,deps.sh,run_all.sh,lib,experiments,plots,configs,tests} "$copy" &&
        cp -a "$project/build/$mode" "$copy/build" &&
        cp -a "$project/results/reference" "$copy/results"
}

# add KIND FILE TABLE ROW
add() {
    if [ "$2" != - ]; then
        test ! -e "$copy/$2" && cp "$tests/extend/$2" "$copy/$2" || return
    fi
    if [ "$3" != - ]; then
        test -f "$copy/$3" && printf '%s\n' "$4" >>"$copy/$3"
    fi
}

# The flags of the other objects are nobody's concern here, and what is compiled again need not be fast.
build() {
    make -C "$copy" --no-print-directory --silent -j2 MODE="$mode" WERROR=1 -o "build/$mode/flags" "OPT_$mode=-O1 -g0" HARDENING= all
}

# Every file in tests/extend/ is of an addition.
is_added() {
    local file
    (cd "$tests/extend" && find . -type f ! -name "$(basename "$additions")" -printf '%P\n') | while IFS= read -r file; do
        grep -q "^[a-z]*	$file	" "$additions" || { echo "$file is in no row of $additions"; exit 1; }
    done
}

# is_told KIND FILE...: docs/extend.md names the file as a beginning.
is_told() {
    [ "$2" = - ] || says "\`${2##*/}\`" cat "$project/docs/extend.md"
}

check "docs/extend.md names each file" each is_told
check "a copy of the project" make_copy
check "every file of tests/extend/ is added" is_added
check "one file and one row each" each add
check "are all that the program needs" build
tenth=$copy/build/$mode/tenth
if [ "$failures" -gt 0 ]; then
    finish
    exit
fi

# ---- A tiny run. ----

# Whole waves of three lengths, in any phase.
write_gauge() {
    awk -v seed="$1" 'BEGIN {
        srand(seed)
        for (i = 0; i < 90; i++) {
            printf "%d", i % 3 + 1
            phase = 6.283 * rand()
            for (t = 0; t < 24; t++)
                printf "\t%.4f", sin(i % 3 * t / 2.5 + phase) + .3 * (rand() - .5)
            print ""
        }
    }'
}
mkdir -p "$copy/data/Gauge" "$copy/data/tiles"
write_gauge 1 >"$copy/data/Gauge/Gauge_TRAIN.tsv"
write_gauge 2 >"$copy/data/Gauge/Gauge_TEST.tsv"
for file in "$project"/data/mnist/*-ubyte*; do
    ln -s "$file" "$copy/data/tiles"
done

# run CONFIG [OPTION...]
run() {
    "$tenth" run "$copy/configs/$1.ini" --profile tiny --set data.dataset=gauge --out out --quiet "${@:2}"
}
check "vi learns the new set" run ecg5000_vi
check "so does map" run ecg5000_map
check "and the new method" run ecg5000_map --set posterior.method=shrink --set shrink.factor=1
check "and a network of the new layer and activation" run ecg5000_vi --set run.name=gauge_least \
    --set "model.architecture=conv 4 5 softsign; minpool 2; dense 8 softsign"
mkdir -p out/tables
for table in summary train prune prune_band perturb perturb_band stills stills_predicted claims provenance registry; do
    check "the table $table" bash -c "'$tenth' table out/*.h5 $table >out/tables/$table.csv"
done
if "$project/deps.sh" check draw 2>/dev/null; then
    check "figures" env TENTH="$tenth" "$copy/plots/draw.sh" out/tables out/figures pruning_gauge perturb_gain_gauge stills_gain_gauge pruned_ece
    check "the report" "$tenth" report out
else
    skip "figures and report" "they need gnuplot-nox; \`make deps\` installs it"
fi

# ---- Is it there? ----

# helps, tables TABLE, draws FIGURE, reports: TEXT is in the help, a table, a figure, the report.
helps() {
    says "$1" "$tenth" help
}
tables() {
    grep -qF -- "$2" "out/tables/$1.csv"
}
draws() {
    [ ! -d out/figures ] || grep -qF -- "$2" "out/figures/$1.svg"
}
reports() {
    [ ! -f out/report.html ] || grep -qF -- "$1" out/report.html
}
# registers KIND NAME
registers() {
    "$tenth" registry | cut -f 1,2 | grep -qxF "$1	$2"
}

# column NAME... FILE: these columns of the file's rows.
column() {
    local file=${*: -1}
    awk -F, -v names="${*:1:$#-1}" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; count = split(names, name, " "); next }
        { for (i = 1; i <= count; i++) printf "%s%s", $at[name[i]], i < count ? "," : "\n" }' "$file"
}

# same_rows TABLE COLUMN A B COLUMN...: the rows with A and with B in a column are the same in the others.
same_rows() {
    local a b
    a=$(column "${@:2:1}" "${@:5}" "out/tables/$1.csv" | sed -n "s/^$3,//p")
    b=$(column "${@:2:1}" "${@:5}" "out/tables/$1.csv" | sed -n "s/^$4,//p")
    printf '%s\n' "$3: $a" "$4: $b"
    [ -n "$a" ] && [ "$a" = "$b" ]
}

finds_criterion() {
    check "$1: in the help" helps "squared weight (a textbook)"
    check "$1: in the registry" registers criterion energy
    check "$1: among the keys of the config" "$tenth" config "$copy/configs/moons_vi.ini" --set prune.criteria=energy
    check "$1: in a table, in the order of |mu|" same_rows prune criterion energy magnitude method fraction accuracy nll
    check "$1: in a figure" draws pruning_gauge ">by squared weight<"
    check "$1: in the report" reports "squared weight"
}

finds_method() {
    check "$1: in the help" helps "Shrink: strong L2"
    check "$1: in the registry" registers method shrink
    check "$1: with a key of its own" says "how many times as strong as map's prior" "$tenth" config --help
    check "$1: in tables, as map with the same prior" same_rows train method shrink map epoch loss nll accuracy_val
    check "$1: pruned by its usual criterion, in a figure" draws pruning_gauge ">Shrink, by squared weight<"
    check "$1: in its colour" draws pruning_gauge "rgb( 17, 119,  51)"
    check "$1: in the report" reports "Shrink: strong L2"
    check "$1: its key is part of what a run is" tables provenance "config shrink.factor,1"
}

finds_perturbation() {
    check "$1: in the help" helps "amplifier set too high, up to 2"
    check "$1: in the registry" registers perturbation gain
    check "$1: in a table" tables perturb ",gain,"
    check "$1: the stronger, the fewer right" test "$(awk -F, '$4 == "gain" && $2 == "map" { print $6 }' out/tables/perturb.csv | sort -rn)" = \
        "$(awk -F, '$4 == "gain" && $2 == "map" { print $6 }' out/tables/perturb.csv)"
    check "$1: in figures" draws perturb_gain_gauge "<title>Gauge, amplifier set too high: uncertainty and accuracy"
    check "$1: of items, too" draws stills_gain_gauge "amplifier set too high"
    check "$1: in the report" reports 'id="figure-perturb_gain_gauge"'
}

finds_dataset() {
    check "$1: in the help" helps "gauge tiles"
    check "$1: in the registry" registers dataset gauge
    check "$1: with what its values are" says "readings of a gauge, 24 in a row" "$tenth" predict --help
    check "$1: in tables, by the files that were read" tables provenance "Gauge/Gauge_TRAIN.tsv"
    check "$1: which are not known" tables summary "not the official files"
    check "$1: in the report" reports '<section id="gauge"'
    check "$1: images are found by their format" "$tenth" run "$copy/configs/mnist_vi.ini" --set data.dataset=tiles --dry-run --out none
    check "$1: what is missing is named" refuses 3 "Looked for train-images-idx3-ubyte or train-images.idx3-ubyte, train-labels" \
        "$tenth" run "$copy/configs/mnist_vi.ini" --set data.dataset=tiles --dry-run --out none --data-dir "$copy/data/Gauge"
}

finds_figure() {
    check "$1: drawn" draws pruned_ece_gauge "<title>Gauge: calibration as weights are removed"
    check "$1: in the report" reports 'id="figure-pruned_ece_gauge"'
    check "$1: and its contents" reports 'href="#figure-pruned_ece_gauge">calibration as weights are removed'
}

finds_claim() {
    check "$1: in a table, measured" tables claims "ten_percent_gauge,10 % of the weights are enough for a gauge,,0"
    check "$1: in the report" reports "10 % of the weights are enough for a gauge"
}

finds_metric() {
    check "$1: in the help" helps "mean of the largest p_ik less the next one"
    check "$1: in the registry" registers metric margin
    check "$1: in tables, with its interval" says ",margin,margin_low,margin_high" head -n 1 out/tables/perturb.csv
    check "$1: the more noise, the smaller" test "$(column method perturbation strength margin out/tables/perturb.csv |
        awk -F, '$1 == "vi" && $2 == "noise" { if ($3 == 0) first = $4; last = $4 } END { print last < first }')" = 1
    check "$1: which has columns in bands" says ",margin" head -n 1 out/tables/prune_band.csv
    check "$1: in a figure of measures" draws perturb_gain_gauge ">margin<"
    check "$1: in the report" reports "margin"
}

finds_layer() {
    check "$1: in the help" helps "minpool              WINDOW"
    check "$1: in the registry" registers layer minpool
    check "$1: part of what a run is" tables provenance "minpool 2"
    check "$1: pruned like others" says "gauge,gauge_least,vi,snr" cat out/tables/prune_band.csv
}

finds_activation() {
    check "$1: in the help" helps "softsign (a textbook)"
    check "$1: in the registry" registers activation softsign
    check "$1: part of what a run is" tables provenance "conv 4 5 softsign"
}

finds_profile() {
    check "$1: of a config" says "filters = 4 ; $copy/configs/profiles/tiny.ini" "$tenth" config "$copy/configs/moons_vi.ini" --profile tiny
    check "$1: of runs" tables provenance "config run.profile,tiny"
    check "$1: in figures" draws pruning_gauge "profile tiny"
    check "$1: of run_all.sh" refuses 2 "no run file" "$copy/run_all.sh" --profile tiny --draw-only --out "$work/nothing"
}

find_it() {
    "finds_$1" "$1"
}
kinds() {
    each echo | cut -d ' ' -f 1 | sort -u
}
for kind in $(kinds); do
    find_it "$kind"
done

# ---- The new method on the new set, pruned by the new criterion, as C99. ----
cat >main.c <<'END'
#include <stdio.h>
#include "model.h"
int main(void)
{
    float x[24];
    int label;
    while (scanf("%d", &label) == 1) {
        struct model_result r;
        int i;
        for (i = 0; i < 24; i++)
            if (scanf("%f", &x[i]) != 1)
                return 1;
        model_predict(x, &r);
        printf("%d,%.5f\n", r.label, r.probability[r.label]);
    }
    return model_self_test();
}
END
# agrees DIR: DIR/model.c and `tenth predict DIR/model.tenth`.
agrees() {
    cc -std=c99 -pedantic -Wall -Wextra -Werror -O1 "-I$1" -o model main.c "$1/model.c" -lm &&
        ./model <"$copy/data/Gauge/Gauge_TEST.tsv" >found || return
    "$tenth" predict "$1/model.tenth" "$copy/data/Gauge/Gauge_TEST.tsv" --format csv | tail -n +2 |
        awk -F, '{ printf "%d,%.5f\n", $3, $4 }' >wanted
    [ "$(wc -l <found)" -eq 90 ] && paste -d , found wanted |
        awk -F, '{ bad += $1 != $3 || ($2 - $4)^2 > 1e-9 } END { exit bad > 0 }'
}
check "an export" "$tenth" export out/gauge_shrink_seed1.h5 --criterion energy --fraction .5 --name model --out shrunk --quiet
check "says how it was pruned" grep -q "shrink on gauge; 0.5 of the weights were removed by energy" shrunk/model.h
check "its C99 compiles and predicts the same" agrees shrunk
for posterior in mean variance; do
    check "an export of the new layer and activation: $posterior" "$tenth" export out/gauge_least_seed1.h5 --posterior "$posterior" \
        --fraction .3 --name model --out "$posterior" --quiet
    check "its C99 compiles and predicts the same: $posterior" agrees "$posterior"
done
finish
