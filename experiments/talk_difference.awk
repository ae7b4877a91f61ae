# experiments/talk_difference.awk: how far a vi run's curves are from those that were digitised from the talk's slides. After
# plots/csv.awk:
#
#   awk -f plots/csv.awk -f experiments/talk_difference.awk [-v format=md] talk_pruning.csv talk_uncertainty.csv summary.csv prune.csv perturb.csv
#
# Each of the talk's values is held against the run's curve, which is straight between what was measured. Pruning is by log p(0), as in
# the talk; its fraction is an unweighted mean over tensors (pruning_tensor_mean), and figures draw it as if it were one of all weights
# (pruning_fraction). A value above 1 was digitised and counts as 1. The talk's values beyond
# the ends of the run's curve are counted (outside), and not guessed at. A run for which the talk has a curve that it has not
# measured has no row of it.
#
# Prints CSV, one row for each run, curve and metric: the root-mean-square and the mean difference (the run less the talk), and the
# largest with where it is. format=md: the same as a table of Markdown.

# A point of the talk's curve.
function talk_point(dataset, curve, metric, x, y,    name) {
    name = dataset SUBSEP curve SUBSEP metric
    talk_x[name, ++talk_count[name]] = x + 0
    talk_y[name, talk_count[name]] = y + 0
    if (talk_count[name] == 1)
        talk_names[++talk_curves] = name
}

# A point of a run's; points at one place are one.
function run_point(run, dataset, curve, metric, x, y,    name, i, j) {
    if (x == "" || y == "" || !((dataset SUBSEP curve SUBSEP metric) in talk_count))
        return
    name = run SUBSEP dataset SUBSEP curve SUBSEP metric
    x += 0
    for (i = count_of[name]; i > 0 && xs[name, i] > x; i--) { # by x, as they come in
    }
    if (i > 0 && xs[name, i] == x)
        return
    for (j = ++count_of[name]; j > i + 1; j--) {
        xs[name, j] = xs[name, j - 1]
        ys[name, j] = ys[name, j - 1]
    }
    xs[name, i + 1] = x
    ys[name, i + 1] = y + 0
    if (!(run in run_seen))
        runs[++run_count] = run
    run_seen[run] = 1
}

# The run's curve at x; "": it does not reach so far.
function curve_at(name, x,    i) {
    if (count_of[name] == 0 || x < xs[name, 1] || x > xs[name, count_of[name]])
        return ""
    for (i = 1; xs[name, i] < x; i++) {
    }
    if (xs[name, i] == x)
        return ys[name, i]
    return ys[name, i - 1] + (ys[name, i] - ys[name, i - 1]) * (x - xs[name, i - 1]) / (xs[name, i] - xs[name, i - 1])
}

function table_of() {
    return substr(FILENAME, match(FILENAME, /[^\/]*$/))
}

FNR == 1 {
    split("", at)
    csv_header($0, names, at)
    table = table_of()
    next
}

{
    csv_split($0, cells)
}

table == "talk_pruning.csv" {
    accuracy = cells[at["accuracy"]] > 1 ? 1 : cells[at["accuracy"]]
    talk_point(cells[at["dataset"]], "pruning_tensor_mean", "accuracy", cells[at["prune_ratio"]], accuracy)
    talk_point(cells[at["dataset"]], "pruning_fraction", "accuracy", cells[at["prune_ratio"]], accuracy)
}

table == "talk_uncertainty.csv" {
    talk_point(cells[at["dataset"]], cells[at["perturbation"]], cells[at["metric"]], cells[at["strength"]], cells[at["value"]])
}

table == "summary.csv" {
    source[cells[at["run"]]] = cells[at["data_source"]]
}

table == "prune.csv" && cells[at["method"]] == "vi" && cells[at["criterion"]] == "log_p0" {
    run_point(cells[at["run"]], cells[at["dataset"]], "pruning_tensor_mean", "accuracy", cells[at["fraction_tensor_mean"]], cells[at["accuracy"]])
    run_point(cells[at["run"]], cells[at["dataset"]], "pruning_fraction", "accuracy", cells[at["fraction"]], cells[at["accuracy"]])
}

table == "perturb.csv" && cells[at["method"]] == "vi" {
    for (m = 1; m <= split("accuracy entropy mutual_information", metrics, " "); m++)
        run_point(cells[at["run"]], cells[at["dataset"]], cells[at["perturbation"]], metrics[m], cells[at["strength"]], \
            cells[at[metrics[m]]])
}

function quoted(text) {
    if (text !~ /[,"]/)
        return text
    gsub(/"/, "\"\"", text)
    return "\"" text "\""
}

# One row: what stands between the run's curve and the talk's.
function print_difference(run, curve,    name, p, i, y, difference, squares, sum, largest, where, points) {
    name = run SUBSEP curve
    if (!(name in count_of))
        return
    for (i = 1; i <= talk_count[curve]; i++) {
        y = curve_at(name, talk_x[curve, i])
        if (y == "")
            continue
        difference = y - talk_y[curve, i]
        points++
        squares += difference * difference
        sum += difference
        if (points == 1 || difference * difference > largest * largest) {
            largest = difference
            where = talk_x[curve, i]
        }
    }
    split(curve, p, SUBSEP)
    if (format == "md")
        printf "| %s | %s | %s | ", run, p[2], p[3]
    else
        printf "%s,%s,%s,%s,", p[1], run, p[2], p[3]
    if (points > 0)
        printf(format == "md" ? "%.3f | %+.3f | %+.3f at %g" : "%.6g,%.6g,%.6g,%.6g", sqrt(squares / points), sum / points, largest, where)
    else
        printf(format == "md" ? " | | " : ",,,")
    if (format == "md")
        printf " | %d of %d |\n", points, talk_count[curve]
    else
        printf ",%d,%d,%s\n", points, talk_count[curve] - points, quoted(source[run])
}

END {
    if (failed)
        exit failed
    if (format == "md")
        print "| run | curve | metric | root mean square | mean | largest | values |\n|---|---|---|---|---|---|---|"
    else
        print "dataset,run,curve,metric,difference_rms,difference_mean,difference_largest,at,points,outside,data_source"
    for (r = 1; r <= run_count; r++)
        for (t = 1; t <= talk_curves; t++)
            print_difference(runs[r], talk_names[t])
}
