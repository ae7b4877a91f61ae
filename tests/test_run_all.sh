#!/usr/bin/env bash
# tests/test_run_all.sh: run_all.sh, plots/draw.sh, data/download.sh and deps.sh, in a copy of the project where `make`
# "builds" a stand-in for tenth, and apt-get only writes down that it was called. No network, nothing installed.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
copy=$work/copy
fakes=$work/fakes
log=$work/log
tables=$work/tables
unset TENTH_HOME
export FAKE_LOG=$log FAKE_TABLES=$tables

# ---- The copy, the stand-ins and their tables. ----

make_copy() {
    mkdir -p "$copy/lib/data" "$copy/lib/bayes" "$copy/data" "$fakes" "$tables"
    cp "$project"/{run_all,deps,environment}.sh "$copy"
    cp "$project/data/download.sh" "$project/data/sources.tsv" "$copy/data"
    cp "$project"/lib/data/*.def "$copy/lib/data"
    cp "$project"/lib/bayes/*.def "$copy/lib/bayes"
    mkdir -p "$copy/results"
    cp -r "$project/plots" "$copy"
    cp -r "$project/results/reference" "$copy/results"
    printf 'all:\n\t@test ! -e broken || { echo "no rule for this"; exit 1; }\n\t@mkdir -p build/release && cp tenth build/release\n' \
        >"$copy/Makefile"
}

# It logs its arguments, makes empty run files, and prints $FAKE_TABLES/TABLE.csv.
write_fake_tenth() {
    cat >"$copy/tenth" <<'END'
#!/usr/bin/env bash
[ "$1" = --cpus ] || echo "tenth $*" >>"$FAKE_LOG"
case "$1 $*" in
"--cpus --cpus") echo 2 && exit ;;
"table table --list")
    for table in "$FAKE_TABLES"/*.csv; do
        table=${table##*/}
        printf '%-14s what it holds\n              dataset,method\n' "${table%.csv}"
    done
    ;;
"table "*"--format tsv") tr , '\t' <"$FAKE_TABLES/summary.csv" ;;
"table "*)
    if [ "${@: -1}" = "${FAKE_BAD_TABLE:-}" ]; then
        echo "dataset,half a"
        exit "${FAKE_BAD_STATUS:-1}"
    fi
    cat "$FAKE_TABLES/${@: -1}.csv"
    ;;
"report "*)
    touch "$2/report.html"
    exit "${FAKE_REPORT_STATUS:-0}"
    ;;
*" --dry-run "*) exit "${FAKE_DRY_STATUS:-0}" ;;
"run "*)
    while [ "$1" != --out ]; do shift; done
    mkdir -p "$2" && touch "$2/mnist_vi_s1.h5"
    if [ -n "${FAKE_SLEEP:-}" ]; then
        trap 'echo told >>"$FAKE_LOG"; exit 130' INT TERM
        touch "$2/started"
        sleep 60 &
        wait
    fi
    exit "${FAKE_RUN_STATUS:-0}"
    ;;
esac
END
    chmod +x "$copy/tenth"
}

# Two data sets, one of them a stand-in; what is 1 - fraction need not look like a result.
write_tables() {
    local real="mnist" synthetic="SYNTHETIC series" source dataset method criterion i
    {
        echo "dataset,run,method,criterion,grid,fraction,accuracy,low,high,accuracy_mean_weights,nll,ece,entropy,seeds,data_source"
        for dataset in mnist ecg5000; do
            [ "$dataset" = mnist ] && source=$real || source=$synthetic
            for method in vi mle; do
                for criterion in magnitude random; do
                    for i in 0 .5 .9 .99; do
                        echo "$dataset,r_$method,$method,$criterion,fraction,$i,.9,.85,.95,.9,.1,.1,.1,1,$source"
                    done
                done
            done
        done
    } >"$tables/prune_band.csv"
    {
        echo "dataset,run,method,perturbation,strength,accuracy,low,high,entropy,entropy_low,entropy_high,mutual_information,nll,ece,seeds,data_source"
        for i in 0 1 2; do
            echo "mnist,r_vi,vi,noise,$i,.9,.8,.95,$i,$i,$i,.1,.1,.1,1,$real"
            echo "ecg5000,r_vi,vi,time_shift,$i,.9,.8,.95,$i,$i,$i,.1,.1,.1,1,$synthetic"
        done
    } >"$tables/perturb_band.csv"
    {
        echo "dataset,method,seed,epoch,loss,nll,kl,accuracy_train,accuracy_val,sigma_median,seconds"
        for i in 1 2 3; do
            echo "mnist,vi,1,$i,1,.5,.5,.9,.8,.1,2"
            echo "mnist,mle,1,$i,1,.5,,.9,.8,,2"
        done
    } >"$tables/train.csv"
    {
        echo "dataset,method,seed,epoch,q05,q25,q50,q75,q95"
        printf 'mnist,vi,1,%d,.1,.2,.3,.4,.5\n' 1 2 3
    } >"$tables/sigma.csv"
    {
        echo "dataset,method,seed,parameters,accuracy,nll,ece,brier,entropy,train_seconds,peak_mib,run,data_source"
        echo "mnist,vi,1,1000,.98,,.1,.1,.1,12,100,mnist_vi,$real"
        echo "ecg5000,vi,1,1000,.93,.2,.1,.1,.1,12,100,ecg5000_vi,$synthetic"
    } >"$tables/summary.csv"
}

