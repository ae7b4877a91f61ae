# compare.awk: are two CSV tables the same within tolerances? The golden table comes first.
#
# Another processor adds in another order, so a weight differs by parts in a million after one step, and a training run
# amplifies that: over three short epochs mean quantities stay within a few per cent, while single items near a decision
# change sides. Hence: fractions that counting defines must agree to 1e-6; counts of right answers within 6 items of 200
# (.03), quantities in nats within 5 % + .02, the rest within 10 % + .02. Texts must agree. Times are not compared.
BEGIN { FS = "," }
function abs(x) { return x < 0 ? -x : x }
function tolerance(name, value) {
    if (name ~ /^(seed|epoch|items|strength)$/) return 1e-9
    if (name == "fraction") return grid ~ /threshold/ ? .03 : 1e-6
    if (name ~ /accuracy/) return .03
    if (name ~ /^(loss|nll|kl|entropy)/) return .05 * abs(value) + .02
    return .1 * abs(value) + .02
}
FNR == 1 { if (NR == 1) { columns = NF; for (i = 1; i <= NF; i++) name[i] = $i } else if (NF != columns) { bad = 1 } }
NR == FNR { golden[FNR] = $0; rows = FNR; next }
{
    if (FNR > rows) { bad = 1; next }
    grid = $0
    split(golden[FNR], want, ",")
    for (i = 1; i <= NF; i++) {
        if (name[i] == "seconds" || name[i] == "threshold" || $i == want[i]) continue
        number = $i ~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/ && want[i] ~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/
        if (!number || abs($i - want[i]) > tolerance(name[i], want[i])) {
            printf "row %d, %s: %s, not %s\n", FNR, name[i], $i, want[i]
            bad = 1
        }
    }
    seen = FNR
}
END { if (seen != rows) { printf "%d rows, not %d\n", seen, rows; bad = 1 } exit bad }
