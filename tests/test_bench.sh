#!/usr/bin/env bash
# tests/test_bench.sh: `tenth bench` at tiny sizes. Times are not judged here. $TENTH is the program; the Makefile sets
# it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"

# is_row FILE HEADER: the header, and one row with a number in every column from the third on except the precision: above 0,
# except page faults, a fraction and shares; the latter are within 0..1, and the shares together at most 1 except for the
# clock's own error.
is_row() {
    awk -F, -v header="$2" '
        NR == 1 && $0 != header { print "header: " $0; bad = 1 }
        NR == 1 { columns = split($0, name) }
        NR == 2 {
            if (NF != columns) { print NF " cells, " columns " columns"; bad = 1 }
            for (i = 3; i <= NF; i++) {
                if (name[i] == "precision" || name[i] == "architecture") continue
                if ($i !~ /^[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?$/) { print name[i] " = \"" $i "\""; bad = 1 }
                if (name[i] ~ /^share_|^fraction$/) {
                    if ($i > 1) { print name[i] " = " $i; bad = 1 }
                    if (name[i] != "fraction") sum += $i
                } else if (!($i > 0) && name[i] != "page_faults") { print name[i] " = " $i; bad = 1 }
            }
            if (sum > 1.05) { print "shares add up to " sum; bad = 1 }
        }
        END { if (NR != 2) { print NR " lines"; bad = 1 } exit bad }' "$1"
}

# cell FILE COLUMN: of the only row.
cell() {
    awk -F, -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i } NR == 2 { print $at }' "$1"
}

step_header=dataset,method,batch,filters,threads,ms_per_step,gflops,sgemm_gflops,share_gemm,share_im2col
step_header+=,share_sampling,share_optimizer,peak_mib,precision,gemm_of_alone,page_faults,architecture
predict_header=dataset,method,samples,items,filters,fraction,threads,ms,passes_per_second,gflops,sgemm_gflops
predict_header+=,peak_mib,precision,page_faults,architecture

# Winograd's path and im2col's, one thread and two, a posterior and a point estimate.
for cell in "mnist vi 16 1" "mnist mle 4 2" "cifar10 map 4 1" "ecg5000 vi 16 2" "ecg5000 mle 4 1"; do
    read -r dataset method filters threads <<<"$cell"
    "$tenth" bench --dataset "$dataset" --method "$method" --batch 3 --filters "$filters" --threads "$threads" \
        --repeats 2 >row.csv 2>errors || cat errors
    check "a step of $cell" is_row row.csv "$step_header"
    check "a step of $cell says what it is of" grep -q "^$dataset,$method,3,$filters,$threads," row.csv
done
check "a posterior's weights are sampled" bash -c "
    '$tenth' bench --dataset ecg5000 --batch 2 --filters 64 --threads 1 --repeats 4 | tail -n 1 | cut -d, -f11 |
        awk '{ exit !(\$1 > 0.001) }'"
# The first layer's outputs alone are 1,568 pages. AddressSanitizer returns sgemm's own buffers, 368 of them; otherwise
# there are none, except in the few steps in which a thread first uses its memory.
"$tenth" bench --batch 128 --filters 64 --repeats 3 >row.csv
check "a step takes no new memory" awk -v pages="$(cell row.csv page_faults)" 'BEGIN { exit !(pages != "" && pages < 1000) }'
"$tenth" bench --predict 7 --samples 3 --filters 4 --threads 1 --repeats 1 >row.csv
check "a prediction" is_row row.csv "$predict_header"
check "a prediction says what it is of" grep -q "^mnist,vi,3,7,4,0,1," row.csv
"$tenth" bench --predict 7 --samples 3 --filters 4 --fraction .95 --threads 1 --repeats 1 >row.csv
check "a prediction of a pruned network" is_row row.csv "$predict_header"
check "says how far it is pruned" test "$(cell row.csv fraction)" = 0.95
"$tenth" bench --predict 7 --samples 3 --filters 4 --threads 1 --repeats 1 --method mle >row.csv
check "a point estimate has one network" test "$(cell row.csv samples)" -eq 1
"$tenth" bench --batch 3 --filters 16 --threads 1 --repeats 1 --precision bf16 >row.csv
check "a step of bf16" is_row row.csv "$step_header"
check "says that it is one" test "$(cell row.csv precision)" = bf16
"$tenth" bench --batch 3 --architecture "conv 4 5 valid relu; maxpool 2; dense 9 tanh" --threads 2 --repeats 1 >row.csv
check "a step of another network" is_row <(sed '2s/,3,,2,/,3,1,2,/' row.csv) "$step_header"
check "says which" test "$(cell row.csv architecture)" = "conv 4 5 valid relu; maxpool 2; dense 9 tanh"
check "TSV has tabs" says $'dataset\tmethod\tbatch' \
    "$tenth" bench --batch 1 --filters 1 --threads 1 --repeats 1 --format tsv
# The check itself must notice errors.
printf '%s\nmnist,vi,3,4,1,1,1,1,.6,.6,.1,.1,1,fp32,1,0,\n' "$step_header" >row.csv
check "shares of more than everything are noticed" exits_with 1 is_row row.csv "$step_header"
printf '%s\nmnist,vi,3,4,1,,1,1,.6,.1,.1,.1,1,fp32,1,0\n' "$step_header" >row.csv
check "an empty cell is noticed" exits_with 1 is_row row.csv "$step_header"

# refuses TEXT OPTION...: exit code 2, with this text.
refuses() {
    local text=$1 status=0 output
    shift
    output=$("$tenth" bench "$@" 2>&1) || status=$?
    if [ "$status" -ne 2 ] || [[ $output != *"$text"* ]]; then
        echo "exit code $status: $output"
        return 1
    fi
}
check "an unknown data set" refuses "mnist" --dataset mnits
check "an unknown precision" refuses "fp32 or bf16 is wanted" --precision fp16
check "an unknown method" refuses "vi" --method vo
check "a batch of 0" refuses "--batch 0" --batch 0
check "filters that are no number" refuses "--filters many" --filters many
check "filters beside an architecture" refuses "--filters 3: --architecture has all layers" --architecture "dense 9" --filters 3
check "a layer that is none" refuses "did you mean dense" --architecture "dence 9"
check "no threads" refuses "--threads 0" --threads 0
check "too many repeats" refuses "--repeats 1001" --repeats 1001
check "samples without a prediction" refuses "--predict" --samples 3
check "a fraction without a prediction" refuses "--predict" --fraction .5
check "a batch with a prediction" refuses "--batch 8" --predict 10 --batch 8
check "an option of other commands" refuses "--jobs" --jobs 2
check "an argument" refuses "mnist" mnist
check "an unknown format" refuses "csv or tsv" --format xml --batch 1
check "its table is in no run file" says "tenth bench" "$tenth" table run.h5 bench
check "no run has its table" bash -c "! '$tenth' table --list | grep -q '^bench'"
check "bench --help says what is counted" says "direct convolution" "$tenth" bench --help

finish
