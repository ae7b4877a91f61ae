#!/usr/bin/env bash
# tests/test_device.sh: exported C on other compilers and other machines: C++, the options that break floats, an int of 16
# bits (AVR in simavr), RISC-V and a big-endian PowerPC (QEMU). Everywhere the predictions are those of the model file, a
# NaN input is referred, the self-test agrees, and only expf and memcpy of the C library are called. A machine whose tools
# are missing is skipped (./deps.sh install embedded). $TENTH is the program; the Makefile sets it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
export OMP_NUM_THREADS=1
warnings=(-Wall -Wextra -Werror -pedantic)

# ---- models, and items for them ----

printf '%s\n' '[data]' 'dataset = mnist' 'train_items = 600' 'test_items = 100' '[model]' 'filters = 6' '[train]' 'epochs = 2' \
    'batch = 50' >images.ini
printf '%s\n' '[data]' 'dataset = moons' '[model]' 'filters = 8' '[train]' 'epochs = 30' 'batch = 50' >points.ini
for name in images points; do
    "$tenth" train "$name.ini" --set posterior.method=vi --set "run.name=$name" --out . --quiet || exit 1
done

# export_as NAME RUN OPTION...
export_as() {
    "$tenth" export "$2_seed1.h5" --name "$1" --out . --quiet "${@:3}" || exit 1
}
export_as digits images --fraction .7
export_as digits_variance images --fraction .7 --posterior variance --quantize fp16
export_as points points --fraction .4
export_as points_samples points --fraction .4 --posterior samples=3 --quantize fp32
export_as points_variance points --fraction .4 --posterior variance

# Seven points that are numbers, the last two far away (by mean, by deviation), and three that are NaN or too large: their
# bits.
printf '1 %s\n' '0.5 -0.25' '1.5 0.5' '-1 0.25' '0.25 0.25' '-0.5 1' '2048 2048' '8 -8' >points.txt
cat >points_items.h <<'C'
struct item {
    uint32_t value[2];
};
static const struct item items[] = {
    {{0x3F000000, 0xBE800000}}, {{0x3FC00000, 0x3F000000}}, {{0xBF800000, 0x3E800000}}, {{0x3E800000, 0x3E800000}},
    {{0xBF000000, 0x3F800000}}, {{0x45000000, 0x45000000}}, {{0x41000000, 0xC1000000}}, {{0x7FC00000, 0x3F000000}},
    {{0x3F000000, 0xFF800000}}, {{0x7F000000, 0x3F000000}},
};
C
# Three digits, and the third one in black on white.
gzip -dc "$project/data/mnist/t10k-images-idx3-ubyte.gz" 2>/dev/null | head -c $((16 + 3 * 784)) | tail -c +17 |
    od -An -v -tu1 -w784 | awk '{ print } END { for (i = 1; i <= NF; i++) $i = 255 - $i; print }' >digits.rows
sed 's/^/1 /' digits.rows >digits.txt
{
    echo 'struct item {'
    echo '    unsigned char value[784];'
    echo '};'
    echo 'static const struct item items[] = {'
    sed 's/^ *//; s/  */,/g; s/.*/{{&}},/' digits.rows
    echo '};'
} >digits_items.h

# want NAME: the model file's answer, in NAME.wanted: label, referral, reason as the header counts it, entropy, mutual
# information, probabilities.
want() {
    local items=${1%%_*}
    "$tenth" predict "$1.tenth" "$items.txt" --format csv | awk -F '"?,"?' '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            reason = $at["reason"]
            code = reason == "" ? 0 : reason == "entropy" ? 1 : reason ~ /: mean of/ ? 5 : reason ~ /: mean/ ? 3 : \
                reason ~ /: deviation/ ? 4 : reason ~ /: least/ ? 6 : 7
            printf "%d %d %d %s %s", $at["class"], $at["refer"], code, $at["entropy"], $at["mutual_information"]
            for (i = at["p0"]; i < at["reason"]; i++) printf " %s", $i
            print ""
        }' >"$1.wanted"
}
for name in digits digits_variance points points_samples points_variance; do
    want "$name"
done

# use NAME: puts its items in items.h, its flags in `flags`.
use() {
    local items=${1%%_*}
    cp "${items}_items.h" items.h
    flags=("-DMODEL=$1" "-DHEADER=\"$1.h\"" -I.)
    if [ "$items" = digits ]; then
        flags+=(-DBYTES)
    fi
}

