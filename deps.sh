#!/usr/bin/env bash
# deps.sh check|install GROUP...: the system packages that tenth needs. The one list of Debian packages.
#
#   check      names what is missing, and the command that installs it; installs nothing
#   install    installs what is missing with apt-get (through sudo if not root)
#   packages   prints the packages of the groups
#
# Groups: build (compiler and libraries), draw (figures), fetch (downloading data), test (test programs), browser (the
# report's test), tools (static checks), embedded (exported models on a microcontroller: cross compiler, emulator), bench
# (PyTorch, for the comparison in `make bench`; nothing else needs it), fuzz (clang with libFuzzer, for `make fuzz`), gemm
# (oneDNN, for `make GEMM=dnnl`, which compares its products with ours). Each is checked by what it provides (a program,
# a library that links), not by its package, so that systems other than Debian pass too. To add one: a row in `needs`.
#
# Exit codes: 0 all there; 1 the installation failed; 2 usage, or something is missing.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/environment.sh"
read -r -a compiler <<<"${CC:-cc}" # as in make: perhaps with options
pkg_config=${PKG_CONFIG:-pkg-config}

# group  package  probe (a function below, or a command)
needs() {
    cat <<'ROWS'
build gcc              links_openmp
build libc6-dev        links_openmp
build make             has make
build pkg-config       has_pkg_config
build libgsl-dev       library gsl
build libhdf5-dev      library hdf5-serial hdf5
build libinih-dev      library inih
build zlib1g-dev       library zlib
build libpng-dev       library libpng
draw  gnuplot-nox      draws
draw  fonts-dejavu-core  draws_letters
fetch ca-certificates  test -e /etc/ssl/certs/ca-certificates.crt
fetch curl             has_any curl wget
fetch unzip            has unzip
test  libcmocka-dev    library cmocka
browser python3          has python3
browser chromium         test -x /usr/bin/chromium
browser chromium-driver  has chromedriver
tools git              has git
tools clang-format     has clang-format
tools clang-tidy       has clang-tidy
tools cppcheck         has cppcheck
tools shellcheck       has shellcheck
tools valgrind         has valgrind
bench python3-torch    has_torch
embedded gcc-arm-none-eabi         has arm-none-eabi-gcc
embedded libnewlib-arm-none-eabi   has_newlib
embedded qemu-system-arm           has qemu-system-arm
embedded gcc-avr                   has avr-gcc
embedded avr-libc                  has_avr_libc
embedded simavr                    has simavr
embedded qemu-user                 has qemu-ppc
embedded gcc-riscv64-linux-gnu     has riscv64-linux-gnu-gcc
embedded libc6-dev-riscv64-cross   links_statically riscv64-linux-gnu-gcc
embedded gcc-powerpc-linux-gnu     has powerpc-linux-gnu-gcc
embedded libc6-dev-powerpc-cross   links_statically powerpc-linux-gnu-gcc
embedded g++                       has g++
embedded valgrind                  has valgrind
fuzz  clang            links_fuzzer
fuzz  libclang-rt-dev  links_fuzzer
gemm  libdnnl-dev      has_onednn
ROWS
}

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
}

has() {
    command -v "$1" >/dev/null
}

has_any() {
    local program
    for program in "$@"; do
        if has "$program"; then
            return 0
        fi
    done
    return 1
}

has_pkg_config() {
    has "$pkg_config"
}

# library NAME...: one of them, found as in the Makefile.
library() {
    local name status=0
    if ! has_pkg_config; then
        echo "looked for with pkg-config, which is not there" >&2
        return 2
    fi
    for name in "$@"; do
        status=0
        "$pkg_config" --exists --print-errors "$name" || status=$?
        if [ "$status" -eq 0 ]; then
            return 0
        fi
    done
    return "$((status > 1 ? 2 : 1))"
}

# Only a trial shows a compiler without the C library's headers, or without OpenMP.
links_openmp() {
    if ! has "${compiler[0]}"; then
        echo "there is no ${compiler[0]}" >&2
        return 1
    fi
    printf '#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n' |
        "${compiler[@]}" -fopenmp -x c -o "$scratch/program" -
}

links_fuzzer() {
    printf 'int LLVMFuzzerTestOneInput(const char *bytes, unsigned long count) { return count > 9 && *bytes < 0; }\n' |
        clang -fsanitize=fuzzer,address,undefined -x c -o "$scratch/program" -
}

has_onednn() {
    printf '#include <oneapi/dnnl/dnnl.h>\n' | "${compiler[@]}" -E -x c - >/dev/null 2>&1
}

# The cross compiler has no C library.
has_newlib() {
    printf '#include <math.h>\n' | arm-none-eabi-gcc -E -x c - >/dev/null 2>&1
}

has_avr_libc() {
    printf '#include <avr/io.h>\n' | avr-gcc -mmcu=atmega328p -E -x c - >/dev/null 2>&1
}

# links_statically COMPILER: a program for a machine that QEMU emulates.
links_statically() {
    printf '#include <math.h>\nint main(void) { return 0; }\n' | "$1" -static -x c -o /dev/null - 2>/dev/null
}

