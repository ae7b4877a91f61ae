#!/usr/bin/env bash
# tests/test_export.sh: from a trained run to a device: `tenth export` in every number and kind of posterior, its C99 compiled
# as strictly as promised, and the same predictions from C, from `tenth predict` and, if its tools are installed, from a
# Cortex-M in QEMU. $TENTH is the program; the Makefile sets it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
export OMP_NUM_THREADS=1
read -r -a sanitize <<<"${TEST_SANITIZE:-}"
strict=(-std=c99 -O1 -Wall -Wextra -Werror -pedantic)

cat >images.ini <<'END'
[data]
dataset = mnist
train_items = 600
test_items = 300
[model]
filters = 8
[train]
epochs = 2
batch = 50
END
cat >series.ini <<'END'
[data]
dataset = ecg5000
synthetic = yes
train_items = 64
test_items = 40
[model]
filters = 6
[train]
epochs = 2
batch = 16
END
# Each kind of layer and activation.
cat >lenet.ini <<'END'
[data]
dataset = mnist
train_items = 600
test_items = 300
[model]
architecture = conv 6 5x5 valid relu; maxpool 2; conv 9 5x5/2 tanh; avgpool 2; dense 20; dense 12 linear
[train]
epochs = 2
batch = 50
END
for name in images series lenet; do
    for method in vi mle; do
        "$tenth" train "$name.ini" --set "posterior.method=$method" --set "run.name=${name}_$method" --out . --quiet || exit 1
    done
done

images=$project/data/mnist/t10k-images-idx3-ubyte.gz
{
    printf '\0\0\10\3\0\0\0\50\0\0\0\34\0\0\0\34'
    gzip -dc "$images" 2>/dev/null | head -c $((16 + 40 * 784)) | tail -c +17
} >forty.idx
tail -c +17 forty.idx >forty.raw

# agrees NAME: NAME.c on this machine and `tenth predict NAME.tenth` agree on forty images.
agrees() {
    "$tenth" predict "$1.tenth" forty.idx --format csv | tail -n +2 >"$1.wanted" || return 1
    "./$1" >"$1.found" || return 1
    paste -d, "$1.found" "$1.wanted" | awk -F, '
        {
            half = 15 # label, refer, entropy, mutual information, 10 probabilities; then input, item, label, ...
            if ($1 != $(half + 2) || $2 != $(half + 6)) { print "item " NR ": " $0; bad = 1 }
            pairs = "3 " half + 4 " 4 " half + 5
            for (c = 0; c < 10; c++)
                pairs = pairs " " 5 + c " " half + 7 + c
            n = split(pairs, at, " ")
            for (i = 1; i < n; i += 2) {
                d = $at[i] - $at[i + 1]
                if (d > 1e-5 || d < -1e-5) { print "item " NR ": " $at[i] " is not " $at[i + 1]; bad = 1 }
            }
        }
        END { if (NR != 40) { print NR " items"; bad = 1 } exit bad }'
}

cat >main.c <<'END'
#include <stdio.h>
#include HEADER
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
static unsigned char item[784];
int main(void)
{
    struct JOIN(MODEL, _result) r;
    FILE *items = fopen("forty.raw", "rb");
    int i;
    while (items && fread(item, sizeof item, 1, items) == 1) {
        JOIN(MODEL, _predict_bytes)(item, &r);
        printf("%d,%d,%.9g,%.9g", r.label, r.refer, r.entropy, r.mutual_information);
        for (i = 0; i < 10; i++)
            printf(",%.9g", r.probability[i]);
        printf("\n");
    }
    return items ? fclose(items) : 1;
}
END
# expf, and the memcpy that a compiler may call, not from a library: what a device without a C library must provide.
cat >stub.c <<'END'
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t count);
float expf(float x);
void *memcpy(void *to, const void *from, size_t count)
{
    volatile unsigned char *t = to;
    const unsigned char *f = from;
    while (count-- > 0)
        *t++ = *f++;
    return to;
}
float expf(float x)
{
    double y = 1, z = x < -100 ? -100 : x > 88 ? 88 : x, term = 1;
    int i, halves = 0;
    for (; z > .1 || z < -.1; halves++)
        z /= 2;
    for (i = 1; i < 12; i++)
        y += term *= z / i;
    for (; halves > 0; halves--)
        y *= y;
    return (float)y;
}
END

