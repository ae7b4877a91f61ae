# shellcheck shell=bash
# tests/writers.sh: shared by test_kill.sh and test_pairs.sh; read with `source` after tests/script.sh. Runs are ended in
# many ways, then the same command is repeated; each round is counted in a table at the end of the script.

# shellcheck disable=SC2154 # tests/script.sh has them

configs=("$work/moons_vi.ini" "$work/moons_map.ini")
for method in vi map; do
    echo "base = $project/configs/moons_$method.ini, $project/configs/profiles/smoke.ini" >"$work/moons_$method.ini"
done
stored=(train summary prune perturb ood predictive footprint)
counts=$work/counts # one word each, since checks run in subshells

# arguments OUT EPOCHS: of `tenth`, into $arguments.
arguments() {
    arguments=(run "${configs[@]}" --out "$1" --threads 1 --quiet --set "train.epochs=$2" --set run.checkpoint_seconds=1
        --set prune.items=50 --set perturb.items=20)
}

# tables OUT: all of a run's results, without what differs from run to run: times and memory.
tables() {
    local table
    if [ "${TORTURE:-no}" = yes ]; then
        mapfile -t stored < <("$tenth" table --list | awk '/^[^ ]/ { print $1 }')
    fi
    for table in "${stored[@]}"; do
        echo "== $table"
        "$tenth" table "$1"/*.h5 "$table" --format tsv 2>&1 | awk -F'\t' -v OFS='\t' '
            NR == 1 { for (i = 1; i <= NF; i++) drop[i] = $i ~ /^(seconds|train_seconds|peak_mib)$/ }
            { for (i = 1; i <= NF; i++) if (drop[i]) $i = ""; print }' | grep -v "$(printf '\t')\(started\|peak_mib\)$(printf '\t')"
    done
}

# leftovers DIR: what a run left besides its results.
leftovers() {
    find "$1" \( -name '*.lock*' -o -name '*.partial*' -o -name '.*' \) ! -path "$1"
}

# readable OUT: every existing run file can be read.
readable() {
    local file
    for file in "$1"/*.h5; do
        [ ! -e "$file" ] || "$tenth" table "$file" provenance >/dev/null || return 1
    done
}

# found WHAT: counts it.
found() {
    echo "$1" >>"$counts"
}

# settle OUT EPOCHS REFERENCE: after a round: the same command ends well, and everything is as if nothing had happened.
# Exceptions are counted.
settle() {
    local bad=0
    found tried
    readable "$1" || { found unreadable; bad=1; }
    arguments "$1" "$2"
    if ! "$tenth" "${arguments[@]}" || ! diff <(tables "$1") "$3"; then
        found differing
        bad=1
    fi
    if [ -n "$(leftovers "$1")" ]; then
        leftovers "$1"
        found leftovers
        bad=1
    fi
    if pgrep -fa -- "--out $1"; then
        found orphans
        bad=1
    fi
    return "$bad"
}

# close_table WHAT: the counts so far.
close_table() {
    local word line
    touch "$counts"
    printf -v line '%-44s' "$1"
    for word in tried unreadable differing leftovers orphans; do
        printf -v line '%s  %s %d' "$line" "$word" "$(grep -cx "$word" "$counts")"
    done
    echo "$line"
    rm "$counts"
}
