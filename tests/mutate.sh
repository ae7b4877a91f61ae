#!/usr/bin/env bash
# tests/mutate.sh [--jobs N] [--list] [NAME...]: puts the mistakes of tests/mutations.txt (or those named) into a copy of
# the program, one at a time, and checks whether the tests see them.
#
# A mistake is killed when one of its tests fails, crashes or does not end. If those do not see it, every test program
# is tried, and then the scripts that run the program from end to end. Mistakes that nothing can see, since the program
# behaves the same with them, are built and counted separately.
#
#   --jobs N   how many mistakes at a time (default: one for each processor)
#   --list     prints the names, and what each is; tries nothing
#   MUTATE_QUICK=yes in the environment: only the mistakes' own tests, which are trusted to pass without a mistake
#
# Exit codes: 0 at least 97 % are killed; 1 fewer, or a mistake does not fit its file or does not compile; 2 usage.
set -uo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"
cd "$project" || exit
unset TENTH_DATA TEST_FILTER WERROR # a mistake may leave a variable unused
export OMP_WAIT_POLICY=passive

jobs=$(processors) names=() list=
while [ $# -gt 0 ]; do
    case $1 in
    --jobs)
        jobs=${2:-}
        shift
        ;;
    --list) list=yes ;;
    -*)
        sed -n '/^# tests/,/^set/s/^# \{0,1\}//p' "$0" >&2
        [ "$1" = --help ]
        exit $(($? * 2))
        ;;
    *) names+=("$1") ;;
    esac
    shift
done
[[ $jobs =~ ^[1-9][0-9]*$ ]] || { echo "mutate.sh: --jobs wants a number above 0" >&2; exit 2; }

# mutations MODE [NAME]: see tests/mutations.awk.
mutations() {
    awk -v mode="$1" -v only="${2:-}" -f tests/mutations.awk tests/mutations.txt
}

mutations check || exit 1
mapfile -t all < <(mutations names)
for name in "${names[@]}"; do
    [[ " ${all[*]} " == *" $name "* ]] || { echo "mutate.sh: there is no mutation $name" >&2; exit 2; }
