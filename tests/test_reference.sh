#!/usr/bin/env bash
# tests/test_reference.sh: what experiments/reference.sh keeps and writes into README.md: the tables of claims, and how far curves are
# from the talk's; with stand-ins for tenth and run_all.sh, whose runs already exist.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

program() {
    local name=$1
    shift
    awk -f "$project/plots/csv.awk" -f "$project/experiments/sources.awk" -f "$project/experiments/$name.awk" "$@"
}

# ---- claims.awk ----
cat >claims.csv <<'END'
id,claim,talk,measured,low,high,holds,dataset,rule,how,fraction,seeds,detail,where,data_source,adjusted,equivalence,parts,profile
a_mnist,first,.9,.95,.94,.96,holds,mnist,>= 0.9,"accuracy, by |mu|",.9,5,,title,real,holds,,noise warp,standard
a_ecg5000,first,,-.001,-.002,.001,not decidable,ecg5000,>= 0.9,"accuracy, by |mu|",.9,5,,title,SYNTHETIC,not decidable,within one point,time_warp,standard
b_mnist,second,,.5,.4,.6,does not hold,mnist,<= 0,rest,,5,,uncertainty,real,not decidable,not decidable,fgsm,standard
c_mnist,third,,,,,not decidable,mnist,<= 0,rest,,0,no run mnist_vi,title,real,not decidable,,,standard
END
program claims claims.csv >claims.md
check "claims are counted, and what is left when all are asked at once" grep -qxF "| does not hold | 1 (adjusted: 0) | 0 (adjusted: 0) |" claims.md
check "they stand under their slide" test "$(grep -nE '\*\*title\*\*|third|\*\*uncertainty\*\*|second' claims.md | cut -d: -f2 | cut -c1-12 | tr '\n' ' ')" = \
    "| **title**  | third<br>* | **uncertai | second<br> "
check "a bar is none of the table" grep -qF 'accuracy, by \|mu\| >= 0.9; noise, warp (mnist); time_warp (ecg5000)*' claims.md
check "parts that all have need no data set" grep -qF '*rest <= 0; fgsm*' claims.md
check "numbers, interval and the talk's" grep -qF '**holds**: 0.950 (0.940 to 0.960); the talk: .9 |' claims.md
check "another verdict when all are asked" grep -qF '**does not hold**: 0.500 (0.400 to 0.600); adjusted: *not decidable* |' claims.md
check "equivalence" grep -qF '**not decidable**: -0.001 (-0.002 to 0.001); within one point |' claims.md
check "why there is no number" grep -qF '**not decidable**: no run mnist_vi |' claims.md
check "data and profile" bash -c "grep -qxF 'Data: mnist: real; ecg5000: SYNTHETIC' claims.md && grep -qxF 'Profile: standard.' claims.md"
cat >older.csv <<'END'
id,claim,talk,measured,low,high,holds,dataset,rule,how,detail,data_source
a_mnist,first,.9,.95,.94,.96,holds,mnist,>= 0.9,accuracy,,real
END
check "a table of before has no more than it says" grep -qxF "| first<br>*accuracy >= 0.9* | **holds**: 0.950 (0.940 to 0.960); the talk: .9 |" <(program claims older.csv)

# ---- talk_difference.awk ----
mkdir talk
printf 'dataset,prune_ratio,accuracy\nmnist,0,1.1\nmnist,.5,.8\nmnist,.9,.7\n' >talk/talk_pruning.csv
printf 'dataset,perturbation,strength,metric,value\nmnist,noise,1,entropy,.5\nmnist,noise,9,entropy,.5\nmnist,noise,1,std,.5\n' >talk/talk_uncertainty.csv
printf 'dataset,run,data_source\nmnist,mnist_vi_seed1,"real, all"\n' >talk/summary.csv
cat >talk/prune.csv <<'END'
dataset,method,criterion,fraction,fraction_tensor_mean,accuracy,run
mnist,vi,log_p0,0,0,.9,mnist_vi_seed1
mnist,vi,log_p0,.9,1,.5,mnist_vi_seed1
mnist,vi,log_p0,.4,.5,.9,mnist_vi_seed1
mnist,vi,snr,.5,.5,.1,mnist_vi_seed1
mnist,mle,log_p0,.5,.5,.1,mnist_mle_seed1
END
cat >talk/perturb.csv <<'END'
dataset,method,perturbation,strength,accuracy,entropy,mutual_information,run
mnist,vi,noise,0,.9,.1,.1,mnist_vi_seed1
mnist,vi,noise,2,.9,.5,.1,mnist_vi_seed1
END
difference() {
    program talk_difference "$@" talk/talk_pruning.csv talk/talk_uncertainty.csv talk/summary.csv talk/prune.csv talk/perturb.csv
}
difference >difference.csv
# Ours minus the talk's: .9 - 1, .9 - .8, (.9 + .8 (.5 - .9)) - .7 = -.12; mean square (.01 + .01 + .0144) / 3.
check "a curve is straight between its points, and a value above 1 is 1" \
    grep -qxF 'mnist,mnist_vi_seed1,pruning_tensor_mean,accuracy,0.107083,-0.04,-0.12,0.9,3,0,"real, all"' difference.csv
