#!/usr/bin/env bash
# tests/test_slides.sh: the talk slide by slide: what docs/slides.tsv names exists, docs/slides.md matches it, and what a run must have.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

# Only the parts of the project that the script reads.
copy=$work/copy
mkdir -p "$copy"/{lib/data,lib/io,lib/run,lib/results,plots,docs,experiments,results/reference/standard/tables}
for file in environment.sh lib/data/dataset.def lib/run/table.def lib/results/claim.def plots/{csv.awk,figures.tsv} docs/slides.{tsv,md} \
    experiments/slides.{sh,awk} results/reference/standard/tables/claims.csv; do
    cp "$project/$file" "$copy/$file"
done
slides() {
    "$copy/experiments/slides.sh" "$@"
}

# ---- The page. ----
check "the page can be written" exits_with 0 slides
check "it is the one that is there" cmp "$project/docs/slides.md" "$copy/docs/slides.md"
check "every table that is named is the program's" bash -c "
    grep -v '^#' '$copy/docs/slides.tsv' | cut -f 5 | tr , '\n' | grep -vx -e - | sort -u >named
    '$tenth' table --list | grep -oE '^[a-z0-9_]+ ' | tr -d ' ' | sort -u >listed
    test -s named && ! comm -23 named listed | grep ."

# ---- Names in no registry. ----
# with_row ROW: slides.tsv with one more row, of columns separated by |.
with_row() {
    { cat "$project/docs/slides.tsv"; tr '|' '\t' <<<"$1"; } >"$copy/docs/slides.tsv"
}
lines=$(($(wc -l <"$project/docs/slides.tsv") + 1))
while IFS=: read -r row message; do
    with_row "$row"
    check "refused: $message" refuses 1 "docs/slides.tsv:$lines: $message" slides
done <<'END'
a|b|have|nothing|-|-|-:plots/figures.tsv has no figure "nothing"
a|b|have|examples_moons|-|-|-:figure examples is not drawn of moons
a|b|have|pruning_noise|-|-|-:figure pruning has no values, so there is no "pruning_noise"
a|b|have|-|nothing|-|-:lib/run/table.def has no table "nothing"
a|b|have|-|-|ten_percent_moons|-:lib/results/claim.def has no claim "ten_percent_moons"
a|b|weak|-|-|-|-:state "weak" is neither
a|b|later|-|-|-|-:what comes later is not named
a|b|have:3 columns, not 7
END
check "the page is as it was" cmp "$project/docs/slides.md" "$copy/docs/slides.md"
check "no temporary file is left" test -z "$(find "$copy/docs" -name '.*' -type f)"
grep -v 'savage_dickey' "$project/docs/slides.tsv" >"$copy/docs/slides.tsv"
check "a claim that is not in the talk need not have a slide" exits_with 0 slides
grep -v $'\taveraging\t' "$project/docs/slides.tsv" >"$copy/docs/slides.tsv"
check "any other claim needs one" refuses 1 "no row has claim averaging_mnist" slides
cp "$project/docs/slides.tsv" "$copy/docs/slides.tsv"

# ---- Verdicts. ----
mkdir -p "a=b/tables"
cat >"a=b/tables/claims.csv" <<'END'
id,holds,dataset,adjusted,profile
averaging_mnist,holds,mnist,holds,standard
averaging_cifar10,not decidable,cifar10,not decidable,standard
averaging_ecg5000,holds,ecg5000,not decidable,standard
END
# shellcheck disable=SC2016 # backquotes of Markdown
{
    check "verdicts stand with their claims" says '`averaging`: **holds** mnist, ecg5000; **not decidable** cifar10 |' slides a=b
    check "what was not asked is called so" says '`memory`: not asked |' slides "$work/a=b"
    check "the page says whose verdicts they are" says 'those of `a=b`, profile standard' slides a=b
}
sed -i 's/,adjusted,/,other,/' "a=b/tables/claims.csv"
check "those of older rules are not shown" not grep -q '\*\*holds' <(slides a=b)
check "no tables: a data error" refuses 3 "run_all.sh writes it" slides nowhere
check "two directories: a usage error" exits_with 2 slides a=b a=b
check "an unknown option: a usage error" exits_with 2 slides --bogus

# ---- What a run must have. ----
mkdir -p run/tables run/figures
printf 'dataset,method\nmnist,vi\nmoons,vi\n' >run/tables/summary.csv
check "what is missing is named" refuses 1 "figure pruning: nothing in run/figures/pruning_mnist.svg" slides --check run
slides --check run 2>&1 | sed -n 's/.* nothing in run\///p' | tr '*' x >wanted
while read -r file; do
    printf 'a\n1\n' >"run/$file"
done <wanted
check "with all of it the run is whole" exits_with 0 slides --check run
check "a figure of each data set that it has, where it is drawn of it" bash -c "
    grep -qx figures/pruning_moons.png wanted && grep -qx figures/examples_mnist.svg wanted && ! grep -q examples_moons wanted"
check "of each value" grep -qx figures/surviving_x_mnist.svg wanted
check "of none that it has not" not grep -qE 'cifar10|ecg5000' wanted
check "and none of another command" not grep -q pareto wanted
echo a >run/tables/train.csv
check "a table without a row is not there" refuses 1 "table train: nothing in run/tables/train.csv" slides --check run
printf 'a\n1\n' >run/tables/train.csv
: >run/figures/gaussian.svg
check "nor is an empty figure" refuses 1 "figure gaussian: nothing in run/figures/gaussian.svg" slides --check run
finish
