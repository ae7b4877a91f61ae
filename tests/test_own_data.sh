#!/usr/bin/env bash
# tests/test_own_data.sh: data that a config describes, from the files to C for a device: the lines of README.md as they
# stand there; `tenth data`, whose output is a config; a sweep over sets. tests/test_own.c has the formats. $TENTH is the
# program; the Makefile sets it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
export OMP_NUM_THREADS=1
PATH=$(dirname -- "$tenth"):$PATH

# series FILE SEPARATOR COUNT: of two classes, -1 and 1, of 12 values.
series() {
    awk -v separator="$2" -v count="$3" 'BEGIN {
        for (i = 0; i < count; i++) {
            printf "%d", i % 2 ? 1 : -1
            for (t = 0; t < 12; t++) printf "%s%g", separator, (i % 2 ? t % 4 : t / 4) + (i * 7 + t * 3) % 5 / 10
            printf "\n"
        }
    }' >"$1"
}

# ---- series: the output of `tenth data` is a config, and one config runs several sets ----
mkdir ucr
series ucr/First_TRAIN.tsv "\t" 20
series ucr/First_TEST.tsv "\t" 10
series ucr/Second_TRAIN.txt " " 24
series ucr/Second_TEST.txt " " 10
check "a file and the one beside it" says "classes  2: -1 (5), 1 (5)" "$tenth" data ucr/First_TRAIN.tsv
"$tenth" data ucr/First_TRAIN.tsv >first.ini
small=(--set model.filters=4 --set model.kernel=3 --set train.epochs=2 --set train.batch=4)
check "what is printed is a config" "$tenth" train first.ini --out runs --quiet "${small[@]}"
check "its run has the set's name" test -f runs/First_vi_seed1.h5
check "its tables have the classes" says "-1" "$tenth" table runs/First_vi_seed1.h5 confusion
check "the run says which label is which class" says "labels,\"-1, 1\"" "$tenth" table runs/First_vi_seed1.h5 provenance
cat >all.ini <<'END'
[data]
dataset = files
train = {name}_TRAIN
test = {name}_TEST
[prune]
fractions = 0,.5
thresholds = none
[perturb]
strengths = 2
[sweep]
data.name = First | Second
END
check "one config, two sets" "$tenth" run all.ini --data-dir ucr --out swept --quiet "${small[@]}"
check "each under its name" test -f swept/First_vi_seed1.h5 -a -f swept/Second_vi_seed1.h5
cp -r ucr elsewhere
check "moved files are the same data" says "is there already" "$tenth" run all.ini --data-dir elsewhere --out swept "${small[@]}"
series elsewhere/First_TRAIN.tsv "\t" 22
check "changed files are not" refuses 2 "trained on First files with sha256" "$tenth" run all.ini --data-dir elsewhere --out swept "${small[@]}"

# ---- what is wrong costs no training ----
check "a set that is not there" refuses 3 "all.ini:3: data.train: there is no file Third_TRAIN" "$tenth" run all.ini --data-dir ucr --out none --set data.name=Third
mkdir -p bad
cp elsewhere/* bad
echo '1 2 x' >>bad/Second_TRAIN.txt
check "a mistake in the last set" refuses 3 "bad/Second_TRAIN.txt:25: value 2, \"x\", is not a finite number" \
    env TENTH_DATA=bad "$tenth" run all.ini --out none "${small[@]}"
series bad_TEST.tsv "\t" 4
printf '1\t2\tx\n' >bad_TRAIN.tsv
check "a mistake names file and line" refuses 3 'bad_TRAIN.tsv:1: value 2, "x", is not a finite number' "$tenth" data bad_TRAIN.tsv
check "several files, one of them wrong" refuses 3 "1 of 2 files cannot be read" "$tenth" data bad_TRAIN.tsv bad_TEST.tsv
check "no file" refuses 2 "usage: tenth data FILE..." "$tenth" data
check "keys of own data beside a set of the registry" refuses 2 "--set: data.train is of data that a config describes" \
    "$tenth" run "$project/configs/moons_vi.ini" --out none --set data.train=x --dry-run
check "and nothing was written" test ! -e none

# ---- README's walk ----
if ! command -v python3 >/dev/null || ! command -v cc >/dev/null; then
    skip "README's walk" "it needs python3 for its images, and cc"
    finish
    exit
fi
python3 - <<'END'
import os, struct, zlib

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

for part, count in (("train", 90), ("test", 4)):
    for k, name in enumerate(("cat", "dog")):
        os.makedirs("pets/%s/%s" % (part, name))
        for i in range(count):
            rows = b"".join(b"\0" + bytes(200 - (x * 7 + y * 5 + i) % 50 if (x + k * y + i) % 4 < 2 else 30 for x in range(8))
                            for y in range(8))
            with open("pets/%s/%s/%d.png" % (part, name, i), "wb") as file:
                file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)) +
                           chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
END
sed -n '/^    tenth data pets/,/^$/s/^    //p' "$project/README.md" >walk.sh
check "the walk has ten lines" test "$(wc -l <walk.sh)" -eq 10
check "and runs as written" bash -eu walk.sh
check "to a device's program" test -x device/pets
check "that says the same as tenth" device/pets
finish
