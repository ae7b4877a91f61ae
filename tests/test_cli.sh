#!/usr/bin/env bash
# tests/test_cli.sh: the program from the outside: exit codes, messages, and the disk after a failure. $TENTH is the
# program; the Makefile sets it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
trap 'cd /; mountpoint -q "$work/full" && umount "$work/full"; rm -rf "$work"' EXIT

cat >small.ini <<'END'
[data]
dataset = ecg5000
synthetic = yes
train_items = 64
test_items = 40
[model]
filters = 4
[train]
epochs = 2
batch = 16
[prune]
fractions = 0,.9
thresholds = none
samples = 2
[perturb]
perturbations = noise
strengths = 2
samples = 2
items = 20
END

# ini LINE...: a config of these lines on top of the small one.
ini() {
    { echo "base = small.ini"; printf '%s\n' "$@"; } >case.ini
}

# await_hold PROCESS: until it is the program and blocks SIGINT and SIGTERM, bits 1 and 14 of Linux's mask, or has ended. An
# earlier signal ends it silently, or is caught by the shell that it is until it runs the program.
await_hold() {
    while kill -0 "$1" 2>/dev/null; do
        [ "/proc/$1/exe" -ef "$tenth" ] && (($(stop_bits "$1" SigBlk) == 0x4002)) && return
        sleep 0.02
    done
}

