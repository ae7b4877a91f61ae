#!/usr/bin/env bash
# tests/test_build.sh: does the Makefile recompile what was compiled differently, and nothing else? In a project of two files
# with tenth's Makefile.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL MODE BUILD CC CFLAGS LDFLAGS WERROR GEMM

mkdir -p lib/core lib/run experiments
cp "$project/Makefile" .
cp "$project/lib/run/build_info.mk" lib/run
echo '#include "build_info.h"' >lib/run/provenance.c
cat >lib/core/answer.c <<'END'
#ifndef ANSWER
#define ANSWER 1
#endif
int answer(void);
int answer(void)
{
    return ANSWER;
}
END
cat >experiments/main.c <<'END'
#include <stdio.h>
int answer(void);
int main(void)
{
    return printf("%d\n", answer()) < 0;
}
END
printf '#!/bin/sh\nexec cc -DANSWER=5 "$@"\n' >other-cc
chmod +x other-cc

# answers NUMBER ARGUMENT...: make with these arguments gives a program that prints the number.
answers() {
    local wanted=$1 printed
    shift
    make "$@" >log 2>&1 || {
        cat log
        return 1
    }
    printed=$(build/release/tenth)
    [ "$printed" = "$wanted" ] || {
        echo "the program prints $printed, not $wanted"
        return 1
    }
}

# makes_nothing ARGUMENT...: make with these arguments calls no compiler.
makes_nothing() {
    if ! make "$@" >log 2>&1 || grep -q -e ' -o ' log; then
        cat log
        return 1
    fi
}

check "a build" answers 1
check "a second call compiles nothing" makes_nothing
check "another flag compiles anew" answers 2 CFLAGS=-DANSWER=2
check "quotes in a flag do no harm" answers 3 CFLAGS="-DANSWER=3 -DTEXT='\"a b\"'"
check "nor do they compile anything twice" makes_nothing CFLAGS="-DANSWER=3 -DTEXT='\"a b\"'"
check "a flag that is gone compiles anew" answers 1
check "so does another compiler" answers 5 CC="$work/other-cc"
check "and the first one again" answers 1
sed -i 's/^CFLAGS ?=$/CFLAGS ?= -DANSWER=4/' Makefile
check "so does an edit of the Makefile's flags" answers 4
echo '# a comment' >>Makefile
check "an edit of nothing but a comment does not" makes_nothing
check "another library links anew" bash -c "make LDFLAGS=-Wl,-z,now | grep -q -e '-o build/release/tenth '"

# ---- Warnings are errors on request. ----

printf 'static int nobody_calls(void)\n{\n    return 1;\n}\n' >lib/core/warned.c
check "a warning keeps nobody from building" answers 4
check "WERROR=1 makes an error of it" exits_with 2 make WERROR=1
check "WERROR=0 does not" answers 4 WERROR=0
rm lib/core/warned.c
check "a library that nothing calls is not linked" bash -c "! make -n -B | grep -e '-lhdf5[a-z_]*_hl'"

# ---- A read-only build. ----

# read_only COMMAND...: as a user whom a file's mode keeps from writing.
read_only() {
    local status=0
    chmod -R a-w .
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid nobody --regid nogroup --clear-groups "$@" >"$log" 2>&1 || status=$?
    else
        "$@" >"$log" 2>&1 || status=$?
    fi
    chmod -R u+w .
    if [ "$status" -ne 0 ] || grep -q -e ' -o ' "$log"; then
        cat "$log"
        return 1
    fi
}
log=$(temporary)
trap 'cd /; rm -rf "$work" "$log"' EXIT
chmod 755 .
make >"$log" 2>&1
check "a build that is up to date needs no place to write to" read_only make
sed -i 's/COMMIT "unknown/COMMIT "0123/' build/release/generated/build_info.h
make -t >"$log" 2>&1
check "nor where the commit is not to be had any more" read_only make

# A package that `deps` installs says -DANSWER=6.
cat >pkg-config <<'END'
#!/bin/sh
if [ -e installed ] && [ "$1" = --cflags ]; then
    echo -DANSWER=6
fi
exec pkg-config "$@"
END
printf '#!/bin/sh\ntouch installed\n' >deps.sh
chmod +x pkg-config deps.sh
sed -i 's/^CFLAGS ?= .*/CFLAGS ?=/' Makefile
check "without a package" answers 1 PKG_CONFIG=./pkg-config
check "make -n deps installs nothing" bash -c "make -n deps PKG_CONFIG=./pkg-config && test ! -e installed"
check "make deps all builds with what was installed" answers 6 deps all PKG_CONFIG=./pkg-config
rm installed
check "and installs again when it is asked again" answers 6 deps all PKG_CONFIG=./pkg-config
finish
