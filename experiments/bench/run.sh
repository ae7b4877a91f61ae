#!/usr/bin/env bash
# experiments/bench/run.sh: how fast tenth trains and predicts, compared with PyTorch and with the processor's limits.
#
#   experiments/bench/run.sh [--quick] [--rounds N] [--threads N] [--only PART,...] [--no-peer]
#                            [--cells FILE] [--out DIR]
#
#   --quick          one round of few repeats: about four minutes instead of twenty
#   --rounds N       measure everything N times, tenth and PyTorch in turn (default: 5)
#   --threads N      of each program (default: 2)
#   --only PART,...  step, predict, threads, batch, filters: some of the parts; the tables then have only these, so that
#                    --out DIR keeps those of a whole run
#   --no-peer        tenth alone
#   --cells FILE     what to measure (default: cells.tsv next to this script)
#   --out DIR        where the tables and figures/ go (default: results/bench)
#
# $TENTH is the program (default: build/release/tenth), $PYTHON a Python that has torch (default: the first that has).
#
# PyTorch is measured as installed, which is what its users have, and again ("kept") with environment variables that
# make glibc keep freed memory instead of returning it to the system: the fastest setting we know. Training steps are also
# measured so with torch.compile ("compiled"), if that works here (it takes a C++ compiler and PyTorch's headers).
#
# If the processor multiplies bfloat16 (AMX or AVX512-BF16), both are measured with --precision bf16 as well.
#
# Tables: peer.csv (both programs; ratio is PyTorch's time over ours, pair by pair: median, least and greatest of the
# rounds; kept_ratio and compiled_ratio likewise, best_ratio the least of these three, so that of PyTorch at its best; bf16_gain is our time over that with bf16, bf16_ratio PyTorch's time over the latter, and
# bf16_both_ratio that of PyTorch with bf16; limit_ratio is PyTorch's time over limit_ms of the roofline, the most that a
# program with those products could reach; ours_faults, peer_faults and kept_faults are the pages that the system had to
# provide for a step: most of what differs between peer_ms and kept_ms, and what a page costs differs between machines),
# roofline.csv (limit_ms: the products of the direct convolution at the rate of sgemm measured in the same run; where the
# time goes; gemm_of_alone: how much of the rate that they have alone the step's products reach), scaling.csv, and
# measurements.csv, which has every single measurement. After Ctrl-C the same command continues where it was; a finished one starts
# again.
#
# Exit codes: 0 done; 1 a measurement failed; 2 usage; 130 interrupted (and resumable).
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../../environment.sh"

bench=$project/experiments/bench
tenth=${TENTH:-$project/build/release/tenth}
command_line=$(printf '%q ' "$0" "$@")

rounds=5
repeats=()
threads=2
only=
peer=yes
compiles=no
# Otherwise large temporaries are mapped, zeroed and unmapped again in every step.
kept_environment=(MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=67108864)
cells=$bench/cells.tsv
out=$project/results/bench

cell_columns=part,dataset,method,filters,batch,threads,items,samples
measured_columns=ms,gflops,sgemm_gflops,share_gemm,share_im2col,share_sampling,share_optimizer,peak_mib,gemm_of_alone,page_faults,layout

say() {
    echo "bench: $*"
}

fail() {
    echo "bench: $2" >&2
    exit "$1"
}

interrupted() {
    echo >&2
    fail 130 "interrupted; the same command goes on from here: ${command_line% }"
}

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$bench/run.sh"
}

# whole_number OPTION VALUE
whole_number() {
    if [[ ! $2 =~ ^[1-9][0-9]{0,2}$ ]]; then
        fail 2 "$1 $2: a whole number from 1 to 999 is wanted"
    fi
}

parse_options() {
    local quick=no rounds_given=
    while [ $# -gt 0 ]; do
        case $1 in
        --quick) quick=yes ;;
        --no-peer) peer=no ;;
        --help)
            usage
            exit 0
            ;;
        --rounds | --threads | --only | --cells | --out)
            if [ $# -lt 2 ] || [ -z "$2" ]; then
                fail 2 "$1 needs a value; --help says which"
            fi
            case $1 in
            --rounds) whole_number "$1" "$2" && rounds_given=$2 ;;
            --threads) whole_number "$1" "$2" && threads=$2 ;;
            --only) only=$2 ;;
            --cells) cells=$2 ;;
            --out) out=${2%/} ;;
            esac
            shift
            ;;
        *) fail 2 "unknown argument $1; --help lists the options" ;;
        esac
        shift
    done
    if [ "$quick" = yes ]; then
        rounds=1
        repeats=(--repeats 3)
    fi
    rounds=${rounds_given:-$rounds}
    # Programs would take it as an option.
    [[ $out != -* ]] || out=./$out
    if [ ! -f "$cells" ]; then
        fail 2 "--cells $cells: no such file"
    fi
}