# Tables of single things: one row each, of a data set and of none.
write_single_tables() {
    {
        echo "dataset,method,run,weight,tensor,place,mu,sigma,snr,log_p0,goes_by_snr,goes_by_magnitude,seed"
        echo "mnist,vi,r_vi,A,conv1.weight,1,.1,.2,.5,.5,.5,.95,1"
        echo "mnist,vi,r_vi,B,conv1.weight,2,.01,.001,10,-40,.95,.5,1"
    } >"$tables/weight_pair.csv"
    printf '%s\n' mu,sigma,weight,density 0,.1,-1,0 0,.1,0,4 0,.1,1,0 >"$tables/gaussian.csv"
    {
        echo "dataset,perturbation,strength,item,label,height,width,channels,low,high,line,pixels,run,data_source"
        for i in 0 1; do
            echo "mnist,noise,$i,7,3,2,2,1,0,255,0,00ff,r_vi,mnist"
            echo "mnist,noise,$i,7,3,2,2,1,0,255,1,ff00,r_vi,mnist"
        done
    } >"$tables/stills.csv"
    {
        echo "dataset,method,run,perturbation,strength,item,label,predicted,right,confidence,entropy,seed"
        echo "mnist,vi,r_vi,noise,0,7,3,3,1,.9,.1,1"
        echo "mnist,vi,r_vi,noise,1,7,3,8,0,.5,.9,1"
    } >"$tables/stills_predicted.csv"
}

# fake NAME: a program that stands before the real one in $PATH, from standard input.
fake() {
    { echo '#!/usr/bin/env bash'; cat; } >"$fakes/$1"
    chmod +x "$fakes/$1"
}

run_all() {
    (cd "$work" && "$copy/run_all.sh" "$@")
}

run_all_with_fakes() {
    (cd "$work" && PATH="$fakes:$PATH" "$copy/run_all.sh" "$@")
}

logged() {
    grep -qF -- "$1" "$log" || {
        echo "no \"$1\" in:"
        cat "$log"
        return 1
    }
}

not() {
    ! "$@"
}

# ---- run_all.sh: usage. ----

make_copy
write_fake_tenth
write_tables
write_single_tables
smoke=(--profile smoke --offline --out "$work/out")

check "--help says what there is" says "--install-deps" run_all --help
check "--help is no failure" exits_with 0 run_all --help
check "an unknown option is a usage error" exits_with 2 run_all --bogus
check "an unknown profile is a usage error" exits_with 2 run_all --profile quick
check "0 seeds are a usage error" exits_with 2 run_all --seeds 0
check "an option without its value is a usage error" exits_with 2 run_all --out
check "a data directory that is not there is a data error" exits_with 3 run_all --data-dir "$work/nowhere"
TENTH_DATA=$work/nowhere check "so is one that the environment names" exits_with 3 run_all --offline
check "nothing has been run by then" test ! -e "$log"

# ---- run_all.sh: what is not installed. ----

fake pkg-config <<'END'
case "$*" in *gsl*) test -e "$FAKE_LOG.installed" ;; *) exit 0 ;; esac
END
fake apt-get <<'END'
echo "apt-get $*" >>"$FAKE_LOG"
case "$*" in install*) touch "$FAKE_LOG.installed" ;; esac
END
fake sudo <<'END'
exec "$@"
END