# agrees NAME FILE: main.c's output in FILE equals the model file's answer for NAME's items, to 1e-5; items without
# prediction are referred; the self-test returns 0.
agrees() {
    awk '
        function bits(hex,    i, n) {
            for (i = 1; i <= 8; i++)
                n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
            return n
        }
        function number(n,    exponent, sign) {
            sign = n >= 2 ^ 31 ? -1 : 1
            n -= sign < 0 ? 2 ^ 31 : 0
            exponent = int(n / 2 ^ 23)
            n -= exponent * 2 ^ 23
            return sign * (exponent ? (1 + n / 2 ^ 23) * 2 ^ (exponent - 127) : n * 2 ^ -149)
        }
        NR == FNR { wanted[NR] = $0; items = NR; next }
        NF == 1 { tested = bits($1) == 0; next }
        ++found <= items {
            n = split(wanted[found], w, " ")
            for (i = 1; i <= n; i++) {
                value = i <= 3 ? bits($i) : number(bits($i))
                if (i <= 3 ? value != w[i] : value - w[i] > 1e-5 || w[i] - value > 1e-5) {
                    print "item " found ", number " i ": " value " is not " w[i]
                    bad = 1
                }
            }
            next
        }
        bits($2) != 1 || bits($3) == 0 { print "item " found " is not referred: " $0; bad = 1 }
        END {
            if (!tested) print "the self-test does not agree"
            if (found < items || items == 0) print found " of " items " items"
            exit bad || !tested || found < items || items == 0
        }' "$1.wanted" "$2"
}

# runs NAME PREFIX COMPILER...: built by COMPILER, run with PREFIX (words; may be empty), it agrees.
runs() {
    local name=$1
    local -a prefix
    read -r -a prefix <<<"$2"
    use "$name"
    "${@:3}" "${flags[@]}" -o program "$tests/device/main.c" "$name.c" -lm && "${prefix[@]}" ./program >found && agrees "$name" found
}

# calls COMPILER...: the models' objects need only expf, memcpy, and the compiler's own functions.
calls() {
    local name others
    for name in digits points_variance; do
        "$@" -ffreestanding -c -o free.o "$name.c" || return 1
        others=$(nm -u free.o | awk '{ print $2 }' | grep -vxE 'expf?|memcpy|_.*|\.TOC\.')
        if [ -n "$others" ]; then
            echo "$name: $* calls $others"
            return 1
        fi
    done
}

# ---- this machine ----

compilers=(gcc)
if command -v clang >/dev/null; then
    compilers+=(clang)
else
    skip "clang" "is not there"
fi
for compiler in "${compilers[@]}"; do
    for options in -O0 -Os -O3 "-O3 -ffast-math -mavx2 -mfma" -Ofast "-O2 -ffinite-math-only"; do
        if [[ $options == *mavx2* ]] && ! grep -qw avx2 /proc/cpuinfo; then
            continue
        fi
        read -r -a words <<<"$options"
        check "$compiler $options" runs points_variance "" "$compiler" -std=c99 "${warnings[@]}" "${words[@]}"
    done
    for options in -Os -O3; do
        check "$compiler $options: no function but expf and memcpy" calls "$compiler" -std=c99 "$options"
    done
    check "$compiler -Ofast: bytes" runs digits "" "$compiler" -std=c99 "${warnings[@]}" -Ofast
done
check "gcc -ffast-math: samples" runs points_samples "" gcc -std=c99 -O2 -ffast-math
check "gcc -Ofast: bytes and variances" runs digits_variance "" gcc -std=c99 -Ofast

# header_alone COMPILER STANDARD LANGUAGE: the header is self-contained.
header_alone() {
    echo '#include "points.h"' >alone.x
    "$1" "-std=$2" "${warnings[@]}" -x "$3" -fsyntax-only -I. alone.x
}
for standard in c99 c11; do
    check "the header alone: $standard" header_alone gcc "$standard" c
done
if command -v g++ >/dev/null; then
    for standard in c++98 c++11 c++17; do
        check "the header alone: $standard" header_alone g++ "$standard" c++
    done
    for standard in c++98 c++17; do
        check "the source as $standard" runs points_variance "" g++ -x c++ "-std=$standard" -O1 "${warnings[@]}"
    done
    mixed() {
        use digits
        gcc -std=c99 -c -o model.o digits.c && g++ "${flags[@]}" -x c++ -c -o main.o "$tests/device/main.c" &&
            g++ -o program main.o model.o -lm && ./program >found && agrees digits found
    }
    check "C that is called from C++" mixed