# compiles NAME: strictly, hosted and freestanding, and it needs only these two functions.
compiles() {
    cc "${strict[@]}" "${sanitize[@]}" -c -o hosted.o "$1.c" && cc "${strict[@]}" -ffreestanding -c -o free.o "$1.c" || return 1
    nm -u free.o | awk '{ print $2 }' | grep -vx 'memcpy\|expf\|_GLOBAL_OFFSET_TABLE_' && return 1
    cc "-DMODEL=$1" "-DHEADER=\"$1.h\"" -O1 "${sanitize[@]}" -o "$1" main.c hosted.o -lm &&
        cc "-DMODEL=$1" "-DHEADER=\"$1.h\"" -O1 -fno-builtin -o "$1_free" main.c free.o stub.c
}

# has_arena NAME: the header's statement matches the object.
has_arena() {
    local stated
    stated=$(sed -n 's/^#define .*_ARENA_BYTES //p' "$1.h")
    [ "$stated" -eq "$((16#$(nm -S free.o | awk '$4 == "arena" { print $2 }')))" ]
}

for number in fp32 fp16 int8; do
    for posterior in mean samples=3 variance; do
        name=m_${number}_${posterior%=*}
        check "export $number $posterior" "$tenth" export images_vi_seed1.h5 --fraction .8 --quantize "$number" \
            --posterior "$posterior" --name "$name" --out . --quiet
        check "C99 of $number $posterior, strict and freestanding" compiles "$name"
        check "the arena of $number $posterior is as stated" has_arena "$name"
        check "C and the file agree: $number $posterior" agrees "$name"
        mv "${name}_free" "$name"
        check "C without a C library agrees: $number $posterior" agrees "$name"
    done
done

for number in fp32 fp16 int8; do
    for posterior in mean samples=3 variance; do
        name=p_${number}_${posterior%=*}
        check "export pooling, $number $posterior" "$tenth" export lenet_vi_seed1.h5 --fraction .8 --quantize "$number" \
            --posterior "$posterior" --name "$name" --out . --quiet
        check "C99 of pooling, $number $posterior, strict and freestanding" compiles "$name"
        check "the arena of pooling, $number $posterior, is as stated" has_arena "$name"
        check "C and the file agree on pooling: $number $posterior" agrees "$name"
    done
done
check "a point estimate with pooling can be exported" "$tenth" export lenet_mle_seed1.h5 --out . --quiet

# The comparison itself must notice a wrong bias.
sed '/ biases_0/,/}/s/[-0-9.e]*F,/1.5F,/' m_fp32_mean.c >wrong.c
cp m_fp32_mean.h wrong.h
cp m_fp32_mean.tenth wrong.tenth
check "a wrong bias is noticed" bash -c '! cmp -s wrong.c m_fp32_mean.c'
cc -std=c99 -O1 -DMODEL=m_fp32_mean '-DHEADER="wrong.h"' -o wrong main.c wrong.c -lm
sees_wrong() {
    ! agrees wrong >/dev/null
}
check "and refused" sees_wrong

"$tenth" export images_vi_seed1.h5 --fraction .8 --quantize int8 --name again --out . --quiet
check "the same export has the same bytes" cmp again.tenth m_int8_mean.tenth
check "a point estimate can be exported" "$tenth" export images_mle_seed1.h5 --out . --quiet
check "its files have the run's name" test -s images_mle_seed1.tenth -a -s images_mle_seed1.c -a -s images_mle_seed1.h
check "series can be exported" "$tenth" export series_vi_seed1.h5 --posterior variance --fraction .7 --name series --out . --quiet
check "their C99 compiles" cc "${strict[@]}" -c -o series.o series.c

# measured: one row with the expected columns.
"$tenth" export images_vi_seed1.h5 --fraction .8 --quantize fp32 --name measured --out . --quiet --measure >row.csv
cell() {
    awk -F, -v column="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i } NR == 2 { print $at }' row.csv
}
check "the measured file's size" test "$(cell bytes)" -eq "$(stat -c %s measured.tenth)"
check "fp32 predicts as the dense network does" awk "BEGIN { exit !($(cell largest_difference) <= 1e-5) }"
check "and is as accurate" test "$(cell accuracy)" = "$(cell accuracy_dense)"
# Its first 4,000 items.
check "the validation split has its own accuracy" awk -v share="$(cell accuracy_validation)" \
    'BEGIN { right = 4000 * share; exit !(right > 400 && right <= 4000 && (right - int(right + .5)) ^ 2 < 1e-6) }'