check "a missing library ends the run" exits_with 2 run_all_with_fakes "${smoke[@]}"
check "it is named with the command that installs it" says "apt-get install libgsl-dev" run_all_with_fakes "${smoke[@]}"
check "nothing is installed unasked" not logged apt-get
check "--install-deps installs and goes on" exits_with 0 run_all_with_fakes "${smoke[@]}" --install-deps
check "it installs what is missing and nothing else" logged "apt-get install -y -qq --no-install-recommends libgsl-dev"
rm -rf "$work/out" "$log"
touch "$log"

# ---- run_all.sh: a whole run. ----

check "a whole run succeeds" exits_with 0 run_all "${smoke[@]}" --seeds 2 --jobs 3 --data-dir "$work" \
    --set train.batch=32 --set "run.name=a b"
for name in mnist_vi cifar10_map ecg5000_mle mnist_dropout ecg5000_ensemble moons_vi; do
    check "it runs the profile's $name" logged "/configs/smoke/$name.ini"
done
check "--seeds reaches the program" logged "--set run.seeds=2"
check "so does each --set, whole" logged "--set train.batch=32 --set run.name=a b "
check "--jobs reaches the program" logged "--jobs 3"
check "--data-dir reaches the program" logged "--data-dir $work"
check "which looks for every set of the profile there before anything is trained" \
    grep -q "^tenth run --dry-run .*/smoke/mnist_vi.ini .*/smoke/moons_vi.ini .*--data-dir $work .*--set train.batch=32" "$log"
check "first of all" bash -c "head -n 1 '$log' | grep -q dry-run"
lacks_a_set() {
    FAKE_DRY_STATUS=3 run_all "${smoke[@]}" --data-dir "$work" --out "$work/lacking"
}
check "one that is not there ends the run" exits_with 3 lacks_a_set
check "with what to do" says 'TENTH_DATA for one with some of them' lacks_a_set
check "and nothing was run" test ! -e "$work/lacking"
FAKE_DRY_STATUS=2 check "a config that is wrong ends it as the program says" exits_with 2 run_all "${smoke[@]}" --data-dir "$work"
check "--force is not given unasked" not logged "--force"
: >"$log"
from_the_environment() {
    TENTH_DATA=$work run_all "${smoke[@]}"
}
check "what TENTH_DATA has not is looked for elsewhere" says "cifar10 is not there and --offline forbids" from_the_environment
check "and it is no --data-dir" not logged "--data-dir"
check "nor kept from the program" exits_with 0 run_all "${smoke[@]}" --force --wait
check "which gets it with every call" test "$(grep -c '^tenth run .*--force --wait' "$log")" -eq 1
check "a table is what the program printed" cmp "$tables/prune_band.csv" "$work/out/tables/prune_band.csv"
for figure in pruning_mnist pruning_ecg5000 perturb_noise_mnist perturb_time_shift_ecg5000 training_mnist; do
    check "there is $figure" test -s "$work/out/figures/$figure.svg" -a -s "$work/out/figures/$figure.png"
done
for figure in weight_pair_mnist stills_noise_mnist examples_mnist gaussian; do
    check "there is $figure" test -s "$work/out/figures/$figure.svg" -a -s "$work/out/figures/$figure.png"
done
check "there is an animation" grep -q NETSCAPE2.0 "$work/out/figures/animation_noise_mnist.gif"
check "and no still picture of it" test ! -e "$work/out/figures/animation_noise_mnist.svg"
check "a figure of no data set names none" not grep -q "MNIST" "$work/out/figures/gaussian.svg"
check "there is the report" test -e "$work/out/report.html"
check "no temporary file is left" test -z "$(find "$work/out" -name '.*' -type f)"
check "a figure of a stand-in says so" grep -q "SYNTHETIC data in place of ECG5000" "$work/out/figures/pruning_ecg5000.svg"
check "a figure of real data does not" not grep -q SYNTHETIC "$work/out/figures/pruning_mnist.svg"
check "a figure without rows is named" says "training_ecg5000: not drawn" run_all "${smoke[@]}"
check "nor is an empty one drawn" test ! -e "$work/out/figures/training_ecg5000.svg"
check "the summary shows what was not measured as a dash" says ".98       -  " run_all "${smoke[@]}"
check "--offline names what is missing" says "cifar10 is not there" run_all "${smoke[@]}"
check "standard configs are not the smoke profile's" \
    exits_with 0 run_all --offline --out "$work/standard"
