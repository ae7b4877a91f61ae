#!/usr/bin/env bash
# plots/draw.sh TABLE_DIR OUT_DIR [FIGURE...]: draws the figures of figures.tsv from the tables in TABLE_DIR.
#
#   TABLE_DIR  has TABLE.csv as `tenth table` prints them
#   OUT_DIR    gets FIGURE.svg and FIGURE.png (or what the registry says); each appears whole or not at all
#   FIGURE     a row of figures.tsv (pruning) or one of its figures (pruning_mnist); none: all
#
# A figure that is newer than all it is made of is left alone. One whose tables have no rows for it is reported and, if an
# older one is there, removed: an empty or outdated picture would be read as a result. So are, where all are drawn, those that a
# row of figures.tsv can have and the tables no longer give (of a run that is gone, say); other files are left alone. A figure
# whose first table is not there at all is passed over, unless it is asked for: other commands write those tables.
#
# Exit codes: 0 drawn; 1 gnuplot failed; 2 usage; 3 not one figure has its rows.
#
# A script finds: terminal_name, output_file, dataset ("" in a figure of no one data set), data_source, figure_title, each
# and chosen (the registry's column and its value), reference (the directory of the talk's values), talk_pruning and
# talk_uncertainty (0 or 1: the talk has values for this figure), title_KIND_NAME and unit_perturbation_NAME from the
# registries, and for each table the arrays of split.awk.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
}

if [ "${1:-}" = --help ]; then
    usage
    exit 0
fi
if [ $# -lt 2 ]; then
    usage >&2
    exit 2
fi

plots=$project/plots
registry=$plots/figures.tsv
reference=$project/results/reference
table_dir=$1
out_dir=$2
shift 2
wanted=("$@")
processors=$(processors)
ulimit -c 0 # a gnuplot that is killed leaves nothing in plots/

if [ ! -d "$table_dir" ]; then
    echo "draw.sh: no directory $table_dir; \`./run_all.sh\` writes the tables, or \`tenth table\` one of them" >&2
    exit 2
fi
if ! "$project/deps.sh" check draw; then
    exit 2
fi
mkdir -p -- "$out_dir"
table_dir=$(cd -- "$table_dir" && pwd) # gnuplot is called elsewhere
out_dir=$(cd -- "$out_dir" && pwd)

work=$(temporary -d)
started=0

# Whoever ends this ends what it draws: each figure is a process group, with the gnuplot that it waits for.
end_drawing() {
    set +e
    local figure
    for figure in $(jobs -rp); do
        kill -- "-$figure" 2>/dev/null
    done
    wait
    rm -rf "$work" "$out_dir"/.*.partial."$mark".*
}
trap end_drawing EXIT

# If this is killed, nobody would end them: a process of another group, which sees only that the other end of its input is
# closed. A figure is in $work/drawing while it is drawn.
sweep "$out_dir"/.*.partial.*
mkdir "$work/drawing"
set -m
# shellcheck disable=SC2034 # it is the closing of what the array names that counts
coproc UNDERTAKER {
    cd /
    read -r _ || true
    for figure in "$work"/drawing/*; do
        kill -KILL -- "-${figure##*/}" 2>/dev/null # none is there: * is no number
    done
    rm -rf "$work" "$out_dir"/.*.partial."$mark".*
} >/dev/null 2>&1
set +m
disown "$UNDERTAKER_PID" # `wait` is for figures
matched=" "
meant=" "
: >"$work/ended"

# How a figure ended: drawn, kept or missing; one that never tells has failed. Figures are drawn at the same time.
ended() {
    echo "$1" >>"$work/ended"
}

# count_ended HOW
count_ended() {
    grep -cx "$1" "$work/ended" || true
}

# draw_alone COMMAND...: in a process group of its own.
draw_alone() {
    : >"$work/drawing/$BASHPID"
    trap 'rm -f "$work/drawing/$BASHPID"' EXIT
    "$@"
}

# in_background COMMAND...: as many at a time as there are processors.
in_background() {
    while [ "$(jobs -rp | wc -l)" -ge "$processors" ]; do
        wait -n || true # it has told how it ended
    done
    started=$((started + 1))
    set -m
    draw_alone "$@" &
    set +m
}