# ---- whole filters ----
"$tenth" export images_vi_seed1.h5 --fraction .5 --quantize fp32 --name filters --out . --set prune.granularity=unit --measure \
    >row.csv 2>said
check "whole filters go" test "$(cell granularity)" = unit
check "and predictions are those of the network without them" awk "BEGIN { exit !($(cell largest_difference) <= 1e-5) }"
has_no_holes() { # what the export said: "layer 2: 14x14x8 -> 6 filters, 1728 of 1728 weights; ..."
    awk '/^layer / { layers++; fewer = fewer || $5 < 8; holes = holes || $7 != $9 }
        END { exit layers != 4 || !fewer || holes }' said
}
check "what is left has no holes" has_no_holes

# ---- predict ----

check "CSV has a header" bash -c "'$tenth' predict m_int8_mean.tenth forty.idx --format csv | head -n 1 |
    grep -qx 'input,item,class,probability,entropy,mutual_information,refer,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,reason,data_source,class_name'"
check "JSON Lines" bash -c "'$tenth' predict m_int8_mean.tenth forty.idx --format jsonl | tail -n 1 | grep -q '^{\"input\": \"forty.idx\", \"item\": 39, \"class\": [0-9], .*], \"reason\": \"[a-z]*\", \"data_source\": \"official files\"}\$'"
check "text" says "forty.idx:39: class" "$tenth" predict m_int8_mean.tenth forty.idx
check "a threshold of 0 refers everything" bash -c "test \$('$tenth' predict m_int8_mean.tenth forty.idx --threshold 0 | grep -c 'refer to a human') -eq 40"
check "a large one nothing" bash -c "! '$tenth' predict m_int8_mean.tenth forty.idx --threshold 9 | grep -q 'refer to a human'"

# numbers FILE|-: the columns of the first item, without its name.
numbers() {
    "$tenth" predict m_int8_mean.tenth "$1" --format csv | sed -n '2s/^"[^"]*",//p'
}
{ printf 'P5\n28 28\n255\n'; head -c 784 forty.raw; } >first.pgm
check "PGM is as IDX" test "$(numbers first.pgm)" = "$(numbers forty.idx)"
check "standard input is as a file" test "$(numbers - <first.pgm)" = "$(numbers forty.idx)"
check "a packed file is as a plain one" test "$(gzip -c forty.idx | numbers -)" = "$(numbers forty.idx)"
base64 -d >pattern.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAAAAABXZoBIAAABcElEQVR42mNgYGbj5OEXEpWQllNUUdfSNTA2s7Sxd3L18PYLZGDn4hUQFpOUkV
dS1dDWMzQxt7J1cHbz9PEPCo1g4BMUEZeSVVBW09TRNzK1sLZzdHH38g0IDouMiWfAal5IeFRsQnIaA1bzouMSU9KzchmwmpeUmpGdV1jCgNW8
zJz8otKKagas5hUUl1XW1DcxYDWvvKq2obmtkwGreXWNLe1dvRMYsJrX2tHdN3HKdAas5vX0T5o6Y/Y8BqzmTZ42c878RUsZsJo3a+6CxctWrm
HAat7CJctXrd2wmQGreStWr9u4ZfsuBqzmrd+0dcfufQcZsJq3beee/YeOnmDAat7eA4ePnTxzngGreUeOnzp74fI1BqzmnT538cr1W3cZsJp3
6eqN2/cePmHAat7NO/cfPX3xmgGreQ8eP3v55v0nBqzmPX/19sPnbz8ZsJr37uOX77/+MjBgNe/rj9//GFnYGbCa9+c/EysHNx8AXCaUgEFp40
IAAAAASUVORK5CYII=
END
awk 'BEGIN { print "P2 28 28 255"; for (r = 0; r < 28; r++) for (c = 0; c < 28; c++) print (7 * r + 3 * c) % 256 }' >pattern.pgm
check "PNG is as PGM" test "$(numbers pattern.png)" = "$(numbers pattern.pgm)"
awk 'BEGIN { for (s = 1; s <= 3; s++) { printf "%d", s; for (i = 0; i < 140; i++) printf " %g", sin(i / 9 + s); print "" } }' >three.txt
# A model of two moons by an older version, whose kernels had taps beyond their maps, and its predictions.
printf '%s\n' '1 0.5 0.5' '1 -1 0.2' '1 0.4 -0.9' '1 1.6 -0.1' >points.txt
older_predictions() {
    "$tenth" predict "$tests/golden/model_version_1.tenth" points.txt --format csv | tail -n +2 | cut -d , -f 8 >older.p0 &&
        printf '%s\n' 0.984342396 0.853078127 0.00563951768 0.0269397777 | paste older.p0 - |
        awk '{ bad += ($1 - $2)^2 > 1e-12 } END { exit !(NR == 4 && bad == 0) }'
}
check "a model file of version 1 predicts what it did" older_predictions
check "series are predicted" bash -c "test \$('$tenth' predict series.tenth three.txt | wc -l) -eq 3"

