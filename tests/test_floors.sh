#!/usr/bin/env bash
# tests/test_floors.sh: the rooms of lib/ include only what lib/floors.txt allows, the table has no cycle, and nobody else includes
# a header that names its owners.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

# includes ROOT: "FILE HEADER" of every #include "..." of lib/ and experiments/.
includes() {
    (cd "$1" && grep -rnoE '^#include "[^"]+"' lib experiments --include='*.[ch]' --include='*.def' --include='*.in') |
        sed -E 's/^([^:]+):[0-9]+:#include "([^"]+)"$/\1 \2/'
}

# floors ROOT: violations of lib/floors.txt, one per line.
floors() {
    includes "$1" | awk '
        FNR == NR {
            if ($0 ~ /^#/ || NF == 0) next
            room = $1; sub(/:$/, "", room)
            if (room in known) print "lib/floors.txt: " room " stands there twice"
            for (i = 2; i <= NF; i++) {
                if (!($i in known)) print "lib/floors.txt: " room " may include " $i ", which does not stand below it"
                may[room, $i] = 1
            }
            known[room] = 1
            next
        }
        {
            split($1, path, "/"); split($2, header, "/")
            from = path[1] == "lib" ? path[2] : ""
            if ($2 !~ /\//) next # experiments/ among themselves
            if (!(header[1] in known)) print $1 ": " $2 " is in no room of lib/floors.txt"
            else if (from != "" && !(from in known)) print $1 ": lib/" from " is no room of lib/floors.txt"
            else if (from != "" && from != header[1] && !((from, header[1]) in may)) print $1 ": lib/" from " may not include " $2
        }' "$1/lib/floors.txt" -
}

# owners ROOT: "HEADER OWNER..." of every header that begins with "Private to": rooms (lib/nn) and files (claim_*.c, network.c).
owners() {
    (cd "$1" && awk '
        FNR == 1 { begun = 0; text = "" }
        FNR <= 12 {
            line = $0
            if (!begun && match(line, /Private to /)) { begun = 1; line = substr(line, RSTART + 11) }
            if (begun == 1) {
                gsub(/^ \* /, "", line); gsub(/\*\//, "", line)
                text = text " " line
                if (match(text, /\.( |$)/)) { begun = 2; text = substr(text, 1, RSTART - 1); gsub(/,| and | to /, " ", text); print FILENAME, text }
            }
        }' lib/*/*.h)
}

# private ROOT: includes of private headers by non-owners.
private() {
    local root=$1 header of owner file included allowed
    while read -r header of; do
        while read -r file included; do
            allowed=no
            [ "${file%.*}" != "${header%.*}" ] || allowed=yes
            for owner in $of; do
                # shellcheck disable=SC2254 # an owner may be a pattern
                case $file in
                $owner/* | $owner | */$owner) allowed=yes ;;
                esac
            done
            [ "$allowed" = yes ] || echo "$file: $included is private to $of"
        done < <(includes "$root" | awk -v header="${header#lib/}" '$2 == header')
    done < <(owners "$root")
}

# finds_nothing COMMAND...: it prints nothing.
finds_nothing() {
    local found
    found=$("$@" 2>&1)
    [ -z "$found" ] || { echo "$found" && return 1; }
}

check "lib/ keeps its floors" finds_nothing floors "$project"
check "private headers stay private" finds_nothing private "$project"
check "there are some" test "$(owners "$project" | wc -l)" -ge 8

# ---- what must be found ----
mkdir -p house/lib/{ground,first,second} house/experiments
printf '%s\n' '# comment' 'ground:' 'first: ground' 'second: ground first' >house/lib/floors.txt
printf '%s\n' '/* lib/first/own.h: what is inside. Private to part_*.c and' ' * lib/first/other.c. */' >house/lib/first/own.h
printf '%s\n' '#include "ground/a.h"' '#include "first/own.h"' >house/lib/first/part_one.c
printf '%s\n' '#include <stdio.h>' '#include "first/b.h"' >house/lib/second/c.c
printf '%s\n' '#include "second/c.h"' '#include "commands.h"' >house/experiments/main.c
check "a house in order is found in order" test -z "$(floors house)$(private house)"
echo '#include "first/b.h"' >house/lib/ground/up.c
check "an include from a lower room" test "$(floors house)" = "lib/ground/up.c: lib/ground may not include first/b.h"
rm house/lib/ground/up.c
echo '#include "attic/x.h"' >house/lib/first/x.c
check "a room that nobody knows" test "$(floors house)" = "lib/first/x.c: attic/x.h is in no room of lib/floors.txt"
echo '#include "first/own.h"' >house/lib/first/x.c
check "a private header that another file includes" grep -q '^lib/first/x.c: first/own.h is private to' <(private house)
rm house/lib/first/x.c
sed -i 's/^first: ground/first: ground second/' house/lib/floors.txt
check "a circle in the table" grep -q "first may include second, which does not stand below it" <(floors house)
finish
