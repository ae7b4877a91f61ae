#!/usr/bin/env bash
# data/download.sh [--offline] [--sources FILE] DIR [ALSO_IN...]: gets the data sets of sources.tsv that are missing.
#
# A data set is missing where neither DIR nor any of ALSO_IN has its directory. It is downloaded into DIR, checked against
# its checksums and only then given its name, so that what stands there is complete. A checked archive's MD5 is kept in
# .official-md5 beside its files. With --offline nothing is fetched; what is missing is named.
#
# Exit codes: 0 nothing is missing any more; 2 usage; 3 something is (a line says what and why).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
sources=$here/sources.tsv
offline=no

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
}

say() {
    echo "data: $*"
}

while [ $# -gt 0 ]; do
    case $1 in
    --offline) offline=yes ;;
    --sources)
        if [ $# -lt 2 ]; then
            usage >&2
            exit 2
        fi
        sources=$2
        shift
        ;;
    --help)
        usage
        exit 0
        ;;
    -*)
        echo "download.sh: unknown option $1" >&2
        usage >&2
        exit 2
        ;;
    *) break ;;
    esac
    shift
done
if [ $# -lt 1 ]; then
    usage >&2
    exit 2
fi
target=$1
places=("$@")

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# rows DATASET: its rows of sources.tsv.
rows() {
    awk -F'\t' -v dataset="$1" '$1 == dataset' "$sources"
}

is_there() {
    local place
    for place in "${places[@]}"; do
        if [ -d "$place/$1" ]; then
            return 0
        fi
    done
    return 1
}

# fetch ADDRESS FILE: gives up soon where nobody answers, and where the transfer stalls.
fetch() {
    if command -v curl >/dev/null; then
        curl --fail --location --silent --show-error --connect-timeout 8 --speed-limit 20000 --speed-time 20 \
            --max-time 1800 --output "$2" "$1"
    elif command -v wget >/dev/null; then
        wget --quiet --tries=1 --timeout=10 --output-document="$2" "$1"
    else
        echo "neither curl nor wget is installed" >&2
        return 1
    fi
}

# check FILE ALGORITHM CHECKSUM
check() {
    local sum
    sum=$("$2sum" "$1" | cut -d ' ' -f 1)
    if [ "$sum" != "$3" ]; then
        echo "$(basename "$1") has the $2 $sum, the official one $3: discarded" >&2
        return 1
    fi
}

# unpack ARCHIVE DIRECTORY: the archive's files end up in DIRECTORY, whether or not it has folders of its own.
unpack() {
    mkdir -p "$2"
    case $1 in
    *.tar.gz) tar -xzf "$1" -C "$2" --no-same-owner --strip-components=1 ;;
    *.zip)
        if ! command -v unzip >/dev/null; then
            echo "unzip is not installed" >&2
            return 1
        fi
        unzip -q -o -j "$1" -d "$2"
        ;;
    *)
        echo "do not know how to unpack $1" >&2
        return 1
        ;;
    esac
}

# download DATASET DIRECTORY ADDRESS: into $work first; what goes wrong is said on standard error.
download() {
    local dataset=$1 directory=$2 address=$3 archive of algorithm checksum
    archive=$work/${address##*/}
    fetch "$address" "$archive" || return 1
    while IFS=$'\t' read -r _ _ _ of algorithm checksum; do
        if [ "$of" = archive ]; then
            check "$archive" "$algorithm" "$checksum" || return 1
        fi
    done < <(rows "$dataset")
    unpack "$archive" "$work/$directory" || return 1
    while IFS=$'\t' read -r _ _ _ of algorithm checksum; do
        if [ "$of" = archive ]; then
            echo "$checksum" >"$work/$directory/.official-$algorithm"
        else
            check "$work/$directory/$of" "$algorithm" "$checksum" || return 1
        fi
    done < <(rows "$dataset")
    mv -T "$work/$directory" "$target/$directory"
}

status=0
while IFS=$'\t' read -r -u 3 dataset directory address; do
    if is_there "$directory"; then
        continue
    fi
    if [ "$offline" = yes ]; then
        say "$dataset is not there and --offline forbids the download; a SYNTHETIC stand-in takes its place"
        status=3
        continue
    fi
    mkdir -p "$target"
    work=$(mktemp -d "$target/.download-XXXXXX")
    say "downloading $dataset from $address"
    if download "$dataset" "$directory" "$address" 2>"$work/errors"; then
        say "$dataset is in $target/$directory, checksums right"
    else
        say "no $dataset ($(tail -n 1 "$work/errors")); a SYNTHETIC stand-in takes its place"
        status=3
    fi
    rm -rf "$work"
    work=
done 3< <(awk -F'\t' '/^[^#]/ && !seen[$1]++ { print $1 "\t" $2 "\t" $3 }' "$sources")
exit "$status"
