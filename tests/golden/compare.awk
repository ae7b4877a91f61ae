# compare.awk: are two CSV tables the same within tolerances? The golden table comes first.
#
# Another processor or compiler adds in another order, so that a weight differs by parts in a million after one step, and a
# training run amplifies that. How far was measured: the standard deviations below, the greatest of any row, are those of 16
# runs whose learning rates are apart by a quarter of a millionth; builds with other flags lie within the same. It is not the
# sampling error of the test items, which are the same in both tables: with four times as many it is hardly less.
#
#   exact in every run: names, seeds, counts, fractions that counting defines
#   .0009 accuracies in training                      .01
#   .0084 other accuracies, ECE                       .03
#   .013  these where predictions are undecided       .08
#   .009  loss, NLL, entropy, expected entropy, mean softmax  .02 + 2 %
#   .0007 fractions that a threshold defines, their means over tensors  .005
#   .0007 Brier score, mutual information, std        .005 + 2 %
#   .004  variation ratio                             .025
#   .0005 of the value: KL, median sigma              1 %
#
# Undecided are networks pruned so far that the mean entropy is above 2 of ln 10 = 2.3 nats: all classes are nearly equal, and
# which one is ahead turns on the last digits. There NLL and entropy, which stay as steady as elsewhere, are what notices.
# Times and thresholds are not compared.
BEGIN { FS = "," }
function abs(x) { return x < 0 ? -x : x }
function tolerance(name, value) {
    if (name ~ /^(seed|epoch|items|strength)$/) return 1e-9
    if (name == "fraction") return threshold_row ? .005 : 1e-6
    if (name == "fraction_tensor_mean") return .005
    if (name ~ /^accuracy_(train|val)$/) return .01
    if (name ~ /^accuracy|^balanced_accuracy$|^ece$/) return undecided ? .08 : .03
    if (name ~ /^(loss|nll|entropy|aleatoric|mean_softmax)/) return .02 + .02 * abs(value)
    if (name ~ /^(brier|mutual_information|std)$/) return .005 + .02 * abs(value)
    if (name == "variation_ratio") return .025
    if (name ~ /^(kl|sigma_median)$/) return .01 * abs(value)
    return 0
}
FNR == 1 { if (NR == 1) { columns = NF; for (i = 1; i <= NF; i++) { name[i] = $i; at[$i] = i } } else if (NF != columns) { bad = 1 } }
NR == FNR { golden[FNR] = $0; rows = FNR; next }
{
    if (FNR > rows) { bad = 1; next }
    split(golden[FNR], want, ",")
    threshold_row = "grid" in at && want[at["grid"]] != "fraction"
    undecided = "entropy" in at && want[at["entropy"]] > 2
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
