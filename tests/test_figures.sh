#!/usr/bin/env bash
# tests/test_figures.sh: figures are legible: no text lies on another or leaves the canvas, no panel is empty (see
# figure_check.py), on the screen and in a paper's column; and they name their data.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

ink=${TEST_INK:-$project/build/release/tests/ink}
if ! "$project/deps.sh" check draw 2>/dev/null; then
    skip "figures" "they need gnuplot-nox; \`make deps\` installs it"
    finish
    exit
elif ! command -v python3 >/dev/null || [ ! -x "$ink" ]; then
    skip "figures" "tests/figure_check.py needs python3 and $ink, which \`make test\` builds"
    finish
    exit
fi

draw() {
    "$project/plots/draw.sh" "$@"
}
look() {
    python3 "$tests/figure_check.py" --ink "$ink" "$@"
}
reference=$project/results/reference/standard/tables

# ---- The check itself. ----
mkdir planted
# plant NAME [COMMAND]: a figure of two texts and a panel, in which COMMAND plots.
plant() {
    local terminal
    for terminal in "svg size 400,300 dynamic" "pngcairo size 800,600"; do
        gnuplot -e "set terminal $terminal noenhanced font 'sans-serif,11' background 'white'; set output 'planted/$1.${terminal:0:3}';
            set border 3 linecolor rgb '#666666'; set tics nomirror; set grid linecolor rgb '#DDDDDD'; unset key; set yrange [0:1];
            set xrange [0:1]; set label 'one text' at screen .3, .9; $2" || return 1
    done
}
with_curve='plot x lc rgb "#0072B2"'
plant good "set label 'another one' at screen .6, .9; $with_curve"
check "a legible figure passes" exits_with 0 look planted
plant overlap "set label 'another one' at screen .35, .9; $with_curve"
check "texts that lie on each other are found" refuses 1 '"another one" and "one text" lie on each other' look --only overlap planted
plant turned "set label 'another one, upright' at screen .32, .6 rotate; $with_curve"
check "so are turned ones" refuses 1 '"another one, upright" and "one text"' look --only turned planted
plant outside "set label 'another one' at screen .95, .9; $with_curve"
check "and one that leaves the canvas" refuses 1 '"another one" leaves the canvas' look --only outside planted
plant empty "plot -1"
check "and a panel without ink" refuses 1 "is empty" look --only empty planted
check "a directory without figures is a usage error" refuses 2 "no figures" look "$work"

# ---- Five methods and five seeds. ----
check "figures of the reference's tables are drawn" exits_with 0 draw "$reference" reference pruning_moons perturb_fgsm_cifar10 \
    perturb_noise_mnist training_ecg5000 reliability_cifar10 rejection_mnist footprint_moons surviving_vi_moons
check "and legible" exits_with 0 look reference
check "training has a band for each method, not a line for each seed" says "means over the seeds" cat reference/training_ecg5000.svg
check "seeds and items are named" says "5 seeds, 10,000 test items" cat reference/rejection_mnist.svg
check "an SVG's title is its head" grep -q "<title>MNIST, additive Gaussian noise: uncertainty and accuracy</title>" reference/perturb_noise_mnist.svg
check "which is bold" grep -q 'font-weight="bold"' reference/perturb_noise_mnist.svg
check "an axis ends where nothing happens any more" says "Beyond 0.15 every accuracy stays" cat reference/perturb_fgsm_cifar10.svg
check "a layer of which nothing is left says so" says ">none<" cat reference/surviving_vi_moons.svg

# ---- Strengths spaced as squares. ----
check "an axis of even strengths is even" not grep -q "axis of square roots" reference/perturb_fgsm_cifar10.svg
mkdir squares
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "strength") at = i; print; next }
    $1 == "cifar10" && /,fgsm,/ { $at *= 1000 * $at; print }' "$reference/perturb_band.csv" >squares/perturb_band.csv
check "strengths spaced as squares are drawn" exits_with 0 draw squares squares-figures perturb_fgsm_cifar10
check "on an axis of square roots" says "on an axis of square roots" cat squares-figures/perturb_fgsm_cifar10.svg
check "legibly" exits_with 0 look squares-figures