check "over all weights as well" grep -q '^mnist,mnist_vi_seed1,pruning_fraction,accuracy,' difference.csv
check "what is beyond the curve's end is counted" grep -qxF 'mnist,mnist_vi_seed1,noise,entropy,0.2,-0.2,-0.2,1,1,1,"real, all"' difference.csv
check "nothing else" test "$(wc -l <difference.csv)" -eq 4
check "as Markdown" grep -qxF '| mnist_vi_seed1 | noise | entropy | 0.200 | -0.200 | -0.200 at 1 | 1 of 2 |' <(difference -v format=md)
check "all of the talk's own values are read" test "$(awk -f "$project/plots/csv.awk" -f "$project/experiments/talk_difference.awk" \
    "$project"/results/reference/talk_{pruning,uncertainty}.csv "$project"/results/reference/talk/tables/{summary,prune,perturb}.csv |
    awk -F, 'NR > 1 && $9 + $10 < 18' | wc -l)" -eq 0

# ---- reference.sh literal ----
copy=$work/copy
mkdir -p "$copy"/{plots,experiments,configs,results/reference}
cp "$project/environment.sh" "$copy"
cp "$project/plots/csv.awk" "$copy/plots"
cp "$project"/experiments/*.{sh,awk} "$copy/experiments"
cp talk/talk_{pruning,uncertainty}.csv "$copy/results/reference"
printf '%s\n' before '<!-- reference literal: begin (x) -->' old '<!-- reference literal: end -->' after >"$copy/README.md"
cat >"$copy/run_all.sh" <<END
#!/usr/bin/env bash
mkdir -p "\$3/tables" "\$3/figures"
cp "$work"/talk/{summary,prune,perturb}.csv "\$3/tables"
touch "\$3/tables/stills.csv" "\$3/figures"/{pruning,stills_noise,sigma_layers}_mnist.svg
END
cat >tenth <<END
#!/usr/bin/env bash
echo "\$*" >>"$work/log"
END
chmod +x "$copy/run_all.sh" tenth
reference() {
    TENTH=$work/tenth "$copy/experiments/reference.sh" "$@"
}
kept=$copy/results/reference/literal
check "literal is a profile" exits_with 0 reference runs literal data
check "of vi on three data sets with one seed" test "$(grep -c 'run .*/configs/literal/.*_vi.ini --out runs --data-dir data --set run.seeds=1' log)" -eq 3
check "the difference is kept" cmp difference.csv "$kept/tables/talk_difference.csv"
check "with tables and figures" test -e "$kept/tables/prune.csv" -a -e "$kept/figures/pruning_mnist.svg" -a -e "$kept/figures/sigma_layers_mnist.svg"
check "without those of pictures" test ! -e "$kept/tables/stills.csv" -a ! -e "$kept/figures/stills_noise_mnist.svg"
check "claims are asked of what they read" grep -qF "table --evidence $kept/evidence runs/mnist_*.h5 claims" log
check "and are kept as they come from it" test -e "$kept/tables/claims.csv"
check "README has it between its marks" test "$(sed '/^| mnist/d' "$copy/README.md" | tr '\n' ' ')" = \
    "before <!-- reference literal: begin (x) --> | run | curve | metric | root mean square | mean | largest | values | |---|---|---|---|---|---|---| <!-- reference literal: end --> after "
check "moons is no set of it" refuses 2 "profile literal has no data set moons" reference runs literal data moons
check "another profile is a usage error" exits_with 2 reference runs other

# ---- the reference's own verdicts ----
# Rules may change after the runs: the kept claims are those of today's rules.
shopt -s nullglob
for evidence in "$project"/results/reference/*/evidence; do
    "$tenth" table "$evidence"/*.h5 claims >claims.now
    check "the claims of ${evidence#"$project"/} are those that are kept" cmp claims.now "${evidence%/evidence}/tables/claims.csv"
done
finish
