#!/usr/bin/env bash
# run_all.sh: everything from one command: build, get the data, train, prune, perturb, tables, figures, report.
#
#   ./run_all.sh [--profile NAME] [--install-deps] [--data-dir DIR] [--offline]
#                [--out DIR] [--seeds N] [--jobs N] [--set SECTION.KEY=VALUE] [--force] [--wait] [--draw-only] [--frames]
#                [--only SETS] [--methods METHODS] [--dry-run]
#
#   --profile       smoke: small networks, slices of the data, under 2 minutes
#                   standard (default): real results, 18 to 25 minutes on 2 cores; without dropout and ensemble on CIFAR-10
#                   talk: the talk's own networks, hours
#                   another: configs/profiles/NAME.ini
#   --install-deps  install missing Debian packages with apt-get (through sudo if needed); without it nothing is
#                   installed, what is missing is named
#   --data-dir DIR  the data sets are in DIR and nowhere else: a missing one ends the run before anything is trained.
#                   With $TENTH_DATA, what is missing there is searched in data/, as without either, and else downloaded
#                   into data/ from the official addresses and checked
#   --offline       download nothing; built-in generators stand in, and every table and figure says SYNTHETIC
#   --out DIR       where run files, tables/, figures/ and report.html go (default: results/PROFILE)
#   --seeds N       repeat every run with N seeds (default: as the configs say)
#   --jobs N        runs at the same time (default: 2, which share the processors; of small networks as many as there are
#                   processors)
#   --set S.K=V     override a key of every config, as in `tenth run`; may be repeated. With AMX or
#                   AVX512-BF16, --set model.precision=bf16 makes steps up to 1.8 times as fast (README)
#   --force         replace runs in DIR made by another config or other data, such as those of stand-ins once the data
#                   are there; without it they are an error. A run of files gives way to one of a stand-in only with
#                   --set data.synthetic=yes
#   --wait          if another process works on a run in DIR, wait until it ends; without it that is a failure
#   --only SETS     these data sets alone, such as mnist,ecg5000
#   --methods M     these methods alone, such as vi,mle. A run that the profile leaves out for its length is made if both its
#                   set and its method are named
#   --dry-run       run, download and write nothing but the program: say of each run whether it is there, would go on or would
#                   be made, and how long the training of such a run took
#   --draw-only     run nothing: tables, figures and report of the run files in DIR, including an ablation's
#   --frames        of each animation also figures/frames/NAME/0001.png and so on, for slides; a minute or two more
#
# What is already done with the same config and data is not done again, so after Ctrl-C the same command resumes.
#
# Exit codes: 0 done; 1 the work failed; 2 usage or config, or something is not installed; 3 data missing or corrupt;
# 130 interrupted (and resumable).
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/environment.sh"

tenth=$project/build/release/tenth
processors=$(processors)
command_line=$(printf '%q ' "$0" "$@")
# Two runs at once waste less of two processors than two threads of one run, which wait for each other; for small
# networks, one run per processor. The longest run comes first, so that no processor waits for it at the end.
large=(cifar10 mnist)
small=() methods=() # all other sets, and all methods: from the registries, in their order
# Ten minutes, too long for the standard profile; `tenth run configs/cifar10_dropout.ini` adds a run to its results.
left_out="standard/cifar10_dropout standard/cifar10_ensemble"

profile=standard
install_deps=no
data_dir= # given by --data-dir
offline=no
out=
overrides=() # for the configs, as options of the program
jobs=
force=no
wait_for_others=no
draw_only=no
dry_run=no
only=
only_methods= # both names separated by commas; none: all
frames=() # an option of draw.sh
child= # the background process, which is told to stop
scratch= # a directory

say() {
    echo "run_all: $*"
}

fail() {
    echo "run_all: $2" >&2
    exit "$1"
}

# Otherwise a signal to this script alone would wait as long as the script does, perhaps hours. Standard error may be a pipe
# without a reader, or a terminal that is gone.
interrupted() {
    trap '' HUP PIPE
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null || true
    fi
    wait # also for tables, which take seconds
    rm -f "$out"/tables/.*.partial."$mark"
    { echo && echo "run_all: interrupted; the same command goes on from here: ${command_line% }"; } >&2 2>/dev/null || true
    exit 130
}

