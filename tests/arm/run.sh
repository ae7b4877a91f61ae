#!/usr/bin/env bash
# tests/arm/run.sh NAME ITEMS bytes|floats: the exported model NAME.c and NAME.h of the current directory on Cortex-M4 and
# Cortex-M7 (QEMU's MPS2 boards, cut down to 256 KiB of flash and 64 KiB of RAM), compared with the same source on this
# machine. ITEMS is a file of raw items, one after the other.
#
# Prints one row of CSV for each processor: flash is code and tables, ram is all writable memory, stack included; the
# largest difference is over probabilities, entropy and mutual information of all items.
#
# Exit codes: 0 equal to 1e-5; 1 not; 2 usage; 3 arm-none-eabi-gcc or qemu-system-arm is missing.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../../environment.sh"
here=$project/tests/arm

if [ $# -ne 3 ]; then
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
name=$1 items=$2 kind=$3
for program in arm-none-eabi-gcc qemu-system-arm; do
    if ! command -v "$program" >/dev/null; then
        echo "tests/arm/run.sh: no $program; \`./deps.sh install embedded\` installs it" >&2
        exit 3
    fi
done

work=$(temporary -d)
trap 'rm -rf "$work"' EXIT
cp "$items" "$work/items"
flags=(-std=c99 -O2 -Wall -Wextra -Werror -I. "-DMODEL=$name" "-DHEADER=\"$name.h\"")
if [ "$kind" = bytes ]; then
    flags+=(-DBYTES)
fi

${CC:-cc} "${flags[@]}" -o "$work/host" "$here/host.c" "$name.c" -lm
(cd "$work" && ./host) >"$work/expected"

# size_of FILE SECTION...: bytes of those sections.
size_of() {
    local file=$1
    shift
    arm-none-eabi-size -A "$file" | awk -v wanted=" $* " 'index(wanted, " " $1 " ") { sum += $2 } END { print sum + 0 }'
}

# compare FOUND: labels and referrals equal, and the largest difference of the floats.
compare() {
    paste -d' ' "$work/expected" "$1" | awk '
        function number(hex,    i, bits, exponent, mantissa) {
            bits = 0
            for (i = 1; i <= 8; i++)
                bits = bits * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
            if (bits >= 2 ^ 31)
                return -number(sprintf("%x", index("0123456789abcdef", substr(hex, 1, 1)) - 9) substr(hex, 2))
            exponent = int(bits / 2 ^ 23)
            mantissa = bits - exponent * 2 ^ 23
            return exponent ? (1 + mantissa / 2 ^ 23) * 2 ^ (exponent - 127) : mantissa * 2 ^ -149
        }
        {
            half = NF / 2
            for (i = 1; i <= half; i++) {
                if (i <= 2) {
                    wrong += $i != $(i + half)
                } else if ($i != $(i + half)) {
                    difference = number($i) - number($(i + half))
                    difference = difference < 0 ? -difference : difference
                    most = difference > most ? difference : most
                }
            }
        }
        END { printf "%d,%g,%d\n", NR, most, wrong }'
}

echo "model,processor,flash,ram,stack,instructions,items,largest_difference,wrong_labels"
status=0
while read -r processor board fpu; do
    # nosys.specs provides what newlib leaves undefined (nothing that is called).
    arm-none-eabi-gcc "${flags[@]}" -mcpu="$processor" -mthumb -mfloat-abi=hard -mfpu="$fpu" -ffunction-sections -fdata-sections \
        -nostartfiles -Wl,--gc-sections,--no-warn-rwx-segments -T "$here/board.ld" -o "$work/board.elf" "$here/board.c" "$name.c" -lm -lc -lnosys
    (cd "$work" && timeout 300 qemu-system-arm -machine "$board" -icount shift=0 -display none -monitor none -serial none \
        -semihosting-config enable=on,target=native -kernel board.elf) >"$work/printed" 2>&1
    grep -v '^instructions' "$work/printed" >"$work/found" || true
    read -r instructions stack < <(awk '$1 == "instructions" { print $2, $4 }' "$work/printed")
    IFS=, read -r count most wrong < <(compare "$work/found")
    stack=$((16#$stack))
    echo "$name,$processor,$(size_of "$work/board.elf" .text .ARM.exidx .data),$(($(size_of "$work/board.elf" .data .bss) + stack)),$stack,$((16#$instructions)),$count,$most,$wrong"
    if [ "$(wc -l <"$work/found")" -ne "$(wc -l <"$work/expected")" ] || [ "$count" -eq 0 ] || [ "$wrong" -ne 0 ] ||
        ! awk -v most="$most" 'BEGIN { exit !(most <= 1e-5) }'; then
        status=1
    fi
done <<'ROWS'
cortex-m4 mps2-an386 fpv4-sp-d16
cortex-m7 mps2-an500 fpv5-sp-d16
ROWS
exit "$status"