# ---- the data's source, to the last step ----

"$tenth" export series_vi_seed1.h5 --fraction .7 --name standin --out . --quiet 2>export.err
for file in standin.h standin.c standin.tenth export.err; do
    check "a model of a stand-in says so: $file" grep -q 'SYNTHETIC (beats' "$file"
done
for format in text csv jsonl; do
    "$tenth" predict standin.tenth three.txt --format "$format" --quiet >"said.$format" 2>/dev/null
    check "each of its predictions says so: $format" test "$(grep -c 'SYNTHETIC (beats' "said.$format")" -eq 3
done
check "no prediction by a model of official files does" \
    bash -c "! '$tenth' predict m_int8_mean.tenth forty.idx | grep -q 'training data: '"
mkdir -p own/ecg5000
awk 'BEGIN { for (s = 0; s < 40; s++) { printf "%d", s % 5 + 1; for (i = 0; i < 140; i++) printf " %.4f", 1.41421 * sin(i * (s % 5 + 1) * 3.14159265 / 70); print "" } }' |
    tee own/ecg5000/ECG5000_TRAIN.txt >own/ecg5000/ECG5000_TEST.txt
sed '/synthetic/d' series.ini >own.ini
"$tenth" train own.ini --set posterior.method=mle --set run.name=own --data-dir own --out . --quiet
"$tenth" export own_seed1.h5 --data-dir own --name own --out . 2>export.err
check "a model of own files says so when it is made" grep -q 'not the official files: sha256' export.err
check "in its header" grep -q 'not the official files: sha256' own.h
check "and when it predicts" says '[training data: not the official files: sha256' "$tenth" predict own.tenth three.txt

# ---- inputs unlike the training data ----

# refers REASON INPUT [MODEL]: each item, with the reason, in every format.
refers() {
    local lines
    lines=$("$tenth" predict "${3:-own.tenth}" "$2" --format csv | tail -n +2) || return 1
    [ "$(grep -c "\"unlike the training data: $1" <<<"$lines")" -eq "$(wc -l <<<"$lines")" ] || {
        echo "$lines"
        return 1
    }
    lines=$("$tenth" predict "${3:-own.tenth}" "$2") && grep -q "refer to a human (unlike the training data: $1" <<<"$lines" &&
        lines=$("$tenth" predict "${3:-own.tenth}" "$2" --format jsonl) &&
        grep -q "\"refer\": true, .*\"reason\": \"unlike the training data: $1" <<<"$lines"
}
check "what it was trained on is like itself" bash -c "! '$tenth' predict own.tenth own/ecg5000/ECG5000_TRAIN.txt | grep -q unlike"
scaled() {
    awk -v offset="$1" -v scale="$2" '{ for (i = 2; i <= NF; i++) $i = offset + scale * $i; print }' own/ecg5000/ECG5000_TEST.txt >scaled.txt
}
scaled 2048 200
check "a converter's integers" refers "mean 2048 where " scaled.txt
scaled 0 .001
check "volts for millivolts" refers "deviation 0.001" scaled.txt
scaled 0 0
check "a line that is dead" refers "deviation 0 " scaled.txt
check "whatever the threshold" bash -c "test \$('$tenth' predict own.tenth scaled.txt --threshold 99 | grep -c 'refer to a human') -eq 40"
head -c 8 forty.idx >inverted.idx
{
    printf '\0\0\0\34\0\0\0\34'
    od -An -v -tu1 -w1 forty.raw | awk '{ printf "\\%03o", 255 - $1 }' | xargs -0 printf '%b'
} >>inverted.idx
check "digits in black on white" refers "mean " inverted.idx m_int8_mean.tenth
od -An -v -tu1 -w784 forty.raw | awk '{ printf "1"; for (i = 1; i <= NF; i++) printf " %.5f", $i / 255; print "" }' >ones.txt
check "bytes as numbers from 0 to 1" refers "[a-z ]* " ones.txt m_int8_mean.tenth
check "no real digit" bash -c "! '$tenth' predict m_int8_mean.tenth forty.idx | grep -q unlike"
check "the help says which values are wanted" says "white on black" "$tenth" predict --help
check "so does the header" grep -q "white on black" m_int8_mean.h

