#!/usr/bin/env bash
# tests/test_predict.sh: inputs of `tenth predict` and its answers: standard input, wrong inputs among right ones, names
# and content of any bytes, long paths. tests/test_input.c has the file formats. $TENTH is the program; the Makefile sets
# it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
export OMP_NUM_THREADS=1

cat >points.ini <<'END'
[data]
dataset = moons
[model]
filters = 4
[train]
epochs = 2
batch = 50
[run]
name = points
END
"$tenth" train points.ini --out . --quiet || exit 1
"$tenth" export points_seed1.h5 --fraction 0 --name points --out . --quiet || exit 1

# predict INPUT...: the predictions' numbers, one line each, without the inputs' names.
predict() {
    "$tenth" predict points.tenth "$@" --format csv | sed '1d; s/^.*",\([0-9]*,[0-9]*,[0-9.e+-]*,\)/\1/'
}
# refuses STATUS TEXT ARGUMENT...: only standard error has it.
refuses() {
    local wanted=$1 text=$2 status=0 output
    shift 2
    output=$("$tenth" predict "$@" 2>&1 >/dev/null) || status=$?
    if [ "$status" -ne "$wanted" ] || [[ $output != *"$text"* ]]; then
        echo "exit code $status: $output"
        return 1
    fi
}

echo "1 0.25 -0.5" >first
echo "1 -1.5 1" >second
cat first second >both
first=$(predict first)
second=$(predict second)
check "a prediction" test -n "$first" -a "$first" != "$second"
check "an entropy above the threshold is referred" says "refer to a human (entropy)" "$tenth" predict points.tenth first --threshold 0
check "one below is not" not says "refer" "$tenth" predict points.tenth first --threshold 9

# ---- standard input, from its current position ----
check "a file from its beginning" test "$(predict - <first)" = "$first"
check "a file of which the first line was read" test "$({ read -r _ && predict -; } <both)" = "$second"
check "under its other names" test "$({ read -r _ && predict /dev/stdin; } <both)" = "$second"
check "and another descriptor" test "$({ read -r _ <&5 && predict /dev/fd/5; } 5<both)" = "$second"
check "a pipe after another reader" test "$(tail -n 2 both | { read -r _ && predict -; })" = "$second"
check "a process" test "$(predict <(cat first))" = "$first"
mkfifo fifo
cat first >fifo &
check "a named pipe" test "$(predict fifo)" = "$first"
check "packed" test "$(gzip -c first | predict -)" = "$first"
if command -v python3 >/dev/null; then
    cat >stream.py <<'END'
import os, socket, sys, threading, time
ours, theirs = socket.socketpair()
theirs.setblocking(False)
def send():
    time.sleep(.2) # the program finds nothing to read at first
    ours.sendall(open("first", "rb").read())
    ours.close()
