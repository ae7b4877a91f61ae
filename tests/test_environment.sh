#!/usr/bin/env bash
# tests/test_environment.sh: the scripts and the program in unusual surroundings: variables that change shells and tools,
# names that need quoting, no fonts, no place for temporary files, limits, closed streams, fewer processors. $TENTH is the
# program; the Makefile sets it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

# copy_scripts DIR: the parts of the project that the scripts need, without the program.
copy_scripts() {
    mkdir -p -- "$1/lib" "$1/data" "$1/results"
    cp "$project"/*.sh -t "$1"
    cp "$project"/data/{download.sh,sources.tsv} -t "$1/data"
    cp -r "$project/plots" -t "$1"
    cp -r "$project/results/reference" -t "$1/results"

}

# ---- Variables, and functions, of the caller's. ----

# Each script's answer, in the copy, without its time.
answers() {
    local scripts=$work/plain
    bash "$scripts/run_all.sh" --help
    bash "$scripts/run_all.sh" --bogus
    bash "$scripts/plots/draw.sh" --help
    bash "$scripts/data/download.sh" --offline "$work/none"
    bash "$scripts/deps.sh" packages build draw
    bash "$scripts/plots/draw.sh" "$work/tables" "$work/figures" no-such-figure
    echo "$?"
}

# alike ENVIRONMENT...: the same answers in this environment, as arguments of env.
alike() {
    env "$@" bash -c answers >special 2>&1
    diff plain.answers special
}

copy_scripts "$work/plain"
mkdir tables
{
    echo "dataset,method,seed,epoch,loss,nll,kl,accuracy_train,accuracy_val,sigma_median,seconds,run"
    for i in 1 2 3; do
        echo "mnist,vi,1,$i,1.5,.5,.5,.9,.8,.1,2,mnist_vi_{a}^%d'q'_seed1"
        echo "mnist,mle,1,$i,1.5,.5,,.9,.8,,2,mnist_mle_seed1"
    done
} >tables/train.csv
export -f answers
export work
answers >plain.answers 2>&1
check "CDPATH and options of the shell change nothing" alike CDPATH=.:/usr POSIXLY_CORRECT=1 \
    SHELLOPTS=braceexpand:noclobber:noglob BASHOPTS=nullglob:failglob:nocasematch
check "nor functions that stand before commands" alike 'BASH_FUNC_cd%%=() { echo lost; }' 'BASH_FUNC_sed%%=() { echo lost; }'
check "nor options of other tools, a decimal comma, and no HOME" alike -u HOME GREP_OPTIONS=--color=always GREP_COLOR=x \
    TAR_OPTIONS=-v GZIP=-9 AWKPATH=/nowhere IFS=ax/ LC_NUMERIC=de_DE.UTF-8 LANG=de_DE.UTF-8

# ---- deps.sh: what is missing, and what could not be checked. ----

check "a TMPDIR that is not there is named" refuses 2 "TMPDIR" env TMPDIR="$work/gone" "$project/deps.sh" check build
check "and nothing is called missing" not says "missing" env TMPDIR="$work/gone" "$project/deps.sh" check build
check "draw.sh names it as well" refuses 2 "$work/gone" env TMPDIR="$work/gone" "$project/plots/draw.sh" tables figures
check "libraries that nothing looked for are not called missing" says "could not be looked for: libgsl-dev libhdf5-dev" \
    env PKG_CONFIG=no-such-program "$project/deps.sh" check build
check "pkg-config is" says "missing (Debian's names): pkg-config" env PKG_CONFIG=no-such-program "$project/deps.sh" check build
mkdir bin
printf '#!/bin/sh\necho "cc1: fatal error: No space left on device" >&2\nexit 1\n' >bin/full-cc
chmod +x bin/full-cc
check "a compiler that fails is quoted" says "gcc: cc1: fatal error: No space left on device" \
    env CC="$work/bin/full-cc" "$project/deps.sh" check build

# ---- data/download.sh without a writable place. ----

printf 'moons\tmoons\tfile:///nowhere/moons.tar.gz\tmoons.csv\tsize\t1\n' >sources.tsv
check "a directory that cannot be made is no data, and says why" refuses 3 "no moons (mkdir: " \
    "$project/data/download.sh" --sources sources.tsv /proc/tenth
check "a list of sources may have any name" refuses 3 "moons is not there" \
    "$project/data/download.sh" --offline --sources "$(cp sources.tsv x=y.tsv && echo x=y.tsv)" none

# ---- Figures. ----

draw() {
    "$project/plots/draw.sh" "$@"
}

if ! draw tables figures training_mnist >draw.log 2>&1; then
    skip "figures" "$(tail -n 1 draw.log)"
else
    odd=$work/$(printf -- "-p b'c\\\\n%%d=\xe9\"*[y]\$z")
    copy_scripts "$odd"
    mkdir -- "$odd/t\\m p" "$odd/home" "$odd/-tables"
    cp tables/train.csv "$odd/-tables/train.csv"
    echo "exit status 7" >"$odd/home/.gnuplot"
    odd_draw() {
        cd -- "$odd" && env HOME="$odd/home" GNUTERM=nonsense TMPDIR="$odd/t\\m p" plots/draw.sh -tables "-f '\\n%d" training_mnist
    }
    check "figures are drawn wherever they and the project are, and whatever ~/.gnuplot says" exits_with 0 odd_draw
    check "and are the same" cmp figures/training_mnist.svg "$odd/-f '\\n%d/training_mnist.svg"

    printf '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>\n' \
        "$work/none" "$work/cache" >fonts.conf
    check "without a font nothing is drawn" refuses 2 "fonts-dejavu-core" \
        env FONTCONFIG_FILE="$work/fonts.conf" "$project/plots/draw.sh" tables fontless
    check "no picture without words is left" test ! -e fontless
    check "what hides the fonts is named" says "is FONTCONFIG_FILE=$work/fonts.conf right?" \
        env FONTCONFIG_FILE="$work/fonts.conf" "$project/deps.sh" check draw
    check "so is an empty name" says "is FONTCONFIG_FILE= right?" env FONTCONFIG_FILE= "$project/deps.sh" check draw

    # draws_nothing COMMAND...: an error, and no picture, not even a partial one.
    draws_nothing() {
        rm -rf cut
        exits_with 1 "$@" && is_empty_directory cut
    }
    printf '#!/usr/bin/env bash\n%q "$@" || exit\n[[ " $*" != */preamble\\ * ]] || truncate -s -3 "%s"/cut/.training_mnist.*\n' \
        "$(command -v gnuplot)" "$work" >bin/gnuplot
    chmod +x bin/gnuplot
    check "a picture that a full disk cuts off is an error" draws_nothing env PATH="$work/bin:$PATH" \
        "$project/plots/draw.sh" tables cut training_mnist
    check "so is one that is larger than files may be" draws_nothing bash -c 'ulimit -f 12; exec "$@"' - \
        "$project/plots/draw.sh" tables cut training_mnist
    check "which leaves no core either" test -z "$(find "$project/plots" -name 'core*')"