gnuplot_quote() {
    printf "'%s'" "${1//\'/\'\'}"
}

# distinct COLUMN DATASET FILE...: the values of a column; files that are not there have none.
distinct() {
    local column=$1 dataset=$2 file files=()
    shift 2
    for file in "$@"; do
        if [ -f "$file" ]; then
            files+=("$file")
        fi
    done
    if [ ${#files[@]} -gt 0 ]; then
        awk -v wanted="$column" -v dataset="$dataset" -f "$plots/csv.awk" -f "$plots/distinct.awk" "${files[@]}"
    fi
}

# registry_variables FILE MACRO PREFIX N: PREFIX_NAME = the Nth quoted text of each row MACRO(NAME, ...).
registry_variables() {
    awk -F'"' -v macro="$2" -v prefix="$3" -v text="$4" -f "$plots/csv.awk" -f /dev/stdin "$project/lib/$1" <<'AWK'
index($0, macro "(") == 1 {
    split($1, head, /[(,]/)
    gsub(/ /, "", head[2])
    gsub(/mu/, "μ", $(2 * text))
    gsub(/sigma/, "σ", $(2 * text))
    print prefix "_" head[2] " = " gnuplot_quote($(2 * text))
}
AWK
}

# The names that readers see stand in the registries of lib/ only.
write_titles() {
    registry_variables data/dataset.def DATASET title_dataset 1
    registry_variables bayes/method.def METHOD title_method 1
    registry_variables bayes/criterion.def CRITERION title_criterion 2
    registry_variables data/ood.def OOD title_ood 1
    registry_variables data/perturbation.def PERTURBATION title_perturbation 2
    registry_variables data/perturbation.def PERTURBATION unit_perturbation 1
}

# is_wanted ROW FIGURE: whether the command line asks for it.
is_wanted() {
    local name
    if [ ${#wanted[@]} -eq 0 ]; then
        return 0
    fi
    for name in "${wanted[@]}"; do
        if [ "$name" = "$1" ] || [ "$name" = "$2" ]; then
            matched+="$name "
            return 0
        fi
    done
    return 1
}

# is_current FIGURE FORMATS SOURCE...: all of its files are there and newer than all they are made of.
is_current() {
    local figure=$1 formats=$2 source format
    shift 2
    for format in ${formats//,/ }; do
        for source in "$@"; do
            if [ ! -s "$out_dir/$figure.$format" ] || { [ -e "$source" ] && [ "$source" -nt "$out_dir/$figure.$format" ]; }; then
                return 1
            fi
        done
    done
}

remove_old() {
    local old
    old=$(find "$out_dir" -maxdepth 1 -type f \( -name "$1.svg" -o -name "$1.png" -o -name "$1.gif" \) -print -delete)
    if [ -n "$old" ]; then
        echo "draw.sh: $1: removed the one from an earlier run, which these tables no longer bear out" >&2
    fi
}

report_missing() {
    ended missing
    echo "draw.sh: $1: not drawn: $2" >&2
    remove_old "$1"
}

# measured_datasets: those that the tables have rows of. The table of claims names all, measured or not.
measured_datasets() {
    local file files=()
    for file in "$table_dir"/*.csv; do
        if [ "${file##*/}" != claims.csv ]; then
            files+=("$file")
        fi
    done
    distinct dataset "" "${files[@]}"
}

# data_source DATASET: what summary.csv, or else any table, says that the rows were measured on.
data_source() {
    local sources
    if [ -z "$1" ]; then
        return # a figure of no one data set
    fi
    sources=$(distinct data_source "$1" "$table_dir"/summary.csv)
    if [ -z "$sources" ]; then
        sources=$(distinct data_source "$1" "$table_dir"/*.csv)
    fi
    printf '%s' "${sources//$'\n'/; }"
}

# write_series TABLES DATASET EACH CHOSEN: the series' files and variables. Fails, with the table's name on standard output:
# 1 where a table that is needed has no rows, 2 where one cannot be read.
write_series() {
    local spec table order optional variables
    for spec in ${1//,/ }; do
        optional=no
        if [[ $spec == *\? ]]; then
            optional=yes
            spec=${spec%\?}
        fi
        table=${spec%/*}
        order=${spec#*/}
        variables=$here/${table}_table.gp
        echo "${table}_count = 0" >"$variables"
        if [ -f "$table_dir/$table.csv" ]; then
            # awk takes a backslash in a variable for the beginning of an escape.
            awk -v table="$table" -v order="$order" -v dataset="$2" -v each="${3#-}" -v chosen="${4//\\/\\\\}" \
                -v directory="${here//\\/\\\\}" -f "$plots/csv.awk" -f "$plots/split.awk" \
                "$table_dir/$table.csv" >"$variables" || { echo "$table"; return 2; }
        fi
        if [ "$optional" = no ] && grep -qx "${table}_count = 0" "$variables"; then
            echo "$table"
            return 1
        fi
    done
}

# talk_has FILE DATASET EACH CHOSEN: 1 or 0.
talk_has() {
    awk -F, -v dataset="$2" -v each="$3" -v chosen="$4" '
        $1 == dataset && (each == "-" || $2 == chosen) { found = 1 }
        END { print found + 0 }' "$reference/$1"
}

# is_whole FILE: it ends as its format does. gnuplot does not say that a full disk has cut it off.
is_whole() {
    case $1 in
    *.svg) [[ $(tail -c 20 "$1") == *"</svg>"* ]] ;;
    *.png) [ "$(tail -c 8 "$1" | head -c 4)" = IEND ] ;;
    *.gif) [ "$(tail -c 1 "$1")" = ";" ] ;;
    esac
}

# draw_format FIGURE SCRIPT FORMAT: to a temporary name, then renamed.
draw_format() {
    local figure=$1 script=$2 format=$3 terminal=$3 partial
    if [ "$format" = png ]; then
        terminal=pngcairo
    fi
    partial=$out_dir/.$figure.partial.$mark.$format
    {
        echo "terminal_name = '$terminal'"
        echo "output_file = $(gnuplot_quote "$partial")"
        cat "$here/figure.gp" "$here"/*_table.gp
    } >"$here/preamble"
    # How many frames an animation has is no news.
    if (cd "$plots" && gnuplot --default-settings "$here/preamble" "$script" 2> >(grep -v 'frames in animation sequence' >&2)) &&
        [ -s "$partial" ] && is_whole "$partial"; then
        mv -f "$partial" "$out_dir/$figure.$format"
    else
        rm -f "$partial"
        echo "draw.sh: $figure: gnuplot failed on plots/$script, or could not write to $out_dir" >&2
        return 1
    fi
}

# draw_figure FIGURE SCRIPT TABLES TITLE FORMATS DATASET EACH CHOSEN
draw_figure() {
    local figure=$1 script=$2 tables=$3 title=$4 formats=$5 dataset=$6 each=$7 chosen=$8
    local here=$work/$figure sources spec table format status=0
    sources=("$plots/$script" "$plots"/{style,series,key,panels,pictures,predicted}.gp "$plots"/*.awk "$registry" "$0" "$reference"/*.csv "$table_dir/summary.csv")
    for spec in ${tables//,/ }; do
        sources+=("$table_dir/${spec%%/*}.csv")
    done
    if is_current "$figure" "$formats" "${sources[@]}"; then
        ended kept
        return
    fi
    mkdir "$here"
    table=$(write_series "$tables" "$dataset" "$each" "$chosen") || status=$?
    if [ "$status" -eq 1 ]; then
        report_missing "$figure" "no rows${dataset:+ of $dataset} in $table_dir/$table.csv"
        return
    elif [ "$status" -ne 0 ]; then
        remove_old "$figure"
        echo "draw.sh: $figure: cannot read $table_dir/$table.csv; \`tenth table FILE.h5... $table\` writes it anew" >&2
        return
    fi
    {
        cat "$work/titles.gp"
        echo "dataset = $(gnuplot_quote "$dataset")"
        echo "each = $(gnuplot_quote "$each")"
        echo "chosen = $(gnuplot_quote "$chosen")"
        echo "figure_title = $(gnuplot_quote "$title")"
        echo "data_source = $(gnuplot_quote "$(data_source "$dataset")")"
        echo "reference = $(gnuplot_quote "$reference")"
        echo "talk_pruning = $(talk_has talk_pruning.csv "$dataset" - -)"
        echo "talk_uncertainty = $(talk_has talk_uncertainty.csv "$dataset" "$each" "$chosen")"
    } >"$here/figure.gp"
    for format in ${formats//,/ }; do
        if ! draw_format "$figure" "$script" "$format"; then
            remove_old "$figure"
            return
        fi
    done
    ended drawn
}

# draw_if_wanted ROW FIGURE and the other arguments of draw_figure
draw_if_wanted() {
    meant+="$2 "
    if is_wanted "$1" "$2"; then
        in_background draw_figure "${@:2}"
    fi
}

# draw_row NAME SCRIPT DATASETS EACH TABLES TITLE FORMATS: every figure of one row of the registry.
draw_row() {
    local name=$1 script=$2 datasets=$3 each=$4 tables=$5 title=$6 formats=$7 first dataset chosen
    first=$table_dir/${tables%%/*}.csv
    if [ ! -f "$first" ] && [ ${#wanted[@]} -eq 0 ]; then
        return
    elif [ "$datasets" = - ]; then
        draw_if_wanted "$name" "$name" "$script" "$tables" "$title" "$formats" "" - ""
        return
    elif [ "$datasets" = all ]; then
        datasets=$all_datasets
    fi
    for dataset in ${datasets//,/ }; do
        if [ "$each" = - ]; then
            draw_if_wanted "$name" "${name}_$dataset" "$script" "$tables" "$title" "$formats" "$dataset" - ""
            continue
        fi
        if [ -z "$(distinct "$each" "$dataset" "$first")" ] && is_wanted "$name" "${name}_$dataset"; then
            started=$((started + 1))
            report_missing "${name}_$dataset" "no rows of $dataset in $first"
        fi
        for chosen in $(distinct "$each" "$dataset" "$first"); do
            draw_if_wanted "$name" "${name}_${chosen}_$dataset" "$script" "$tables" "$title" "$formats" "$dataset" "$each" \
                "$chosen"
        done
    done
}

# known KIND: the names in a registry of lib/, such as those of data sets.
known() {
    sed -n "s/^title_$1_\([^ ]*\) = .*/\1/p" "$work/titles.gp"
}

# remove_outdated: figures that a row can have and that were not meant to be drawn. Rows that were passed over keep theirs.
remove_outdated() {
    local name datasets each tables dataset figure
    while IFS=$'\t' read -r -u 3 name _ datasets each tables _; do
        if [ "$datasets" = all ]; then
            datasets=$(known dataset)
        fi
        if [[ $name == '#'* || $datasets == - ]] || [ ! -f "$table_dir/${tables%%/*}.csv" ]; then
            continue
        fi
        for dataset in ${datasets//,/ }; do
            for figure in $(if [ "$each" = - ]; then echo "$name"; else known "$each" | sed "s/^/${name}_/"; fi); do
                if [[ $meant != *" ${figure}_$dataset "* ]]; then
                    remove_old "${figure}_$dataset"
                fi
            done
        done
    done 3<"$registry"
}

write_titles >"$work/titles.gp"
all_datasets=$(measured_datasets)
while IFS=$'\t' read -r -u 3 name script datasets each tables title formats; do
    case $name in
    '#'* | '') ;;
    *) draw_row "$name" "$script" "$datasets" "$each" "$tables" "$title" "${formats:-svg,png}" ;;
    esac
done 3<"$registry"
wait
if [ ${#wanted[@]} -eq 0 ]; then
    remove_outdated
fi

for name in "${wanted[@]}"; do
    if [[ $matched != *" $name "* ]]; then
        echo "draw.sh: no figure $name; rows of $registry: $(sed -n '/^[^#]/s/\t.*//p' "$registry" | paste -sd ' ')" >&2
        exit 2
    fi
done
drawn=$(count_ended drawn) kept=$(count_ended kept) missing=$(count_ended missing)
failed=$((started - drawn - kept - missing))
echo "draw.sh: $drawn figures drawn, $kept up to date, $missing without rows, $failed failed; in $out_dir"
if [ "$failed" -gt 0 ]; then
    exit 1
fi
if [ $((drawn + kept)) -eq 0 ]; then
    exit 3
fi
