#!/usr/bin/env bash
# tests/test_bench_run.sh: `make bench` (experiments/bench), with stand-ins that "measure" known numbers, and once at tiny
# sizes with the programs themselves. Times are not judged here. $TENTH is the program; the Makefile sets it.
set -uo pipefail
# shellcheck source=tests/script.sh
source "$(dirname "$0")/script.sh"
run=$project/experiments/bench/run.sh
export FAKE_LOG=$work/log
unset PYTHON

# ---- Stand-ins. ----

# Times of the Nth call: 10, 20, 30 of ours; 40, 40, 150 of the peer's after the one that chooses its layout, and 20 if it
# keeps its memory.
export REAL_TENTH=$tenth
write_fakes() {
    cat >tenth <<'END'
#!/usr/bin/env bash
if [ "$1" = --cpus ]; then
    echo 2
    exit 0
fi
if [ "$1" = --version ]; then
    echo "tenth 0 (gemm G${FAKE_UNIT:+ + $FAKE_UNIT})"
    exit 0
fi
if [[ $* == *bf16* ]]; then
    echo "bf16 $*" >>"$FAKE_LOG"
    echo dataset,method,ms_per_step,gflops,peak_mib
    echo "mnist,vi,5,400,7"
    exit 0
fi
if [ "$1" = table ]; then # what figures look like
    exec "$REAL_TENTH" "$@"
fi
echo "ours $*" >>"$FAKE_LOG"
if [ -n "${FAKE_SLEEP:-}" ]; then
    touch started
    sleep 60
fi
echo dataset,method,batch,filters,threads,ms_per_step,gflops,sgemm_gflops,share_gemm,share_im2col,share_sampling,share_optimizer,peak_mib,page_faults
echo "mnist,vi,3,4,1,$(grep -c ours "$FAKE_LOG")0,200,400,.5,.2,.1,.05,7,0"
END
    cat >python <<'END'
#!/usr/bin/env bash
if [ "$1" = -c ]; then
    exit 0
fi
program=${MALLOC_TOP_PAD_:+kept}
program=${program:-peer}
if [[ $* == *bf16* ]]; then
    program=peer_bf16
fi
if [[ $* == *--compiled* ]]; then
    if [ -z "${FAKE_COMPILES:-}" ]; then
        echo "no compiler" >&2
        exit 1
    fi
    program=compiled
fi
echo "$program $*" >>"$FAKE_LOG"
count=$(grep -c "^$program " "$FAKE_LOG")
if [ "$program$count" = "peer${FAKE_FAILS_AT:-}" ]; then
    exit 1
fi
times=(0 9 40 40 150)
faults=4500
if [ "$program" = kept ]; then
    times=(0 9 20 20 20)
    faults=8
elif [ "$program" = compiled ]; then
    times=(0 9 9 5 5 5)
elif [ "$program" = peer_bf16 ]; then
    times=(0 9 30 35 15)
fi
echo dataset,method,batch,filters,threads,ms_per_step,gflops,page_faults,layout,parameters,peak_mib
echo "mnist,vi,3,4,1,${times[count]},1,${faults},nchw,99,11"
END
    chmod +x tenth python
    printf 'step\tmnist\tvi\t4\t3\t-\t-\t-\n' >one.tsv
}

fake_run() {
    TENTH=$work/tenth PYTHON=$work/python "$run" --cells one.tsv --threads 1 --rounds 3 --out out "$@"
}

# cell TABLE COLUMN: of the table's first row.
cell() {
    awk -F, -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i } NR == 2 { print $at }' "out/$1.csv"
}

is() {
    [ "$1" = "$2" ] || {
        echo "\"$1\", not \"$2\""
        return 1
    }
}

