#!/usr/bin/env bash
# tests/test_draw.sh: plots/draw.sh, from tables that no program made.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
# shellcheck source=tests/stand_in.sh
source "$tests/stand_in.sh"

draw() {
    "$copy/plots/draw.sh" "$@"
}

draws=$work/draws
mkdir "$draws" "$work/nothing"
check "directories may be relative" exits_with 0 bash -c "cd '$work' && '$copy/plots/draw.sh' tables relative gaussian"
check "an unknown figure is a usage error" exits_with 2 draw "$tables" "$draws" portrait
check "a row of the registry can be asked for" exits_with 0 draw "$tables" "$draws" pruning
check "and then nothing else is drawn" test ! -e "$draws/training_mnist.svg"
check "one figure can be asked for" exits_with 0 draw "$tables" "$draws" training_mnist
check "tables without any rows are an error" exits_with 3 draw "$work/nothing" "$draws"
mkdir "$work/unusual"
grep -v magnitude "$tables/prune_band.csv" >"$work/unusual/prune_band.csv"
check "a criterion that is nobody's usual one is drawn" exits_with 0 draw "$work/unusual" "$work/unusual-figures" pruning
check "whole" test -s "$work/unusual-figures/pruning_mnist.png"

# write_gnuplot COMMAND: a gnuplot that runs COMMAND instead of drawing, and passes the checks of deps.sh.
write_gnuplot() {
    mkdir -p "$work/bin"
    # shellcheck disable=SC2016 # for the script
    printf '#!/usr/bin/env bash\n[[ " $*" == */preamble\ * ]] || exec %q "$@"\n%s\n' "$(command -v gnuplot)" "$1" >"$work/bin/gnuplot"
    chmod +x "$work/bin/gnuplot"
    rm -f "$draws/drawn.tsv"
}

with_gnuplot() {
    write_gnuplot "$1"
    PATH=$work/bin:$PATH draw "$tables" "$draws" training_mnist
}
check "a gnuplot that fails is an error" exits_with 1 with_gnuplot "exit 1"
check "that keeps the older picture" test -s "$draws/training_mnist.svg" -a -s "$draws/training_mnist.png"
check "a figure that is killed has failed" says "0 figures drawn, 0 up to date, 0 without rows, 1 failed" \
    with_gnuplot "kill -KILL 0"
write_gnuplot "echo \$\$ >'$work/new-pid' && mv '$work/new-pid' '$work/gnuplot-pid'; exec sleep 60"
check "a drawing that is ended" exits_with 143 signalled TERM process "$work/gnuplot-pid" \
    env PATH="$work/bin:$PATH" "$copy/plots/draw.sh" "$tables" "$draws" training_mnist
# ends_soon PROCESS: it no longer runs anything; it may still be a zombie.
ends_soon() {
    local waited=0
    while [ -e "/proc/$1/exe" ]; do
        [ "$((waited += 1))" -le 50 ] || return 1
        sleep 0.1
    done
}
check "ends its gnuplot" ends_soon "$(cat "$work/gnuplot-pid")"
mkdir "$work/outdated"
cp "$tables/perturb_band.csv" "$work/outdated"
sed -i '/ecg5000/d' "$work/outdated/perturb_band.csv"
grep -v mnist "$tables/prune_band.csv" >"$work/outdated/prune_band.csv"
check "a figure that lost its rows is reported" says "pruning_mnist: not drawn" draw "$work/outdated" "$draws"
check "and removed" test ! -e "$draws/pruning_mnist.svg" -a ! -e "$draws/pruning_mnist.png"
# A method's run is gone, and with another run a whole data set; a foreign file has almost the name of a figure.
mkdir "$work/fewer"
cp -r "$tables" "$work/more"
{
    echo "dataset,run,method,criterion,layer,fraction,surviving,low,high,seeds,data_source"
    printf 'mnist,r,%s,magnitude,conv1,%s,.5,.4,.6,2,mnist\n' vi 0 vi .9 mle 0 mle .9
} >"$work/more/surviving_band.csv"
for table in "$work/more"/*.csv; do
    grep -v -e ',mle,' -e '^ecg5000' "$table" >"$work/fewer/${table##*/}"