# refuses STATUS TEXT ARGUMENT...
refuses() {
    local wanted=$1 text=$2 status=0 output
    shift 2
    output=$("$tenth" "$@" 2>&1 >/dev/null) || status=$?
    if [ "$status" -ne "$wanted" ] || [[ $output != *"$text"* ]]; then
        echo "exit code $status: $output"
        return 1
    fi
}
check "a fraction that leaves nothing" refuses 2 "give less than 1" export images_vi_seed1.h5 --fraction 1 --out .
check "a fraction above 1" refuses 2 "0 to 1" export images_vi_seed1.h5 --fraction 1.5 --out .
check "an unknown number" refuses 2 "int8, fp16 or fp32" export images_vi_seed1.h5 --quantize int4 --out .
check "no samples" refuses 2 "samples=K" export images_vi_seed1.h5 --posterior samples=0 --out .
for name in 3-x int class _x main errno stdint String a__b "a b" "$(printf 'x%.0s' {1..41})" "$(printf 'x%.0s' {1..300})"; do
    check "a name that C has not, or has: ${name:0:10}" refuses 2 "--name" export images_vi_seed1.h5 --name "$name" --out refused
done
check "of which nothing was written" test ! -e refused
check "variances of a point estimate" refuses 2 "standard deviations" export images_mle_seed1.h5 --posterior variance --out .
check "an unknown criterion" refuses 2 "snr" export images_vi_seed1.h5 --criterion snrr --out .
check "a config is no run" refuses 2 "RUN.h5" export images.ini --out .
check "a run that is not there" refuses 3 "nowhere.h5" export nowhere.h5 --out .
check "a model that is not there" refuses 3 "nowhere.tenth" predict nowhere.tenth forty.idx
check "what is no model" refuses 3 "is no model" predict forty.idx forty.idx
{ head -c 4 m_int8_mean.tenth; printf '\4'; tail -c +6 m_int8_mean.tenth; } >newer.tenth
check "a model of a newer version" refuses 3 "newer version" predict newer.tenth forty.idx
head -c 900 m_int8_mean.tenth >cut.tenth
check "a model that is cut off" refuses 3 "cut off" predict cut.tenth forty.idx
check "an image of another size" refuses 3 "28 x 28" predict m_int8_mean.tenth <(printf 'P2 1 1 255 0')
check "nothing at all" refuses 3 "empty" predict m_int8_mean.tenth /dev/null
check "no input" refuses 2 "INPUT" predict m_int8_mean.tenth
check "a format of tables" refuses 2 "jsonl" predict m_int8_mean.tenth forty.idx --format tsv
check "a threshold that is none" refuses 2 "nats" predict m_int8_mean.tenth forty.idx --threshold -1
check "the table is in no run file" says "tenth export --measure" "$tenth" table images_vi_seed1.h5 export

# ---- on a microcontroller ----

head -c $((3 * 784)) forty.raw >three.raw
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
    check "Cortex-M4 and M7 agree: one network" "$tests/arm/run.sh" m_int8_mean three.raw bytes
    check "Cortex-M4 and M7 agree: variances" "$tests/arm/run.sh" m_fp16_variance three.raw bytes
else
    skip "Cortex-M4 and M7" "needs gcc-arm-none-eabi, libnewlib-arm-none-eabi and qemu-system-arm (./deps.sh install embedded)"
fi

finish
