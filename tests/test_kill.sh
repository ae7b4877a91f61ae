#!/usr/bin/env bash
# tests/test_kill.sh: SIGKILL at every call of the write path and at random instants, to one process, to a whole group, to
# the parent of others, and to run_all.sh: no run file is damaged, the same command ends like an unbroken one, and nothing is
# left over. With TORTURE=yes all rounds, otherwise a few of each.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
# shellcheck source=tests/writers.sh
source "$tests/writers.sh"
torture=${TORTURE:-no}
RANDOM=29

# rounds FEW ALL
rounds() {
    if [ "$torture" = yes ]; then echo "$2"; else echo "$1"; fi
}

epochs=$(rounds 50 1000)
arguments "$work/reference" "$epochs"
begun=$EPOCHREALTIME
"$tenth" "${arguments[@]}" || exit 1
took=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000)) # ms
tables "$work/reference" >reference.txt

# instant: sleeps for a part of a whole run's time.
instant() {
    local ms=$((RANDOM * took / 32768))
    sleep "$((ms / 1000)).$(printf %03d "$((ms % 1000))")"
}

# killed_at CALL: a run killed there; fails if it had no such call.
killed_at() {
    local status=0
    rm -rf "$work/out"
    arguments "$work/out" "$epochs"
    KILL_BELOW=$work/out KILL_AT=$1 LD_PRELOAD=$preload/write_kill.so "$tenth" "${arguments[@]}" || status=$?
    [ "$status" -eq 137 ]
}

# at_every_call STEP: from the first on, until a run ends normally.
at_every_call() {
    local call=1 bad=0
    while killed_at "$call"; do
        settle "$work/out" "$epochs" reference.txt || bad=1
        call=$((call + $1))
    done 2>/dev/null
    [ "$bad" -eq 0 ] && [ "$call" -gt 30 ]
}

# at_random ROUNDS TARGET OPTION...: TARGET is group or process.
at_random() {
    local count=$1 target=$2 bad=0 round child
    shift 2
    for round in $(seq "$count"); do
        rm -rf "$work/out"
        arguments "$work/out" "$epochs"
        set -m
        "$tenth" "${arguments[@]}" "$@" &
        child=$!
        set +m
        instant
        kill -KILL -- "$([ "$target" = process ] || echo -)$child"
        wait "$child"
        mkdir -p "$work/out"
        settle "$work/out" "$epochs" reference.txt || bad=1
    done 2>/dev/null
    return "$bad"
}

if [ -e "$preload/write_kill.so" ]; then
    check "killed at a call of the write path" at_every_call "$(rounds 37 1)"
    close_table "at calls of the write path"
else
    skip "killed at a call of the write path" "no $preload/write_kill.so"
fi
check "killed at random instants" at_random "$(rounds 1 50)" process
close_table "one process, random instants"
check "a whole group is killed" at_random "$(rounds 1 40)" group --jobs 2
close_table "--jobs 2, whole group"
check "a parent alone is killed: its children save and end" at_random "$(rounds 1 40)" process --jobs 2
close_table "--jobs 2, parent only"

# A killed script: what it started with `tied` ends, and the next one removes its leftovers, in a separate directory, since
# any script sweeps.
mkdir -p scratch
cat >parent.sh <<END
source "$project/environment.sh"
left=\$(temporary -d)
echo "\$left" >left.txt
tied sleep 100 &
echo "\$!" >child.txt
mv child.txt started.txt
wait
END
ends_with_its_script() {
    local waited=0
    TMPDIR=$work/scratch bash parent.sh &
    while [ ! -e started.txt ] && [ "$waited" -lt 100 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    sleep 0.2 # it becomes sleep
    kill -KILL "$!"
    wait "$!" 2>/dev/null
    for waited in $(seq 50); do
        kill -0 "$(cat started.txt)" 2>/dev/null || break
        sleep 0.1
    done
    ! kill -0 "$(cat started.txt)" 2>/dev/null && [ -d "$(cat left.txt)" ] &&
        TMPDIR=$work/scratch bash -c "source '$project/environment.sh'; temporary" >next.txt && rm "$(cat next.txt)" && [ ! -d "$(cat left.txt)" ]
}
if setpriv --pdeathsig TERM true 2>/dev/null; then
    check "a killed script's children end, and what it left goes" ends_with_its_script
else
    skip "a killed script's children end" "no setpriv here"
fi

# All of it, which takes minutes.
run_all=("$project/run_all.sh" --profile smoke --offline --set run.checkpoint_seconds=1)

everything() {
    local bad=0 round child took begun=$SECONDS
    "${run_all[@]}" --out "$work/whole" >/dev/null || return 1
    took=$((SECONDS - begun))
    for round in 1 2 3 4 5 6 7 8; do
        rm -rf "$work/part"
        "${run_all[@]}" --out "$work/part" >/dev/null 2>&1 &
        child=$!
        sleep "$((took * round / 9))"
        kill -KILL "$child"
        wait "$child"
        found tried
        sleep 2
        if pgrep -fa -- "$work/part"; then
            found orphans
            bad=1
        fi
        readable "$work/part" || { found unreadable; bad=1; }
        "${run_all[@]}" --out "$work/part" >/dev/null || bad=1
        diff <(tables "$work/part") <(tables "$work/whole") || { found differing; bad=1; }
        [ -z "$(leftovers "$work/part")" ] || { found leftovers; bad=1; }
    done 2>/dev/null
    return "$bad"
}
if [ "$torture" = yes ]; then
    check "run_all.sh is killed" everything
    close_table "run_all.sh"
fi
finish