# The requested cells, one per line, in the columns of cell_columns; what does not apply is empty.
list_cells() {
    awk -v only="$only" -v threads="$threads" -v processors="$(processors)" '
        /^#/ || NF == 0 { next }
        NF != 8 { print FILENAME ":" NR ": " NF " columns, not 8" > "/dev/stderr"; exit 1 }
        /[^-A-Za-z0-9_.,* \t]/ { print FILENAME ":" NR ": letters, digits, _ . , - and * are wanted" > "/dev/stderr"; exit 1 }
        only == "" || index("," only ",", "," $1 ",") {
            if ($6 == "*") {
                $6 = 1
                for (i = 2; i <= processors; i++)
                    $6 = $6 "," i
            }
            expand($1, 2)
        }
        function expand(chosen, column,    values, count, i) {
            if (column > 8) {
                print chosen
                return
            }
            count = split($column, values, ",")
            for (i = 1; i <= count; i++)
                expand(chosen "," (values[i] != "-" ? values[i] : column == 6 ? threads : ""), column + 1)
        }' "$cells"
}

# The first Python that has torch: not every python3 sees Debian's.
find_peer() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
        if "$candidate" -c 'import torch' 2>/dev/null; then
            python=$candidate
            return
        fi
    done
    peer=no
    say "no Python has torch: tenth is measured alone; for the comparison: $project/deps.sh install bench" >&2
}

# Whether torch.compile works here; its first step says why not.
try_compiler() {
    local log
    if log=$("$python" "$bench/peer.py" --filters 1 --batch 1 --repeats 1 --layout nchw --compiled 2>&1 >/dev/null); then
        compiles=yes
    else
        say "torch.compile does not work here, so PyTorch is measured without it: $(tail -n 1 <<<"$log")" >&2
    fi
}

# run_program PROGRAM LAYOUT OPTION...: its table on standard output.
run_program() {
    local program=$1 layout=$2
    shift 2
    case $program in
    ours) "$tenth" bench "$@" ;;
    bf16) "$tenth" bench --precision bf16 "$@" ;;
    peer) "$python" "$bench/peer.py" "$@" --layout "$layout" ;;
    kept) env "${kept_environment[@]}" "$python" "$bench/peer.py" "$@" --layout "$layout" ;;
    compiled) env "${kept_environment[@]}" "$python" "$bench/peer.py" "$@" --layout "$layout" --compiled ;;
    peer_bf16) "$python" "$bench/peer.py" --precision bf16 "$@" --layout "$layout" ;;
    esac
}

# Both programs have many short parallel regions, which wait for their last thread.
warn_if_busy() {
    local load
    if [ -r /proc/loadavg ]; then
        read -r load _ </proc/loadavg
        if [ "${load%.*}" -ge 1 ]; then
            say "warning: the machine is busy (load average $load); neither times nor ratios will mean much" >&2
        fi
    fi
}

# line_of CELL ROUND PROGRAM: the journal's line, if there is one; the cell is a text, not a pattern.
line_of() {
    begin="$1,$2,$3," awk 'index($0, ENVIRON["begin"]) == 1' "$journal"
}

# layout_of CELL PROGRAM: the fastest in round 0.
layout_of() {
    line_of "$1" 0 "$2" | sed 's/.*,//'
}

# measure CELL ROUND PROGRAM: adds one line to the journal, unless it is there.
measure() {
    local cell=$1 round=$2 program=$3 options=() layout=best row
    local part dataset method filters batch cell_threads items samples
    if [ -n "$(line_of "$cell" "$round" "$program")" ]; then
        return
    fi
    IFS=, read -r part dataset method filters batch cell_threads items samples <<<"$cell"
    options_of "$dataset" "$method" "$filters"
    options+=(--threads "$cell_threads" "${repeats[@]}")
    if [ "$part" = predict ]; then
        options+=(--predict "$items" --samples "$((round > 0 ? samples : 1))")
    else
        options+=(--batch "$batch")
    fi
    if [ "$round" -eq 0 ]; then
        options+=(--repeats 3)
    elif [[ $program != ours && $program != bf16 ]]; then
        layout=$(layout_of "$cell" "$program")
    fi
    row=$(run_program "$program" "$layout" "${options[@]}" |
        awk -v wanted="$measured_columns" -f "$project/plots/csv.awk" -f "$bench/pick.awk") ||
        fail 1 "$program failed on: ${options[*]}"
    echo "$cell,$round,$program,$row" >>"$journal"
}