check "they stand in configs/" logged "/configs/mnist_vi.ini"

# ---- run_all.sh: a second call. ----

times() {
    find "$work/out/figures" "$work/out/tables" -type f -printf '%p %i %T@\n' | sort
}
before=$(times)
run_all "${smoke[@]}" >/dev/null 2>&1
check "a second call leaves tables and figures alone" test "$before" = "$(times)"
sed -i 's/,\.9,\.85,/,.8,.75,/' "$tables/prune_band.csv"
run_all "${smoke[@]}" >/dev/null 2>&1
check "a changed table draws its figures anew" test "$work/out/figures/pruning_mnist.svg" -nt "$work/out/figures/training_mnist.svg"

# ---- run_all.sh: --draw-only. ----

: >"$log"
rm "$work/out/figures/pruning_mnist.svg"
touch "$work/out/mnist_vi_seed1.h5"
check "--draw-only succeeds" exits_with 0 run_all "${smoke[@]}" --draw-only
printf '%s\n' dataset,method,seed,key,value,run "mnist,vi,1,config run.profile,smoke,r_vi" >"$tables/provenance.csv"
check "smoke runs say that they decide nothing" says "they decide nothing" run_all "${smoke[@]}" --draw-only
rm -f "$tables/provenance.csv" "$work/out/tables/provenance.csv"
check "draws" test -s "$work/out/figures/pruning_mnist.svg"
check "and runs nothing" not logged "/configs/"
check "without run files it is a usage error" exits_with 2 run_all --draw-only --out "$work/nothing"
# A table that `tenth table` does not have is drawn as it came: a column's name must not be a command.
printf '%s\n' 'dataset,"x[1];system ""touch PWNED"" #",method,seed,fraction' mnist,1,vi,1,0 >"$work/out/tables/export.csv"
check "a table that others made runs no command" says "names of tables and columns have a-z, 0-9 and _ only" \
    run_all "${smoke[@]}" --draw-only
check "anywhere" test -z "$(find "$work" "$copy" -name PWNED)"
rm -f "$work/out/tables/export.csv"
rm "$work/out/mnist_vi_seed1.h5"

# ---- run_all.sh: failures. ----

FAKE_RUN_STATUS=3 check "the program's exit code is passed on" exits_with 3 run_all "${smoke[@]}"
FAKE_RUN_STATUS=130 check "so is an interruption" exits_with 130 run_all "${smoke[@]}"
FAKE_RUN_STATUS=130 check "which says how to resume" says "--profile smoke --offline" run_all "${smoke[@]}"
touch "$copy/broken"
check "a failed build ends the run with 1" exits_with 1 run_all "${smoke[@]}"
rm "$copy/broken"
FAKE_REPORT_STATUS=1 check "a failed report ends the run with 1" exits_with 1 run_all "${smoke[@]}"
FAKE_BAD_TABLE=sigma check "a failed table ends the run with 1" exits_with 1 run_all "${smoke[@]}"
check "and leaves the table that was there" cmp "$tables/sigma.csv" "$work/out/tables/sigma.csv"

