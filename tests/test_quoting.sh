#!/usr/bin/env bash
# tests/test_quoting.sh: the contents of tables, file names and arguments reach gnuplot, awk, the shell and the file system
# only as text, and figures are kept, redrawn and removed according to the tables.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

if ! "$project/deps.sh" check draw 2>/dev/null; then
    skip "quoting" "figures need gnuplot-nox; \`make deps\` installs it"
    finish
    exit
fi

draw() {
    "$project/plots/draw.sh" "$@"
}

# Commands in hostile texts create this file. They cannot use a path: not every text may have a slash.
export PATH=$work/bin:$PATH
mkdir bin
printf '#!/bin/sh\ntouch "%s/PWNED"\n' "$work" >bin/pwn
chmod +x bin/pwn
harmless() {
    [ ! -e "$work/PWNED" ] || { rm "$work/PWNED"; echo "a command was run"; return 1; }
}

# write_train FILE [RUN [DATASET [METHOD]]]
write_train() {
    echo "dataset,method,seed,epoch,loss,nll,kl,accuracy_train,accuracy_val,sigma_median,seconds,run"
    for epoch in 1 2 3; do
        echo "${2:-mnist},${3:-vi},1,$epoch,1,.5,.5,.9,.8,.1,2,$1"
    done
}

# in_csv TEXT: as a cell.
in_csv() {
    printf '"%s"' "${1//\"/\"\"}"
}

# ---- One function for gnuplot in awk and one in the shell: gnuplot reads the original text. ----
eval "$(sed -n '/^set_text() {/,/^}/p' "$project/plots/draw.sh")"
texts=("'" "''x'" "'''" '"' '"1' "a\\b" "\\1" "\\" "\`pwn\`" "\$(pwn)" "@m" "{/Bold a}" $'a\n1' $'\x7f7' $'\t1' $'\e]0;x\a' "x_1^2" \
    "\"; system(\"pwn\") #" "x]; system 'pwn'" "!pwn" "< pwn" "|pwn" "%s %n" "*" "[a-z]" "-1" "=1+1" "<script>" "μ, ü" "")
read_back() {
    local text file=$work/quote.gp
    for text in "${texts[@]}"; do
        printf '%s\nb = %s\nset print "-"\nm = "macro"\nprint a\nprint b\n' "$(set_text a "$text")" \
            "$(TEXT=$text awk -f "$project/plots/csv.awk" -f <(echo 'BEGIN { printf "%s", gnuplot_quote(ENVIRON["TEXT"]) }'))" >"$file"
        [ "$(gnuplot "$file"; echo .)" = "$text"$'\n'"$text"$'\n.' ] || { printf '%q is read as %q\n' "$text" "$(gnuplot "$file")"; return 1; }
    done
}
check "texts come through to gnuplot" read_back
check "and are no commands" harmless

# ---- Names: of columns, tables, data sets, methods. ----
mkdir tables figures
write_train mnist_vi >tables/train.csv
check "a plain table is drawn" exits_with 0 draw tables figures training
before=$(find figures -type f -printf '%p %i %T@\n' | sort)
kept() {
    [ "$before" = "$(find figures -type f -printf '%p %i %T@\n' | sort)" ] || { ls -la figures; return 1; }
}
# refuses_table NAME TEXT FILE: the table is refused with this text; nothing is run, drawn or lost.
refuses_table() {
    cp "$3" "tables/$1"
    refuses 1 "$2" draw tables figures && harmless && kept
    local status=$?
    rm "tables/$1"
    return "$status"
}
rule="names of tables and columns have a-z, 0-9 and _ only"
columns=('x[1];system "pwn" #' 'x[1]=1;system "pwn"#' "x'" "\`pwn\`" "\$(pwn)" "a b" "A" "*" "-x" "=cmd" "a\\" "@m" "<script>" $'a\e[2J')
# hostile_export COLUMN: the table `export` with a further column.
hostile_export() {
    echo "dataset,$(in_csv "$1"),method,seed,criterion,posterior,number,networks,fraction,accuracy,bytes,bytes_dense,ms,ms_dense"
    echo "mnist,1,vi,1,snr,mean,int8,1,0,.9,1000,4000,1,2"
}
# look FILE: draw.sh's own look at a table.
look() {
    awk -v columns=method,perturbation -f "$project/plots/csv.awk" -f "$project/plots/look.awk" "$1"
}
cut_up() {
    awk -v table=export -v order=fraction -v dataset=mnist -v each="" -v chosen="" -v directory="$work" -f "$project/plots/csv.awk" \
        -f "$project/plots/split.awk" "$1"
}
for column in "${columns[@]}"; do
    hostile_export "$column" >hostile.csv
    check "a column called $(printf %q "$column") is refused" refuses 3 "$rule" look hostile.csv
    check "nor is one cut up" refuses 3 "$rule" cut_up hostile.csv
