#!/usr/bin/env bash
# tests/test_download.sh: data/download.sh, from file:// addresses. No network.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

make_archives() {
    mkdir -p "$work/site/cifar-10-batches-bin" "$work/site/ecg"
    echo images >"$work/site/cifar-10-batches-bin/test_batch.bin"
    echo series >"$work/site/ecg/ECG5000_TRAIN.txt"
    ln -s /etc/passwd "$work/site/ecg/evil"
    echo surprise >"$work/site/ecg/.bashrc"
    tar -czf "$work/site/cifar.tar.gz" -C "$work/site" cifar-10-batches-bin
    tar -czf "$work/site/ecg.tar.gz" -C "$work/site" ecg
    md5=$(md5sum "$work/site/cifar.tar.gz" | cut -d ' ' -f 1)
    sha256=$(sha256sum "$work/site/ecg/ECG5000_TRAIN.txt" | cut -d ' ' -f 1)
    {
        printf '#a comment\n'
        printf 'cifar10\tcifar-10-batches-bin\tfile://%s/cifar.tar.gz\tarchive\tmd5\t%s\n' "$work/site" "$md5"
        printf 'cifar10\tcifar-10-batches-bin\tfile://%s/cifar.tar.gz\ttest_batch.bin\tsize\t7\n' "$work/site"
        printf 'ecg5000\tecg5000\tfile://%s/ecg.tar.gz\tECG5000_TRAIN.txt\tsha256\t%s\n' "$work/site" "$sha256"
    } >"$work/sources.tsv"
    sed "s/$md5/00$md5/;s/$sha256/$md5$md5/" "$work/sources.tsv" >"$work/wrong.tsv"
    sed 's/cifar\.tar/gone.tar/' "$work/sources.tsv" >"$work/gone.tsv"
}

download() {
    "$project/data/download.sh" "$@"
}

# An archive each: the wanted file is a link, is there twice, lies above the archive, is huge.
hostile_archives() {
    local kind options
    for kind in link twice above huge; do
        rm -rf "$work/hostile"
        mkdir -p "$work/hostile/ecg/again"
        case $kind in
        link) ln -s "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg/ECG5000_TRAIN.txt" ;;
        twice) cp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg" ;;
        huge) truncate -s 201M "$work/hostile/ecg/ECG5000_TRAIN.txt" ;;
        *) cp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg" ;;
        esac
        options=()
        case $kind in
        twice) cp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/hostile/ecg/again" ;;
        above) options=(--absolute-names '--transform=s,^ecg/,../up/,') ;;
        esac
        tar -czf "$work/site/$kind.tar.gz" --sparse "${options[@]}" -C "$work/hostile" ecg
        sed "s/ecg\.tar/$kind.tar/" "$work/sources.tsv" >"$work/$kind.tsv"
        check "an archive whose file is a trap ($kind) is no data" exits_with 3 download --sources "$work/$kind.tsv" "$work/trapped"
        check "nothing of it is kept ($kind)" test ! -e "$work/trapped/ecg5000" -a ! -e "$work/up" -a ! -e "$work/trapped/up"
    done
    sed 's,file://,http://localhost/,' "$work/sources.tsv" >"$work/plain.tsv"
    check "an address of plain http is refused" says "is not an https:// address" download --sources "$work/plain.tsv" "$work/plain"
    check "and is no data" exits_with 3 download --sources "$work/plain.tsv" "$work/plain"
}