# Of the tables, all or none: here each could be made anew but the last.
last_table_fails() {
    local last names before
    names=$(cd "$tables" && ls)
    last=$(tail -n 1 <<<"$names")
    cp -r "$tables" "$work/tables.good"
    before=$(cd "$work/out" && find tables figures -type f -exec cksum {} + | sort)
    sed -i '$p' "$tables"/*.csv
    FAKE_BAD_TABLE=${last%.csv} FAKE_BAD_STATUS=3 refuses 3 "are as they were" run_all "${smoke[@]}" || return 1
    cp "$work"/tables.good/*.csv "$tables"
    [ "$(cd "$work/out" && find tables figures -type f -exec cksum {} + | sort)" = "$before" ]
}
check "what one table ends with, nothing is written" last_table_fails

sleeping_run() {
    FAKE_SLEEP=yes run_all "${smoke[@]}" --out "$work/interrupted" >"$work/interrupted.log" 2>&1
}
check "Ctrl-C ends the run with 130" exits_with 130 interrupted "$work/interrupted/started" sleeping_run
check "and says how to resume" grep -q "the same command goes on from here" "$work/interrupted.log"
check "no table is made of an interrupted run" test ! -e "$work/interrupted/tables"

# A signal to run_all.sh alone, as from `kill` or a container's end.
rm -rf "$work/interrupted"
: >"$log"
check "SIGTERM to it alone ends the run with 130" exits_with 130 signalled TERM process "$work/interrupted/started" \
    env FAKE_SLEEP=yes "$copy/run_all.sh" "${smoke[@]}" --out "$work/interrupted"
rm -rf "$work/interrupted"
check "so does SIGHUP to it alone" exits_with 130 signalled HUP process "$work/interrupted/started" \
    env FAKE_SLEEP=yes "$copy/run_all.sh" "${smoke[@]}" --out "$work/interrupted"
check "after it has told the program" logged told

# ---- plots/draw.sh. ----

draw() {
    "$copy/plots/draw.sh" "$@"
}

draws=$work/draws
mkdir "$draws"
check "directories may be relative" exits_with 0 bash -c "cd '$work' && '$copy/plots/draw.sh' tables relative gaussian"
check "an unknown figure is a usage error" exits_with 2 draw "$tables" "$draws" portrait
check "a row of the registry can be asked for" exits_with 0 draw "$tables" "$draws" pruning
check "and then nothing else is drawn" test ! -e "$draws/training_mnist.svg"
check "one figure can be asked for" exits_with 0 draw "$tables" "$draws" training_mnist
check "tables without any rows are an error" exits_with 3 draw "$fakes" "$draws"
mkdir "$work/unusual"
grep -v magnitude "$tables/prune_band.csv" >"$work/unusual/prune_band.csv"
check "a criterion that is nobody's usual one is drawn" exits_with 0 draw "$work/unusual" "$work/unusual-figures" pruning
check "whole" test -s "$work/unusual-figures/pruning_mnist.png"

# write_gnuplot COMMAND: one that does this in place of drawing, and answers the questions of deps.sh.
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
# ends_soon PROCESS: nothing runs under it any more; that it has been waited for is not its own doing.
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
# A method's run is gone, and with the other run a whole data set; a foreign file has nearly the name of a figure.
mkdir "$work/fewer"
cp -r "$tables" "$work/more"
{
    echo "dataset,run,method,criterion,layer,fraction,surviving,low,high,seeds,data_source"
    printf 'mnist,r,%s,magnitude,conv1,%s,.5,.4,.6,2,mnist\n' vi 0 vi .9 mle 0 mle .9
} >"$work/more/surviving_band.csv"
for table in "$work/more"/*.csv; do
    grep -v -e ',mle,' -e '^ecg5000' "$table" >"$work/fewer/${table##*/}"
done
rm "$work/fewer/stills.csv"
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
                echo "moons,$method,${run}_seed$seed,$seed,1,$i,.5,.6,.1" >>"$crowd/plane.csv"
                echo "moons,$method,${run}_seed$seed,$seed,2,$i,.5,.6,.1" >>"$crowd/plane.csv"
                if [ "$method" = vi ]; then
                    echo "moons,vi,$seed,$i,.1,.2,.3,.4,.5,${run}_seed$seed" >>"$crowd/sigma.csv"
                fi
            done
            echo "moons,$method,${run}_seed$seed,upper,1,1" >>"$crowd/plane_items.csv"
        done
    done < <(crowd_runs)
}

# names_every_run FIGURE [TIMES]: the figure names each value of the ablation so many times (1).
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

# crowd_variables TABLE ORDER: what split.awk says of a table.
crowd_variables() {
    awk -v table="$1" -v order="$2" -v dataset=moons -v each="" -v chosen="" -v directory="$work" -f "$copy/plots/csv.awk" \
        -f "$copy/plots/split.awk" "$crowd/$1.csv"
}

write_crowd
check "figures of many runs are drawn" exits_with 0 draw "$crowd" "$work/crowd-figures"
for figure in pruning_moons perturb_noise_moons reliability_moons rejection_moons footprint_moons training_moons ood_moons \
    weights_moons surviving_vi_moons sigma_moons; do
    check "$figure names every run" names_every_run "$figure"
done
check "plane_moons names every run, above probability and entropy" names_every_run plane_moons 2
check "and says which seeds it leaves out" grep -q "Not shown: 28 other seeds" "$work/crowd-figures/plane_moons.svg"
check "so does the figure of sigmas" grep -q "Not shown: 20 other seeds" "$work/crowd-figures/sigma_moons.svg"
check "a method's plain run comes first, then values by value" says \
    '"", "prior_sigma=0.01", "prior_sigma=0.03", "prior_sigma=0.1", "prior_sigma=0.3", "prior_sigma=1", "prior_sigma=3", "prior_sigma=10"' \
    crowd_variables perturb_band strength