done
cp "$tables/registry.csv" "$work/fewer" # which has no rows of runs
rm "$work/fewer/frames.csv"
fewer=$work/fewer-figures
draw "$work/more" "$fewer" >/dev/null 2>&1
outdated=("$fewer"/{surviving_mle_mnist,pruning_ecg5000,perturb_time_shift_ecg5000}.{svg,png})
foreign=("$fewer"/{surviving_mine_mnist.svg,surviving_mle_mnist.txt,pruning_ecg5000_old.svg,notes})
check "figures of all runs" ls "${outdated[@]}"
touch "${foreign[@]}"
check "one figure that is asked for" exits_with 0 draw "$work/fewer" "$fewer" training_mnist
check "keeps the others" ls "${outdated[@]}"
check "all figures of fewer runs" says "surviving_mle_mnist: removed" draw "$work/fewer" "$fewer"
check "are without those of the runs that are gone" test -z "$(find "${outdated[@]}" 2>/dev/null)"
check "with those of the runs that stay" ls "$fewer"/{surviving_vi_mnist,pruning_mnist,gaussian}.svg
check "with what another table would give" ls "$fewer/animation_noise_mnist.gif"
check "and with foreign files" ls "${foreign[@]}"

# ---- An animation's frames, and the pictures of a table. ----

check "an animation is a GIF alone" exits_with 0 draw "$tables" "$work/reels" animation
check "unless frames are asked for" test ! -e "$work/reels/frames"
check "frames as numbered pictures" exits_with 0 draw --frames "$tables" "$work/reels" animation
frames=$work/reels/frames/animation_noise_mnist
check "are as many as the table has" bash -c "cd '$frames' && [ \"\$(echo *)\" = '0001.png 0002.png 0003.png' ]"
check "and are not drawn again" says "0 figures drawn, 1 up to date" draw --frames "$tables" "$work/reels" animation
check "nor without being asked for" says "0 figures drawn, 1 up to date" draw "$tables" "$work/reels" animation
rm "$frames/0002.png"
check "unless one is gone" says "1 figures drawn" draw "$tables" "$work/reels" animation
mkdir "$work/short"
grep -v ,noise,1, "$tables/frames.csv" >"$work/short/frames.csv"
echo mine >"$frames/notes"
check "of a shorter animation" exits_with 0 draw "$work/short" "$work/reels" animation
check "none is left over, and foreign files stay" bash -c "cd '$frames' && [ \"\$(echo *)\" = '0001.png 0002.png notes' ]"
rm "$frames/notes"
mkdir "$work/still"
{
    head -n 1 "$tables/frames.csv"
    sed -n 's/^mnist,vi,r_vi,noise,\([^,]*\),/mnist,vi,r_vi,rotation,\1,/p' "$tables/frames.csv"
} >"$work/still/frames.csv"
check "an animation that is gone" exits_with 0 draw "$work/still" "$work/reels"
check "takes its frames along" test ! -e "$frames" -a ! -e "$work/reels/animation_noise_mnist.gif"

# picture_rows TABLE ORDER: the pixels of its first picture, as split.awk writes them.
picture_rows() {
    awk -v table="$1" -v order="$2" -v dataset=mnist -v each="" -v chosen="" -v directory="$work" -f "$copy/plots/csv.awk" \
        -f "$copy/plots/split.awk" "$tables/$1.csv" >"$work/picture.gp" && paste -sd ' ' "$work/$1.1.csv"
}
pixels="x,y,red,green,blue 0,1,0,0,0 1,1,255,255,255 0,0,255,255,255 1,0,0,0,0"
check "a picture in one row is pixels from the top left" [ "$(picture_rows frames pixels)" = "$pixels" ]
check "so is one in a row for each line" [ "$(picture_rows stills line)" = "$pixels" ]
mkdir "$work/odd"
sed 's/,00ffff00,/,00ffff,/' "$tables/frames.csv" >"$work/odd/frames.csv"
check "a picture that lacks pixels is an error" refuses 1 "not height x width x channels" \
    draw "$work/odd" "$work/odd-figures" animation