# options_of DATASET METHOD NETWORK: a number of filters of the talk's network, or a file of configs/networks.
options_of() {
    local network=$project/configs/networks/$3.ini architecture
    options=(--dataset "$1" --method "$2")
    if [[ $3 =~ ^[0-9]+$ ]]; then
        options+=(--filters "$3")
        return
    fi
    architecture=$(sed -n "s/^architecture = //p" "$network" 2>/dev/null) || fail 2 "$cells: $3: it is neither a number of filters nor a network of $network"
    options+=(--architecture "$architecture")
}

has_peer() {
    [ "$peer" = yes ] && [[ $1 == step,* || $1 == predict,* ]]
}

# A round measures each cell once, ours and PyTorch's one after the other, so that anything that slows the machine slows
# both. Round 0 finds PyTorch's best layouts.
measure_all() {
    local list cell round
    list=$(list_cells) || exit 2
    if [ -z "$list" ]; then
        fail 2 "nothing to measure: --only $only; parts in $cells: $(awk '!/^#/ { print $1 }' "$cells" | uniq | paste -sd ' ')"
    fi
    for ((round = 0; round <= rounds; round++)); do
        say "$([ "$round" -gt 0 ] && echo "round $round of $rounds" || echo "$(wc -l <<<"$list") measurements a round")"
        while read -r cell <&3; do
            if [ "$round" -gt 0 ]; then
                measure "$cell" "$round" ours
                if [ "$bf16" = yes ] && [[ $cell == step,* || $cell == predict,* ]]; then
                    measure "$cell" "$round" bf16
                fi
            fi
            if has_peer "$cell"; then
                measure "$cell" "$round" peer
                measure "$cell" "$round" kept
                if [ "$compiles" = yes ] && [[ $cell == step,* ]]; then
                    measure "$cell" "$round" compiled
                fi
                if [ "$bf16" = yes ]; then
                    measure "$cell" "$round" peer_bf16
                fi
            fi
        done 3<<<"$list"
    done
}

# The journal's name contains what its measurements depend on, so that those of another build are never mixed in.
open_journal() {
    local key
    key=$({
        cat "$tenth" "$cells" "$bench/peer.py"
        echo "$threads $only ${repeats[*]} ${kept_environment[*]}"
    } | cksum | cut -d ' ' -f 1)
    mkdir -p "$out"
    journal=$out/.measuring-$key.csv
    if [ ! -s "$journal" ]; then
        echo "$cell_columns,round,program,$measured_columns" >"$journal"
    fi
}

# A table without measurements is left as it was.
write_tables() {
    local table partial
    for table in peer roofline scaling; do
        partial=$out/.$table.$$
        awk -v table="$table" -f "$project/plots/csv.awk" -f "$bench/summarise.awk" "$journal" >"$partial" ||
            fail 1 "summarising $journal failed"
        if [ "$(wc -l <"$partial")" -gt 1 ]; then
            mv -f "$partial" "$out/$table.csv"
        else
            rm -f "$partial"
        fi
    done
    mv -f "$journal" "$out/measurements.csv"
}

# The figures whose tables exist; without the peer there is nothing to compare with.
draw_figures() {
    local figures=() table
    for table in peer roofline scaling; do
        if [ ! -f "$out/$table.csv" ] || { [ "$table" = peer ] && ! grep -q ',geometric_mean,' "$out/peer.csv"; }; then
            rm -f "$out/figures/bench_$table".{svg,png}
        else
            figures+=("bench_$table")
        fi
    done
    if [ ${#figures[@]} -gt 0 ] && ! "$project/plots/draw.sh" "$out" "$out/figures" "${figures[@]}"; then
        say "not every figure is drawn; the tables are in $out" >&2
    fi
}

# print_table COLUMN...: of peer.csv, aligned; a dash for what was not measured.
print_table() {
    if [ -f "$out/peer.csv" ]; then
        awk -v wanted="$(IFS=, && echo "$*")" -v header=yes -f "$project/plots/csv.awk" -f "$bench/pick.awk" "$out/peer.csv" |
            awk -F, '
                { printf "%-30s", $1; for (i = 2; i <= NF; i++) printf "%12s", $i == "" ? "-" : $i; print "" }'
    fi
}

trap interrupted INT TERM
parse_options "$@"
if [ ! -x "$tenth" ]; then
    fail 2 "no program $tenth; \`make\` builds it"
fi
if [ "$peer" = yes ]; then
    find_peer
fi
if [ "$peer" = yes ]; then
    try_compiler
fi
# Elsewhere it only changes precision, and is slower.
bf16=$("$tenth" --version | grep -Eq "\+ (AMX|AVX512-BF16)" && echo yes || echo no)
open_journal
warn_if_busy
measure_all
write_tables
draw_figures
print_table cell ours_ms peer_ms ratio ratio_min ratio_max kept_ms kept_ratio compiled_ms compiled_ratio best_ratio bf16_ms bf16_gain bf16_ratio bf16_both_ratio ours_mib peer_mib peer_faults
say "tables: $out; figures: $out/figures"