# attended COMMAND...: returns its exit code. A signal ends it, and so does this script's end, however that happens.
attended() {
    local status=0
    tied "$@" &
    child=$!
    wait "$child" || status=$?
    child=
    return "$status"
}

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$project/run_all.sh"
}

# whole_number OPTION VALUE
whole_number() {
    if [[ ! $2 =~ ^[1-9][0-9]{0,3}$ ]]; then
        fail 2 "$1 $2: a whole number from 1 to 9999 is wanted"
    fi
}

parse_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --install-deps) install_deps=yes ;;
        --offline) offline=yes ;;
        --force) force=yes ;;
        --wait) wait_for_others=yes ;;
        --draw-only) draw_only=yes ;;
        --dry-run) dry_run=yes ;;
        --frames) frames=(--frames) ;;
        --help)
            usage
            exit 0
            ;;
        --profile | --data-dir | --out | --seeds | --jobs | --set | --only | --methods)
            if [ $# -lt 2 ] || [ -z "$2" ]; then
                fail 2 "$1 needs a value; --help says which"
            fi
            case $1 in
            --profile) profile=$2 ;;
            --data-dir) data_dir=$2 ;;
            --out) out=$2 ;;
            --only) only=$2 ;;
            --methods) only_methods=$2 ;;
            --seeds) whole_number "$1" "$2" && overrides+=(--set "run.seeds=$2") ;;
            --jobs) whole_number "$1" "$2" && jobs=$2 ;;
            --set) overrides+=(--set "$2") ;;
            esac
            shift
            ;;
        *) fail 2 "unknown argument $1; --help lists the options" ;;
        esac
        shift
    done
    if [[ ! $profile =~ ^[a-z0-9_]+$ ]] || { [ "$profile" != standard ] && [ ! -f "$project/configs/profiles/$profile.ini" ]; }; then
        fail 2 "--profile $profile: standard is wanted, or NAME of a file configs/profiles/NAME.ini, such as smoke or talk"
    fi
    if [ -n "$data_dir" ] && [ ! -d "$data_dir" ]; then
        fail 3 "no directory $data_dir (--data-dir)"
    elif [ -z "$data_dir" ] && [ -n "${TENTH_DATA:-}" ] && [ ! -d "$TENTH_DATA" ]; then
        fail 3 "no directory $TENTH_DATA (\$TENTH_DATA)"
    fi
    out=${out:-$project/results/$profile}
    # The program would take it as an option.
    [[ $out != -* ]] || out=./$out
    [[ $data_dir != -* ]] || data_dir=./$data_dir
    if [ "$draw_only" = yes ] && [ -n "$only$only_methods${dry_run#no}" ]; then
        fail 2 "--draw-only runs nothing, and draws every run in DIR: omit --only, --methods and --dry-run"
    fi
    local runs=("$out"/*.h5)
    if [ "$draw_only" = yes ] && [ ! -e "${runs[0]}" ]; then
        fail 2 "--draw-only: no run file (*.h5) in $out"
    fi
}

check_installed() {
    if [ "$install_deps" = yes ]; then
        local groups=(build draw)
        if [ "$offline" = no ]; then
            groups+=(fetch)
        fi
        "$project/deps.sh" install "${groups[@]}"
    elif ! "$project/deps.sh" check build draw; then
        fail 2 "nothing was installed; ./run_all.sh --install-deps does it"
    fi
}

build() {
    say "building"
    attended make -C "$project" --no-print-directory --silent -j"$processors" MODE=release BUILD=build/release all ||
        fail 1 "the build failed"
    processors=$(processors) # now that the program, which knows quotas, is built
}

# Without the data the runs use stand-ins, so a failed download is not a failure here.
get_data() {
    local options=() status=0
    if [ "$offline" = yes ]; then
        options+=(--offline)
    fi
    attended "$project/data/download.sh" "${options[@]}" "$project/data" ${TENTH_DATA:+"$TENTH_DATA"} || status=$?
    if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
        fail "$status" "looking for the data failed"
    fi
}

# Every set must be in the requested directory; otherwise hours would pass before that is noticed.
check_data() {
    local configs status=0
    mapfile -t configs < <(configs_of "${large[@]}" "${small[@]}")
    "$tenth" run --dry-run "${configs[@]}" --profile "$profile" --out "$out" --data-dir "$data_dir" "${overrides[@]}" --quiet || status=$?
    if [ "$status" -eq 3 ]; then
        fail 3 "--data-dir is for a directory with every set; \$TENTH_DATA for one with some of them"
    elif [ "$status" -ne 0 ]; then
        fail "$status" "nothing was run"
    fi
}

# dry_run: what would be run.
dry_run() {
    local configs options=("${overrides[@]}") status=0
    mapfile -t configs < <(configs_of "${large[@]}" "${small[@]}")
    [ -z "$data_dir" ] || options+=(--data-dir "$data_dir")
    [ "$force" = no ] || options+=(--force)
    "$tenth" run --dry-run "${configs[@]}" --profile "$profile" --out "$out" "${options[@]}" || status=$?
    [ "$status" -eq 0 ] || fail "$status" "nothing was run"
}

# read_registries: into $small and $methods.
read_registries() {
    local kind name rest
    while IFS=$'\t' read -r kind name rest; do
        if [ "$kind" = method ]; then
            methods+=("$name")
        elif [ "$kind" = dataset ] && [[ " ${large[*]} " != *" $name "* ]]; then
            small+=("$name")
        fi
    done < <("$tenth" registry)
    if [ ${#methods[@]} -eq 0 ]; then
        fail 1 "$tenth registry names no method"
    fi
    choose dataset --only "$only" large small
    choose method --methods "$only_methods" methods
}

# choose KIND OPTION NAMES ARRAY...: leaves in the arrays only those that are named, if any are.
choose() {
    local kind=$1 option=$2 wanted list name kept
    [ -n "$3" ] || return 0
    IFS=, read -r -a wanted <<<"$3"
    "$tenth" registry "$kind" "${wanted[@]}" >/dev/null || fail 2 "$option $3: names are wanted, separated by commas"
    shift 3
    for list in "$@"; do
        local -n names=$list
        kept=()
        for name in "${names[@]}"; do
            [[ " ${wanted[*]} " != *" $name "* ]] || kept+=("$name")
        done
        names=("${kept[@]}")
    done
}

# configs_of DATASET...: those that the profile runs and that are there, a line each.
configs_of() {
    local config dataset method
    for dataset in "$@"; do
        for method in "${methods[@]}"; do
            config=$project/configs/${dataset}_$method.ini
            if [ -f "$config" ] && { { [ -n "$only" ] && [ -n "$only_methods" ]; } ||
                [[ " $left_out " != *" $profile/${dataset}_$method "* ]]; }; then
                echo "$config"
            fi
        done
    done
}

# run_configs JOBS CONFIG...
run_configs() {
    local count=$1 options=("${overrides[@]}") status=0
    shift
    if [ -n "$data_dir" ]; then
        options+=(--data-dir "$data_dir")
    fi
    if [ "$force" = yes ]; then
        options+=(--force)
    fi
    if [ "$wait_for_others" = yes ]; then
        options+=(--wait)
    fi
    say "profile $profile: $# configs into $out, $count at a time"
    attended "$tenth" run "$@" --profile "$profile" --out "$out" --jobs "$count" "${options[@]}" || status=$?
    if [ "$status" -eq 130 ]; then
        interrupted
    elif [ "$status" -ne 0 ]; then
        fail "$status" "tenth run ended with $status; runs that are done stay in $out"
    fi
}

run_profile() {
    local configs
    mapfile -t configs < <(configs_of "${large[@]}")
    if [ "$profile" != smoke ] && [ "$processors" -gt 2 ] && [ ${#configs[@]} -gt 0 ]; then
        run_configs "${jobs:-2}" "${configs[@]}"
        configs=()
    fi
    mapfile -t -O "${#configs[@]}" configs < <(configs_of "${small[@]}")
    if [ ${#configs[@]} -gt 0 ]; then
        run_configs "${jobs:-$processors}" "${configs[@]}"
    fi
}

# make_table NAME: in the scratch directory.
make_table() {
    local status=0
    "$tenth" table "$out"/*.h5 "$1" >"$scratch/$1.csv" || status=$?
    if [ "$status" -ne 0 ]; then
        fail "$status" "tenth table $1 failed; the tables and figures in $out are as they were"
    fi
}

# write_table NAME: an unchanged table keeps its file, which tells draw.sh that its figures are up to date.
write_table() {
    local new=$scratch/$1.csv partial=$out/tables/.$1.partial.$mark
    if cmp -s "$new" "$out/tables/$1.csv"; then
        return
    elif ! cp "$new" "$partial" || ! mv -f "$partial" "$out/tables/$1.csv"; then
        rm -f "$partial"
        fail 1 "$out/tables/$1.csv cannot be written"
    fi
}

# All are made before the first is written: if one of the run files cannot be read, every table stays as it was.
write_tables() {
    local names name pid pids=() status=0
    names=$("$tenth" table --list | awk '/^[^ ]/ { print $1 }')
    mkdir -p "$out/tables"
    sweep "$out"/tables/.*.partial.*
    scratch=$(temporary -d)
    for name in $names; do
        if [ "${#pids[@]}" -ge "$processors" ]; then
            wait "${pids[0]}" || status=$?
            pids=("${pids[@]:1}")
        fi
        if [ "$status" -ne 0 ]; then
            break
        fi
        make_table "$name" &
        pids+=("$!")
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || status=$?
    done
    if [ "$status" -ne 0 ]; then
        exit "$status" # make_table has reported the failure
    fi
    for name in $names; do
        write_table "$name"
    done
}

draw_figures() {
    local status=0
    attended "$project/plots/draw.sh" "${frames[@]}" "$out/tables" "$out/figures" || status=$?
    if [ "$status" -ne 0 ]; then
        fail "$status" "drawing failed; the tables are in $out/tables"
    fi
}

write_report() {
    attended "$tenth" report "$out" --quiet || fail $? "the report failed; tables and figures are in $out"
}

# The summary with aligned columns; a dash for what was not measured.
print_summary() {
    "$tenth" table "$out"/*.h5 summary --format tsv | awk -F'\t' '
        {
            for (i = 1; i <= NF; i++) {
                cell[NR, i] = $i == "" ? "-" : $i
                if (length(cell[NR, i]) > width[i])
                    width[i] = length(cell[NR, i])
            }
            columns = NF
        }
        END {
            for (row = 1; row <= NR; row++)
                for (i = 1; i <= columns; i++)
                    printf "%-*s%s", i < columns ? width[i] : 0, cell[row, i], i < columns ? "  " : "\n"
        }'
}

# duration SECONDS
duration() {
    if [ "$1" -lt 60 ]; then
        echo "$1 s"
    elif [ "$1" -lt 3600 ]; then
        echo "$(($1 / 60)) min $(($1 % 60)) s"
    else
        echo "$(($1 / 3600)) h $(($1 % 3600 / 60)) min"
    fi
}

trap interrupted INT TERM HUP PIPE
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT
SECONDS=0
parse_options "$@"
check_installed
build
if [ "$draw_only" = no ]; then
    read_registries
    if [ -z "$(configs_of "${large[@]}" "${small[@]}")" ]; then
        fail 2 "there is no config of these sets and methods in $project/configs"
    elif [ "$dry_run" = yes ]; then
        dry_run
        exit
    elif [ -n "$data_dir" ]; then
        check_data
    else
        get_data
    fi
    run_profile
fi
write_tables
draw_figures
write_report
echo
print_summary
echo
if grep -qs 'config run\.profile,smoke,' "$out/tables/provenance.csv"; then
    say "a smoke run: tiny networks on slices of the data show that every step works; they decide nothing"
fi
say "tables: $out/tables"
say "figures: $out/figures"
say "report: $out/report.html"
say "profile $profile took $(duration "$SECONDS")"