fi

# ---- The program: limits. ----

tiny=(--threads 1)
for setting in data.train_items=200 data.test_items=40 model.filters=4 train.epochs=1 train.sigma_freeze_steps=0 \
    train.test_samples=2; do
    tiny+=(--set "$setting")
done
vi=$project/configs/moons_vi.ini
mle=$project/configs/moons_mle.ini

# limited LIMIT COMMAND...: under a limit of ulimit's.
limited() {
    # shellcheck disable=SC2016 # for the shell that has the limit
    bash -c 'ulimit $1; shift; exec "$@"' - "$@"
}

no_rest() {
    local rest
    rest=$(find "$1" -type f)
    [ -z "$rest" ] || { echo "$rest"; return 1; }
}

check "a file that may not be so large is an error" refuses 1 "ulimit -f" limited "-f 1" "$tenth" train "$vi" --out large "${tiny[@]}"
check "of which nothing is left" no_rest large
check "so it is in jobs beside each other" refuses 1 "ulimit -f" \
    limited "-f 1" "$tenth" train "$vi" "$mle" --jobs 2 --out large "${tiny[@]}"
check "of which nothing is left either" no_rest large
check "a run" exits_with 0 "$tenth" train "$vi" --out out "${tiny[@]}" --quiet
run=$work/out/moons_vi_seed1.h5
# shellcheck disable=SC2016 # for the inner shell
check "a table that may not be so large is an error" refuses 1 "File too large" \
    limited "-f 1" bash -c '"$0" table "$1" claims >claims.csv' "$tenth" "$run"
