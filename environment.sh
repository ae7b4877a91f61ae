# shellcheck shell=bash
# environment.sh: sourced by every script before anything else: what the caller's environment must not change.
#
# Bash reads a good deal of it: CDPATH makes `cd` print, SHELLOPTS and BASHOPTS turn options on (noclobber, nullglob),
# exported functions stand before commands of their name. The tools read more. What belongs to the machine stays as it is:
# PATH, TMPDIR, HOME, fonts, proxies, OpenMP's variables. Offers $project, its directory, and the functions below.

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
export PATH LC_ALL=C.UTF-8 # numbers have a point, also in awk

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

# How many processors there are for jobs: what the program says, once it is built, since it knows of quotas too.
processors() {
    local count
    count=$("${tenth:-$project/build/release/tenth}" --cpus 2>/dev/null) || true
    if [[ ! $count =~ ^[1-9][0-9]*$ ]]; then
        count=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
    fi
    echo "$count"
}

# temporary [-d]: as mktemp; where it can make nothing, it says where that was.
temporary() {
    local made
    if made=$(mktemp "$@" 2>/dev/null); then
        [[ $made == /* ]] || made=$PWD/$made
        echo "$made"
        return
    fi
    echo "${0##*/}: no temporary file can be made in ${TMPDIR:-/tmp} (\$TMPDIR is ${TMPDIR:-not set}): make that directory, free" \
        "space in it, or set TMPDIR to another one" >&2
    return 2
}