check "of which nothing is drawn" not ls "$work"/odd-figures/*.gif
mkdir "$work/older"
cp "$tables"/{stills,summary}.csv "$work/older"
check "predictions of an older version, that does not say how many classes there are" bash -c \
    "cp '$tables/stills_predicted.csv' '$work/older' && '$copy/plots/draw.sh' '$work/older' '$work/older-figures' stills"
check "right and wrong are words as well as colours" grep -q "is 3" "$work/older-figures/stills_noise_mnist.svg"

mkdir "$work/torn"
sed '5s/,fraction.*//' "$tables/prune_band.csv" >"$work/torn/prune_band.csv"
check "a torn table is an error" exits_with 1 draw "$work/torn" "$work/torn-figures"
check "of which nothing is drawn" is_empty_directory "$work/torn-figures"
mkdir "$work/quoted"
sed 's/SYNTHETIC series/"ecg5000 (not the official files: ""x"", it'"'"'s)"/' "$tables/prune_band.csv" >"$work/quoted/prune_band.csv"
check "quotes and commas in a cell do no harm" exits_with 0 draw "$work/quoted" "$work/quoted-figures"
check "data that are not the official files are named" \
    grep -q "not the official files: .*x.*, it.*s)" "$work/quoted-figures/pruning_ecg5000.svg"

mkdir "$work/apart"
{
    echo "varied,dataset,method,value,filters,batch,threads,rounds,ms_per_step,items_per_second,speedup,gflops,sgemm_gflops"
    for dataset in mnist cifar10; do
        printf "batch,$dataset,vi,%s,4,%s,1,1,2,%s,1,9,99\n" 8 8 4000 16 16 8000
    done
} >"$work/apart/scaling.csv"
draw_here() {
    (cd "$work" && draw apart apart-figures bench_scaling)
}
check "a figure of no one data set, with relative names" exits_with 0 draw_here
check "has no data set in its name, and every one in it" \
    grep -q "CIFAR-10" "$work/apart-figures/bench_scaling.svg"
check "and is passed over where its table is not" bash -c "! '$copy/plots/draw.sh' '$tables' '$draws' 2>&1 | grep bench"
check "unless it is asked for" says "bench_scaling: not drawn: no rows in" draw "$tables" "$draws" bench_scaling

# ---- Figures of many runs: five methods, an ablation of nine values, three seeds of each. ----

crowd=$work/crowd
crowd_values="0.01 0.03 0.1 0.3 1 3 10 30 100"

# crowd_runs: the runs' names in the order of their files, which is not the figures'.
crowd_runs() {
    local method value
    for method in dropout ensemble map mle; do
        echo "$method moons_$method"
    done
    for value in $crowd_values; do
        echo "vi moons_vi_prior_sigma=$value"
    done
    echo "vi moons_vi"
}

write_crowd() {
    local method run seed i source="built-in points"
    mkdir -p "$crowd"
    echo "dataset,run,method,criterion,grid,fraction,accuracy,low,high,accuracy_mean_weights,nll,ece,entropy,seeds,data_source" \
        >"$crowd/prune_band.csv"
    echo "dataset,run,method,perturbation,strength,accuracy,low,high,entropy,entropy_low,entropy_high,mutual_information,nll,ece,seeds,data_source" \
        >"$crowd/perturb_band.csv"
    echo "dataset,run,method,bin,confidence,accuracy,low,high,items,seeds,data_source" >"$crowd/reliability_band.csv"
    echo "dataset,run,method,fraction,accuracy,low,high,area,items,seeds,data_source" >"$crowd/rejection_band.csv"
    echo "dataset,run,method,items,entropy,share,auroc,seeds,data_source" >"$crowd/entropy_histogram_band.csv"
    echo "dataset,run,method,state,criterion,weight,share,seeds,data_source" >"$crowd/weight_histogram_band.csv"
    echo "dataset,run,method,criterion,layer,fraction,surviving,low,high,seeds,data_source" >"$crowd/surviving_band.csv"
    echo "dataset,method,seed,epoch,loss,nll,kl,accuracy_train,accuracy_val,sigma_median,seconds,run" >"$crowd/train.csv"
    echo "dataset,method,seed,epoch,q05,q25,q50,q75,q95,run" >"$crowd/sigma.csv"
    echo "dataset,method,run,seed,criterion,fraction,accuracy,parameters,kib_dense,kib_sparse,multiply_adds" >"$crowd/footprint.csv"
    echo "dataset,method,run,seed,y,x,probability,entropy,mutual_information" >"$crowd/plane.csv"
    echo "dataset,method,run,label,x,y" >"$crowd/plane_items.csv"
    while read -r method run; do
        for i in 0 .5 .9; do
            echo "moons,$run,$method,magnitude,fraction,$i,.9,.85,.95,.9,.1,.1,.1,3,$source" >>"$crowd/prune_band.csv"
            echo "moons,$run,$method,noise,$i,.9,.8,.95,$i,$i,$i,.1,.1,.1,3,$source" >>"$crowd/perturb_band.csv"
            echo "moons,$run,$method,$i,$i,.9,.8,.95,100,3,$source" >>"$crowd/reliability_band.csv"
            echo "moons,$run,$method,$i,.9,.8,.95,.99,100,3,$source" >>"$crowd/rejection_band.csv"
            echo "moons,$run,$method,right,$i,.3,,3,$source" >>"$crowd/entropy_histogram_band.csv"
            echo "moons,$run,$method,before,magnitude,$i,.3,3,$source" >>"$crowd/weight_histogram_band.csv"
            echo "moons,$run,$method,after,magnitude,$i,.3,3,$source" >>"$crowd/weight_histogram_band.csv"
            echo "moons,$run,$method,magnitude,dense,$i,.5,.4,.6,3,$source" >>"$crowd/surviving_band.csv"
        done
        for seed in 1 2 3; do
            for i in 1 2 3; do
                echo "moons,$method,$seed,$i,1,.5,.5,.9,.8,.1,2,${run}_seed$seed" >>"$crowd/train.csv"
                echo "moons,$method,${run}_seed$seed,$seed,magnitude,.$i,.9,99,5,$i,$i" >>"$crowd/footprint.csv"
                echo "moons,$method,${run}_seed$seed,$seed,1,$i,.7,.6,.1" >>"$crowd/plane.csv"
                echo "moons,$method,${run}_seed$seed,$seed,2,$i,.7,.6,.1" >>"$crowd/plane.csv"
                if [ "$method" = vi ]; then
                    echo "moons,vi,$seed,$i,.1,.2,.3,.4,.5,${run}_seed$seed" >>"$crowd/sigma.csv"
                fi
            done
            echo "moons,$method,${run}_seed$seed,upper,1,1" >>"$crowd/plane_items.csv"
        done
    done < <(crowd_runs)
}