# Every figure is drawn as SVG and, with dashes and transparent bands, as PNG; animations as GIF.
draws() {
    gnuplot --default-settings -e 'set terminal svg; set terminal pngcairo; set terminal pdfcairo; set terminal gif'
}

# gnuplot draws even without a font: pictures without text, or with the same box for each letter.
draws_letters() {
    if ! has gnuplot; then
        echo "looked for with gnuplot, which is not there" >&2
        return 2
    fi
    (cd "$scratch" && gnuplot --default-settings /dev/stdin 2>errors) <<'GNUPLOT' || { tail -n 1 "$scratch/errors" >&2; return 2; }
set terminal pngcairo size 200, 100 font "sans,20"
unset border; unset tics; unset key
set xrange [0:1]; set yrange [0:1]
set label 1 "a" at .5, .5 center
set output "a.png"; plot NaN
set label 1 "b" at .5, .5 center
set output "b.png"; plot NaN
set output
GNUPLOT
    if cmp -s "$scratch/a.png" "$scratch/b.png"; then
        echo "gnuplot draws no letters: it finds no font$(font_settings)" >&2
        return 1
    fi
}

# Variables with which a user may have hidden installed fonts.
font_settings() {
    local name
    for name in FONTCONFIG_FILE FONTCONFIG_PATH FONTCONFIG_SYSROOT; do
        if [ -n "${!name+set}" ]; then
            printf '; is %s=%s right?' "$name" "${!name}"
        fi
    done
}

# Found as in experiments/bench/run.sh: the first python3 may not be Debian's.
has_torch() {
    local python
    for python in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
        if "$python" -c 'import torch' 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

# look_for GROUP...: sets `missing`, `unknown` (what could not be checked: a probe's status 2), and `reasons` (the probes'
# output).
look_for() {
    local group package probe said status
    missing=() unknown=() reasons=()
    while read -r -u 3 group package probe; do
        if [[ " $* " != *" $group "* || " ${missing[*]} ${unknown[*]} " == *" $package "* ]]; then
            continue
        fi
        status=0
        # Splitting the probe into words is meant.
        # shellcheck disable=SC2086
        said=$($probe 2>&1 >/dev/null </dev/null) || status=$?
        case $status in
        0) continue ;;
        2) unknown+=("$package") ;;
        *) missing+=("$package") ;;
        esac
        said=$(tail -n 1 <<<"$said")
        if [ -n "$said" ]; then
            reasons+=("$package: $said")
        fi
    done 3< <(needs)
}

# Prints what look_for found.
report() {
    if [ ${#missing[@]} -gt 0 ]; then
        echo "deps.sh: missing (Debian's names): ${missing[*]}"
    fi
    if [ ${#unknown[@]} -gt 0 ]; then
        echo "deps.sh: could not be looked for: ${unknown[*]}"
    fi
    if [ ${#reasons[@]} -gt 0 ]; then
        printf '  %s\n' "${reasons[@]}"
    fi
}

all_packages() {
    local group package rest
    while read -r group package rest; do
        if [[ " $* " == *" $group "* ]]; then
            echo "$package"
        fi
    done < <(needs)
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        echo "deps.sh: not root, and there is no sudo; as root: $*" >&2
        return 1
    fi
}

install_packages() {
    if ! has apt-get; then
        echo "deps.sh: there is no apt-get here; install what corresponds to these Debian packages: $*" >&2
        return 1
    fi
    echo "deps.sh: installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

action=${1:-}
if [ "$action" = --help ]; then
    usage
    exit 0
fi
shift || true
for group in "$@"; do
    if ! grep -q "^$group " < <(needs); then
        echo "deps.sh: no group $group; there are: $(needs | cut -d ' ' -f 1 | uniq | paste -sd ' ')" >&2
        exit 2
    fi
done
if [ $# -eq 0 ] || [[ ! $action =~ ^(check|install|packages)$ ]]; then
    usage >&2
    exit 2
fi

if [ "$action" = packages ]; then
    all_packages "$@"
    exit 0
fi
scratch=$(temporary -d) # exit code 2: nothing was checked
trap 'rm -rf "$scratch"' EXIT
look_for "$@"
wanted=("${missing[@]}" "${unknown[@]}")
if [ ${#wanted[@]} -eq 0 ]; then
    exit 0
fi
if [ "$action" = check ]; then
    {
        report
        echo "install them with: $([ "$(id -u)" -eq 0 ] || echo 'sudo ')apt-get install ${wanted[*]}"
    } >&2
    exit 2
fi
if ! install_packages "${wanted[@]}"; then
    echo "deps.sh: apt-get could not install: ${wanted[*]}" >&2
    exit 1
fi
look_for "$@"
if [ $((${#missing[@]} + ${#unknown[@]})) -gt 0 ]; then
    {
        report
        echo "deps.sh: they are installed, and still not found; is another compiler or pkg-config first in PATH?"
    } >&2
    exit 1
fi