threading.Thread(target=send, daemon=True).start()
pid = os.fork()
if pid == 0:
    os.dup2(theirs.fileno(), 0)
    os.execv(sys.argv[1], sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
    check "a socket that does not wait" exits_with 0 python3 stream.py "$tenth" predict points.tenth -
else
    skip "a socket that does not wait" "no python3"
fi
check "it is read once" refuses 2 "is given 2 times" points.tenth - first -
check "by whatever name" refuses 2 "is given 2 times" points.tenth - /dev/stdin
check "the model is a file" refuses 2 "tenth predict MODEL.tenth -" - first
check "closed" exits_with 3 sh -c "exec '$tenth' predict points.tenth - <&-"

# ---- a wrong one does not prevent the others' predictions ----
echo 1 >short
printf 'P5\n1 1\n255\n\377' >dot.pgm
printf '\377\330\377\340\0\20JFIF' >photo.dat
echo "1 0.5 nan" >gap
all=(first nowhere short photo.dat second gap dot.pgm)
for format in text csv jsonl; do
    status=0
    "$tenth" predict points.tenth "${all[@]}" --format $format >out.$format 2>err.$format || status=$?
    check "exit code in $format" test $status -eq 3
    check "every bad input is named in $format" test "$(grep -c '^tenth: ' err.$format)" -eq 5
done
check "the good ones are predicted" test "$(grep -c ^first:0 out.text)$(grep -c ^second:0 out.text)$(wc -l <out.text)" = 112
check "in CSV" test "$(wc -l <out.csv)" -eq 3
check "in JSON Lines" test "$(grep -c '^{.*}$' out.jsonl)" -eq 2
check "what is not there" grep -q '^tenth: nowhere: cannot be read: No such file' err.text
check "a series that is too short names its line" grep -q '^tenth: gap:1: column 3, "nan", is a missing value' err.text
check "what a picture is" grep -q '^tenth: photo.dat: is a JPEG image; wanted is text, with the 2 values' err.text
check "a directory" refuses 3 "cannot be read: Is a directory" points.tenth .
printf '1 1e38 -1e38\n1 0.25 -0.5\n' >far
check "what is far beyond is said of the item alone" test "$(predict far 2>/dev/null | sed 's/^1,/0,/' | tail -n 1)" = "$first"
if [ -e /dev/full ]; then
    check "output that cannot be written counts more" bash -c "'$tenth' predict points.tenth first nowhere >/dev/full 2>&1; test \$? -eq 1"
fi

# ---- names and content of any bytes ----
hostile=$'a,"b"\e[31m\177\n\t\\\302\205\377z'
cp first "./$hostile"
printf '1 \e[2Jx\a 2\n' >inside
printable='a,"b"\x1B[31m\x7F'
controls=$'[\001-\010\013-\037\177]'
# clean FILE: no control bytes except line ends and tabs, and UTF-8 throughout.
clean() {
    ! LC_ALL=C grep -aq "$controls" "$1" && ! LC_ALL=C grep -aqF $'\302\205' "$1" && iconv -f UTF-8 -t UTF-8 <"$1" >/dev/null
}
for format in text csv jsonl; do
    status=0
    "$tenth" predict points.tenth "./$hostile" inside "./no$hostile" --format $format >out 2>err || status=$?
    check "$format: exit code" test $status -eq 3
    check "$format: clean output" clean out
    check "$format: clean messages" clean err
    cp out hostile.$format
done
check "a line of text for an item" test "$(wc -l <hostile.text)" -eq 1
check "that shows what the name has" grep -qF "$printable" hostile.text
check "an error shows what the content has" grep -qF '"\x1B[2Jx\x07", is not a number' err
if command -v python3 >/dev/null; then
    cat >parse.py <<'END'
import csv, json
shown = 'a,"b"\\x1B[31m\\x7F\n\t\\\\xC2\\x85\\xFFz'
(row,) = csv.DictReader(open("hostile.csv", newline="", encoding="utf-8"))
assert row["input"] == "./" + shown, row["input"]
(line,) = open("hostile.jsonl", encoding="utf-8")
assert json.loads(line)["input"] == './a,"b"\x1b[31m\x7f\n\t\\\\xC2\\x85\\xFFz', line
END
    check "CSV and JSON hold one record, and the name" python3 parse.py
else
    skip "CSV and JSON hold one record, and the name" "no python3"
fi
check "another command's messages" bash -c "'$tenth' config $'no\e[31m.ini' 2>&1 | grep -qF 'no\\x1B[31m.ini'"
check "and an unknown one's" bash -c "'$tenth' $'ru\e[31m' 2>&1 | grep -qF 'ru\\x1B[31m'"

# ---- long paths ----
long=$(printf 'd%.0s' {1..200})
mkdir -p "$long/$long/$long/$long/$long/$long"
deep=$long/$long/$long/$long/$long/$long
gzip -c first >"$deep/packed"
check "a packed file under a path of 1200 bytes" test "$(predict "$deep/packed")" = "$first"
check "whose error says what is wrong" refuses 3 "gone: cannot be read: No such file" points.tenth "$deep/gone"

# ---- classes have names ----
check "of the data set" grep -qE '^first:0: class [01] \((upper|lower)\), ' out.text
check "in CSV" bash -c "sed -n 1p out.csv | grep -q ',class_name\$' && sed -n 2p out.csv | grep -qE ',\"(upper|lower)\"\$'"
check "in JSON" grep -qE '"class_name": "(upper|lower)"' out.jsonl

finish
