#!/usr/bin/env bash
# experiments/embedded.sh RUN_DIR OUT_DIR [DATA_DIR]: what pruned networks cost on small machines: bytes, milliseconds,
# instructions, flash and RAM, against accuracy. Trained runs (DATASET_METHOD_seed1.h5, as `./run_all.sh` leaves them) come
# from RUN_DIR; missing ones are skipped.
#
#   OUT_DIR/tables/export.csv   a row per model: sizes, times, accuracy, uncertainty (`tenth export --measure`)
#   OUT_DIR/tables/device.csv   a row per model and machine: flash, RAM, instructions of one prediction, differences
#   OUT_DIR/figures/pareto_*    accuracy against bytes and against milliseconds
#
# Instructions are counted by callgrind on this machine (which knows no AVX-512: the programs take their AVX2 builds) and by
# QEMU for Cortex-M4 and M7; a machine whose tools are missing is skipped, and named. Times are for one thread; other work
# on the machine spoils them. Takes about 10 minutes.
#
# Exit codes: 0 done; 1 a measurement failed; 2 usage; 3 no run in RUN_DIR.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"
tenth=${TENTH:-$project/build/release/tenth}
datasets=(mnist cifar10 ecg5000)
fractions=(0 .5 .8 .9 .94 .95 .96 .97 .98 .99)
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
if [ ! -d "$1" ]; then
    echo "embedded.sh: no directory $1; \`./run_all.sh\` leaves its runs in results/standard" >&2
    exit 3
fi
runs=$(cd -- "$1" && pwd)
mkdir -p -- "$2/tables" "$2/models"
out=$(cd -- "$2" && pwd)
data=()
if [ $# -eq 3 ]; then
    data=(--data-dir "$3")
fi

# append TABLE ROWS: appends rows with a header to the existing ones.
append() {
    if [ -s "$1" ]; then
        tail -n +2 "$2" >>"$1"
    else
        cat "$2" >>"$1"
    fi
}

# measure RUN OPTION...: a row of export.csv.
measure() {
    local run=$1
    shift
    echo "embedded.sh: $run $*" >&2
    "$tenth" export "$runs/$run.h5" "${data[@]}" --out "$out/models" --threads 1 --quiet --measure "$@" >"$out/tables/.row"
    append "$out/tables/.export" "$out/tables/.row"
}

# The fraction at which the mean network of the VI run is measured in every form: the largest in the present rows whose
# accuracy on the validation split reaches the required one.
chosen_fraction() {
    local least
    case $1 in mnist) least=.98 ;; cifar10) least=.64 ;; *) least=.93 ;; esac
    awk -F, -v dataset="$1" -v least="$least" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; best = .9; next }
        $at["dataset"] == dataset && $at["method"] == "vi" && $at["posterior"] == "mean" && $at["number"] == "int8" {
            if ($at["accuracy_validation"] >= least && $at["fraction"] > best) best = $at["fraction"]
        }
        END { print best }' "$out/tables/.export"
}

# instructions FUNCTION COMMAND...: of the calls of a function.
instructions() {
    local function=$1
    shift
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$function" "$@" 2>&1 >/dev/null |
        awk '/Collected :/ { print $4; found = 1 } END { exit !found }'
}

# One made-up input of a data set, for counting: the number of instructions hardly depends on its content.
input_of() {
    case $1 in
    mnist) awk 'BEGIN { print "P2 28 28 255"; for (i = 0; i < 784; i++) print i * 7 % 256 }' ;;
    cifar10) awk 'BEGIN { print "P3 32 32 255"; for (i = 0; i < 3072; i++) print i * 7 % 256 }' ;;
    ecg5000) awk 'BEGIN { printf "1"; for (i = 0; i < 140; i++) printf " %g", sin(i / 9); print "" }' ;;
    esac
}

# count_dense DATASET: instructions of the dense network for one item: from the cost of ten more predictions, since the first
# also pays for code that the matrix library generates. The noise sweep predicts one item for each strength.
count_dense() {
    local strengths count counts=()
    cp "$runs/${1}_vi_seed1.h5" "$work/copy.h5"
    for strengths in 3 13; do
        count=$(instructions network_forward "$tenth" perturb "$work/copy.h5" "${data[@]}" --threads 1 --quiet \
            --set perturb.perturbations=noise --set "perturb.strengths=$strengths" --set perturb.samples=1 --set perturb.items=1)
        counts+=("$count")
    done
    echo $(((counts[1] - counts[0]) / 10))
}

