# shellcheck shell=bash
# tests/stand_in.sh: for the scripts' tests, read with `source` after script.sh: $copy, a copy of the project where `make`
# "builds" a stand-in for tenth that logs how it is called in $log and prints the tables of $tables. No network, nothing
# installed.
# shellcheck disable=SC2154 # $work and $project are script.sh's
copy=$work/copy
log=$work/log
tables=$work/tables
unset TENTH_HOME
export FAKE_LOG=$log FAKE_TABLES=$tables

make_copy() {
    mkdir -p "$copy/data" "$copy/lib/data" "$tables"
    cp "$project"/{run_all,deps,environment}.sh "$copy"
    cp "$project/data/download.sh" "$project/data/sources.tsv" "$copy/data"
    cp "$project/lib/data/layout.def" "$copy/lib/data"
    mkdir -p "$copy/results"
    "$tenth" table registry >"$tables/registry.csv"
    cp -r "$project/plots" "$project/configs" "$copy"
    cp -r "$project/results/reference" "$copy/results"
    printf 'all:\n\t@test ! -e broken || { echo "no rule for this"; exit 1; }\n\t@mkdir -p build/release && cp tenth build/release\n' \
        >"$copy/Makefile"
}

# It logs its arguments, makes empty run files, and prints $FAKE_TABLES/TABLE.csv.
write_fake_tenth() {
    cat >"$copy/tenth" <<'END'
#!/usr/bin/env bash
[ "$1" = --cpus ] || [ "$1" = registry ] || echo "tenth $*" >>"$FAKE_LOG"
case "$1 $*" in
"--cpus --cpus") echo 2 && exit ;;
"table table --list")
    for table in "$FAKE_TABLES"/*.csv; do
        table=${table##*/}
        printf '%-14s what it holds\n              dataset,method\n' "${table%.csv}"
    done
    ;;
"registry registry") tr , '\t' <"$FAKE_TABLES/registry.csv" ;;
"registry "*)
    for name in "${@:3}"; do
        grep -q "^$2,$name," "$FAKE_TABLES/registry.csv" || { echo "no $2 is called $name" >&2 && exit 2; }
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
        trap 'echo told >>"$FAKE_LOG"; kill "$!"; exit 130' INT TERM
        sleep 60 &
        touch "$2/started"
        wait
    fi
    exit "${FAKE_RUN_STATUS:-0}"
    ;;
esac
END
    chmod +x "$copy/tenth"
}

# Two data sets, one of them a stand-in; 1 - fraction need not look like a result.
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
    {
        echo "dataset,method,run,perturbation,strength,item,label,predicted,right,entropy,classes,height,width,channels,low,high,pixels,seed,data_source"
        echo "mnist,vi,r_vi,noise,0,7,3,3,1,.1,10,2,2,1,0,255,00ffff00,1,mnist"
        echo "mnist,vi,r_vi,noise,.5,7,3,3,1,.4,10,2,2,1,0,255,00ffee00,1,mnist"
        echo "mnist,vi,r_vi,noise,1,7,3,8,0,.9,10,2,2,1,0,255,00ffdd00,1,mnist"
    } >"$tables/frames.csv"
    printf '%s\n' dataset,class,label,item,height,width,channels,low,high,pixels,run,data_source \
        mnist,3,3,7,2,2,1,0,255,00ffff00,r_vi,mnist >"$tables/examples.csv"
}

make_copy
write_fake_tenth
write_tables
write_single_tables
