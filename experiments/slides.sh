#!/usr/bin/env bash
# experiments/slides.sh [DIR | --check DIR]: the talk, slide by slide: the figures, tables and claims for each.
#
#   (nothing)    writes docs/slides.md from docs/slides.tsv, with the verdicts of results/reference/standard
#   DIR          prints that page with the verdicts of DIR, written by run_all.sh
#   --check DIR  is each figure and table there that docs/slides.tsv names? Those of data sets that DIR has no runs of are not
#                asked for, nor what another command than run_all.sh makes.
#
# A name in no registry (plots/figures.tsv, lib/run/table.def, lib/results/claim.def) is an error.
#
# Exit codes: 0 done; 1 docs/slides.tsv names something missing; 2 usage; 3 DIR was not written by run_all.sh.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"
registries=("$project"/lib/data/dataset.def "$project"/lib/run/table.def "$project"/lib/results/claim.def "$project"/plots/figures.tsv
    "$project"/docs/slides.tsv)

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
}

# read_slides MODE DIR TABLE: see slides.awk. awk takes NAME=... as an assignment, but not ./NAME=...
read_slides() {
    local dir=$2
    if [ ! -r "$dir/tables/$3.csv" ]; then
        echo "slides.sh: there is no $dir/tables/$3.csv; run_all.sh writes it" >&2
        return 3
    fi
    [[ $dir == /* ]] || dir=./$dir
    VERDICTS_OF=${2#"$project"/} awk -f "$project/plots/csv.awk" -f "$project/experiments/slides.awk" -v mode="$1" \
        "${registries[@]}" "$dir/tables/$3.csv"
}

write_page() {
    local partial=$project/docs/.slides.$$ status=0
    read_slides page "$project/results/reference/standard" claims >"$partial" || status=$?
    if [ "$status" -ne 0 ]; then
        rm -f "$partial"
        return "$status"
    fi
    mv -f "$partial" "$project/docs/slides.md"
}

# there FILE: a file that is not empty; a table needs a row below its header.
there() {
    [ -s "$1" ] && { [[ $1 != *.csv ]] || [ "$(head -n 2 "$1" | wc -l)" -eq 2 ]; }
}

# check_results DIR
check_results() {
    local expected line what pattern file count=0 missing=0 found
    expected=$(read_slides expected "$1" summary)
    while IFS=$'\t' read -r line what pattern; do
        found=no count=$((count + 1))
        # shellcheck disable=SC2231 # a pattern
        for file in "$1"/$pattern; do
            if there "$file"; then
                found=yes
            fi
        done
        if [ "$found" = no ]; then
            echo "docs/slides.tsv:$line: $what: nothing in $1/$pattern" >&2
            missing=$((missing + 1))
        fi
    done <<<"$expected"
    echo "slides.sh: $((count - missing)) of $count figures and tables are there"
    [ "$missing" -eq 0 ]
}

case ${1:-} in
--help) usage ;;
"") write_page ;;
--check)
    [ $# -eq 2 ] || { usage >&2; exit 2; }
    check_results "$2"
    ;;
-*)
    echo "slides.sh: no option $1; --check and --help are there" >&2
    exit 2
    ;;
*)
    [ $# -eq 1 ] || { usage >&2; exit 2; }
    read_slides page "$1" claims
    ;;
esac
