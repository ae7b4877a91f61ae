#!/usr/bin/env bash
# plots/draw.sh [OPTIONS] TABLE_DIR OUT_DIR [FIGURE...]: draws the figures of figures.tsv from the tables in TABLE_DIR.
# plots/draw.sh [OPTIONS] --beside [LABEL=]DIR... OUT_DIR [FIGURE...]: the same from the run files of directories, together.
#
#   TABLE_DIR has TABLE.csv files as `tenth table` prints them
#   OUT_DIR           gets FIGURE.svg and FIGURE.png (or the registry's formats); each appears whole or not at all
#   FIGURE            a row of figures.tsv (pruning) or one of its figures (pruning_mnist); none: all
#
#   --beside L=DIR    in place of TABLE_DIR, and repeated: the runs of DIR, marked with the label L, as in `tenth table L=DIR ...`. Use
#                     a separate OUT_DIR.
#   --pdf             PDF next to SVG and PNG; an existing PDF is kept up to date without it too
#   --width WIDTH     for print, as PDF too: column (84 mm), page (174 mm) or a number of millimetres. Panels that do not fit side
#                     by side go below each other. Animations stay as they are. Use a separate OUT_DIR.
#   --font-size PT    with --width: the least size of text (8)
#   --frames          of each animation also OUT_DIR/frames/FIGURE/0001.png and so on, a frame each, for slides; those that are
#                     there are kept up to date without it too
#   --help            this text
#
# OUT_DIR/drawn.tsv has, for each file drawn, SHA-256 of it and of all that it was made from: tables, scripts, registries,
# gnuplot's version. A file for which both still hold is left alone, whatever its time; any other is drawn again. A figure whose
# tables have no rows for it is reported and, if an older one is there, removed: an empty or outdated picture would be read as a
# result. So are, when all are drawn, those that a row of figures.tsv can have and the tables no longer give (such as of a
# removed run); other files are left alone. But a figure is removed only if the tables are whole and agree that its rows are
# gone: the figures of a table that cannot be read, that has no rows at all, or that lacks what summary.csv has, are kept. A
# figure whose first table is missing is skipped, unless it is asked for: other commands write those tables.
#
# Exit codes: 0 drawn; 1 gnuplot failed, or a table cannot be read; 2 usage; 3 no figure has its rows.
#
# A script finds: terminal_name, output_file, page_width, text_least, page_scale and png_dots (see page.gp and style.gp), dataset
# ("" in a figure of no one data set), data_source, flags ("SMOKE RUN"), facts ("profile standard, 5 seeds"), figure_title, each
# and chosen (the registry's column and its value), reference (the directory of the talk's values), talk_pruning and
# talk_uncertainty (0 or 1: the talk has values for this figure), what registry.awk makes of the
# registries, and for each table the arrays of split.awk.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
}

# wrong_usage TEXT...
wrong_usage() {
    echo "draw.sh: $*" >&2
    exit 2
}

# The page: see page.gp and style.gp. A pixel is .75 points, as in a browser; a PNG has two dots for each.
screen_width=960 screen_scale=0.75 screen_dots=2
page_width=$screen_width text_least=0 page_scale=$screen_scale png_dots=$screen_dots paper_width=0
with_pdf=no with_frames=no paper=no font_size=
beside=() # [LABEL=]DIR
parse_options() {
    parsed=0
    while [ $# -gt 0 ] && [[ $1 == --* ]]; do
        case $1 in
        --help) usage && exit 0 ;;
        --pdf) with_pdf=yes && shift && parsed=$((parsed + 1)) && continue ;;
        --frames) with_frames=yes && shift && parsed=$((parsed + 1)) && continue ;;
        --) parsed=$((parsed + 1)) && return ;;
        --width | --font-size | --beside) [ $# -gt 1 ] || wrong_usage "$1 needs a value" ;;
        *) wrong_usage "no option $1; --beside, --pdf, --width, --font-size, --frames and --help are there" ;;
        esac
        case $1 in
        --width) paper=$2 ;;
        --font-size) font_size=$2 ;;
        --beside) beside+=("$2") ;;
        esac
        shift 2
        parsed=$((parsed + 2))
    done
}

# set_paper: applies --width and --font-size. The scripts' font has 11 pixels, and then no text is smaller than that.
set_paper() {
    local number='^[0-9]+(\.[0-9]+)?$'
    case $paper in
    no)
        [ -z "$font_size" ] || wrong_usage "--font-size is for print: it goes with --width"
        return
        ;;
    column) paper_width=84 ;;
    page) paper_width=174 ;;
    *) paper_width=$paper ;;
    esac
    font_size=${font_size:-8}
    [[ $paper_width =~ $number ]] || wrong_usage "--width $paper: column, page or a number of millimetres is wanted"
    [[ $font_size =~ $number ]] || wrong_usage "--font-size $font_size: a number of points is wanted"
    read -r page_width page_scale png_dots < <(LC_ALL=C awk -v width="$paper_width" -v size="$font_size" 'BEGIN {
        if (size < 4 || size > 40 || width < 40 || width > 2000) exit
        scale = size / 11
        printf "%.2f %.6f %.6f\n", width / 25.4 * 72 / scale, scale, scale * 300 / 72
    }') || wrong_usage "--width $paper_width --font-size $font_size: 40 to 2000 millimetres and 4 to 40 points can be drawn"
    LC_ALL=C awk -v width="$page_width" 'BEGIN { exit width < 250 }' ||
        wrong_usage "--width $paper_width --font-size $font_size: not even one panel fits; take a smaller font or a larger width"
    text_least=11 with_pdf=yes
}

