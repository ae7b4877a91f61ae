#!/usr/bin/env bash
# data/download.sh [--offline] [--sources FILE] DIR [ALSO_IN...]: gets the data sets of sources.tsv that are missing.
#
# A data set is missing if neither DIR nor any of ALSO_IN has all of its files, in one of the folders and under the names that
# `tenth` reads (lib/data/layout.def), packed with gzip or not. It is downloaded into
# DIR, checked against its checksums and only then given its name, so that files there are complete; if DIR has some of its
# files, perhaps truncated, those are replaced. A set with some files in one of ALSO_IN is not downloaded, since `tenth`
# would still look there first: the user is told what is missing. With --offline nothing is fetched; what is missing is
# named.
#
# An archive is believed to be what it should be, and nothing else: it comes by https, even after redirects; if its checksum
# is published, that is checked before it is opened; and only the files of sources.tsv are read from it, each to its own
# place and up to a limit, so that links, other names and paths in it have no effect. A checked archive's MD5, and the
# SHA-256 of each file that came out of it, are kept in .official-md5 next to the files: `tenth` recognises them by
# these.
#
# Exit codes: 0 nothing is missing any more; 2 usage; 3 something is (a line says what and why).
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname -- "$0")/../environment.sh"

# Bytes: of an archive, and of a file in it. The largest have 170 and 31 million.
archive_limit=400000000
file_limit=200000000

sources=$project/data/sources.tsv
layout=$project/lib/data/layout.def
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
        sources=$(cd -- "$(dirname -- "$2")" && pwd)/$(basename -- "$2")
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
trap 'exit 130' INT HUP
trap 'exit 143' TERM

# rows DATASET: its rows of sources.tsv.
rows() {
    awk -F'\t' -v dataset="$1" '$1 == dataset' "$sources"
}

# names_of DATASET FILE: the names under which `tenth` reads a file, one per line.
names_of() {
    awk -F'"' -v row="PART($1," -v file="$2" '
        index($0, row) == 1 && $6 == file { for (i = 6; i < NF; i += 2) print $i; found = 1 }
        END { if (!found) print file }' "$layout"
}

# folders_of DATASET: those that `tenth` searches, one per line; of a set without rows in the layout the one of sources.tsv,
# which is among them.
folders_of() {
    awk -F'"' -v row="FOLDER($1," 'index($0, row) == 1 { print $2; found = 1 } END { exit !found }' "$layout" ||
        rows "$1" | head -n 1 | cut -f 2
}

# is_whole FILE ALGORITHM CHECKSUM: as far as can be told without reading all of it. A packed file may have any size.
is_whole() {
    [ -s "$1" ] && { [ "$2" != size ] || [ "$(stat -L -c %s "$1")" = "$3" ] || [ "$(od -An -N2 -tx1 "$1")" = " 1f 8b" ]; }
}

# examine DIRECTORY DATASET: `found` is the number of its files that are there, whole or not, and `lacking` the first that
# is not there whole.
examine() {
    local of algorithm checksum name file
    found=0 lacking=
    while IFS=$'\t' read -r _ _ _ of algorithm checksum; do
        if [ "$of" = archive ]; then
            continue
        fi
        file=
        while read -r name; do
            for name in "$1/$name" "$1/$name.gz"; do
                if [ -z "$file" ] && [ -f "$name" ]; then
                    file=$name
                fi
            done
        done < <(names_of "$2" "$of")
        if [ -n "$file" ]; then
            found=$((found + 1))
        fi
        if ! is_whole "$file" "$algorithm" "$checksum"; then
            lacking=${lacking:-$of}
        fi
    done < <(rows "$2")
}

# look_for DATASET: sets `place` to where it is, or else to where some of it is, and `lacking` to what is missing; `folder` is
# the folder there.
look_for() {
    local candidate below partial=
    place='' folder=''
    for candidate in "${places[@]}"; do
        while read -r below; do
            examine "$candidate${below:+/$below}" "$1"
            if [ "$found" -gt 0 ] && [ -z "$lacking" ]; then
                place=$candidate folder=$below
                return
            elif [ "$found" -gt 0 ] && { [ -z "$partial" ] || [ "$place" != "$candidate" ]; }; then
                place=$candidate folder=$below partial=$lacking
            fi
        done < <(folders_of "$1")
    done
    lacking=${partial:-everything}
}