# device DATASET MACHINE POSTERIOR FLASH RAM INSTRUCTIONS ITEMS DIFFERENCE: a row of device.csv.
device() {
    local IFS=,
    echo "$*" >>"$out/tables/.device"
}

# count_host DATASET: the dense network, and the exported models by this program's engine.
count_host() {
    local dataset=$1 posterior count
    count=$(count_dense "$dataset")
    device "$dataset" "this machine: dense" mean "" "" "$count" "" ""
    input_of "$dataset" >"$work/input"
    for posterior in mean variance samples; do
        count=$(instructions engine_predict "$tenth" predict "$out/models/${dataset}_int8_$posterior.tenth" "$work/input")
        device "$dataset" "this machine: engine" "$posterior" "" "" "$count" "" ""
    done
}

# count_device DATASET: real items on Cortex-M, compared with this machine.
count_device() {
    local dataset=$1 posterior name processor flash ram count items difference
    gzip -dc "$project/data/mnist/t10k-images-idx3-ubyte.gz" >"$work/images"
    head -c $((16 + 100 * 784)) "$work/images" | tail -c +17 >"$work/items"
    for posterior in mean variance samples; do
        name=${dataset}_int8_$posterior
        echo "embedded.sh: $name on Cortex-M" >&2
        (cd "$out/models" && "$project/tests/arm/run.sh" "$name" "$work/items" bytes) >"$work/rows"
        while IFS=, read -r _ processor flash ram _ count items difference _; do
            if [ "$processor" != processor ]; then
                device "$dataset" "$processor" "$posterior" "$flash" "$ram" "$count" "$items" "$difference"
            fi
        done <"$work/rows"
    done
}

work=$(temporary -d)
trap 'rm -rf "$work"' EXIT
rm -f "$out/tables/.export" "$out/tables/.device"
echo "dataset,machine,posterior,flash,ram,instructions,items,largest_difference" >"$out/tables/.device"
found=0
for dataset in "${datasets[@]}"; do
    for method in vi map mle; do
        run=${dataset}_${method}_seed1
        if [ ! -e "$runs/$run.h5" ]; then
            echo "embedded.sh: no $runs/$run.h5: left out" >&2
            continue
        fi
        found=1
        for fraction in "${fractions[@]}"; do
            measure "$run" --fraction "$fraction"
        done
    done
    if [ ! -e "$runs/${dataset}_vi_seed1.h5" ]; then
        continue
    fi
    fraction=$(chosen_fraction "$dataset")
    for number in int8 fp16 fp32; do
        for posterior in mean variance samples=12; do
            if [ "$number $posterior" != "int8 mean" ] && { [ "$number" = int8 ] || [ "$posterior" != samples=12 ]; }; then
                measure "${dataset}_vi_seed1" --fraction "$fraction" --quantize "$number" --posterior "$posterior"
            fi
            "$tenth" export "$runs/${dataset}_vi_seed1.h5" "${data[@]}" --out "$out/models" --threads 1 --quiet \
                --fraction "$fraction" --quantize "$number" --posterior "$posterior" \
                --name "${dataset}_${number}_${posterior%=*}"
        done
    done
    if command -v valgrind >/dev/null; then
        count_host "$dataset"
    else
        echo "embedded.sh: no valgrind: instructions on this machine are left out" >&2
    fi
    if [ "$dataset" = mnist ] && command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
        count_device "$dataset"
    elif [ "$dataset" = mnist ]; then
        echo "embedded.sh: no arm-none-eabi-gcc or qemu-system-arm: Cortex-M is left out" >&2
    fi
done
if [ "$found" -eq 0 ]; then
    echo "embedded.sh: no run in $runs; \`./run_all.sh\` leaves them in results/standard" >&2
    exit 3
fi
mv "$out/tables/.export" "$out/tables/export.csv"
mv "$out/tables/.device" "$out/tables/device.csv"
rm -f "$out/tables/.row"
"$project/plots/draw.sh" "$out/tables" "$out/figures" pareto