done
hostile_export fraction >hostile.csv
check "two columns of one name are refused" refuses 3 'two columns are called "fraction"' look hostile.csv
hostile_export "${columns[0]}" >hostile.csv
check "draw.sh draws nothing of such a table" refuses_table export.csv "$rule" hostile.csv
hostile_export $'a\e[2J' >hostile.csv
check "nor of one with control characters" refuses_table export.csv "control character" hostile.csv
check "a message shows no control characters" bash -c "cp hostile.csv tables/export.csv; ! '$project/plots/draw.sh' tables figures 2>&1 | grep -q $'\e'"
printf 'dataset,"x\nsystem(""pwn"")",method,seed,run,fraction\nmnist,1,vi,1,r,0\n' >hostile.csv
check "so is one of two lines" refuses 3 "a quote without an end" look hostile.csv
printf '%s\n' dataset,method,fraction "mnist,\"v" "i\",0" >hostile.csv
check "and a cell of two lines" refuses 3 "a quote without an end" look hostile.csv
for value in "x/../../../outside" "*" "a b" "\$(pwn)" "\`pwn\`" "'; system('pwn'); '" "-rf" "[a-z]" "?" "\\" "v*i" "=1"; do
    write_train r mnist "$(in_csv "$value")" >hostile.csv
    check "a method called $(printf %q "$value") is refused" refuses 3 "in column method, but a name has" look hostile.csv
done
write_train r mnist '"*"' >hostile.csv
check "draw.sh draws nothing of such a table either" refuses_table surviving_band.csv "in column method, but a name has" hostile.csv
write_train r '"../x"' >hostile.csv
check "nor of such a data set" refuses 3 "in column dataset, but a name has" look hostile.csv
hostile_names=("a b.csv" "-rf.csv" "\$(pwn).csv" "\`pwn\`.csv" "x';pwn;'.csv" "A.csv" $'a\nb.csv' "*.csv" "x=1.csv" $'\e[2J.csv')
write_train r >hostile.csv
for name in "${hostile_names[@]}"; do
    cp hostile.csv "tables/$name"
done
every_name_is_refused() {
    local output
    output=$(draw tables figures training 2>&1)
    if [ "$(grep -c "$rule" <<<"$output")" -ne "${#hostile_names[@]}" ] || [[ $output == *$'\e'* ]]; then
        echo "$output"
        return 1
    fi
}
check "tables of other names are refused, each with a message" every_name_is_refused
check "nothing was lost or run" eval "kept && harmless"
for name in "${hostile_names[@]}"; do
    rm "tables/$name"
done
rm -f tables/export.csv

# ---- Arguments. ----
for argument in "training_*" $'training_mnist\n'; do
    check "a figure $(printf %q "$argument") is none" refuses 2 "no figure" draw tables figures "$argument"
done
check "nor are others, after one that is" refuses 2 "no figure" draw tables figures training "training_mnist training" "../figures/training_mnist" \
    "\$(pwn)" "*" -x