# names_every_run FIGURE [TIMES]: the figure names each value of the ablation TIMES times (1).
names_every_run() {
    local value found
    for value in $crowd_values; do
        found=$(grep -o "(prior_sigma=$value)" "$work/crowd-figures/$1.svg" | wc -l)
        if [ "$found" -ne "${2:-1}" ]; then
            echo "$1.svg names prior_sigma=$value $found times"
            return 1
        fi
    done
}

# crowd_variables TABLE ORDER [OPTION...]: split.awk's output for a table.
crowd_variables() {
    local table=$1 order=$2
    shift 2
    awk "$@" -v table="$table" -v order="$order" -v dataset=moons -v each="" -v chosen="" -v directory="$work" -f "$copy/plots/csv.awk" \
        -f "$copy/plots/split.awk" "$crowd/$table.csv"
}

write_crowd
check "figures of many runs are drawn" exits_with 0 draw "$crowd" "$work/crowd-figures"
if command -v python3 >/dev/null && [ -x "${TEST_INK:-$project/build/release/tests/ink}" ]; then
    check "and legible" exits_with 0 python3 "$tests/figure_check.py" --ink "${TEST_INK:-$project/build/release/tests/ink}" \
        "$work/crowd-figures"
fi
for figure in pruning_moons perturb_noise_moons reliability_moons rejection_moons footprint_moons training_moons ood_moons \
    weights_moons surviving_vi_moons sigma_moons; do
    check "$figure names every run" names_every_run "$figure"
done
check "plane_moons names every run, above probability and entropy" names_every_run plane_moons 2
check "and says which seeds it leaves out" grep -q "Not shown: 28 other seeds" "$work/crowd-figures/plane_moons.svg"
check "the figure of sigmas is of all seeds" grep -q "their means over the seeds" "$work/crowd-figures/sigma_moons.svg"
check "a method's plain run comes first, then values by value" says \
    '"", "prior_sigma=0.01", "prior_sigma=0.03", "prior_sigma=0.1", "prior_sigma=0.3", "prior_sigma=1", "prior_sigma=3", "prior_sigma=10"' \
    crowd_variables perturb_band strength
check "seeds of a config share its rank" says '"1", "1", "1", "2", "2", "2", "3", "3", "3"' crowd_variables sigma epoch
# The seeds of a config as one series: 10 configs of three seeds each.
pooled() {
    crowd_variables sigma epoch -v pooled=1
}
check "seeds can be pooled" says "sigma_count = 10" pooled
check "of which each series knows how many it has" says 'array sigma_seeds[10] = ["3", "3",' pooled
mkdir "$work/pool"
{
    echo "dataset,method,seed,epoch,loss,note,run"
    printf 'moons,vi,1,%s,%s,"a, b",moons_vi_seed1\n' 1 2 2 4
    printf 'moons,vi,2,%s,%s,"a, b",moons_vi_seed2\n' 1 3 2 "" 3 9
} >"$work/pool/train.csv"
awk -v table=train -v order=epoch -v dataset=moons -v each="" -v chosen="" -v pooled=1 -v directory="$work/pool" \
    -f "$copy/plots/csv.awk" -f "$copy/plots/split.awk" "$work/pool/train.csv" >/dev/null
