#!/usr/bin/env bash
# tests/test_run_all.sh: run_all.sh and deps.sh, with stand-ins for tenth and for apt-get (see stand_in.sh).
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
# shellcheck source=tests/stand_in.sh
source "$tests/stand_in.sh"
fakes=$work/fakes
mkdir "$fakes"

# fake NAME: a program that precedes the real one in $PATH, from standard input.
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

# ---- run_all.sh: usage. ----

smoke=(--profile smoke --offline --out "$work/out")

check "--help says what there is" says "--install-deps" run_all --help
check "--help is no failure" exits_with 0 run_all --help
check "an unknown option is a usage error" exits_with 2 run_all --bogus
check "an unknown profile is a usage error" exits_with 2 run_all --profile quick
check "so is a path" refuses 2 "--profile ../profiles/smoke" run_all --profile ../profiles/smoke
cp "$copy/configs/profiles/smoke.ini" "$copy/configs/profiles/own.ini"
check "but each file of configs/profiles/ is a profile" refuses 2 "no run file" run_all --profile own --draw-only --out "$work/nothing"
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

# A set and a method that only the registries name, with one config.
sed -i '2i dataset,gauge,5,Gauge,,,,,,,\nmethod,shrink,6,Shrink,,,,,,,' "$tables/registry.csv"
cp "$copy/configs/moons_vi.ini" "$copy/configs/gauge_shrink.ini"
check "a whole run succeeds" exits_with 0 run_all "${smoke[@]}" --seeds 2 --jobs 3 --data-dir "$work" \
    --set train.batch=32 --set "run.name=a b"
for name in mnist_vi cifar10_map ecg5000_mle mnist_dropout ecg5000_ensemble moons_vi gauge_shrink; do
    check "it runs the profile's $name" logged "/configs/$name.ini"
done
check "as the profile has them" logged " --profile smoke "
check "--seeds reaches the program" logged "--set run.seeds=2"
check "so does each --set, whole" logged "--set train.batch=32 --set run.name=a b "
check "--jobs reaches the program" logged "--jobs 3"
check "--data-dir reaches the program" logged "--data-dir $work"
check "which looks for every set of the profile there before anything is trained" \
    grep -q "^tenth run --dry-run .*/mnist_vi.ini .*/moons_vi.ini .*--profile smoke .*--data-dir $work .*--set train.batch=32" "$log"
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
check "the standard profile runs too" \
    exits_with 0 run_all --offline --out "$work/standard"
check "by name" logged " --profile standard "

# ---- run_all.sh: some of the runs. ----

: >"$log"
check "some sets and methods are run alone" exits_with 0 run_all "${smoke[@]}" --only ecg5000,mnist --methods mle,vi
check "and no others" test "$(grep -o '[a-z0-9_]*\.ini' "$log" | sort | paste -sd ' ')" = "ecg5000_mle.ini ecg5000_vi.ini mnist_mle.ini mnist_vi.ini"
check "an unknown set is a usage error" refuses 2 "--only mnist,mnits" run_all "${smoke[@]}" --only mnist,mnits
check "so is an unknown method" refuses 2 "--methods vii" run_all "${smoke[@]}" --methods vii
check "and with --draw-only, which takes all" refuses 2 "--draw-only" run_all "${smoke[@]}" --draw-only --only mnist
: >"$log"
check "what a profile leaves out is left out of one set" exits_with 0 run_all --offline --out "$work/some" --only cifar10
check "unless it is asked for" not logged cifar10_dropout
check "by its name" exits_with 0 run_all --offline --out "$work/some" --only cifar10 --methods dropout
check "in full" logged "$copy/configs/cifar10_dropout.ini --profile standard"
: >"$log"
check "a dry run succeeds" exits_with 0 run_all "${smoke[@]}" --out "$work/dry" --only moons --methods vi --seeds 3 --dry-run
check "it asks the program" logged "tenth run --dry-run $copy/configs/moons_vi.ini --profile smoke --out $work/dry --set run.seeds=3"
check "once" test "$(wc -l <"$log")" -eq 1
check "and writes nothing" test ! -e "$work/dry"

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
check "--frames draws an animation's frames" exits_with 0 run_all "${smoke[@]}" --draw-only --frames
check "one by one" test -s "$work/out/figures/frames/animation_noise_mnist/0003.png"
check "without run files it is a usage error" exits_with 2 run_all --draw-only --out "$work/nothing"
# A table unknown to `tenth table` is drawn as it is: a column's name must not be a command.
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

# All tables or none: here each could be rebuilt except the last.
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

# A signal only to run_all.sh, as from `kill` or a container's end.
rm -rf "$work/interrupted"
: >"$log"
check "SIGTERM to it alone ends the run with 130" exits_with 130 signalled TERM process "$work/interrupted/started" \
    env FAKE_SLEEP=yes "$copy/run_all.sh" "${smoke[@]}" --out "$work/interrupted"
rm -rf "$work/interrupted"
check "so does SIGHUP to it alone" exits_with 130 signalled HUP process "$work/interrupted/started" \
    env FAKE_SLEEP=yes "$copy/run_all.sh" "${smoke[@]}" --out "$work/interrupted"
check "after it has told the program" logged told
finish