done
[ ${#names[@]} -gt 0 ] || names=("${all[@]}")
if [ -n "$list" ]; then
    for name in "${names[@]}"; do
        printf '%-36s %s\n' "$name" "$(mutations show "$name" | sed -n 4p)"
    done
    exit 0
fi

make --no-print-directory -s -j "$jobs" MODE=release BUILD=build/release compiled || exit 1

# A copy in memory if there is room: the tests write many small files and wait for the disk.
[ ! -d /dev/shm ] || [ "$(df --output=avail /dev/shm | tail -n 1)" -lt 4000000 ] || export TMPDIR=${TMPDIR:-/dev/shm}
scratch=$(temporary -d) || exit
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP
export scratch project

# The sources and build products except the test programs, which are linked again for each mistake.
mkdir "$scratch/pristine" "$scratch/outcome"
cp -a Makefile environment.sh deps.sh run_all.sh lib experiments tests configs plots "$scratch/pristine"
ln -s "$project/data" "$scratch/pristine/data"
mkdir -p "$scratch/pristine/build/release/tests"
cp -a build/release/{lib,experiments,generated,flags,libtenth.a,tenth} "$scratch/pristine/build/release"
cp -a build/release/tests/*.[od] "$scratch/pristine/build/release/tests"
cd "$scratch/pristine" || exit # edits made meanwhile count for the next time

# The same with the test programs, for trials without a mistake: nothing is rebuilt there.
cp -a . "$scratch/whole"
find "$project/build/release/tests" -maxdepth 1 -type f -name 'test_*' -perm -u+x -exec cp -a -t "$scratch/whole/build/release/tests" {} +

# ask VARIABLE: the Makefile's value. The compiler's flags need not be probed again for each mistake.
ask() {
    make -s MODE=release --eval="ask: ; @echo '\$($1)'" ask
}
hardening=$(ask HARDENING) && linked=$(ask HARDENING_LD) || exit
export hardening linked

# build TREE TARGET...: with this make's settings, in the tree. Without a mistake everything is already built.
build() {
    local tree=$1
    shift
    [ ! -e "$tree/whole" ] || return 0
    # Without git a tree has no commit: the text of the copy's stays.
    make -C "$tree" --no-print-directory -s MODE=release BUILD=build/release HARDENING="$hardening" HARDENING_LD="$linked" \
        -o build/release/generated/build_info.h "${@/#/build/release/}"
}

# passes TREE TEST: TEST is test_NAME, test_NAME:FUNCTION or test_NAME.sh. Its output goes to TREE/out.
passes() {
    local tree=$1 test=${2%%:*} filter="" status=0
    [[ $2 != *:* ]] || filter=${2#*:}
    mkdir -p "$tree/tmp"
    if [[ $test == *.sh ]]; then
        build "$tree" tenth >"$tree/out" 2>&1 || return 2
        TMPDIR=$tree/tmp TENTH=$tree/build/release/tenth timeout --kill-after=5 300 "$tree/tests/$test" >"$tree/out" 2>&1 </dev/null || status=1
    else
        build "$tree" "tests/$test" >"$tree/out" 2>&1 || return 2
        (cd "$tree" && TMPDIR=$tree/tmp TEST_FILTER=$filter timeout --kill-after=5 300 "build/release/tests/$test") >"$tree/out" 2>&1 </dev/null || status=1
        # An unknown test name would let everything pass.
        [ -z "$filter" ] || grep -q '^\[ RUN  ' "$tree/out" || status=1
    fi
    return "$status"
}

# What every mistake is tried on after its own tests: the programs, the quick ones first, then scripts.
fallback() {
    local test
    for test in tests/test_*.c; do
        basename "$test" .c
    done | grep -v '^test_\(run\|nn\|illustrate\|kernels\)$'
    printf '%s\n' test_kernels test_nn test_run test_illustrate test_golden.sh test_cli.sh test_predict.sh test_export.sh
}

# witness TREE TEST...: puts the first failing test into `seen`. Fails if none does; 2: it does not compile.
witness() {
    local tree=$1 test status
    shift
    for test in "$@"; do
        status=0
        passes "$tree" "$test" || status=$?
        [ "$status" -ne 2 ] || return 2
        if [ "$status" -ne 0 ]; then
            seen=$test
            # Of a program, which of its tests.
            [[ $test == *:* ]] || seen+=$(sed -n 's/^\[  FAILED  \] \([a-z_0-9]*\)$/:\1/p; s/^not ok - \(.*\)/: \1/p' "$tree/out" | head -n 1)
            return 0
        fi
    done
    return 1
}

# tell NAME OUTCOME TEXT
tell() {
    echo "$2" >"$scratch/outcome/$1"
    printf '%-36s %s\n' "$1" "$3"
}

# try NAME: one mistake.
try() {
    local name=$1 tree=$scratch/$1 about tests status=0 seen=
    mapfile -t about < <(mutations show "$name")
    cp -a "$scratch/pristine" "$tree"
    if ! mutations apply "$name" >"$scratch/$name.text" || ! cat "$scratch/$name.text" >"$tree/${about[0]}"; then
        tell "$name" broken "BROKEN: it cannot be put into ${about[0]}"
    elif [ -n "${about[2]}" ]; then
        if build "$tree" tenth >"$tree/out" 2>&1; then
            tell "$name" equal "equivalent: ${about[2]}"
        else
            tell "$name" broken "BROKEN: it does not compile: $(grep -m 1 error "$tree/out")"
        fi
    else
        read -r -a tests <<<"${about[1]}"
        witness "$tree" "${tests[@]}" || status=$?
        if [ "$status" -eq 0 ]; then
            tell "$name" killed "killed by $seen"
        elif [ "$status" -eq 2 ]; then
            tell "$name" broken "BROKEN: it does not compile: $(grep -m 1 error "$tree/out")"
        elif [ "${MUTATE_QUICK:-}" != yes ] && mapfile -t tests < <(fallback) && witness "$tree" "${tests[@]}" && try_pristine "${seen%%:*}"; then
            tell "$name" killed "killed, though not by its tests but by $seen"
        else
            tell "$name" survived "SURVIVED"
        fi
    fi
    rm -rf "$tree" "$scratch/$name.text"
}

# try_pristine TEST: a test that fails without any mistake would kill them all.
try_pristine() {
    local tree=$scratch/without.$1.$BASHPID
    mkdir "$tree" && ln -s "$scratch/whole"/* "$tree" && touch "$tree/whole"
    if ! passes "$tree" "$1"; then
        echo "$1 fails without any mistake:"
        tail -n 20 "$tree/out"
        touch "$scratch/unfit"
    fi
    rm -rf "$tree"
    [ ! -e "$scratch/unfit" ]
}

export -f mutations build passes fallback witness tell try try_pristine

for name in "${names[@]}"; do
    [ "${MUTATE_QUICK:-}" = yes ] || mutations show "$name" | sed -n 2p
done | tr -s ' ' '\n' | sed '/^$/d' | sort -u | xargs -r -P "$jobs" -I{} bash -c 'try_pristine "$@" || true' try_pristine {} || exit
[ ! -e "$scratch/unfit" ] || exit 1

printf '%s\n' "${names[@]}" | xargs -P "$jobs" -I{} bash -c 'try "$@"' try {} || exit
cat "$scratch"/outcome/* | awk -v wanted=${#names[@]} '
    { count[$1]++ }
    END {
        judged = count["killed"] + count["survived"]
        printf "%d mutants: %d killed, %d survived, %d equivalent%s\n", NR, count["killed"], count["survived"], count["equal"],
            count["broken"] ? ", " count["broken"] " broken" : ""
        exit !(NR == wanted && !count["broken"] && count["killed"] >= .97 * judged)
    }'