if "$tenth" --version | grep -q "release"; then # a sanitizer reserves more than any limit
    check "threads that are not to be had are an error" refuses 1 "threads cannot be started" \
        limited "-v 400000" "$tenth" train "$vi" --out threads "${tiny[@]}" --threads 1024
    check "for a measurement too" refuses 1 "threads cannot be started" limited "-v 400000" "$tenth" bench --threads 1024
fi

# ---- The program: streams. ----

# shellcheck disable=SC2016
check "a full disk behind standard output" refuses 1 "No space left" bash -c '"$0" help >/dev/full' "$tenth"
# shellcheck disable=SC2016
check "a closed standard output" refuses 1 "Bad file descriptor" bash -c '"$0" table "$1" train >&-' "$tenth" "$run"
# shellcheck disable=SC2016
check "closed streams take nothing from a run" exits_with 0 bash -c '"$@" <&- >&- 2>&-' - "$tenth" train "$vi" --out closed "${tiny[@]}"
check "which is the same" cmp <("$tenth" table "$run" sigma) <("$tenth" table closed/*.h5 sigma)

# ---- The program: how many processors, jobs and threads. ----

cpus_are() {
    local wanted=$1 found
    shift
    found=$("$@" "$tenth" --cpus)
    [ "$found" = "$wanted" ] || { echo "$found processors, not $wanted"; return 1; }
}

check "OMP_NUM_THREADS says how many processors there are" cpus_are 1 env OMP_NUM_THREADS=1
check "so does OMP_THREAD_LIMIT" cpus_are 1 env OMP_THREAD_LIMIT=1
first=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status)
check "so does taskset" cpus_are 1 taskset -c "$first"
check "scripts ask the program" bash -c "[ \"\$(source '$project/environment.sh'; tenth='$tenth' OMP_NUM_THREADS=1 processors)\" = 1 ]"
check "or the system where there is none" bash -c "source '$project/environment.sh'; tenth=/nowhere; [ \"\$(processors)\" -ge 1 ]"
check "a run says what it takes" says "runs: 1, at the same time: 1, threads of each: 1" \
    env OMP_NUM_THREADS=1 "$tenth" train "$vi" --out out "${tiny[@]:2}"
check "more jobs than runs take no threads away" says "at the same time: 1, threads of each: $("$tenth" --cpus)" \
    "$tenth" train "$vi" --out out "${tiny[@]:2}" --jobs 64
check "what is asked for stays so" says "at the same time: 1, threads of each: 3" \
    env OMP_NUM_THREADS=1 "$tenth" train "$vi" --out out "${tiny[@]:2}" --threads 3
cgroup=/sys/fs/cgroup/cpu/tenth-test-$$
if [ "$(id -u)" -eq 0 ] && [ -e /sys/fs/cgroup/cpu/cpu.cfs_quota_us ] && mkdir -p "$cgroup/inner" 2>/dev/null &&
    echo 50000 >"$cgroup/cpu.cfs_quota_us"; then
    # shellcheck disable=SC2016
    check "so does a quota" cpus_are 1 bash -c 'echo $$ >"$0/inner/cgroup.procs" && exec "$@"' "$cgroup"
    rmdir "$cgroup/inner" "$cgroup"
else
    skip "a quota" "no control group of version 1 can be made here; tests/test_cpus.c has made-up ones"
fi

# ---- Nothing is written if nothing changed. ----

# as_nobody COMMAND...: file modes do not keep root from writing.
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid nobody --regid nogroup --clear-groups "$@"
    else
        "$@"
    fi
}
chmod 755 "$work"
chmod -R a-w out
check "a run that is done needs no place to write to" exits_with 0 as_nobody "$tenth" train "$vi" --out "$work/out" "${tiny[@]}"
check "one that is not says so before it begins" refuses 1 "Permission denied" \
    as_nobody "$tenth" train "$mle" --out "$work/out" "${tiny[@]}"
chmod -R u+w out
finish
