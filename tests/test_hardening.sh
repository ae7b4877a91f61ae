#!/usr/bin/env bash
# tests/test_hardening.sh: the program, which reads files made by others, has the compiler's and the linker's protections
# against them.
# shellcheck source=tests/script.sh
source "$(dirname -- "$0")/script.sh"

readelf --wide --file-header --program-headers --dynamic --dyn-syms --notes "$tenth" >"$work/elf" || exit 1

# shows PATTERN, lacks PATTERN: whether readelf's output matches, an extended regular expression.
shows() {
    grep -Eq -- "$1" "$work/elf"
}

lacks() {
    ! grep -E -- "$1" "$work/elf"
}

# accepts FLAG: whether the compiler has it.
accepts() {
    echo 'int main(void) { return 0; }' | "${CC:-cc}" -Werror "$1" -x c -o /dev/null - 2>/dev/null
}

check "it is a position-independent executable" shows '^ *Type: +DYN'
check "relocations are read-only" shows '^ *GNU_RELRO '
check "and are made before it starts" shows '\(FLAGS.*NOW|BIND_NOW'
check "no memory of its own is writable and executable" lacks '^ *(LOAD|GNU_STACK) .* RWE '
check "no code is changed at its start" lacks 'TEXTREL'
check "libraries come from no directory of its own" lacks '\((RPATH|RUNPATH)\)'
check "the stack is protected" shows '__stack_chk_fail'
check "copies into buffers are checked" shows '__(memcpy|snprintf|vsnprintf)_chk'
if [ "$(uname -m)" = x86_64 ] && accepts -fcf-protection=full; then
    # The whole program has the mark only if each library's start-up code has it.
    check "jumps and returns are checked" bash -c "objdump --disassemble=main --no-show-raw-insn '$tenth' | grep -q endbr64"
else
    skip "jumps and returns are checked" "no compiler or processor for that"
fi
finish