check "points are means with the least and the greatest, of the seeds that have them" diff - "$work/pool/train.1.csv" <<'END'
dataset,method,seed,epoch,loss,note,run,dataset_low,dataset_high,method_low,method_high,seed_low,seed_high,epoch_low,epoch_high,loss_low,loss_high,note_low,note_high,run_low,run_high
moons,vi,1.5,1,2.5,"a, b",moons_vi_seed1,,,,,1,2,1,1,2,3,,,,
moons,vi,1.5,2,4,"a, b",moons_vi_seed1,,,,,1,2,2,2,4,4,,,,
moons,vi,2,3,9,"a, b",moons_vi_seed2,,,,,2,2,3,3,9,9,,,,
END

# Colour, marker and dashes of a method's configs, one a line.
looks() {
    (cd "$copy/plots" && gnuplot -e 'load "series.gp"; set print "-"; do for [i = 1:75] {
        print sprintf("%s %d %d", method_color("vi", i), method_marker("vi", i), method_dashes("vi", i)) }')
}
looks | sort -u >"$work/looks"
check "75 configs of a method look different" bash -c "[ \$(wc -l <'$work/looks') -eq 75 ]"

# Gnuplot's look of each row of the registry, as the row says it. A stand-in asks where draw.sh would draw.
write_gnuplot "exec '$(command -v gnuplot)' \"\$2\" '$work/ask.gp' >'$work/gnuplot-looks'"
"$tenth" registry >"$work/registry.tsv"
awk -F '\t' -v asks="$work/ask.gp" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "load \"series.gp\"; set print \"-\"" >asks; next }
    $at["kind"] == "method" {
        split($at["colours"], colours, " "); split($at["markers"], markers, " ")
        print $at["name"], colours[1], markers[1]
        printf "print \"%s\", method_color(\"%s\", 1), method_marker(\"%s\", 1)\n", $at["name"], $at["name"], $at["name"] >asks
    }
    $at["kind"] == "criterion" {
        print $at["name"], $at["dashes"]
        printf "print \"%s\", criterion_dashes(\"%s\")\n", $at["name"], $at["name"] >asks
    }' "$work/registry.tsv" >"$work/looks-of-rows"
PATH=$work/bin:$PATH draw "$tables" "$draws" training_mnist >"$work/look.log" 2>&1
check "methods and criteria look as the registry says" cmp "$work/looks-of-rows" "$work/gnuplot-looks"
check "all of them" test "$(wc -l <"$work/gnuplot-looks")" -eq "$(grep -cE '^(method|criterion)'$'\t' "$work/registry.tsv")"
check "titles have their letters" grep -qF '|μ| / σ' "$work/registry.tsv"

# ---- Directories beside each other. ----

cp -r "$tables" "$work/two"
sed '2,$ s/,r_vi,/,mnist_vi:A,/; 2,$ s/,r_mle,/,mnist_mle_prior_sigma=0.1:A,/' "$tables/prune_band.csv" >"$work/two/prune_band.csv"
sed '1d; s/,r_/,mnist_/' "$tables/prune_band.csv" >>"$work/two/prune_band.csv"
beside() {
    FAKE_TABLES=$work/two TENTH=$copy/tenth draw --beside A=one --beside two "$work/beside" "$@"
}
check "directories are drawn beside each other" exits_with 0 beside pruning_mnist
check "from their tables" grep -qx "tenth table A=one two prune_band" "$log"
check "and no others" not grep -q "two perturb_band" "$log"
check "each by its label" grep -qF " (A)<" "$work/beside/pruning_mnist.svg"
check "and by what else its config is" grep -qF "(A, prior_sigma=0.1)" "$work/beside/pruning_mnist.svg"
FAKE_BAD_TABLE=summary FAKE_BAD_STATUS=3 check "a table that fails ends it with its exit code" exits_with 3 beside training
check "without a directory it is a usage error" exits_with 2 draw --beside
finish