write_fakes
export FAKE_FAILS_AT=3
check "a peer that fails is an error" exits_with 1 fake_run
check "of which there is no table" test ! -e out/peer.csv
unset FAKE_FAILS_AT
sed -i '$d' log # the failed call
check "the same command goes on" exits_with 0 fake_run
check "by turns, with the layout that was chosen, and nothing twice" \
    is "$(sed 's/ .*--layout//;s/^ours.*/ours/' log | paste -sd ' ')" \
    "peer best kept best ours peer nchw kept nchw ours peer nchw kept nchw ours peer nchw kept nchw"
check "the ratio is the median of the pairs'" is "$(cell peer ratio)" 4
check "its least" is "$(cell peer ratio_min)" 2
check "and greatest" is "$(cell peer ratio_max)" 5
check "our time is the median" is "$(cell peer ours_ms)" 20
check "and PyTorch's, without the call that chose" is "$(cell peer peer_ms)" 40
check "the geometric mean of one is itself" grep -q '^geometric mean of steps,geometric_mean,,*4,4,4,,*1,,,8,,,,,,,,,1$' out/peer.csv
check "the most that direct products allow stands beside it: 2 GFLOP at 400 a second" is "$(cell peer limit_ratio)" 8
check "the one that keeps its memory has a ratio of its own" is "$(cell peer kept_ratio)" 1
check "PyTorch at its best is the one that keeps its memory" is "$(cell peer best_ratio)" 1
check "a compiler that does not work is said, and not measured" is "$(cell peer compiled_ratio)" ""
check "what each took from the system stands beside it" \
    is "$(cell peer ours_faults) $(cell peer peer_faults) $(cell peer kept_faults)" "0 4500 8"
# 200 GFLOP/s in 10 ms are 2 GFLOP, which 400 GFLOP/s do in 5 ms, a quarter of the median 20 ms.
check "the limit" is "$(cell roofline limit_ms)" 5
check "against the time" is "$(cell roofline limit_over_ms)" 0.25
check "and what no phase has" is "$(cell roofline share_other)" 0.15
check "without a unit nothing is of bf16" is "$(cell peer bf16_gain)" ""
if localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" 2>/dev/null; then
    check "where numbers have a comma" exits_with 0 env LOCPATH="$work" LC_ALL=de_DE.UTF-8 TENTH="$work/tenth" "$run" \
        --cells one.tsv --threads 1 --rounds 1 --no-peer --out comma
    check "tables have points" test "$(tail -n 1 comma/roofline.csv | tr -cd , | wc -c)" -eq "$(head -n 1 comma/roofline.csv | tr -cd , | wc -c)"
else
    skip "a locale with a comma" "its source is not installed (package locales)"
fi
check "every measurement is kept" is "$(wc -l <out/measurements.csv)" 12
check "nothing half-made is left" is "$(find out -name '.*' -type f)" ""
check "a finished run starts anew" bash -c ": >log; TENTH=$work/tenth PYTHON=$work/python '$run' --cells one.tsv \
    --threads 1 --rounds 1 --out out && test \"\$(grep -c '' log)\" -eq 5"

for unit in AVX512-BF16 AMX; do
    : >log
    check "with $unit" exits_with 0 env FAKE_UNIT="$unit" TENTH="$work/tenth" PYTHON="$work/python" "$run" --cells one.tsv \
        --threads 1 --rounds 3 --out out
    check "its time is measured, too" is "$(cell peer bf16_ms)" 5
    check "and compared pair by pair" is "$(cell peer bf16_gain)" 4
    check "also with PyTorch's floats" is "$(cell peer bf16_ratio)" 8
    check "and with PyTorch's bf16" is "$(cell peer bf16_both_ratio)" 6
    check "which is measured, too" is "$(cell peer peer_bf16_ms)" 30
    check "each has its mean" grep -q '^geometric mean of steps,.*,8,,6,,,,,,1$' out/peer.csv
done
: >log
check "with a compiler" exits_with 0 env FAKE_COMPILES=yes TENTH="$work/tenth" PYTHON="$work/python" "$run" --cells one.tsv \
    --threads 1 --rounds 3 --out out
