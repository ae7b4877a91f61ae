# shellcheck shell=bash
# environment.sh: sourced by every script before anything else: guards against the caller's environment.
#
# Bash reads much of it: CDPATH makes `cd` print, SHELLOPTS and BASHOPTS turn options on (noclobber, nullglob), exported
# functions hide commands of the same name. The tools read more. Settings of the machine stay as they are: PATH, TMPDIR,
# HOME, fonts, proxies, OpenMP's variables. Offers $project, its directory, and the functions below.

while read -r _ _ _name; do
    unset -f "$_name" || true
done < <(declare -F)
unset _name BASH_ENV ENV CDPATH GLOBIGNORE EXECIGNORE FIGNORE POSIXLY_CORRECT BASH_COMPAT
unset GREP_OPTIONS GREP_COLOR GREP_COLORS AWKPATH TAR_OPTIONS UNZIP UNZIPOPT GZIP
unset GNUTERM GNUPLOT_LIB GNUPLOT_FONTPATH
export -n SHELLOPTS BASHOPTS
set +o noclobber +o noglob +o posix
shopt -u nullglob failglob dotglob nocaseglob nocasematch expand_aliases
IFS=$' \t\n'
export PATH LC_ALL=C.UTF-8 # numbers have a decimal point, also in awk

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

# The number of processors for jobs: the program's answer, once it is built, since it knows quotas too.
processors() {
    local count
    count=$("${tenth:-$project/build/release/tenth}" --cpus 2>/dev/null) || true
    if [[ ! $count =~ ^[1-9][0-9]*$ ]]; then
        count=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
    fi
    echo "$count"
}

# first_line FILE: into $REPLY; nothing if it cannot be read.
first_line() {
    REPLY=
    { read -r REPLY <"$1"; } 2>/dev/null || true
}

# process_start PID: the start of the process, in the kernel's ticks, into $REPLY; fails if none of that number runs, or if
# that cannot be seen (status 2). Its name, before the numbers, may contain anything but ends with the last parenthesis.
process_start() {
    local fields
    [ -e "/proc/self/stat" ] || return 2
    first_line "/proc/$1/stat"
    read -r -a fields <<<"${REPLY##*) }"
    REPLY=${fields[19]:-}
    [ -n "$REPLY" ] && [[ ${fields[0]} != [ZX] ]]
}

# What this script leaves if killed bears its mark, as in lib/io/owner.c: PLACE-PID-STARTED-TOKEN.
make_mark() {
    local host boot space
    first_line /proc/sys/kernel/hostname
    host=$REPLY
    first_line /proc/sys/kernel/random/boot_id
    boot=$REPLY
    space=$(readlink /proc/self/ns/pid 2>/dev/null) || space=
    place=$(printf '%s\n%s\n%s' "$host" "$boot" "$space" | sha256sum 2>/dev/null) || place=
    place=${place:0:12}
    process_start "$$" || REPLY=0
    printf -v mark '%s-%d-%d-%04x%04x' "$place" "$$" "$REPLY" "$RANDOM" "$RANDOM"
    if [ -z "$boot" ] || [ -z "$space" ] || [ -z "$place" ]; then
        place=unknown # for which no process is known to be dead
    fi
}
make_mark

# sweep PATH...: removes leftovers of dead processes of this place; anything without a mark, or with another's, stays.
sweep() {
    local path started status
    for path in "$@"; do
        if [[ ! $path =~ [.-]$place-([0-9]{1,18})-([0-9]{1,20})-[0-9a-f]{8}([.-][A-Za-z0-9]+)?$ ]] || [ ! -O "$path" ]; then
            continue
        fi
        started=${BASH_REMATCH[2]} status=0
        process_start "${BASH_REMATCH[1]}" || status=$?
        if [ "$status" -eq 1 ] || { [ "$status" -eq 0 ] && [ "$started" != 0 ] && [ "$started" != "$REPLY" ]; }; then
            rm -rf -- "$path" || true
        fi
    done
}

# tied COMMAND...: replaces the calling subshell; the command is told to stop (SIGTERM) when this script ends, however that
# happens. `tied COMMAND &`
tied() {
    if setpriv --pdeathsig TERM true 2>/dev/null; then
        exec setpriv --pdeathsig TERM -- "$@"
    fi
    exec "$@"
}

# temporary [-d]: like mktemp; if it fails, it says where. Removes those of dead scripts.
temporary() {
    local made
    sweep "${TMPDIR:-/tmp}"/tenth.*
    if made=$(mktemp "$@" -- "${TMPDIR:-/tmp}/tenth.$mark-XXXXXX" 2>/dev/null); then
        [[ $made == /* ]] || made=$PWD/$made
        echo "$made"
        return
    fi
    echo "${0##*/}: no temporary file can be made in ${TMPDIR:-/tmp} (\$TMPDIR is ${TMPDIR:-not set}): make that directory, free" \
        "space in it, or set TMPDIR to another one" >&2
    return 2
}