# stop_bits PROCESS FIELD: which of SIGINT and SIGTERM are in the field of /proc/PROCESS/status.
stop_bits() {
    local mask
    mask=$(sed -n "s/^$2:[^0-9a-f]*//p" "/proc/$1/status" 2>/dev/null)
    echo $((16#${mask:-0} & 0x4002))
}

# ---- help ----
check "help names every command" says "tenth perturb" "$tenth" help
check "help exits with 0" exits_with 0 "$tenth" --help
for command in run train prune perturb table config; do
    check "$command --help" says "usage: tenth $command" "$tenth" "$command" --help
done
check "config without a file lists the keys" says "prior_sigma" "$tenth" config
check "--version names the version" says "tenth 0." "$tenth" --version

# ---- usage and config: exit code 2 ----
check "an unknown command" refuses 2 'no command "trian"' "$tenth" trian
check "an unknown option" refuses 2 "--treads" "$tenth" run small.ini --treads 2
check "a number that is none" refuses 2 "--threads two" "$tenth" run small.ini --threads two
check "no config" refuses 2 "tenth run configs/" "$tenth" run
ini "[train]" "epochs = 0"
check "a value out of range names file and line" refuses 2 "case.ini:3" "$tenth" run case.ini
ini "[posterior]" "prior_sgima = 1"
check "an unknown key suggests the right one" refuses 2 "prior_sigma" "$tenth" run case.ini
ini "[posterior]" "method = ensmble"
check "an unknown method names file and line, and lists those that there are" \
    refuses 2 "case.ini:3: posterior.method: no method" "$tenth" run case.ini
# What `tenth run` refuses before it opens data, `tenth config` refuses too.
agrees_to_refuse() { # TEXT LINE...
    local text=$1
    shift
    ini "$@"
    refuses 2 "$text" "$tenth" config case.ini && refuses 2 "$text" "$tenth" run case.ini --out refused && test ! -e refused
}
check "a value in quotes" agrees_to_refuse "case.ini:3: data.dataset = \"moons\" is in quotes" "[data]" 'dataset = "moons"'
check "one of a word processor" agrees_to_refuse "is in quotes" "[posterior]" $'method = \xe2\x80\x9cvi\xe2\x80\x9d'
check "quotes that the shell left" refuses 2 "is in quotes" "$tenth" config small.ini --set "data.dataset='moons'"
check "an unknown row of a registry" agrees_to_refuse "did you mean moons" "[data]" "dataset = moosn"
check "a criterion that does not fit the method" agrees_to_refuse "snr does not fit mle" \
    "[posterior]" "method = mle" "[prune]" "criteria = snr"
check "a granularity that there is not" agrees_to_refuse "case.ini:3: prune.granularity = units; did you mean unit?" \
    "[prune]" "granularity = units"
check "biases, where they go with their units" agrees_to_refuse "case.ini:4: prune.biases: yes, but with prune.granularity = unit" \
    "[prune]" "granularity = unit" "biases = yes"
check "the last cell of a sweep" agrees_to_refuse "ensmble" "[sweep]" "posterior.method = vi | mle | ensmble"
check "a setting of a late stage" agrees_to_refuse "case.ini:3: ood.samples" "[ood]" "samples = 3"
check "augmentation that the data do not have" agrees_to_refuse "train.flip: yes, but" "[train]" "flip = yes"
for name in .. .x -x a/b "a b" 'a*' '"a"'; do
    check "a run called $name" agrees_to_refuse "case.ini:3: run.name: $name" "[run]" "name = $name"
done
check "a directory without a name is not the root" refuses 2 "--out: a directory is wanted" "$tenth" run small.ini --out ""
check "more items than there are, before anything is trained" refuses 2 \
    "perturb.items: 41, but the test file has 40 items (data.test_items); set at most 40" \
    "$tenth" run small.ini --set perturb.items=41 --out undone
check "of which nothing is left" is_empty_directory undone
check "every config of the project is valid" bash -c "'$tenth' config '$project'/configs/*.ini '$project'/configs/*/*.ini >/dev/null"
check "--set of an unknown key" refuses 2 "train.epochs" "$tenth" run small.ini --set train.epoch=3
check "a file that is not there" refuses 2 "nowhere.ini" "$tenth" run nowhere.ini
check "an unknown table" refuses 2 "prune" "$tenth" table small.ini prnue

# ---- data: exit code 3 ----
mkdir -p data/ecg5000 && echo "1 2 3" >data/ecg5000/ECG5000_TRAIN.txt && cp data/ecg5000/ECG5000_T{RAIN,EST}.txt
check "a short line of data names file and line" refuses 3 "ECG5000_TRAIN.txt:1" \
    "$tenth" run small.ini --data-dir data --set data.synthetic=no --out out
mkdir -p bad/mnist && cp "$project"/data/mnist/*.gz bad/mnist && head -c 5000 "$project/data/mnist/train-images-idx3-ubyte.gz" \
    >bad/mnist/train-images-idx3-ubyte.gz
check "a truncated file" refuses 3 "train-images-idx3-ubyte" \
    "$tenth" run small.ini --data-dir bad --set data.dataset=mnist --set data.synthetic=no --out out
cp "$project/data/mnist/train-labels-idx1-ubyte.gz" bad/mnist/train-images-idx3-ubyte.gz
check "a wrong magic number" refuses 3 "train-images-idx3-ubyte" \
    "$tenth" run small.ini --data-dir bad --set data.dataset=mnist --set data.synthetic=no --out out
check "nothing was written for all that" is_empty_directory out
echo "not HDF5" >broken.h5
check "a run file that is none" refuses 3 "broken.h5" "$tenth" table broken.h5 prune

# ---- unwritable places: exit code 1 ----
check "an output directory that is a file" refuses 1 "small.ini" "$tenth" run small.ini --out small.ini
if [ "$(id -u)" -eq 0 ]; then
    check "an output directory on a read-only file system" refuses 1 "/proc" "$tenth" run small.ini --out /proc/tenth
    if mkdir full && mount -t tmpfs -o size=100k tmpfs full 2>/dev/null; then
        check "a full disk" refuses 1 "space" "$tenth" run small.ini --out full
        check "a full disk leaves no partial file" bash -c "! ls full | grep partial"
        check "what is there is whole" exits_with 0 "$tenth" table full/*.h5 summary
        umount full
    else
        skip "a full disk" "a tmpfs cannot be mounted here"
    fi
else
    mkdir locked && chmod a-w locked
    check "an output directory without permission" refuses 1 "locked" "$tenth" run small.ini --out locked
    skip "a full disk" "mounting a tmpfs takes root"
fi

# ---- a run, again, and resumed ----
check "a run" exits_with 0 "$tenth" run small.ini --out out --quiet
check "a quiet run says that its data are a stand-in, and nothing else" \
    bash -c "said=\$('$tenth' run small.ini --out out --quiet 2>&1) && [[ \$said == *'  data: SYNTHETIC ('* && \$said != *$'\n'* ]]"
digits=(--set data.dataset=mnist --set data.synthetic=no --set perturb.perturbations=noise --set ood.sets=noise --set ood.items=20
    --set prune.items=20 --out digits --threads 1)
check "one of the data in the box says nothing" \
    bash -c "[ -z \"\$('$tenth' run small.ini ${digits[*]} --quiet 2>&1)\" ]"
check "a second call skips what is done" says "is there already" "$tenth" run small.ini --out out
"$tenth" run small.ini --out out2 --quiet
for table in prune perturb sigma; do
    check "the same seed gives the same $table table" \
        cmp <("$tenth" table out/ecg5000_vi_seed1.h5 $table) <("$tenth" table out2/ecg5000_vi_seed1.h5 $table)
done
"$tenth" run small.ini --out out3 --seed 2 --quiet
check "another seed gives another table" bash -c "! cmp -s <('$tenth' table out/ecg5000_vi_seed1.h5 prune | cut -d, -f8-16) \
    <('$tenth' table out3/ecg5000_vi_seed2.h5 prune | cut -d, -f8-16)"
check "another config does not overwrite" refuses 2 "--force" "$tenth" train small.ini --out out --set train.epochs=1

# A stand-in's run, and then there are data: 64 and 40 unofficial series.
mkdir -p bare/data real/ecg5000
for part in TRAIN TEST; do
    awk -v part=$part 'BEGIN {
        for (s = 0; s < (part == "TRAIN" ? 64 : 40); s++) {
            printf "%d", s % 5 + 1
            for (t = 0; t < 140; t++) printf " %.4f", sin(t / (4 + s % 5) + s)
            print ""
        }
    }' >real/ecg5000/ECG5000_$part.txt
done
ini "[data]" "synthetic = no"
of_data() {
    TENTH_HOME=$work/bare "$tenth" run case.ini --out out8 "$@"
}
check "without the data a stand-in is used" says SYNTHETIC of_data
check "which --quiet does not hide, with what was looked for" says "no ECG5000 in $work/bare/data (looked for ecg5000/ECG5000_TRAIN" \
    of_data --quiet
stand_in() {
    TENTH_DATA=$1 of_data --quiet
}
mkdir nothing
check "also where the environment names a place" says "there is no ECG5000 in nothing and $work/bare/data" stand_in nothing
check "that is a directory" refuses 3 "TENTH_DATA small.ini: is a file" stand_in small.ini
check "that is there" refuses 3 "TENTH_DATA: there is no directory nowhere" stand_in nowhere
check "whose run real data do not overwrite" refuses 2 "give --force to replace it" of_data --data-dir real
check "unless they are told to" exits_with 0 of_data --data-dir real --force --quiet
check "and then the run is one of them" bash -c "! '$tenth' table out8/*.h5 summary | grep SYNTHETIC"
check "which --force does not make again" says "train  is there already" of_data --data-dir real --force
before=$(sha256sum out8/*.h5)
check "without its data it is not looked at" refuses 3 "--data-dir" of_data
check "nor replaced by a stand-in's, by --force alone" refuses 3 "--data-dir" of_data --force
check "nor from its own file" refuses 3 "--data-dir" env TENTH_HOME="$work/bare" "$tenth" train out8/*.h5 --force
check "it stays as it was" test "$before" = "$(sha256sum out8/*.h5)"
check "what names a stand-in gets one" exits_with 0 of_data --force --set data.synthetic=yes --quiet

# A named directory has the data, or there are none.
check "a directory without the set" refuses 3 "ECG5000 was not found in nothing: it is empty" of_data --data-dir nothing --quiet
check "a directory without the set that is in the box" refuses 3 "MNIST was not found in real: it has ecg5000; files of another set" \
    "$tenth" train small.ini "${digits[@]}" --data-dir real --out named
check "a directory that is a file" refuses 3 "--data-dir small.ini: is a file" of_data --data-dir small.ini
sed 's/ecg5000/mnist/;s/synthetic = yes/synthetic = no/' small.ini >digits.ini
check "a batch without one of its sets trains none" refuses 3 "MNIST was not found in real" \
    "$tenth" train case.ini digits.ini --data-dir real --out named
check "nothing is written for all that" test ! -e named
check "--dry-run finds what is there" exits_with 0 "$tenth" run case.ini --data-dir real --out named --dry-run
check "and what is not" refuses 3 "ECG5000 was not found" "$tenth" run case.ini --data-dir nothing --out named --dry-run
check "and writes nothing" test ! -e named
mkdir real/ECG5000 && for part in TRAIN TEST; do mv real/ecg5000/ECG5000_$part.txt real/ECG5000/ECG5000_$part.tsv; done
rmdir real/ecg5000
check "another layout is the same data" exits_with 0 of_data --data-dir real --out named --quiet
check "by the names that were read" says "sha256 ECG5000/ECG5000_TRAIN.tsv" "$tenth" table named/*.h5 provenance

# Items of no class come from another data set, which need not be next to the run's own.
mkdir -p pictures/cifar-10-batches-bin
truncate -s 30730000 pictures/cifar-10-batches-bin/{data_batch_{1,2,3,4,5},test_batch}.bin
mkdir -p box/data && ln -s "$project/data/mnist" box/data/mnist
of_pictures() {
    TENTH_HOME=$work/box "$tenth" ood digits/*.h5 --set ood.sets=cifar10 --threads 1 --quiet
}
from_pictures() {
    TENTH_DATA=pictures of_pictures
}
check "a stand-in for another set is said, also when quiet" says "ood: cifar10: SYNTHETIC" of_pictures
check "its files take the stand-in's place" exits_with 0 from_pictures
before=$(sha256sum digits/*.h5)
check "as the table says" exits_with 0 bash -c "'$tenth' table digits/*.h5 ood | grep -q 'cifar10.*not the official'"
check "and no stand-in takes theirs" refuses 3 "has its items of CIFAR-10 from files" of_pictures
check "and nothing is lost" test "$before" = "$(sha256sum digits/*.h5)"
check "pruning from the run's own file" exits_with 0 "$tenth" prune out/ecg5000_vi_seed1.h5 --set prune.samples=3 --quiet
check "two runs with one file are refused before anything is trained" refuses 2 "set run.name" \
    "$tenth" run small.ini small.ini --out out4
check "a run's own file has its seed" refuses 2 "omit --seed" "$tenth" prune out/ecg5000_vi_seed1.h5 --seed 2
check "one run given twice is no second seed" refuses 2 "two seeds" \
    "$tenth" table out/ecg5000_vi_seed1.h5 out2/ecg5000_vi_seed1.h5 claims
dry() {
    "$tenth" run small.ini --dry-run --out "$@"
}
check "a dry run says what is there" says "ecg5000_vi_seed1  is there" "$tenth" prune out/ecg5000_vi_seed1.h5 --dry-run --set prune.samples=3
check "and what would be made" says "ecg5000_vi_seed1  would run; training takes: unknown" dry not-made
check "and nothing is" test ! -e not-made
check "and where a run would go on" says "ecg5000_vi_seed1  would resume: prune" dry out --set prune.samples=4
check "and how long another seed took" says "would run; training takes: about " dry out --seed 77
check "and that a run would be refused" refuses 2 "is of another training" dry out --set train.epochs=1
check "labels tell them apart, in every table" test "$("$tenth" table A=out/ecg5000_vi_seed1.h5 B.2=out2/ecg5000_vi_seed1.h5 summary |
    cut -d , -f 12 | sort | paste -sd ' ')" = "ecg5000_vi:A_seed1 ecg5000_vi:B.2_seed1 run"
check "a directory stands for its run files, with a label or without" test "$("$tenth" table A=out3 out3/ prune_band |
    cut -d , -f 2 | sort -u | paste -sd ' ')" = "ecg5000_vi ecg5000_vi:A run"
check "of which it needs one" refuses 3 "no run file (*.h5) is in it" "$tenth" table B="$(mkdir -p empty && echo empty)" summary
check "what a label has not is no label" refuses 3 "a:b=out3" "$tenth" table a:b=out3 summary
cp out3/ecg5000_vi_seed2.h5 beside=0.5_seed2.h5
check "a file with = in its name is no label" says ",ecg5000_vi_seed2," "$tenth" table beside=0.5_seed2.h5 summary
check "nor is a labelled run one of the claims'" says "no run ecg5000_vi," "$tenth" table A=out claims
check "seeds of different configs are no band" refuses 2 "different configs" \
    "$tenth" table out/ecg5000_vi_seed1.h5 out3/ecg5000_vi_seed2.h5 prune_band
"$tenth" prune out3/ecg5000_vi_seed2.h5 --set prune.samples=3 --quiet
check "bands over seeds" says ',2,"SYNTHETIC' "$tenth" table out/ecg5000_vi_seed1.h5 out3/ecg5000_vi_seed2.h5 prune_band
# Rounded products train another network, which is another result; its export has floats, and is compared with floats.
rounded=(--set model.precision=bf16)
check "another precision is another result" refuses 2 "give --force" "$tenth" train small.ini "${rounded[@]}" --out out --quiet
check "and another training" exits_with 0 "$tenth" train small.ini "${rounded[@]}" --out out9 --quiet
check "with other numbers" bash -c "! diff <('$tenth' table out/ecg5000_vi_seed1.h5 train | cut -d, -f5-10) \
    <('$tenth' table out9/ecg5000_vi_seed1.h5 train | cut -d, -f5-10)"
"$tenth" export out9/ecg5000_vi_seed1.h5 --fraction .3 --quantize fp32 --out out9 --quiet --measure >measured.csv
# shellcheck disable=SC2016 # awk's
check "whose export is measured by floats" awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR == 2 { found = $at["largest_difference"] <= 1e-5 }
    END { exit !found }' measured.csv
check "TSV has tabs" says $'dataset\tmethod' "$tenth" table out/ecg5000_vi_seed1.h5 summary --format tsv
check "the help of config lists every key" says "validation_items = 0" "$tenth" config --help
check "every table has a header" bash -c "'$tenth' table --list | grep -v '^ ' | cut -d' ' -f1 | while read -r name; do
    '$tenth' table out/ecg5000_vi_seed1.h5 \$name | head -n 1 | grep -q '^[a-z_]*,' || exit 1; done"
check "items of no class from the run's own file" exits_with 0 "$tenth" ood out/ecg5000_vi_seed1.h5 --quiet
check "they are in the run already" says "ood  is there already" "$tenth" ood out/ecg5000_vi_seed1.h5
check "as many networks as the test items had" refuses 2 "give --set ood.samples=12" \
    "$tenth" ood out/ecg5000_vi_seed1.h5 --set ood.samples=3
check "an unknown kind of them" refuses 2 "shuffled" "$tenth" ood small.ini --set ood.sets=shufled --out out
check "a kind that is the data set itself" refuses 2 "does not fit" "$tenth" ood small.ini --set ood.sets=mnist --out out
check "claims on stand-ins are not decidable" says "measured on SYNTHETIC data" \
    "$tenth" table out/ecg5000_vi_seed1.h5 claims
mkdir -p one/tables two
"$tenth" table out/ecg5000_vi_seed1.h5 perturb >one/tables/perturb.csv
"$tenth" table out/ecg5000_vi_seed1.h5 perturb >two/perturb.csv
check "a run agrees with itself" exits_with 0 "$tenth" compare one two
check "it says how much was compared" says "0 disagree" "$tenth" compare one two
awk 'BEGIN { FS = OFS = "," } NR > 1 { $7 += 1 } 1' one/tables/perturb.csv >two/perturb.csv
check "another entropy disagrees" refuses 1 "disagree" "$tenth" compare one two
check "a comparison takes two directories" refuses 2 "tenth compare A B" "$tenth" compare one
check "a directory without tables" refuses 3 "nowhere" "$tenth" compare one nowhere
check "a formula's table needs no run" says "prior_sigma,sigma,log_part" "$tenth" table sigma_loss
check "a run's table does" refuses 2 "RUN.h5" "$tenth" table stills
check "the table is an error on a full device" refuses 1 "No space left" \
    bash -c "'$tenth' table out/ecg5000_vi_seed1.h5 prune >/dev/full"

# Run files are read without locks, as on file systems that have none (37: NFS without its lock daemon; 95: Lustre), whatever
# HDF5's settings. A program linked with a sanitizer must accept the preloaded object first.
cat >nolock.c <<'END'
#include <errno.h>
#include <stdlib.h>
int flock(int descriptor, int operation)
{
    (void)descriptor;
    (void)operation;
    errno = atoi(getenv("FLOCK_ERRNO"));
    return -1;
}
END
without_locks() { # ERRNO COMMAND...
    FLOCK_ERRNO=$1 LD_PRELOAD=$work/nolock.so ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 "${@:2}"
}
if "${CC:-cc}" -shared -fPIC -o nolock.so nolock.c 2>/dev/null; then
    export HDF5_USE_FILE_LOCKING=TRUE
    check "a run where nothing can be locked" without_locks 37 "$tenth" run small.ini --out out10 --quiet
    check "and its tables" says "ecg5000,vi,1" without_locks 95 "$tenth" table out10/ecg5000_vi_seed1.h5 summary
    check "and another pruning" without_locks 95 "$tenth" prune out10/ecg5000_vi_seed1.h5 --set prune.samples=3 --quiet
    check "which are those of any other run" \
        cmp <("$tenth" table out/ecg5000_vi_seed1.h5 prune) <("$tenth" table out10/ecg5000_vi_seed1.h5 prune)
    unset HDF5_USE_FILE_LOCKING
else
    skip "a run where nothing can be locked" "${CC:-cc} makes no shared objects"
fi

# A program with a file open for writing holds a lock, like HDF5.
if command -v flock >/dev/null; then
    sum_before=$(sha256sum <out/ecg5000_vi_seed1.h5)
    check "a run that is open elsewhere is read" exits_with 0 flock -x out/ecg5000_vi_seed1.h5 "$tenth" table out/ecg5000_vi_seed1.h5 prune
    check "and not written to" refuses 1 "is open for writing in another program" \
        flock -x out/ecg5000_vi_seed1.h5 "$tenth" prune out/ecg5000_vi_seed1.h5 --set prune.samples=5
    check "so that nothing of it is lost" test "$sum_before" = "$(sha256sum <out/ecg5000_vi_seed1.h5)"
else
    skip "a run that is open elsewhere" "there is no flock"
fi

# A file that is not a run is called what it is, with no advice to give it up.
head -c 3000 out/ecg5000_vi_seed1.h5 >short.h5
printf '\037\213\010more' >packed.h5
: >empty.h5
mkdir -p directory.h5
while read -r file says; do
    for command in "table $file prune" "prune $file" "export $file"; do
        # shellcheck disable=SC2086 # words
        check "$command" refuses 3 "$file: $says" "$tenth" $command
    done
done <<'END'
broken.h5 is not HDF5, as a run's file (DATASET_METHOD_seedN.h5) is, but text
packed.h5 is not HDF5, as a run's file (DATASET_METHOD_seedN.h5) is, but a gzip file
empty.h5 is not HDF5, as a run's file (DATASET_METHOD_seedN.h5) is, but empty
short.h5 is cut short: it has 3000 of
directory.h5 is a directory
nowhere.h5 there is no such file
END

# Text is UTF-8: other values are refused, and paths, which may contain any byte, are escaped.
printf 'base = small.ini\n[run]\nname = gr\374n\n' >latin.ini
check "a value in Latin-1" refuses 2 'latin.ini:3: run.name = gr\xFCn is not UTF-8' "$tenth" run latin.ini --out out11
check "of which nothing was made" test ! -e out11
check "nor by --set" refuses 2 '--set: run.name = gr\xFCn is not UTF-8' "$tenth" run small.ini --out out11 --set run.name=gr$'\374'n
if cp -r real "real gr"$'\374'"n" 2>/dev/null && cp case.ini "gr"$'\374'"n.ini" 2>/dev/null; then
    TENTH_HOME=$work/bare check "data and a config under names in Latin-1" exits_with 0 \
        "$tenth" run "gr"$'\374'"n.ini" --data-dir "real gr"$'\374'"n" --out out11 --quiet
    check "are named in UTF-8" says 'real gr\xFCn' "$tenth" table out11/ecg5000_vi_seed1.h5 provenance
    check "throughout" bash -c "'$tenth' table out11/ecg5000_vi_seed1.h5 provenance | iconv -f UTF-8 -t UTF-8"
else
    skip "names in Latin-1" "the file system has none"
fi

# Interrupted: exit code 130, the same command continues, and the result is that of an unbroken run. The signal comes while
# the data are made, so training stops at its first step, however fast it is; tests/test_run.c stops at many others.
long=(--set train.epochs=20 --set prune.criteria=snr --out out4)
"$tenth" run small.ini "${long[@]}" --quiet 2>/dev/null &
process=$!
await_hold $process
check "no signal handler runs on the stack of a product" test "$(stop_bits $process SigCgt)" -eq 0
kill -INT $process
wait $process
check "Ctrl-C ends with 130" test $? -eq 130
check "the same command resumes" exits_with 0 "$tenth" run small.ini "${long[@]}" --quiet
long[${#long[@]}-1]=out5
"$tenth" run small.ini "${long[@]}" --quiet
check "a resumed run equals an unbroken one" \
    cmp <("$tenth" table out4/ecg5000_vi_seed1.h5 prune) <("$tenth" table out5/ecg5000_vi_seed1.h5 prune)

# A sweep in parallel processes makes the same files as one after the other.
ini "[sweep]" "posterior.prior_sigma = .1 | .3"
"$tenth" run case.ini --out out6 --quiet
"$tenth" run case.ini --out out7 --jobs 2 --quiet
check "--jobs changes no result" \
    cmp <("$tenth" table out6/*.h5 prune) <("$tenth" table out7/*.h5 prune)
# A failing one does not stop the others, and shows in the exit code.
mkdir out6f out7f
first=$(cd out6 && printf '%s\n' *.h5 | head -n 1)
echo "no run" | tee "out6f/$first" >"out7f/$first"
check "the failure of the first of many runs counts" refuses 3 "$first" "$tenth" run case.ini --out out6f --quiet
check "with --jobs, too" refuses 3 "$first" "$tenth" run case.ini --out out7f --jobs 2 --quiet
check "and the others are done" cmp <(cd out6 && ls) <(cd out7f && ls)
# A terminal's Ctrl-C reaches every process, a SIGTERM only the first: it passes it on; otherwise the others would train to the
# end.
"$tenth" run case.ini --out out8 --jobs 2 --set train.epochs=400 --quiet 2>/dev/null &
process=$!
await_hold $process
kill -TERM $process
wait $process
check "SIGTERM ends every process of --jobs" test $? -eq 130
# A service manager signals the whole group. What the first process passes on must not be a child's second signal of that kind,
# which would kill it while it saves; a network of this size takes a while to save. Once there is a file, both have begun to train.
set -m # a group of its own
"$tenth" run case.ini --out out9 --jobs 2 --set model.filters=256 --set train.epochs=100000 --set run.checkpoint_seconds=1 \
    >out9.log 2>&1 &
process=$!
set +m
while kill -0 $process && [ "$(find . -path './out9/*.h5' | wc -l)" -lt 2 ]; do sleep 0.02; done
kill -TERM -- -$process
wait $process
check "SIGTERM for its whole group ends it, too" test $? -eq 130
check "and every one of its runs saves" test "$(grep -c 'interrupted; the same command resumes' out9.log)" -eq 2

cell=out6/ecg5000_vi_prior_sigma=0.3_seed1.h5
rows_of() { # PATTERN: how many rows of the cell's table `prune` match
    "$tenth" table "$cell" prune | tail -n +2 | grep -c -- "$1"
}
check "a cell's file says what it is" test -f "$cell"
check "it is measured again" exits_with 0 "$tenth" prune "$cell" --set prune.samples=3 --quiet
check "and keeps saying it" test "$(rows_of .)" -gt 0 -a "$(rows_of prior_sigma=0.3_seed1)" -eq "$(rows_of .)"
check "its config is that of what was measured" says "is there already" "$tenth" prune "$cell"
check "which another one is not" exits_with 0 "$tenth" prune "$cell" --set prune.samples=2 --quiet

# ---- criteria that need more than the posterior run where they are named ----
cp out2/ecg5000_vi_seed1.h5 named.h5
of_criterion() { # CRITERION: how many rows of the table `prune` are of it
    "$tenth" table named.h5 prune | cut -d, -f4 | grep -cx "$1"
}
check "by default there is none" test "$(of_criterion taylor)" -eq 0 -a "$(of_criterion kl)" -eq 0 -a "$(of_criterion snr)" -eq 2
check "named they are measured" exits_with 0 "$tenth" prune named.h5 --set prune.criteria=taylor,kl --quiet
check "beside the others" test "$(of_criterion taylor)" -eq 2 -a "$(of_criterion kl)" -eq 2 -a "$(of_criterion snr)" -eq 2
check "a network pruned by the gradient is exported" exits_with 0 "$tenth" export named.h5 --criterion taylor --out . --quiet
check "a sigma has to be there" agrees_to_refuse "kl does not fit mle" "[posterior]" "method = mle" "[prune]" "criteria = kl"

# ---- whole units: of 3 layers of 4 filters, those of the first with 6 weights and the others with 24 ----
rows_as() { # an awk condition on each row of the table `prune`: its granularity, its grid, and how many sixes of weights went
    "$tenth" table out/ecg5000_vi_seed1.h5 prune | awk -F, "
        NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i; next }
        { granularity = \$at[\"granularity\"]; grid = \$at[\"grid\"]; sixes = 36 * \$at[\"fraction\"]; most = sixes > most ? sixes : most }
        !($1) { print; bad = 1 }
        END { exit bad || most == 0 }"
}
check "single weights, which is the rule" rows_as 'granularity == "weight"'
check "units are measured anew" exits_with 0 "$tenth" prune out/ecg5000_vi_seed1.h5 --set prune.granularity=unit \
    --set prune.fractions=0,.5 --set prune.evaluate_at=.5 --quiet
check "and go as wholes, no more than asked for" rows_as \
    'granularity == "unit" && (grid != "fraction" || sixes <= 18) && (sixes - int(sixes + .5)) ^ 2 < 1e-6'
units_have_no_places() { # whole units need none: the first row, where all is kept, takes what the dense network takes
    "$tenth" table out/ecg5000_vi_seed1.h5 footprint | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        NR == 2 { dense = $at["kib_dense"]; bad = $at["kib_sparse"] != dense }
        NR == 3 { bad = bad || $at["kib_sparse"] >= dense }
        END { exit bad || NR != 3 }'
}
check "once" says "is there already" "$tenth" prune out/ecg5000_vi_seed1.h5
check "all tables of it are there" exits_with 0 "$tenth" illustrate out/ecg5000_vi_seed1.h5 --quiet
check "and heeds what goes" units_have_no_places
for table in surviving weight_histogram description network pruned; do
    check "$table of units" says "ecg5000" "$tenth" table out/ecg5000_vi_seed1.h5 "$table"
done
check "and those of weights again" exits_with 0 "$tenth" run small.ini --out out --quiet

# ---- a network of one's own ----
network_of() {
    "$tenth" config "$project/configs/mnist_vi.ini" --set model.architecture="$1" | sed -n '/^; the network$/,$p'
}
check "the network as a table" cmp <(network_of "conv 20 7/2 valid relu; maxpool 2; dense 30") - <<'TABLE'
; the network
;             layer                   output               weights  multiply-adds  algorithm
; conv1       conv 20 7/2 valid relu  11 x 11 x 20            1000         118580  im2col
; maxpool1    maxpool 2               5 x 5 x 20
; dense1      dense 30 selu           1 x 1 x 30             15030          15000
; dense       dense 10 linear         1 x 1 x 10               310            300
; in all                                                     16340         133880
TABLE
for network in "$project"/configs/networks/*.ini; do
    name=${network##*/} name=${name%.ini}
    check "$name says what it is called" grep -q "^name = $name$" "$network"
    check "$name is a network" says "; in all " "$tenth" config "$project/configs/cifar10_vi.ini" --profile "$network"
done
ini "[model]" "name = tiny" "[sweep]" "model.architecture = conv 2 6/3 | 2 * conv 2 3/2; dense 3"
"$tenth" train case.ini --out networks --quiet
check "runs of several networks" cmp <(cd networks && ls -- *.h5) - <<'NAMES'
ecg5000_tiny_vi_architecture=2_conv_2_3_2_dense_3_seed1.h5
ecg5000_tiny_vi_architecture=conv_2_6_3_seed1.h5
NAMES

# ---- --profile ----
profiled() {
    "$tenth" config "$project/configs/$1.ini" --profile "${@:2}"
}
check "a profile's file wins over the config" says "filters = 8 ; $project/configs/profiles/smoke.ini" profiled mnist_vi smoke
check "that of a data set over it" says "filters = 120 ; $project/configs/profiles/talk_mnist.ini" profiled mnist_map talk
check "that of a method over that" says "temperature = 0.07 ; $project/configs/profiles/talk_cifar10_vi.ini" profiled cifar10_vi talk
check "which is not another's" says "temperature = 1 ; $project/configs/cifar10_map.ini" profiled cifar10_map talk
check "--set wins over all" says "filters = 5 ; --set" profiled mnist_vi smoke --set model.filters=5
check "standard is the config itself" cmp <(profiled mnist_vi standard) <("$tenth" config "$project/configs/mnist_vi.ini")
printf '[model]\nfilters = 3\n' >own.ini
check "a file of one's own" says "filters = 3 ; own.ini:2" profiled mnist_vi own.ini
check "a profile that is not there" refuses 2 "there is no $project/configs/profiles/smok.ini" profiled mnist_vi smok
check "nor a path" refuses 2 "a profile's name, or a file" profiled mnist_vi ../smoke
printf 'base = %s/configs/mnist_vi.ini\n[sweep]\nposterior.method = vi | mle\n' "$project" >both.ini
check "a sweep over methods has no profile" refuses 2 "omit --profile" "$tenth" config both.ini --profile smoke
check "but a file may be laid over it" exits_with 0 "$tenth" config both.ini --profile own.ini
"$tenth" train "$project/configs/moons_map.ini" --profile smoke --out profiled --quiet
check "a run is of its profile" says "config run.profile,smoke" "$tenth" table profiled/moons_map_seed1.h5 provenance
check "a run's file has its config" refuses 2 "omit --profile" "$tenth" prune profiled/moons_map_seed1.h5 --profile smoke
finish