check "PyTorch is also compiled" is "$(cell peer compiled_ms) $(cell peer compiled_ratio)" "5 0.25"
check "which is its best if it is" is "$(cell peer best_ratio)" 0.25
check "and has its mean" grep -q '^geometric mean of steps,.*,0.25,0.25$' out/peer.csv

printf 'step\tmnist\tvi\tlenet_5\t3\t-\t-\t-\n' >network.tsv
: >log
check "a network by its name" exits_with 0 env TENTH="$work/tenth" PYTHON="$work/python" "$run" --cells network.tsv \
    --threads 1 --rounds 1 --out network
check "is given to both programs" test "$(grep -c -- '--architecture conv 20 5x5 valid relu; maxpool 2;' log)" -eq 5
check "and names its cell" grep -q '^mnist lenet_5/3 vi,step,mnist,vi,lenet_5,3,' network/peer.csv
printf 'step\tmnist\tvi\tlenet_6\t3\t-\t-\t-\n' >unknown.tsv
check "one that is not there" says "lenet_6: it is neither" fake_run --cells unknown.tsv
check "is a usage error" exits_with 2 fake_run --cells unknown.tsv

sleeping_run() {
    FAKE_SLEEP=yes fake_run --no-peer >interrupted.log 2>&1
}
check "Ctrl-C ends it with 130" exits_with 130 interrupted started sleeping_run
check "and says how to resume" grep -q "the same command goes on from here" interrupted.log

check "an unknown option" exits_with 2 fake_run --fast
check "no rounds" exits_with 2 fake_run --rounds 0
check "an option without its value" exits_with 2 fake_run --out
check "cells that are not there" exits_with 2 fake_run --cells none.tsv
check "a part that is not there" says "parts in" fake_run --only stairs
check "is a usage error" exits_with 2 fake_run --only stairs
printf 'step\tmnist\tvi\n' >short.tsv
check "a row of cells that is cut short is an error" says "short.tsv:1: 3 columns" fake_run --cells short.tsv
check "no program" exits_with 2 env TENTH=none "$run" --cells one.tsv --out out
check "--help" says "--no-peer" "$run" --help

# ---- The programs themselves. ----

{
    printf 'step\tmnist,ecg5000\tvi,mle\t4\t3\t-\t-\t-\n'
    printf 'step\tmnist\tmle\tlenet_300_100,lenet_5\t3\t-\t-\t-\n'
    printf 'predict\tmnist\tvi\t4\t-\t-\t20\t2\n'
    printf 'threads\tmnist\tvi\t4\t3\t*\t-\t-\n'
    printf 'batch\tmnist\tvi\t4\t2,4\t-\t-\t-\n'
    printf 'filters\tmnist\tvi\t4,8\t3\t-\t-\t-\n'
} >tiny.tsv

tiny_run() {
    TENTH=$tenth "$run" --quick --cells tiny.tsv --threads 1 "$@"
}

# header FILE: other projects read these.
header() {
    head -n 1 "$1"
}

peer_header=cell,measurement,dataset,method,filters,batch,threads,items,samples,rounds,ours_ms,peer_ms,ratio,ratio_min
peer_header+=,ratio_max,ours_mib,peer_mib,peer_layout,kept_ms,kept_ratio,bf16_ms,bf16_gain,limit_ratio
peer_header+=,bf16_ratio,peer_bf16_ms,bf16_both_ratio,ours_faults,peer_faults,kept_faults,compiled_ms,compiled_ratio,best_ratio
roofline_header=cell,dataset,method,filters,batch,threads,rounds,gflop,sgemm_gflops,limit_ms,ms_per_step,limit_over_ms
roofline_header+=,share_gemm,share_im2col,share_sampling,share_optimizer,share_other,gemm_of_alone
scaling_header=varied,dataset,method,value,filters,batch,threads,rounds,ms_per_step,items_per_second,speedup,gflops
scaling_header+=,sgemm_gflops