else
    skip "C++" "needs g++"
fi

# ---- without the self-test; a self-test that fails ----

check "the self-test can be left out" bash -c "gcc -std=c99 -Dpoints_NO_SELF_TEST -c -o without.o points.c &&
    ! nm without.o | grep -qE 'self_test|test_input|test_wanted'"
tampered() {
    sed '/ biases_0/,/}/s/[-0-9.e]*F,/1.5F,/' points.c >tampered.c
    cat >test.c <<'C'
#include <stdio.h>
#include "points.h"
int main(void)
{
    printf("%d\n", points_self_test());
    return 0;
}
C
    gcc -std=c99 -Ofast -o tampered test.c tampered.c -lm && [ "$(./tampered)" -ge 1 ] && [ "$(./tampered)" -le 3 ]
}
check "the self-test sees a wrong bias" tampered
wrong_machine() {
    ! gcc -std=c99 -c -o odd.o -x c - 2>odd.log <<'C' && grep -q 'IEEE' odd.log
#include <float.h>
#undef FLT_MANT_DIG
#define FLT_MANT_DIG 16
#include "points.c"
C
}
check "floats of another kind are refused" wrong_machine

# ---- other machines ----

if command -v avr-gcc >/dev/null && command -v simavr >/dev/null; then
    # on_avr NAME PROCESSOR OPTION...: constants lie in RAM there: 2 KiB on a 328P, 16 on a 1284P.
    on_avr() {
        use "$1"
        avr-gcc "-mmcu=$2" -std=gnu99 -Os -Wall -Wextra -Werror "${@:3}" "${flags[@]}" -o program.elf "$tests/device/main.c" \
            "$1.c" -lm || return 1
        timeout 60 simavr -m "$2" -f 16000000 program.elf 2>&1 | LC_ALL=C sed 's/\x1b\[[0-9;]*m//g' |
            grep -aoE '^([0-9a-f]{8} )+' >found
        agrees "$1" found
    }
    fits_avr() {
        avr-size program.elf | awk 'NR == 2 { print; exit !($1 + $2 < 32768 && $2 + $3 < 2048 - 256) }'
    }
    check "AVR, an int of 16 bits: one network" on_avr points atmega328p
    check "which fits, with a stack of 256 bytes" fits_avr
    check "AVR: exp for expf" on_avr points atmega1284p -Dexpf=exp
    check "AVR: samples" on_avr points_samples atmega1284p
    check "AVR: variances" on_avr points_variance atmega1284p
    check "AVR: no function but expf and memcpy" calls avr-gcc -mmcu=atmega328p -std=c99 -O2
else
    skip "AVR" "needs gcc-avr, avr-libc and simavr (./deps.sh install embedded)"
fi

if command -v arm-none-eabi-gcc >/dev/null; then
    for options in -Os -O2 -O3; do
        check "Cortex-M0 $options: no function but expf and memcpy" calls arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -std=c99 "$options"
        check "Cortex-M4 $options: no function but expf and memcpy" calls arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -std=c99 "$options"
    done
else
    skip "a bare Cortex-M" "needs gcc-arm-none-eabi (./deps.sh install embedded)"
fi

# elsewhere TITLE COMPILER QEMU: a machine of another kind, its programs linked statically.
elsewhere() {
    local title=$1 compiler=$2 qemu=$3 options words
    if ! command -v "$compiler" >/dev/null || ! command -v "$qemu" >/dev/null; then
        skip "$title" "needs $compiler, its C library and $qemu (./deps.sh install embedded)"
        return
    fi
    for options in -O2 "-O3 -ffast-math"; do
        read -r -a words <<<"$options"
        check "$title $options: bytes" runs digits "$qemu" "$compiler" -static -std=c99 "${words[@]}"
        check "$title $options: floats" runs points_variance "$qemu" "$compiler" -static -std=c99 "${words[@]}"
    done
    check "$title -Os: no function but expf and memcpy" calls "$compiler" -std=c99 -Os
}
elsewhere RISC-V riscv64-linux-gnu-gcc qemu-riscv64
elsewhere "PowerPC, big-endian," powerpc-linux-gnu-gcc qemu-ppc

finish