# ---- Networks of one's own: a method by another network, weights whose KL has seven digits, and no error at all. ----
mkdir own
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print; next }
    $1 == "mnist" { $at["accuracy"] = $at["low"] = $at["high"] = 1; print }' "$reference/rejection_band.csv" >own/rejection_band.csv
{
    echo "dataset,method,seed,epoch,loss,nll,kl,accuracy_train,accuracy_val,sigma_median,seconds,run"
    for name in mnist_vi mnist_lenet_5_vi; do
        for epoch in 1 2 3; do
            echo "mnist,vi,1,$epoch,2,2,1.3e6,.9,.8,.01,1,${name}_seed1"
        done
    done
} >own/train.csv
check "own networks are drawn" exits_with 0 draw own own-figures rejection_mnist training_mnist
check "one is called by its name" says ">VI (lenet_5)<" cat own-figures/training_mnist.svg
check "no error is no empty panel" says ">none<" cat own-figures/rejection_mnist.svg
check "legibly" exits_with 0 look own-figures

# ---- A smoke run of one seed, measured on validation items, with the panels missing from the reference's tables. ----
mkdir smoke
for table in prune_band rejection_band; do
    awk -F, -v OFS=, 'NR == 1 || $1 == "moons"' "$reference/$table.csv" >"smoke/$table.csv"
done
{
    echo "dataset,run,method,items,entropy,share,auroc,seeds,data_source"
    for method in dropout ensemble map mle vi; do
        for kind in right wrong cifar10 noise shuffled; do
            for i in 0 1 2 3 4 5 6 7 8 9; do
                echo "moons,moons_$method,$method,$kind,.$i,.1,.95,1,built-in points"
            done
        done
    done
} >smoke/entropy_histogram_band.csv
{
    echo "dataset,run,method,state,criterion,weight,share,seeds,data_source"
    for method in mle vi; do
        for i in -.3 -.2 -.1 0 .1 .2 .3; do
            echo "moons,moons_$method,$method,before,magnitude,$i,.14,1,built-in points"
            echo "moons,moons_$method,$method,after,magnitude,$i,$([[ $i == *.3 ]] && echo .14 || echo 0),1,built-in points"
        done
    done
} >smoke/weight_histogram_band.csv
# Detection: a perturbation and a kind of items of no class have the same name; a point estimate's networks do not differ.
{
    echo "dataset,run,method,name,removed,measure,strength,auroc,low,high,aupr,fpr95,seeds,data_source"
    for method in map mle vi; do
        for removed in 0 .9 .98; do
            for measure in entropy aleatoric mutual_information std variation_ratio mean_softmax; do
                [[ $method != vi && $measure =~ ^(mut|std|var) ]] && at=.5 || at=".8 .3"
                for name in noise fgsm warp; do
                    for strength in 1 4 9 64 100; do
                        echo "moons,moons_$method,$method,$name,$removed,$measure,$strength,${at%% *},.4,.9,.5,.9,1,built-in points"
                    done
                done
                for name in noise shuffled; do
                    echo "moons,moons_$method,$method,$name,$removed,$measure,,${at##* },.2,.6,.5,.9,1,built-in points"
                done
            done
        done
    done
} >smoke/detection_band.csv
{
    echo "dataset,run,method,perturbation,removed,strength,accuracy,low,high,entropy,entropy_low,entropy_high,mutual_information,nll,ece,seeds,data_source"
    for method in map vi; do
        for removed in .9 0 .98; do
            printf "moons,moons_$method,$method,noise,$removed,%s,.8,.7,.9,.4,,,.1,1,.1,1,built-in points\n" 0 1 2
        done
    done
} >smoke/pruned_perturb_band.csv
{
    echo "dataset,method,seed,stage,epoch,fraction,bits_weights,bits_mask,bits_labels,bits,bits_uniform,bits_file,temperature,run"
    for run in moons_vi,1 moons_vi_posterior.temperature=.1,.1; do
        for seed in 1 2; do
            printf "moons,vi,$seed,epoch,%s,0,90$seed,0,30$seed,120$seed,400,,${run#*,},${run%,*}_seed$seed\n" 1 2 3
            printf "moons,vi,$seed,pruned,,%s,90$seed,%s,30$seed,120$seed,400,%s,${run#*,},${run%,*}_seed$seed\n" 0 0 9000 .9 70 2000 .98 20 900
        done
    done
} >smoke/description.csv
{
    echo "dataset,run,method,perturbation,strength,accuracy,low,high,entropy,entropy_low,entropy_high,mutual_information,nll,ece,seeds,data_source,mean_softmax,aleatoric,std"
    for method in mle vi; do
        for strength in 0 1 2; do
            echo "moons,moons_$method,$method,noise,$strength,.8,.7,.9,.5,.4,.6,$([ $method = vi ] && echo .00012 || echo 0),1,.1,1,built-in points,.7,.4,.00$strength"
        done
    done
} >smoke/perturb_band.csv
printf 'dataset,method,seed,key,value,run\nmoons,vi,1,config run.profile,smoke,moons_vi_seed1\n' >smoke/provenance.csv
"$tenth" table gaussian >smoke/gaussian.csv && "$tenth" table bayes_rule >smoke/bayes_rule.csv && "$tenth" table sigma_loss >smoke/sigma_loss.csv &&
    "$tenth" table losses >smoke/losses.csv