parse_options "$@"
shift "$parsed"
if [ $# -lt $((${#beside[@]} > 0 ? 1 : 2)) ]; then
    usage >&2
    exit 2
fi
set_paper

plots=$project/plots
registry=$plots/figures.tsv
tenth=${TENTH:-$project/build/release/tenth}
reference=$project/results/reference
if [ ${#beside[@]} -gt 0 ]; then
    table_dir= # made below
    out_dir=$1
    shift
else
    table_dir=$1
    out_dir=$2
    shift 2
fi
wanted=("$@")
processors=$(processors)
ulimit -c 0 # a gnuplot that is killed leaves nothing in plots/

if [ ${#beside[@]} -eq 0 ] && [ ! -d "$table_dir" ]; then
    echo "draw.sh: no directory $table_dir; \`./run_all.sh\` writes the tables, or \`tenth table\` one of them" >&2
    exit 2
fi
if ! "$project/deps.sh" check draw; then
    exit 2
fi
mkdir -p -- "$out_dir"
# gnuplot runs in another directory. A substitution would strip newlines from the end of a name.
[[ -z $table_dir || $table_dir == /* ]] || table_dir=$PWD/$table_dir
[[ $out_dir == /* ]] || out_dir=$PWD/$out_dir
record=$out_dir/drawn.tsv

work=$(temporary -d)
nothing_to_compare=5 # a script's exit code: nothing in the rows to show
started=0 # counted figures
running=0 # drawing processes

# Ending this ends its drawing: each figure is a process group, with the gnuplot that it waits for.
end_drawing() {
    set +e
    local figure
    for figure in $(jobs -rp); do
        kill -- "-$figure" 2>/dev/null
    done
    wait
    write_record
    rm -rf "$work" "$out_dir"/.*.partial."$mark".*
}
trap end_drawing EXIT

# If this is killed, nothing else would end them: hence a process that waits until the other end of its input is closed. It is
# not a child, since `wait` is for figures. A figure is in $work/drawing while it is drawn.
sweep "$out_dir"/.*.partial.*
mkdir "$work/drawing" "$work/recipes" "$work/new"
undertake() {
    trap - EXIT
    cd /
    read -r _ || true
    local figure
    for figure in "$work"/drawing/*; do
        kill -KILL -- "-${figure##*/}" 2>/dev/null # none is there: * is not a number
    done
    rm -rf "$work" "$out_dir"/.*.partial."$mark".*
}
mkfifo "$work/alive"
(
    set -m
    undertake <"$work/alive" >/dev/null 2>&1 &
)
exec {alive}>"$work/alive"
: >"$work/ended"
# Results of look-ups: the registry's rows, and the contents of the tables (look.awk).
rows=()
declare -A is_matched=() is_meant=()                      # requested figures, figures that the tables give
declare -A row_count=() table_sum=() has=() values=()     # of readable tables
declare -A talk_has=()                                     # KIND,DATASET[,PERTURBATION]
declare -A known=()                                        # of registries: their names
declare -A profiles_of=() evaluated_of=()                  # of data sets: from the table of provenance
declare -A seeds_of=() items_of=()                         # TABLE/DATASET
declare -A unreadable=() source_of=() summary_source_of=() # of tables, of data sets
all_datasets=()
# The figures to draw, each with the arguments of draw_figure.
figures=() figure_arguments=()

# How a figure ended: drawn, kept or missing; one that never reports has failed. Figures are drawn in parallel.
ended() {
    echo "$1" >>"$work/ended"
}

# count_ended: into $drawn, $kept and $missing.
count_ended() {
    local how
    drawn=0 kept=0 missing=0
    while read -r how; do
        local -n count=$how
        count=$((count + 1))
    done <"$work/ended"
}

# draw_alone COMMAND...: in a process group of its own.
draw_alone() {
    exec {alive}>&-
    : >"$work/drawing/$BASHPID"
    trap 'rm -f "$work/drawing/$BASHPID"' EXIT
    "$@"
}

# in_background COMMAND...: as many at a time as there are processors.
in_background() {
    if [ "$running" -ge "$processors" ]; then
        wait -n || true # it has reported how it ended
    else
        running=$((running + 1))
    fi
    set -m
    draw_alone "$@" &
    set +m
}

# make_table NAME: of the directories that are drawn beside each other; a failure is noted.
make_table() {
    local status=0
    "$tenth" table "${beside[@]}" "$1" >"$table_dir/$1.csv" || status=$?
    [ "$status" -eq 0 ] || echo "$status" >"$work/table_status"
}

# make_tables: those that the wanted figures need.
make_tables() {
    local row name figure tables table
    local -A needed=([summary]=1 [provenance]=1 [registry]=1)
    table_dir=$work/tables
    mkdir "$table_dir"
    for row in "${rows[@]}"; do
        IFS=$'\t' read -r name _ _ _ tables _ <<<"$row"
        for figure in "${wanted[@]:-$name}"; do
            [[ ${figure}_ == "$name"_* ]] || continue
            for table in ${tables//,/ }; do
                needed[${table%%/*}]=1
            done
        done
    done
    make_table summary # alone, so that what is wrong with a directory is said once
    for table in $("$tenth" table --list | awk '/^[^ ]/ { print $1 }'); do
        [ -z "${needed[$table]:-}" ] || [ "$table" = summary ] || [ -e "$work/table_status" ] || in_background make_table "$table"
    done
    wait
    running=0
    [ ! -e "$work/table_status" ] || exit "$(cat "$work/table_status")"
}

# shown TEXT: for a terminal.
shown() {
    if [[ $1 == *[[:cntrl:]]* ]]; then
        printf '%q' "$1"
    else
        printf '%s' "$1"
    fi
}

# say TEXT...
say() {
    echo "draw.sh: $(shown "$*")" >&2
}

# is_name TEXT: as in csv.awk; only such texts become parts of file names.
is_name() {
    [[ $1 =~ ^[abcdefghijklmnopqrstuvwxyz0123456789_]+$ ]]
}

# set_text NAME TEXT: a line that sets gnuplot's variable to the text, quoted like gnuplot_quote in csv.awk.
set_text() {
    local LC_ALL=C text=$2 quoted="" i c
    for ((i = 0; i < ${#text}; i++)); do
        c=${text:i:1}
        case $c in
        [\\\`@{}] | $'\x7f') printf -v c '\\%03o' "'$c" ;;
        [[:cntrl:]] | '"') printf -v c '\\%04o' "'$c" ;;
        esac
        quoted+=$c
    done
    printf '%s = "%s"\n' "$1" "$quoted"
}

# write_titles: the names that readers see, and how methods and criteria look: of the tables' own registry, or of this program's.
write_titles() {
    local file=$table_dir/registry.csv
    if [ ! -f "$file" ]; then
        file=$work/registry.csv
        if ! "$tenth" table registry >"$file"; then
            say "$table_dir has no registry.csv, and $tenth does not print one; \`make\` builds it"
            exit 2
        fi
    fi
    LC_ALL=C awk -f "$plots/csv.awk" -f "$plots/registry.awk" "$file" || {
        say "cannot read $file; \`tenth table registry\` writes it anew"
        exit 1
    }
}

# is_wanted ROW FIGURE: whether the command line requests it.
is_wanted() {
    local name
    if [ ${#wanted[@]} -eq 0 ]; then
        return 0
    fi
    for name in "${wanted[@]}"; do
        if [ "$name" = "$1" ] || [ "$name" = "$2" ]; then
            is_matched[$name]=1
            return 0
        fi
    done
    return 1
}

# digests FILE...: the SHA-256 of each, into $sums; fails if one cannot be read.
digests() {
    mapfile -t sums < <(sha256sum -- "$@")
    sums=("${sums[@]#\\}") # before the sum if the file's name is escaped
    sums=("${sums[@]%% *}")
    [ ${#sums[@]} -eq $# ]
}

# look_through TABLE: notes its contents, or that it cannot be read.
look_through() {
    local table=$1 file=$table_dir/$1.csv kind key text sums
    if ! LC_ALL=C awk -v columns="$each_columns" -f "$plots/csv.awk" -f "$plots/look.awk" "$file" >"$work/look" || [ ! -f "$file" ] ||
        ! digests "$file"; then
        unreadable[$table]=1
        say "cannot read $file: nothing is drawn of it, and its figures are left as they are; \`tenth table FILE.h5... $table\`" \
            "writes it anew"
        return
    fi
    table_sum[$table]=${sums[0]}
    while IFS=$'\t' read -r kind key text; do
        case $kind in
        rows) row_count[$table]=$key ;;
        dataset)
            has[$table/$key]=1
            # The table of claims names all data sets, measured or not.
            if [ "$table" != claims ] && [ -z "${has[/$key]:-}" ]; then
                has[/$key]=1
                all_datasets+=("$key")
            fi
            ;;
        source) note_source "$table" "$key" "$text" ;;
        value) values[$table/$key/${text%%$'\t'*}]+=" ${text#*$'\t'}" ;;
        profile) profiles_of[$key]+=${profiles_of[$key]:+ and }$text ;;
        evaluate) [ "$text" = test ] || evaluated_of[$key]=$text ;;
        seeds) seeds_of[$table/$key]=$text ;;
        items) items_of[$table/$key]=$text ;;
        esac
    done <"$work/look"
}

# note_source TABLE DATASET TEXT: the data that the rows were measured on, from summary.csv or else any table.
note_source() {
    local -n sources=source_of
    if [ "$1" = summary ]; then
        local -n sources=summary_source_of
    fi
    if [[ "; ${sources[$2]:-}; " != *"; $3; "* ]]; then
        sources[$2]+=${sources[$2]:+; }$3
    fi
}

# look_at_tables: all of them, and the registry.
look_at_tables() {
    local file table not_text
    each_columns=$(printf '%s\n' "${rows[@]}" | cut -f 4 | grep -vx -e - | sort -u | paste -sd ,)
    # XML, and so SVG, does not allow these.
    not_text=$({
        LC_ALL=C.UTF-8 grep -axlv '.*' -- "$table_dir"/*.csv || true
        LC_ALL=C grep -alP '[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]|\xC2[\x80-\x9F]' -- "$table_dir"/*.csv || true
    } 2>/dev/null)
    for file in "$table_dir"/*.csv; do
        table=${file##*/}
        table=${table%.csv}
        if [ ! -e "$file" ]; then
            continue # there are none, or a dangling link
        elif ! is_name "$table"; then
            unreadable[/$table]=1
            say "$file: names of tables and columns have a-z, 0-9 and _ only; rename the file, or keep it elsewhere"
        elif [[ $'\n'$not_text$'\n' == *$'\n'"$file"$'\n'* ]]; then
            unreadable[$table]=1
            say "$file: has a control character, or is not UTF-8; \`tenth table FILE.h5... $table\` writes it anew"
        else
            look_through "$table"
        fi
    done
}

# file_of FIGURE FORMAT: below OUT_DIR.
file_of() {
    if [ "$2" = frames ]; then
        echo "frames/$1"
    else
        echo "$1.$2"
    fi
}

# remove_frames DIR: only those of its files that were drawn.
remove_frames() {
    rm -f -- "$1"/[0-9][0-9][0-9][0-9].png
    rmdir -- "$1" 2>/dev/null || true
}

# remove_old FIGURE
remove_old() {
    local format removed=no
    for format in svg png pdf gif; do
        if [ -f "$out_dir/$1.$format" ]; then
            rm -f -- "$out_dir/$1.$format"
            removed=yes
        fi
    done
    if [ -d "$out_dir/frames/$1" ]; then
        remove_frames "$out_dir/frames/$1"
        removed=yes
    fi
    if [ "$removed" = yes ]; then
        say "$1: removed the one from an earlier run, which these tables no longer bear out"
    fi
}

# may_be_lost TABLE DATASET EACH CHOSEN: why the table's missing rows may have been lost rather than removed; fails if nothing
# suggests that.
may_be_lost() {
    local table=$1 dataset=$2 each=$3 chosen=$4
    if [ "${row_count[$table]:-0}" -eq 0 ]; then
        echo "has no rows at all"
    elif [ -n "$dataset" ] && [ -n "${has[summary/$dataset]:-}" ] && [ "$table" != summary ] && {
        [ -z "${has[$table/$dataset]:-}" ] ||
            { [ "$each" = method ] && [[ " ${values[summary/method/$dataset]:-} " == *" $chosen "* ]]; }
    }; then
        echo "lacks what summary.csv has"
    else
        return 1
    fi
}

# remove_gone FIGURE TABLE DATASET EACH CHOSEN: an older figure, unless its rows may be lost.
remove_gone() {
    local reason
    if [ ! -e "$out_dir/$1.svg" ] && [ ! -e "$out_dir/$1.png" ] && [ ! -e "$out_dir/$1.pdf" ] && [ ! -e "$out_dir/$1.gif" ]; then
        return
    elif [ ${#unreadable[@]} -gt 0 ]; then
        say "$1: the one from an earlier run is kept, for not every table can be read"
    elif reason=$(may_be_lost "${@:2}"); then
        say "$1: the one from an earlier run is kept, for $2.csv $reason"
    else
        remove_old "$1"
    fi
}

# report_missing WHAT FIGURE TABLE DATASET EACH CHOSEN
report_missing() {
    ended missing
    say "$2: not drawn: $1${4:+ of $4} in $table_dir/$3.csv"
    remove_gone "${@:2}"
}

# datasets_of TABLES DATASET: into $shown_datasets, the figure's data sets: one, or all in its first table.
datasets_of() {
    local dataset
    if [ -n "$2" ]; then
        shown_datasets=("$2")
        return
    fi
    shown_datasets=()
    for dataset in "${all_datasets[@]}"; do
        if [ -n "${has[${1%%/*}/$dataset]:-}" ]; then
            shown_datasets+=("$dataset")
        fi
    done
}

# data_source TABLES DATASET: into $REPLY; for several data sets only the stand-ins, with their names.
data_source() {
    local shown_datasets dataset source all=""
    datasets_of "$@"
    for dataset in "${shown_datasets[@]}"; do
        source=${summary_source_of[$dataset]:-${source_of[$dataset]:-}}
        if [ -n "$2" ]; then
            all=$source
        elif [[ $source == *SYNTHETIC* ]]; then
            all+=${all:+; }"$dataset: $source"
        fi
    done
    REPLY=$all
}

# with_commas NUMBER: into $REPLY, such as 10,000.
with_commas() {
    REPLY=$1
    while [[ $REPLY =~ ^([0-9]+)([0-9]{3})(.*)$ ]]; do
        REPLY=${BASH_REMATCH[1]},${BASH_REMATCH[2]}${BASH_REMATCH[3]}
    done
}

# flags TABLES DATASET: into $REPLY, the required start of a figure's first line, lest its runs be taken for results.
flags() {
    local shown_datasets dataset smoke="" evaluated=""
    datasets_of "$@"
    for dataset in "${shown_datasets[@]}"; do
        [[ " ${profiles_of[$dataset]:-} " != *" smoke "* ]] || smoke="SMOKE RUN"
        [ -z "${evaluated_of[$dataset]:-}" ] || evaluated="MEASURED ON ${evaluated_of[$dataset]^^} ITEMS"
    done
    REPLY=$smoke${smoke:+${evaluated:+, }}$evaluated
}

# facts TABLES DATASET: into $REPLY, the runs' profile, seeds and items, of a figure's tables as in the registry. A band's items
# are in its own table; if that has none for all of its points, all test items are those of which none was referred to a human.
# Items of no class have no strength, disturbed ones have.
facts() {
    local table=${1%%/*} order=${1#*/} dataset=$2 seeds items text=
    order=${order%%[,%?]*}
    if [ -z "$dataset" ]; then
        REPLY=
        return
    fi
    text=${profiles_of[$dataset]:+profile ${profiles_of[$dataset]}}
    seeds=${seeds_of[$table/$dataset]:-}
    case $seeds in
    "" | *$'\t'0) seeds= ;;
    0$'\t'1 | 1$'\t'1) seeds="1 seed" ;;
    0$'\t'*) seeds="${seeds#*$'\t'} seeds" ;;
    *) [ "${seeds%$'\t'*}" = "${seeds#*$'\t'}" ] && seeds="${seeds#*$'\t'} seeds" || seeds="${seeds%$'\t'*} to ${seeds#*$'\t'} seeds" ;;
    esac
    case $table/$order in
    detection_band/strength) items=${items_of[perturb/$dataset]:-} ;;
    detection_band/*) items=${items_of[ood/$dataset]:-} ;;
    prune_band/* | perturb_band/* | pruned_perturb_band/*) items=${items_of[${table%_band}/$dataset]:-} ;;
    footprint/* | export/*) items=${items_of[prune/$dataset]:-} ;;
    rejection_band/* | reliability_band/* | entropy_histogram_band/*) items=${items_of[rejection_band/$dataset]:-} ;;
    *) items= ;;
    esac
    if [ -n "$items" ]; then
        with_commas "$items"
        items="$REPLY ${evaluated_of[$dataset]:-test} items"
    fi
    text+=${seeds:+${text:+, }$seeds}
    REPLY=$text${items:+${text:+, }$items}
}

# write_series TABLES DATASET EACH CHOSEN: the series' files and variables. Fails, with the table's name on standard output:
# 1 if a required table has no rows, 2 if one cannot be read.
write_series() {
    local spec table order optional pooled variables
    for spec in ${1//,/ }; do
        optional=no pooled=0
        if [[ $spec == *\? ]]; then
            optional=yes
            spec=${spec%\?}
        fi
        if [[ $spec == *% ]]; then
            pooled=1
            spec=${spec%\%}
        fi
        table=${spec%/*}
        order=${spec#*/}
        variables=$here/${table}_table.gp
        echo "${table}_count = 0" >"$variables"
        if [ -f "$table_dir/$table.csv" ]; then
            # awk takes a backslash in a variable as an escape; none of these has one, but a path may.
            series_directory=$here awk -v table="$table" -v order="$order" -v dataset="$2" -v each="${3#-}" -v chosen="$4" -v pooled="$pooled" \
                -f "$plots/csv.awk" -f "$plots/split.awk" "$table_dir/$table.csv" >"$variables" || { echo "$table"; return 2; }
        fi
        if [ "$optional" = no ] && grep -qx "${table}_count = 0" "$variables"; then
            echo "$table"
            return 1
        fi
    done
}

# look_at_talk: into $talk_has, what the talk has values for.
look_at_talk() {
    local dataset perturbation
    while IFS=, read -r dataset _; do
        talk_has[pruning,$dataset]=1
    done <"$reference/talk_pruning.csv"
    while IFS=, read -r dataset perturbation _; do
        talk_has[uncertainty,$dataset]=1
        talk_has[uncertainty,$dataset,$perturbation]=1
    done <"$reference/talk_uncertainty.csv"
}

# is_whole FILE: it ends like its format. gnuplot does not report that a full disk truncated it.
is_whole() {
    local LC_ALL=C end
    end=$(tail -c 8 -- "$1" | tr -d '\0')
    case $1 in
    *.svg) [[ $end == *"</svg>"* ]] ;;
    *.png) [[ $end == IEND* ]] ;;
    *.pdf) [[ $end == *%%EOF* ]] ;;
    *.gif) [[ $end == *";" ]] ;;
    esac
}