# fetch ADDRESS FILE: gives up soon if nobody answers, or if the transfer stalls. wget cannot restrict redirects, so it
# follows none. One's own archives may be files, as in the tests.
fetch() {
    local scheme=${1%%://*}
    if [ "$scheme" != https ] && [ "$scheme" != file ]; then
        echo "$1 is not an https:// address: who answers it is not known" >&2
        return 1
    elif command -v curl >/dev/null; then
        (tied curl --fail --location --proto "=$scheme" --proto-redir =https --silent --show-error --connect-timeout 8 \
            --speed-limit 20000 --speed-time 20 --max-time 1800 --max-filesize "$archive_limit" --output "$2" -- "$1")
    elif command -v wget >/dev/null; then
        (tied wget --quiet --tries=1 --timeout=10 --max-redirect=0 --output-document="$2" -- "$1")
    else
        echo "neither curl nor wget is installed; ./deps.sh install fetch does it" >&2
        return 1
    fi
}

# check FILE ALGORITHM CHECKSUM
check() {
    local sum
    if [ "$2" = size ]; then
        sum=$(stat -c %s "$1")
    else
        sum=$("$2sum" "$1" | cut -d ' ' -f 1)
    fi
    if [ "$sum" != "$3" ]; then
        echo "$(basename "$1") has the $2 $sum, the official one $3: discarded" >&2
        return 1
    fi
}

# unpack ARCHIVE FILE DIRECTORY: writes the contents of the one file of that name in the archive, in whichever folder, to
# DIRECTORY/FILE. A link has no content, or a few bytes.
unpack() {
    local archive=$1 member list extract
    case $archive in
    *.tar.gz)
        list=(tar --list --gzip --file "$archive")
        extract=(tar --extract --to-stdout --no-wildcards --gzip --file "$archive" --)
        ;;
    *.zip)
        list=(unzip -Z1 "$archive")
        extract=(unzip -p "$archive")
        ;;
    *)
        echo "do not know how to unpack $archive" >&2
        return 1
        ;;
    esac
    if [[ $archive == *.zip ]] && ! command -v unzip >/dev/null; then
        echo "unzip is not installed; ./deps.sh install fetch does it" >&2
        return 1
    fi
    member=$("${list[@]}" | awk -v name="$2" '$0 == name || substr($0, length($0) - length(name)) == "/" name')
    if [ -z "$member" ]; then
        echo "$2 is not in the archive" >&2
        return 1
    elif [[ $member == *$'\n'* ]] || [[ ! $member =~ ^[A-Za-z0-9_./-]+$ ]] || [[ /$member/ == */../* ]]; then
        echo "which $2 is meant is not clear, or not safe: the archive has ${member//$'\n'/, }" >&2
        return 1
    fi
    # Stopping at the limit kills the writer: the checksum decides whether the content is right.
    { "${extract[@]}" "$member" || true; } | head -c $((file_limit + 1)) >"$3/$2"
    if [ "$(stat -c %s "$3/$2")" -gt "$file_limit" ]; then
        echo "$2 in the archive is larger than $file_limit bytes" >&2
        return 1
    fi
}

# download DATASET DIRECTORY ADDRESS: into $work first; errors go to standard error.
download() {
    local dataset=$1 directory=$2 address=$3 archive of algorithm checksum marker
    archive=$work/${address##*/}
    marker=$work/.official-md5
    mkdir -p "$work/$directory" && : >"$marker" || return 1
    fetch "$address" "$archive" || return 1
    while IFS=$'\t' read -r _ _ _ of algorithm checksum; do
        if [ "$of" = archive ]; then
            check "$archive" "$algorithm" "$checksum" || return 1
            echo "$checksum" >>"$marker"
        fi
    done < <(rows "$dataset")
    while IFS=$'\t' read -r _ _ _ of algorithm checksum; do
        if [ "$of" != archive ]; then
            unpack "$archive" "$of" "$work/$directory" && check "$work/$directory/$of" "$algorithm" "$checksum" || return 1
        fi
    done < <(rows "$dataset")
    mkdir -p "$target/$directory" || return 1
    if [ -s "$marker" ]; then
        (cd "$work/$directory" && sha256sum -- *) >>"$marker" || return 1
    fi
    # The marker comes last: it vouches for existing files.
    rm -f "$target/$directory/.official-md5"
    find "$work/$directory" -mindepth 1 -maxdepth 1 -exec mv -f -t "$target/$directory" {} + || return 1
    if [ -s "$marker" ]; then
        mv -f "$marker" "$target/$directory" || return 1
    fi
}

sweep "$target"/.download-*
status=0
while IFS=$'\t' read -r -u 3 dataset directory address; do
    look_for "$dataset"
    if [ -z "$lacking" ]; then
        continue
    fi
    otherwise="a SYNTHETIC stand-in takes its place"
    if [ -n "$place" ]; then
        otherwise="in $place${folder:+/$folder} $lacking is missing or cut off: add it, or remove the others"
    fi
    if [ -n "$place" ] && [ "$place" != "$target" ]; then
        say "$dataset is not complete; $otherwise"
        status=3
        continue
    elif [ "$offline" = yes ]; then
        say "$dataset is not there and --offline forbids the download; $otherwise"
        status=3
        continue
    fi
    if ! work=$({ mkdir -p -- "$target" && mktemp -d -- "$target/.download-$mark-XXXXXX"; } 2>&1); then
        say "no $dataset ($work); $otherwise"
        work=
        status=3
        continue
    fi
    say "downloading $dataset from $address"
    if download "$dataset" "$directory" "$address" 2>"$work/errors"; then
        say "$dataset is in $target/$directory, checksums right"
    else
        say "no $dataset ($(tail -n 1 "$work/errors")); $otherwise"
        status=3
    fi
    rm -rf "$work"
    work=
done 3< <(awk -F'\t' '/^[^#]/ && !seen[$1]++ { print $1 "\t" $2 "\t" $3 }' "$sources")
exit "$status"
