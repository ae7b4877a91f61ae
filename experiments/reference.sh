#!/usr/bin/env bash
# experiments/reference.sh RUN_DIR PROFILE [DATA_DIR [DATASET...]]: makes results/reference/PROFILE: runs with several seeds,
# their tables and figures, and the part of README.md that shows them.
#
#   RUN_DIR   the runs; existing ones are not made again, so that the same command continues after Ctrl-C
#   PROFILE   standard: every method, with as many epochs as vi, 5 seeds: about four hours on 2 cores (configs/reference
#             has what is trained in another way than by the standard profile); of vi also what claims ask of its
#             sigmas' start and its temperature, trained and pruned, 2 seeds
#             talk: vi with the talk's networks, 1 seed: about two hours
#             literal: the talk's own program, number for number, 1 seed: many hours; and how far its curves are from the talk's
#             (tables/talk_difference.csv)
#   DATASET   makes these data sets again and keeps the others' results; none: every data set
#
# Claims are computed from evidence/, which has what they read from each run; `tenth table evidence/*.h5 claims` prints them again. Tables
# of pictures, of single weights and of planes are omitted for their size, and so are the largest figures drawn from them: stills,
# animations, weight_pair and plane.
#
# Exit codes: 0 done; 2 usage; else that of the step that failed.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"
tenth=${TENTH:-$project/build/release/tenth}
tables=(summary provenance train prune prune_band perturb perturb_band ood reliability_band rejection_band confusion
    surviving_band footprint detection_band pruned pruned_band pruned_perturb_band scaled description sigma sigma_layers_band sigma_histogram_band
    network)
figures=(pruning temperature perturb reliability rejection ood detection detection_pruned pruned_perturb description weights surviving training sigma
    sigma_layers footprint examples predictive network filters marginal surface)

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2
    exit 2
}

if [ $# -lt 2 ] || [[ ! $2 =~ ^(standard|talk|literal)$ ]]; then
    usage
fi
runs=$1
profile=$2
data=()
if [ $# -ge 3 ]; then
    data=(--data-dir "$3")
fi
case $profile in
    standard) all=(mnist cifar10 ecg5000 moons) ;;
    talk | literal) all=(mnist cifar10 ecg5000) ;;
esac
datasets=("${@:4}")
if [ ${#datasets[@]} -eq 0 ]; then
    datasets=("${all[@]}")
fi
for dataset in "${datasets[@]}"; do
    if [[ " ${all[*]} " != *" $dataset "* ]]; then
        echo "reference.sh: profile $profile has no data set $dataset; it has: ${all[*]}" >&2
        usage
    fi
done
kept=$project/results/reference/$profile

# make_runs SEEDS JOBS CONFIG|OPTION...
make_runs() {
    local seeds=$1 jobs=$2
    shift 2
    "$tenth" run "$@" --out "$runs" "${data[@]}" --set "run.seeds=$seeds" --jobs "$jobs"
}

# epochs CONFIG: its number of epochs.
epochs() {
    "$tenth" config "$1" | awk '$1 == "epochs" { print $3 }'
}

# vi_config DATASET: the standard one, or the reference's own.
vi_config() {
    local own=$project/configs/reference/$1_vi.ini
    if [ -e "$own" ]; then
        echo "$own"
    else
        echo "$project/configs/$1_vi.ini"
    fi
}

# make_dataset DATASET: with several seeds there is always another run for another core, which wastes less than threads. Every method
# takes as many steps as vi, or the comparison would be about epochs (the standard profile gives most of them fewer, for its time).
make_dataset() {
    local dataset=$1 configs=$project/configs vi variants step
    if [ "$profile" != standard ]; then
        case $profile in
        talk) make_runs 1 1 "$configs/${dataset}_vi.ini" --profile talk ;;
        *) make_runs 1 1 "$configs/$profile/${dataset}_vi.ini" ;;
        esac
        return
    fi
    vi=$(vi_config "$dataset")
    make_runs 5 "$(processors)" "$vi" "$configs/$dataset"_{map,mle,dropout,ensemble}.ini --set "train.epochs=$(epochs "$vi")"
    variants=("$configs/reference/$dataset"_vi_*.ini)
    if [ -e "${variants[0]}" ]; then
        for step in train prune; do
            "$tenth" "$step" "${variants[@]}" --out "$runs" "${data[@]}" --set run.seeds=2 --jobs "$(processors)"
        done
    fi
}

# keep_table NEW: replaces the kept table, whose rows of other data sets stay.
keep_table() {
    local new=$1 old=$kept/tables/${1##*/}
    if [ ${#datasets[@]} -lt ${#all[@]} ] && [ -e "$old" ]; then
        awk -f "$project/plots/csv.awk" -f "$project/experiments/replace_rows.awk" -v datasets="${datasets[*]}" "$new" "$old" >"$old.new"
        mv -f "$old.new" "$old"
    else
        cp "$new" "$old"
    fi
}

# Only what belongs to the runs is kept: whatever an earlier reference had for these data sets and this one lacks is
# removed.
keep() {
    local name figure dataset
    if [ ${#datasets[@]} -eq ${#all[@]} ]; then
        rm -rf "$kept"
    fi
    mkdir -p "$kept/tables" "$kept/figures"
    for name in "${tables[@]}"; do
        if [ -e "$runs/tables/$name.csv" ]; then
            keep_table "$runs/tables/$name.csv"
        fi
    done
    for name in "${figures[@]}"; do # of all data sets
        if [ -e "$runs/figures/$name.svg" ]; then
            cp "$runs/figures/$name.svg" "$kept/figures"
        fi
    done
    for dataset in "${datasets[@]}"; do
        rm -f "$kept/figures/"*"_$dataset.svg"
        for name in "${figures[@]}"; do
            for figure in "$runs/figures/${name}"_*"$dataset.svg"; do
                if [ -e "$figure" ]; then
                    cp "$figure" "$kept/figures"
                fi
            done
        done
    done
}

# keep_claims: what the claims read from each run, and the claims computed from that, so that a user of the reference without its
# runs can compute them again.
keep_claims() {
    local dataset evidence=$kept/evidence
    mkdir -p "$evidence"
    for dataset in "${datasets[@]}"; do
        rm -f "$evidence/$dataset"_*.h5
        "$tenth" table --evidence "$evidence" "$runs/$dataset"_*.h5 claims >/dev/null
    done
    "$tenth" table "$evidence"/*.h5 claims >"$kept/tables/claims.csv"
}

# In README.md: the main figures and the table of claims; for the talk's networks, what they keep when pruned.
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

# talk_difference [OPTION...]: of the kept tables.
talk_difference() {
    local reference=$project/results/reference
    awk -f "$project/plots/csv.awk" -f "$project/experiments/talk_difference.awk" "$@" "$reference/talk_pruning.csv" \
        "$reference/talk_uncertainty.csv" "$kept/tables/"{summary,prune,perturb}.csv
}

readme_literal() {
    talk_difference -v format=md
}

# write_readme: replaces the text between the two marks of the profile by its function's output.
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

for dataset in "${datasets[@]}"; do
    make_dataset "$dataset"
done
"$project/run_all.sh" --draw-only --out "$runs"
keep
keep_claims
case $profile in
literal) talk_difference >"$kept/tables/talk_difference.csv" ;;
standard) "$project/experiments/slides.sh" ;;
esac
write_readme
echo "reference.sh: $kept"