check "nothing was lost or run" eval "kept && harmless"
odd=$'a \'b\' "c"\nd `pwn`$(pwn) e\\f\\n%d *[a]? <svg>@x{y} -out\n'
mkdir -- "$odd"
cp -r tables "$odd/tables"
in_odd() {
    cd -- "$odd" && TMPDIR=$PWD "$project/plots/draw.sh" tables "-out '\`pwn\`\\"$'\n' training && test -s "-out '\`pwn\`\\"$'\n/training_mnist.svg'
}
check "directories may be called as one likes" exits_with 0 in_odd
check "and are no commands" harmless

# ---- Texts of cells are drawn unchanged. ----
text="'''x' \$(pwn) @m {/Bold b} \\n ^2_3 <script> \"q\" *"
{
    echo "dataset,method,run,data_source"
    echo "mnist,vi,r,$(in_csv "SYNTHETIC $text")"
} >tables/summary.csv
write_train "$(in_csv "'''x\`pwn\`")" >tables/train.csv
write_train "$(in_csv "$text")" | tail -n +2 >>tables/train.csv
check "texts that gnuplot could take for more are drawn" exits_with 0 draw tables figures training
check "as they are" grep -qF "SYNTHETIC '''x' \$(pwn) @m {/Bold b} \\n ^2_3 &lt;script> \"q\" *" figures/training_mnist.svg
check "and are no commands" harmless

# ---- Redrawn by content. ----
rm tables/summary.csv
write_train mnist_vi >tables/train.csv
draw tables figures training >/dev/null
same() {
    says "0 figures drawn, 1 up to date" draw tables figures training
}
anew() {
    says "1 figures drawn, 0 up to date" draw tables figures training
}
touch tables/train.csv "$project"/tests/test_quoting.sh
check "times alone draw nothing" same
sed 's/,\.8,/,.7,/' tables/train.csv >changed
touch -d 2001-01-01 changed
cp -p changed tables/train.csv
check "a changed table that is older than its figure draws it anew" anew
check "once" same
sed -i 's|</svg>|<!-- --></svg>|' figures/training_mnist.svg
touch -d 2099-01-01 figures/training_mnist.svg
check "so does a figure that was edited" anew
truncate -s 100 figures/training_mnist.png
check "or cut" anew
cp -r figures copied
touch -d 2001-01-01 copied/*
check "a copy is as up to date as what it is of" says "0 figures drawn, 1 up to date" draw tables copied training
mkdir moved
sed 's/^mnist,vi/mnist,map/' tables/train.csv >moved/train.csv
check "other tables draw it anew, wherever they are" says "1 figures drawn" draw moved figures training
draw tables figures training >/dev/null

# ---- A damaged table does not lose figures. ----
before=$(find figures -type f -printf '%p %i %T@\n' | sort)
# keeps STATUS TEXT
keeps() {
    refuses "$1" "$2" draw tables figures && kept
}
cp tables/train.csv whole
head -n 1 whole >tables/train.csv
check "a table without rows keeps figures" keeps 3 "kept, for train.csv has no rows at all"
sed '3s/,.*//' whole >tables/train.csv
check "so does one with a torn line" keeps 1 "line 3 has not"
: >hostile.csv
check "an empty file is no table" refuses 3 "without even a header" look hostile.csv
printf 'dataset,method\n\0\1\2\n' >tables/train.csv
check "or one that is no text" keeps 1 "control character"
rm tables/train.csv && mkdir tables/train.csv
check "or is a directory" keeps 1 "cannot read"
rmdir tables/train.csv
sed 's/^mnist/ecg5000/' whole >tables/train.csv
printf '%s\n' dataset,method,data_source mnist,vi,mnist ecg5000,vi,ecg5000 >tables/summary.csv
check "or one that lacks what the summary has" bash -c "'$project/plots/draw.sh' tables figures 2>&1 | grep -q 'kept, for train.csv lacks'"
check "whose figure is there" test -s figures/training_mnist.svg
sed -i /mnist/d tables/summary.csv
check "a figure whose rows are gone from whole tables goes" says "training_mnist: removed" draw tables figures
check "with both its files" test ! -e figures/training_mnist.svg -a ! -e figures/training_mnist.png
check "and its lines in the record" bash -c "! grep -q training_mnist figures/drawn.tsv"
finish
