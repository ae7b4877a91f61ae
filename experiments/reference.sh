#!/usr/bin/env bash
# experiments/reference.sh RUN_DIR PROFILE [DATA_DIR]: what results/reference/PROFILE has: runs with several seeds, their tables
# and figures, and the part of README.md that shows them.
#
#   RUN_DIR   the runs; what is there already is not made again, so that the same command goes on after Ctrl-C
#   PROFILE   standard: every data set and method, 5 seeds, CIFAR-10 3: about two hours on 2 cores
#             talk: vi with the talk's networks, 1 seed: about two hours
#
# Tables of pictures and of single weights are left out, and figures drawn from them.
#
# Exit codes: 0 done; 2 usage; else that of the step that failed.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
tenth=${TENTH:-$project/build/release/tenth}
tables=(claims summary provenance train prune prune_band perturb perturb_band ood reliability_band rejection_band confusion
    surviving_band footprint)
figures=(pruning perturb reliability rejection ood surviving training sigma footprint)

if [ $# -lt 2 ] || [ $# -gt 3 ] || [[ ! $2 =~ ^(standard|talk)$ ]]; then
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
runs=$1
profile=$2
data=()
if [ $# -eq 3 ]; then
    data=(--data-dir "$3")
fi
kept=$project/results/reference/$profile

# make_runs SEEDS JOBS CONFIG|OPTION...
make_runs() {
    local seeds=$1 jobs=$2
    shift 2
    "$tenth" run "$@" --out "$runs" "${data[@]}" --set "run.seeds=$seeds" --jobs "$jobs"
}

# epochs CONFIG: for how many it trains.
epochs() {
    "$tenth" config "$project/configs/$1.ini" | awk '$1 == "epochs" { print $3 }'
}

make_profile() {
    local configs=$project/configs
    if [ "$profile" = talk ]; then
        make_runs 1 1 "$configs"/talk/{mnist,cifar10,ecg5000}_vi.ini
        return
    fi
    make_runs 5 "$(nproc)" "$configs"/{ecg5000,moons}_{vi,map,mle,dropout,ensemble}.ini
    make_runs 5 1 "$configs"/mnist_{vi,mle,dropout,ensemble}.ini
    make_runs 3 1 "$configs"/cifar10_{vi,mle,dropout,ensemble}.ini
    # The strongest rival of vi when weights are removed trains for as long as vi does, or the comparison would be of epochs.
    make_runs 3 1 "$configs/mnist_map.ini" --set "train.epochs=$(epochs mnist_vi)"
    make_runs 3 1 "$configs/cifar10_map.ini" --set "train.epochs=$(epochs cifar10_vi)"
}

# Only what belongs to the runs is kept: what an earlier reference had and this one has not goes.
keep() {
    local name figure
    rm -rf "$kept"
    mkdir -p "$kept/tables" "$kept/figures"
    for name in "${tables[@]}"; do
        if [ -e "$runs/tables/$name.csv" ]; then
            cp "$runs/tables/$name.csv" "$kept/tables"
        fi
    done
    for name in "${figures[@]}"; do
        for figure in "$runs/figures/${name}"_*.svg; do
            if [ -e "$figure" ]; then
                cp "$figure" "$kept/figures"
            fi
        done
    done
}

# In README.md: the main figures and the table of claims; of the talk's networks what they keep when they are pruned.
readme_standard() {
    local dataset
    for dataset in mnist cifar10 ecg5000; do
        echo "![accuracy as weights are removed: $dataset](results/reference/$profile/figures/pruning_$dataset.svg)"
        echo "![entropy and accuracy under noise: $dataset](results/reference/$profile/figures/perturb_noise_$dataset.svg)"
        echo
    done
    awk -f "$project/plots/csv.awk" -f "$project/experiments/sources.awk" -f "$project/experiments/claims.awk" "$kept/tables/claims.csv"
}

readme_talk() {
    awk -f "$project/plots/csv.awk" -f "$project/experiments/sources.awk" -f "$project/experiments/pruned.awk" "$kept/tables/prune_band.csv"
}

# write_readme: what stands between the two marks of the profile becomes what its function prints.
write_readme() {
    local partial=$project/.README.$$
    "readme_$profile" >"$partial.part"
    awk -v part="$partial.part" -v profile="$profile" '
        index($0, "<!-- reference " profile ": begin") == 1 { print; while ((getline line < part) > 0) print line; skip = 1 }
        index($0, "<!-- reference " profile ": end") == 1 { skip = 0 }
        !skip { print }' "$project/README.md" >"$partial"
    rm -f "$partial.part"
    mv -f "$partial" "$project/README.md"
}

make_profile
"$project/run_all.sh" --draw-only --out "$runs"
keep
write_readme
echo "reference.sh: $kept"