# A torch that cannot be imported hides any that can.
mkdir no-torch
echo 'raise ImportError' >no-torch/torch.py
check "without torch it says what to install" says "deps.sh install bench" \
    env PYTHONPATH="$work/no-torch" TENTH="$tenth" "$run" --quick --cells tiny.tsv --threads 1 --out alone
check "and measures tenth: peer.csv" is "$(header alone/peer.csv)" "$peer_header"
check "with seven cells and no ratio" is "$(awk -F, 'NR > 1 && $11 > 0 && $13 == ""' alone/peer.csv | wc -l)" 7
check "roofline.csv" is "$(header alone/roofline.csv)" "$roofline_header"
# shellcheck disable=SC2016 # awk's, not the shell's
check "whose shares make a whole" awk -F, '
    NR > 1 { sum = $13 + $14 + $15 + $16 + $17; if (sum < .99 || sum > 1.05) { print; bad = 1 } }
    END { exit bad || NR != 7 }' alone/roofline.csv
check "scaling.csv" is "$(header alone/scaling.csv)" "$scaling_header"
check "with every thread, batch and filter" is "$(wc -l <alone/scaling.csv)" "$(($(processors) + 5))"
if "$project/deps.sh" check draw 2>/dev/null; then
    check "and draws what it has" is "$(cd alone/figures && printf '%s ' *)" \
        "bench_roofline.png bench_roofline.svg bench_scaling.png bench_scaling.svg drawn.tsv "
else
    skip "the figures" "gnuplot-nox is not installed"
fi

if command -v python3 >/dev/null; then
    check "peer.py is Python" python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$project/experiments/bench/peer.py"
else
    skip "peer.py is Python" "python3 is not installed"
fi

# All count the arithmetic of the direct convolution: if gflops x time agree, so do the networks' layers. Round 0, which
# finds PyTorch's layouts, predicts with one sample.
same_work() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["round"] > 0 && ($at["part"] == "step" || $at["part"] == "predict") {
            work = $at["ms"] * $at["gflops"]
            key = $1 "," $2 "," $3 "," $4
            if (key in known && (work / known[key] > 1.001 || known[key] / work > 1.001)) { print key; bad = 1 }
            pairs += key in known
            known[key] = work
            programs += !seen[$at["program"]]++
        }
        END { exit bad || pairs != 7 * (programs - 1) || programs < 3 }' "$1"
}

# The peer's number of parameters, against that of a run.
same_parameters() {
    local ours peer
    "$tenth" train "$project/tests/golden/golden.ini" --set train.epochs=1 --set data.train_items=200 --set model.filters=5 \
        --set posterior.method=mle --out . --quiet || return 1
    ours=$("$tenth" table mnist_mle_seed1.h5 summary | awk -F, 'NR == 2 { print $4 }')
    peer=$("$python" "$project/experiments/bench/peer.py" --filters 5 --batch 2 --threads 1 --repeats 1 |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 2 { print $at["parameters"] }')
    is "$peer" "$ours"
}

python=
for candidate in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$candidate" -c 'import torch' 2>/dev/null; then
        python=$candidate
    fi
done
if [ -n "$python" ]; then
    check "with torch" exits_with 0 tiny_run --out beside --only step,predict
    check "every cell has its ratio" is "$(awk -F, 'NR > 1 && $12 > 0 && $13 > 0 && $17 > 0' beside/peer.csv | wc -l)" 7
    check "and there is a mean" is "$(awk -F, '$2 == "geometric_mean" && $13 > 0' beside/peer.csv | wc -l)" 1
    check "both do the same work" same_work beside/measurements.csv
    check "both have as many parameters" same_parameters
    check "parts that were not measured have no table" test ! -e beside/scaling.csv
else
    skip "the comparison" "python3-torch is not installed (./deps.sh install bench)"
fi
finish