# finish_svg FILE: see svg.awk.
finish_svg() {
    LC_ALL=C awk -v width="$paper_width" -f "$plots/svg.awk" "$1" >"$here/whole.svg" && cp "$here/whole.svg" "$1"
}

# are_whole DIR: only numbered pictures; their digest into $sums.
are_whole() {
    local picture count=0
    for picture in "$1"/*; do
        count=$((count + 1))
        [[ ${picture##*/} == $(printf '%04d.png' "$count") ]] && is_whole "$picture" || return 1
    done
    digest_frames "$1"
}

# digest_frames DIR: one SHA-256 of all of its pictures, into $sums.
digest_frames() {
    digests "$1"/[0-9][0-9][0-9][0-9].png && mapfile -t sums < <(printf '%s\n' "${sums[@]}" | sha256sum) && sums=("${sums[0]%% *}")
}

# put_frames PARTIAL FIGURE: replaces the earlier ones.
put_frames() {
    local directory=$out_dir/frames/$2
    mkdir -p -- "$directory" && rm -f -- "$directory"/[0-9][0-9][0-9][0-9].png && mv -f -- "$1"/*.png "$directory" && rmdir -- "$1"
}

# draw_format FIGURE SCRIPT FORMAT: to a temporary name, then renamed; prints its line of the record.
draw_format() {
    local figure=$1 script=$2 format=$3 terminal=$3 partial status=0 sums
    if [ "$format" = png ] || [ "$format" = pdf ]; then
        terminal=${format}cairo
    fi
    partial=$out_dir/.$figure.partial.$mark.$format
    if [ "$format" = frames ]; then
        rm -rf -- "$partial"
        mkdir -- "$partial" || return 1
    fi
    # An animation is for screens, whatever the paper.
    if [ "$format" = gif ] || [ "$format" = frames ]; then
        local page_width=$screen_width text_least=0 page_scale=$screen_scale png_dots=$screen_dots
    fi
    {
        echo "terminal_name = '$terminal'; page_width = $page_width; text_least = $text_least; page_scale = $page_scale; png_dots = $png_dots"
        set_text output_file "$partial"
        cat "$here/figure.gp" "$here"/*_table.gp
    } >"$here/preamble"
    (cd "$plots" && exec gnuplot --default-settings "$here/preamble" "$script" 2>"$here/errors") || status=$?
    if [ -s "$here/errors" ]; then
        grep -v -e 'frames in animation sequence' -e 'Errors of slope and intercept' -e '^$' "$here/errors" >&2 || true # their number is not worth a message
    fi
    if [ "$status" -eq 0 ] && [ "$format" = svg ] && is_whole "$partial"; then
        finish_svg "$partial" || status=$?
    fi
    if [ "$status" -eq "$nothing_to_compare" ]; then
        rm -rf -- "$partial"
        return "$status"
    elif [ "$status" -eq 0 ] && [ "$format" = frames ] && are_whole "$partial" && put_frames "$partial" "$figure"; then
        printf 'frames/%s\t%s\t%s\n' "$figure" "${sums[0]}" "$recipe" >"$work/new/$figure.$format"
    elif [ "$status" -eq 0 ] && [ -s "$partial" ] && [ -f "$partial" ] && is_whole "$partial" && digests "$partial"; then
        mv -f "$partial" "$out_dir/$figure.$format"
        printf '%s\t%s\t%s\n' "$figure.$format" "${sums[0]}" "$recipe" >"$work/new/$figure.$format"
    else
        rm -rf "$partial"
        say "$figure: gnuplot failed on plots/$script, or could not write to $out_dir; an older one is left as it is"
        return 1
    fi
}

# draw_figure FIGURE SCRIPT TABLES TITLE FORMATS DATASET EACH CHOSEN RECIPE
draw_figure() {
    local figure=$1 script=$2 tables=$3 title=$4 formats=$5 dataset=$6 each=$7 chosen=$8 recipe=$9
    local here=$work/$figure table format status=0
    mkdir "$here"
    table=$(write_series "$tables" "$dataset" "$each" "$chosen") || status=$?
    if [ "$status" -eq 1 ]; then
        report_missing "no rows" "$figure" "$table" "$dataset" "$each" "$chosen"
        return
    elif [ "$status" -ne 0 ]; then
        say "$figure: not drawn: cannot read $table_dir/$table.csv; an older one is left as it is"
        return
    fi
    data_source "$tables" "$dataset"
    {
        cat "$work/titles.gp"
        set_text dataset "$dataset"
        set_text each "$each"
        set_text chosen "$chosen"
        set_text figure_title "$title"
        set_text data_source "$REPLY"
        flags "$tables" "$dataset"
        set_text flags "$REPLY"
        facts "$tables" "$dataset"
        set_text facts "$REPLY"
        set_text reference "$reference"
        echo "talk_pruning = ${talk_has[pruning,$dataset]:-0}"
        echo "talk_uncertainty = ${talk_has[uncertainty,$dataset${chosen:+,$chosen}]:-0}"
    } >"$here/figure.gp"
    for format in ${formats//,/ }; do
        draw_format "$figure" "$script" "$format" || status=$?
        if [ "$status" -eq "$nothing_to_compare" ]; then
            report_missing "nothing to compare" "$figure" "${tables%%/*}" "$dataset" "$each" "$chosen"
            return
        elif [ "$status" -ne 0 ]; then
            return
        fi
    done
    ended drawn
}

# plan_figure ROW and the arguments of draw_figure but the last: drawn if it is wanted and possible.
plan_figure() {
    local row=$1 figure=$2 tables=$4 formats=$6 dataset=$7 table arguments
    is_meant[$figure]=1
    if ! is_wanted "$row" "$figure"; then
        return
    fi
    started=$((started + 1))
    for table in ${dataset:+summary} ${tables//,/ }; do
        table=${table%%/*}
        if [ -n "${unreadable[$table]:-}" ]; then
            say "$figure: not drawn: cannot read $table_dir/$table.csv; an older one is left as it is"
            return
        fi
    done
    figures+=("$figure")
    # PDFs take as long as the others, and nobody wants all: only requested and existing ones.
    if { [ "$with_pdf" = yes ] || [ -e "$out_dir/$figure.pdf" ]; } && [[ ,$formats, == *,svg,* && ,$formats, != *,pdf,* ]]; then
        formats+=,pdf
    fi
    # Existing frames stay up to date.
    if [[ ,$formats, == *,gif,* ]] && { [ "$with_frames" = yes ] || [ -d "$out_dir/frames/$figure" ]; }; then
        formats+=,frames
    fi
    printf -v arguments '%s\037' "${@:2:4}" "$formats" "${@:7}"
    figure_arguments+=("$arguments")
    data_source "$tables" "$dataset"
    {
        printf '%s\n' "$common_sum" "${@:2}" "$REPLY"
        flags "$tables" "$dataset"
        echo "$REPLY"
        facts "$tables" "$dataset"
        echo "$REPLY"
        for table in ${tables//,/ }; do
            echo "$table ${table_sum[${table%%/*}]:-none}"
        done
    } >"$work/recipes/$figure"
}

# sets_of DATASETS NAME...: into $list, the data sets that a row of the registry is for, of which "all" are the names.
sets_of() {
    local entries entry name others
    IFS=, read -r -a entries <<<"$1"
    shift
    list=()
    for entry in "${entries[@]}"; do
        case $entry in
        all) list+=("$@") ;;
        -*)
            others=()
            for name in "${list[@]}"; do
                [ "$name" = "${entry#-}" ] || others+=("$name")
            done
            list=("${others[@]}")
            ;;
        *) list+=("$entry") ;;
        esac
    done
}

# plan_row NAME SCRIPT DATASETS EACH TABLES TITLE FORMATS: every figure of one row of the registry.
plan_row() {
    local name=$1 script=$2 datasets=$3 each=$4 tables=$5 title=$6 formats=$7 first dataset chosen list
    first=${tables%%/*}
    if [ -n "${unreadable[$first]:-}" ] && is_wanted "$name" "$name"; then
        started=$((started + 1)) # and never reported how it ended: its figures are not known
        return
    elif [ ! -f "$table_dir/$first.csv" ] && [ ${#wanted[@]} -eq 0 ]; then
        return
    elif [ "$datasets" = - ]; then
        plan_figure "$name" "$name" "$script" "$tables" "$title" "$formats" "" - ""
        return
    fi
    sets_of "$datasets" "${all_datasets[@]}"
    for dataset in "${list[@]}"; do
        if [ "$each" = - ]; then
            plan_figure "$name" "${name}_$dataset" "$script" "$tables" "$title" "$formats" "$dataset" - ""
            continue
        fi
        if [ -z "${values[$first/$each/$dataset]:-}" ] && is_wanted "$name" "${name}_$dataset"; then
            started=$((started + 1))
            report_missing "no rows" "${name}_$dataset" "$first" "$dataset" - ""
        fi
        # Space-separated names, as checked by look.awk.
        for chosen in ${values[$first/$each/$dataset]:-}; do
            plan_figure "$name" "${name}_${chosen}_$dataset" "$script" "$tables" "$title" "$formats" "$dataset" "$each" "$chosen"
        done
    done
}

# The inputs of every figure, whatever its row.
note_common() {
    local sums
    digests "$plots"/*.gp "$plots"/*.awk "$plots/draw.sh" "$reference"/*.csv "$work/titles.gp"
    common_sum="$(gnuplot --version) $page_width $text_least $page_scale $png_dots $paper_width ${sums[*]}"
}

# The files that match the record, as tab-separated `FILE SUM RECIPE`.
look_at_files() {
    local i file name sums=() files=()
    for file in "$out_dir"/*.{svg,png,pdf,gif}; do
        name=${file##*/}
        name=${name%.*}
        if [ -f "$file" ] && is_name "${name,,}"; then
            files+=("$file")
        fi
    done
    if [ ${#files[@]} -gt 0 ]; then
        digests "${files[@]}" || true # what cannot be read is drawn again
    fi
    for ((i = 0; i < ${#files[@]}; i++)); do
        printf '%s\t%s\n' "${files[i]##*/}" "${sums[i]:-}"
    done
    for file in "$out_dir"/frames/*/; do
        if [ -f "$file/0001.png" ] && digest_frames "$file"; then
            name=${file%/}
            printf 'frames/%s\t%s\n' "${name##*/}" "${sums[0]}"
        fi
    done
}

# draw_planned: those that are not up to date.
draw_planned() {
    local i format current recipe sums arguments known_files
    if [ ${#figures[@]} -eq 0 ]; then
        return
    fi
    digests "${figures[@]/#/$work/recipes/}"
    known_files=$'\n'
    if [ -f "$record" ]; then
        known_files=$'\n'$(awk -F'\t' 'NR == FNR { is[$1 "\t" $2] = 1; next } ($1 "\t" $2) in is { print $1 "\t" $3 }' \
            <(look_at_files) "$record")$'\n'
    fi
    for ((i = 0; i < ${#figures[@]}; i++)); do
        IFS=$'\037' read -r -d '' -a arguments <<<"${figure_arguments[i]}" || true
        recipe=${sums[i]}
        current=yes
        for format in ${arguments[4]//,/ }; do
            if [[ $known_files != *$'\n'"$(file_of "${figures[i]}" "$format")"$'\t'"$recipe"$'\n'* ]]; then
                current=no
            fi
        done
        if [ "$current" = yes ]; then
            ended kept
        else
            in_background draw_figure "${arguments[@]:0:8}" "$recipe"
        fi
    done
}

# write_record: what was drawn now, and the record's lines of other existing files.
write_record() {
    local new=$work/record partial=$out_dir/.drawn.$$.tsv
    {
        echo "# what plots/draw.sh drew: file, its SHA-256, SHA-256 of all that it was made of; without a line it is drawn anew"
        {
            find "$work/new" -type f -exec cat {} +
            if [ -f "$record" ]; then
                sed '/^#/d' "$record"
            fi
        } | awk -F'\t' 'NF == 3 && !($1 in seen) { seen[$1] = 1; print }' | while IFS= read -r line; do
            if [ -e "$out_dir/${line%%$'\t'*}" ]; then
                printf '%s\n' "$line"
            fi
        done | sort
    } >"$new"
    if [ "$(wc -l <"$new")" -gt 1 ] && ! cmp -s "$new" "$record" && ! { cp "$new" "$partial" && mv -f "$partial" "$record"; }; then
        say "$record cannot be written: the figures will be drawn anew next time"
    fi
}

# look_at_titles: into $known, the space-separated names in each registry of lib/, such as those of data sets.
look_at_titles() {
    local what kind name
    known[-]=-
    while IFS=_ read -r what kind name; do
        if [ "$what" = title ]; then
            known[$kind]+="${name%% = *} "
        fi
    done <"$work/titles.gp"
}

# remove_outdated: figures that a row can have but that were not planned. Skipped rows keep theirs.
remove_outdated() {
    local row name datasets each tables dataset value list
    for row in "${rows[@]}"; do
        IFS=$'\t' read -r name _ datasets each tables _ <<<"$row"
        if [[ $datasets == - ]] || [ ! -f "$table_dir/${tables%%/*}.csv" ]; then
            continue
        fi
        # shellcheck disable=SC2086 # names
        sets_of "$datasets" ${known[dataset]}
        for dataset in "${list[@]}"; do
            for value in ${known[$each]:-}; do
                if [ "$each" = - ] && [ -z "${is_meant[${name}_$dataset]:-}" ]; then
                    remove_gone "${name}_$dataset" "${tables%%/*}" "$dataset" - ""
                elif [ "$each" != - ] && [ -z "${is_meant[${name}_${value}_$dataset]:-}" ]; then
                    remove_gone "${name}_${value}_$dataset" "${tables%%/*}" "$dataset" "$each" "$value"
                fi
            done
        done
    done
}

mapfile -t rows < <(sed '/^#/d; /^$/d' "$registry")
if [ ${#beside[@]} -gt 0 ]; then
    make_tables
fi
write_titles >"$work/titles.gp"
look_at_titles
look_at_talk
note_common
look_at_tables
for row in "${rows[@]}"; do
    IFS=$'\t' read -r name script datasets each tables title formats <<<"$row"
    plan_row "$name" "$script" "$datasets" "$each" "$tables" "$title" "${formats:-svg,png}"
done
for name in "${wanted[@]}"; do
    if [ -z "${is_matched[$name]:-}" ]; then
        say "no figure $(shown "$name"); rows of $registry: $(sed -n '/^[^#]/s/\t.*//p' "$registry" | paste -sd ' ')"
        exit 2
    fi
done
draw_planned
wait
if [ ${#wanted[@]} -eq 0 ]; then
    remove_outdated
fi

count_ended
failed=$((started - drawn - kept - missing))
echo "draw.sh: $drawn figures drawn, $kept up to date, $missing without rows, $failed failed; in $(shown "$out_dir")"
if [ "$failed" -gt 0 ] || [ ${#unreadable[@]} -gt 0 ]; then
    exit 1
fi
if [ $((drawn + kept)) -eq 0 ]; then
    exit 3
fi