check "seeds of a config share its rank" says '"1", "1", "1", "2", "2", "2", "3", "3", "3"' crowd_variables sigma epoch

# Colour, marker and dashes of a method's configs, one a line.
looks() {
    (cd "$copy/plots" && gnuplot -e 'load "series.gp"; set print "-"; do for [i = 1:75] {
        print sprintf("%s %d %d", method_color("vi", i), method_marker("vi", i), method_dashes("vi", i)) }')
}
looks | sort -u >"$work/looks"
check "75 configs of a method look different" bash -c "[ \$(wc -l <'$work/looks') -eq 75 ]"

# ---- data/download.sh, from file:// addresses. ----

make_archives() {
    mkdir -p "$work/site/cifar-10-batches-bin" "$work/site/ecg"
    echo images >"$work/site/cifar-10-batches-bin/test_batch.bin"
    echo series >"$work/site/ecg/ECG5000_TRAIN.txt"
    ln -s /etc/passwd "$work/site/ecg/evil"
    echo surprise >"$work/site/ecg/.bashrc"
    tar -czf "$work/site/cifar.tar.gz" -C "$work/site" cifar-10-batches-bin
    tar -czf "$work/site/ecg.tar.gz" -C "$work/site" ecg
    md5=$(md5sum "$work/site/cifar.tar.gz" | cut -d ' ' -f 1)
    sha256=$(sha256sum "$work/site/ecg/ECG5000_TRAIN.txt" | cut -d ' ' -f 1)
    {
        printf '#a comment\n'
        printf 'cifar10\tcifar-10-batches-bin\tfile://%s/cifar.tar.gz\tarchive\tmd5\t%s\n' "$work/site" "$md5"
        printf 'cifar10\tcifar-10-batches-bin\tfile://%s/cifar.tar.gz\ttest_batch.bin\tsize\t7\n' "$work/site"
        printf 'ecg5000\tecg5000\tfile://%s/ecg.tar.gz\tECG5000_TRAIN.txt\tsha256\t%s\n' "$work/site" "$sha256"
    } >"$work/sources.tsv"
    sed "s/$md5/00$md5/;s/$sha256/$md5$md5/" "$work/sources.tsv" >"$work/wrong.tsv"
    sed 's/cifar\.tar/gone.tar/' "$work/sources.tsv" >"$work/gone.tsv"
}

download() {
    "$copy/data/download.sh" "$@"
}

# An archive each: the wanted file is a link, is there twice, lies above the archive, is huge.
hostile_archives() {
    local kind options
    for kind in link twice above huge; do
        rm -rf "$work/hostile"
        mkdir -p "$work/hostile/ecg/again"
        case $kind in
        link) ln -s "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg/ECG5000_TRAIN.txt" ;;
        twice) cp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg" ;;
        huge) truncate -s 201M "$work/hostile/ecg/ECG5000_TRAIN.txt" ;;
        *) cp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg" ;;
        esac
        options=()
        case $kind in
        twice) cp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg/again" ;;
        above) options=(--absolute-names '--transform=s,^ecg/,../up/,') ;;
        esac
        tar -czf "$work/site/$kind.tar.gz" --sparse "${options[@]}" -C "$work/hostile" ecg
        sed "s/ecg\.tar/$kind.tar/" "$work/sources.tsv" >"$work/$kind.tsv"
        check "an archive whose file is a trap ($kind) is no data" exits_with 3 download --sources "$work/$kind.tsv" "$work/trapped"
        check "nothing of it is kept ($kind)" test ! -e "$work/trapped/ecg5000" -a ! -e "$work/up" -a ! -e "$work/trapped/up"
    done
    sed 's,file://,http://localhost/,' "$work/sources.tsv" >"$work/plain.tsv"
    check "an address of plain http is refused" says "is not an https:// address" download --sources "$work/plain.tsv" "$work/plain"
    check "and is no data" exits_with 3 download --sources "$work/plain.tsv" "$work/plain"
}

