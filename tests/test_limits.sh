#!/usr/bin/env bash
# tests/test_limits.sh: small files that demand much, and commands that would take forever: refused in time, within a
# memory limit. Each reader's counting has its own tests (test_embed.c, test_input.c, test_source.c).
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname -- "$0")/script.sh"

# limited STATUS TEXT COMMAND...: like refuses, with 600 MB of memory.
limited() {
    (ulimit -v 600000 && OMP_NUM_THREADS=1 refuses "$@")
}

# unpack NAME: from standard input.
unpack() {
    base64 -d | gzip -dc >"$1"
}

# ---- models: layers of 4096 x 4096 with a kernel of 4096 and one weight each, two and ten of them ----

unpack two.tenth <<'END'
H4sIAAAAAAACAwvxC/FgYmBgZmQAkgIMAowMYAwGDfYQzMDAmMKYy5gMpBlAciDMAqIhCsW3X7TAKcGETQImuf4t5wkAHN9EIYEA
AAA=
END

unpack ten.tenth <<'END'
H4sIAAAAAAACAwvxC/FgYmDgZmQAkgIMAowMYAwGDfYQzMDAmMKYy5gMpBlAciDMAqIhCsW3X7QY9hJM2CRgkicE3moBABzfRCFJ
AQAA
END

# One whose kernel of 256 x 256 is whole: 4.7e12 multiply-adds.
unpack whole.tenth <<'END'
H4sIAAAAAAACA+3KoRHCQBCG0X8zUag4WsExOBQqCkssPaBpiDroiLtEhCLeN/Nub+52vs3XIRkq7ZwyVVLN2uu8aU9LPevRZnbj
vihJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJkiRJ
kiRJkiRJkiRJkiRJkiRJkiRJkiRJUo6f7wkAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA4N+QSlZjn/2y1T8vh/f9BxzfRCFj
AAUA
END
printf '1,2\n' >line.csv
for model in two ten; do
    check "a model of $model wide layers" limited 3 "of memory" "$tenth" predict "$model.tenth" line.csv
done
check "a model of one wide kernel" limited 3 "multiply-adds" "$tenth" predict whole.tenth line.csv
check "nothing is printed of it" test -z "$("$tenth" predict whole.tenth line.csv --format csv 2>/dev/null)"

# ---- data: headers claim more than there is ----

mkdir mnist cifar-10-batches-bin
for part in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
    printf '\0\0\10\3\0\17\102\100\0\0\0\34\0\0\0\34' >"mnist/$part-ubyte"
done
printf '[data]\ndataset = mnist\n' >mnist.ini
check "IDX of a million images in 16 bytes" limited 3 "16 of 784000016 bytes" "$tenth" train mnist.ini --data-dir . --out out
head -c 30000000 /dev/zero | gzip -9c >mnist/train-images-idx3-ubyte
check "IDX of zeros, packed to a thousandth" limited 3 "0x00000000" "$tenth" train mnist.ini --data-dir . --out out
{ printf '\0\0\10\3\0\17\102\100\0\0\0\34\0\0\0\34'; head -c 30000000 /dev/zero; } | gzip -9c >mnist/train-images-idx3-ubyte
check "and with a header" limited 3 "is it a whole copy" "$tenth" train mnist.ini --data-dir . --out out
for part in data_batch_{1..5} test_batch; do
    : >"cifar-10-batches-bin/$part.bin"
done
printf '[data]\ndataset = cifar10\n' >cifar.ini
check "CIFAR-10 of empty files" limited 3 "data_batch_1.bin: ends after 0 of" "$tenth" train cifar.ini --data-dir . --out out
check "nothing was written" test ! -e out/mnist_vi_seed1.h5 -a ! -e out/cifar10_vi_seed1.h5

# ---- sweeps ----

{
    printf '[run]\nseeds = 1000\n[data]\ndataset = moons\n[sweep]\n'
    for key in model.filters train.epochs; do
        printf '%s = 1' "$key"
        printf ' | %s' {2..20}
        echo
    done
} >sweep.ini
check "a sweep of 400,000 runs" refuses 2 "400000 runs, and a command has 100000 at most" "$tenth" run sweep.ini --out swept
check "nor is it begun" test ! -e swept

finish