check "a smoke run's figures are drawn" exits_with 0 draw smoke smoke-figures
check "and legible" exits_with 0 look smoke-figures
for measure in "expected entropy" "mutual information" "standard deviation" "mean softmax"; do
    check "a perturbation's $measure has a panel" grep -q ">$measure<" smoke-figures/perturb_noise_moons.svg
done
check "each begins with what it is" bash -c "! grep -L '>SMOKE RUN, Two moons' smoke-figures/*_moons.svg | grep ."
check "and names the profile" says ">profile smoke, " cat smoke-figures/ood_moons.svg
check "entropy is named as the sum that it is" says ">total uncertainty: aleatoric and epistemic<" cat smoke-figures/perturb_noise_moons.svg
check "an adversary's items come first" bash -c "grep -o '>adversarial (fast[^<]*<\|>additive Gaussian noise<' smoke-figures/detection_moons.svg | head -n 1 | grep adv"
check "what is surer than clean items is said to be" says "Below it disturbed items look surer" cat smoke-figures/detection_moons.svg
check "what one network cannot say is not drawn as if it could" says "mutual information: it is one network" \
    cat smoke-figures/detection_pruned_moons.svg
check "the whole network stands before the pruned ones" test "$(grep -o '>entropy, [^<]*' smoke-figures/pruned_perturb_noise_moons.svg | paste -sd ' ')" = \
    ">entropy, whole >entropy, 90 % removed >entropy, 98 % removed"
check "a code is told from what is none" bash -c "grep -c '>temperature 1: a code<\|>temperature 0.1: not a code<' smoke-figures/description_moons.svg | grep -qx 4"
check "ideas are of no run" not grep -q SMOKE smoke-figures/gaussian.svg
sed -i 's/run.profile,smoke/run.profile,standard/' smoke/provenance.csv
echo "moons,vi,1,config data.evaluate,validation,moons_vi_seed1" >>smoke/provenance.csv
check "another profile draws them anew" says "1 figures drawn" draw smoke smoke-figures pruning
check "as what they are then" grep -q "<title>MEASURED ON VALIDATION ITEMS, Two moons: accuracy" smoke-figures/pruning_moons.svg

# ---- For print. ----
check "a figure in a paper's column" exits_with 0 draw --width column --font-size 9 smoke column pruning_moons ood_moons bayes_rule losses \
    perturb_noise_moons detection_moons pruned_perturb_noise_moons detection_pruned_moons description_moons
check "is a PDF too" bash -c "head -c 5 column/pruning_moons.pdf | grep -q '%PDF-'"
check "has the column's width" grep -q 'width="84.00mm"' column/pruning_moons.svg
check "is legible" exits_with 0 look column
check "no text is smaller than the font that was asked for" bash -c "! grep -o 'font-size=\"[0-9.]*\"' column/*.svg | grep -v -e '\"11.00\"' -e '\"14.00\"'"
check "a PDF that is there is kept up to date" says "1 up to date" draw --width column --font-size 9 smoke column pruning_moons
check "nobody gets PDFs without asking" test ! -e smoke-figures/pruning_moons.pdf
for options in "--width wide" "--width 84 --font-size big" "--font-size 8" "--width 3" "--width column --font-size 30" "--letter" "--width=84"; do
    # shellcheck disable=SC2086 # words
    check "draw.sh $options is a usage error" refuses 2 "draw.sh: " draw $options smoke refused
done
check "of which nothing is drawn" test ! -e refused
finish