make_archives
if command -v curl >/dev/null; then
    check "a download with the right checksums succeeds" exits_with 0 download --sources "$work/sources.tsv" "$work/got"
    check "its files are there" cmp "$work/site/ecg/ECG5000_TRAIN.txt" "$work/got/ecg5000/ECG5000_TRAIN.txt"
    check "a checked archive is marked as official" grep -qx "$md5" "$work/got/cifar-10-batches-bin/.official-md5"
    check "with the checksum of each file" bash -c "cd '$work/got/cifar-10-batches-bin' && sed 1d .official-md5 | sha256sum -c --strict"
    check "only the files that are wanted come out of an archive" bash -c "
        [ \"\$(cd '$work/got' && find . -mindepth 2 | sort | paste -sd ' ')\" = \
        './cifar-10-batches-bin/.official-md5 ./cifar-10-batches-bin/test_batch.bin ./ecg5000/ECG5000_TRAIN.txt' ]"
    check "wrong checksums are no data" exits_with 3 download --sources "$work/wrong.tsv" "$work/refused"
    check "nothing of them is kept" is_empty_directory "$work/refused"
    check "a checksum that is wrong is shown" says "the official one 00$md5" download --sources "$work/wrong.tsv" "$work/refused"
    hostile_archives
    check "an address that is gone is no data" exits_with 3 download --sources "$work/gone.tsv" "$work/half"
    check "which does not keep the others away" test -d "$work/half/ecg5000" -a ! -e "$work/half/cifar-10-batches-bin"
else
    skip "downloads" "curl is not installed, and wget takes no file:// address"
fi
elsewhere=$work/elsewhere
look_elsewhere() {
    download --sources "$work/gone.tsv" --offline "$work/unused" "$elsewhere"
}
mkdir -p "$elsewhere/cifar-10-batches-bin" "$elsewhere/ecg5000"
check "an empty directory is no data set" says "cifar10 is not there" look_elsewhere
echo images >"$elsewhere/cifar-10-batches-bin/test_batch.bin"
echo series | gzip >"$elsewhere/ecg5000/ECG5000_TRAIN.txt.gz"
check "what is elsewhere is not downloaded, packed or not" exits_with 0 look_elsewhere
check "nor what has one of the other names that are read" exits_with 0 bash -c "
    mv '$elsewhere/ecg5000' '$elsewhere/ECG5000'
    mv '$elsewhere/ECG5000/ECG5000_TRAIN.txt.gz' '$elsewhere/ECG5000/ECG5000_TRAIN.tsv'
    mv '$elsewhere/cifar-10-batches-bin/test_batch.bin' '$elsewhere'
    '$project/data/download.sh' --sources '$work/gone.tsv' --offline '$work/unused' '$elsewhere'"
mkdir "$elsewhere/ecg5000"
mv "$elsewhere/ECG5000/ECG5000_TRAIN.tsv" "$elsewhere/ecg5000/ECG5000_TRAIN.txt.gz"
mv "$elsewhere/test_batch.bin" "$elsewhere/cifar-10-batches-bin"
printf 'ecg5000\tecg5000\tfile:///nowhere/ecg.tar.gz\tECG5000_TEST.txt\tsha256\t0\n' >>"$work/gone.tsv"
check "a part of a set is not the set" exits_with 3 look_elsewhere
check "which file is missing is said" says "in $elsewhere/ecg5000 ECG5000_TEST.txt is missing or cut off" look_elsewhere
echo more >"$elsewhere/ecg5000/ECG5000_TEST.txt"
printf imag >"$elsewhere/cifar-10-batches-bin/test_batch.bin"
check "nor is a file that is cut off a file" says "test_batch.bin is missing or cut off" look_elsewhere
if command -v curl >/dev/null; then
    mkdir -p "$work/repaired/ecg5000"
    cp -r "$elsewhere/cifar-10-batches-bin" "$work/repaired"
    touch "$work/repaired/cifar-10-batches-bin/notes"
    check "a set that is not whole is completed" exits_with 0 download --sources "$work/sources.tsv" "$work/repaired"
    check "with the official file" cmp "$work/site/cifar-10-batches-bin/test_batch.bin" \
        "$work/repaired/cifar-10-batches-bin/test_batch.bin"
    check "its mark, and what else was there" ls "$work/repaired/cifar-10-batches-bin"/{notes,.official-md5}
    check "so is an empty directory" test -s "$work/repaired/ecg5000/ECG5000_TRAIN.txt"
fi
check "--offline downloads nothing" exits_with 3 download --offline --sources "$work/sources.tsv" "$work/unused"
check "and leaves no trace" test ! -e "$work/unused"
finish