make_archives
if command -v curl >/dev/null; then
    check "a download with the right checksums succeeds" exits_with 0 download --sources "$work/sources.tsv" "$work/got"
    check "its files are there" cmp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/got/ecg5000/ECG5000_TRAIN.txt"
    check "a checked archive is marked as official" grep -qx "$md5" "$work/got/cifar-10-batches-bin/.official-md5"
    check "with the checksum of each file" bash -c "cd '$work/got/cifar-10-batches-bin' && sed 1d .official-md5 | sha256sum -c --strict"
    check "only the files that are wanted come out of an archive" bash -c "
        [ \"\$(cd '$work/got' && find . -mindepth 2 | sort | paste -sd ' ')\" = \
        './cifar-10-batches-bin/.official-md5 ./cifar-10-batches-bin/test_batch.bin ./ecg5000/ECG5000_TRAIN.txt' ]"
    check "wrong checksums are no data" exits_with 3 download --sources "$work/wrong.tsv" "$work/refused"
    check "nothing of them is kept" is_empty_directory "$work/refused"
    check "a checksum that is wrong is shown" says "the official one 00$md5" download --sources "$work/wrong.tsv" "$work/refused"
    hostile_archives
    check "an address that is gone is no data" exits_with 3 download --sources "$work/gone.tsv" "$work/half"
    check "which does not keep the others away" test -d "$work/half/ecg5000" -a ! -e "$work/half/cifar-10-batches-bin"
else
    skip "downloads" "curl is not installed, and wget takes no file:// address"
fi
elsewhere=$work/elsewhere
look_elsewhere() {
    download --sources "$work/gone.tsv" --offline "$work/unused" "$elsewhere"
}
mkdir -p "$elsewhere/cifar-10-batches-bin" "$elsewhere/ecg5000"
check "an empty directory is no data set" says "cifar10 is not there" look_elsewhere
echo images >"$elsewhere/cifar-10-batches-bin/test_batch.bin"
echo series | gzip >"$elsewhere/ecg5000/ECG5000_TRAIN.txt.gz"
check "what is elsewhere is not downloaded, packed or not" exits_with 0 look_elsewhere
check "nor what has one of the other names that are read" exits_with 0 bash -c "
    mv '$elsewhere/ecg5000' '$elsewhere/ECG5000'
    mv '$elsewhere/ECG5000/ECG5000_TRAIN.txt.gz' '$elsewhere/ECG5000/ECG5000_TRAIN.tsv'
    mv '$elsewhere/cifar-10-batches-bin/test_batch.bin' '$elsewhere'
    '$copy/data/download.sh' --sources '$work/gone.tsv' --offline '$work/unused' '$elsewhere'"
mkdir "$elsewhere/ecg5000"
mv "$elsewhere/ECG5000/ECG5000_TRAIN.tsv" "$elsewhere/ecg5000/ECG5000_TRAIN.txt.gz"
mv "$elsewhere/test_batch.bin" "$elsewhere/cifar-10-batches-bin"
printf 'ecg5000\tecg5000\tfile:///nowhere/ecg.tar.gz\tECG5000_TEST.txt\tsha256\t0\n' >>"$work/gone.tsv"
check "a part of a set is not the set" exits_with 3 look_elsewhere
check "which file is missing is said" says "in $elsewhere/ecg5000 ECG5000_TEST.txt is missing or cut off" look_elsewhere
echo more >"$elsewhere/ecg5000/ECG5000_TEST.txt"
printf imag >"$elsewhere/cifar-10-batches-bin/test_batch.bin"
check "nor is a file that is cut off a file" says "test_batch.bin is missing or cut off" look_elsewhere
if command -v curl >/dev/null; then
    mkdir -p "$work/repaired/ecg5000"
    cp -r "$elsewhere/cifar-10-batches-bin" "$work/repaired"
    touch "$work/repaired/cifar-10-batches-bin/notes"
    check "a set that is not whole is completed" exits_with 0 download --sources "$work/sources.tsv" "$work/repaired"
    check "with the official file" cmp "$work/site/cifar-10-batches-bin/test_batch.bin" \
        "$work/repaired/cifar-10-batches-bin/test_batch.bin"
    check "its mark, and what else was there" ls "$work/repaired/cifar-10-batches-bin"/{notes,.official-md5}
    check "so is an empty directory" test -s "$work/repaired/ecg5000/ECG5000_TRAIN.txt"
fi
check "--offline downloads nothing" exits_with 3 download --offline --sources "$work/sources.tsv" "$work/unused"
check "and leaves no trace" test ! -e "$work/unused"
finish
