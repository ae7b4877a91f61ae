# experiments/pruned.awk: prune_band.csv as a table for README.md: what vi keeps at a few fractions, by the two criteria that
# know the posterior. After plots/csv.awk and sources.awk.

BEGIN {
    shown = split("0 0.9 0.95 0.98", fractions, " ")
}

NR == 1 {
    csv_header($0, names, at)
    next
}

{
    csv_split($0, cells)
    criterion = cells[at["criterion"]]
    if (cells[at["method"]] != "vi" || cells[at["grid"]] != "fraction" || criterion !~ /^(snr|log_p0)$/)
        next
    note_source(cells[at["dataset"]], cells[at["data_source"]])
    row = cells[at["dataset"]] " | " criterion
    if (!(row in seen)) {
        seen[row] = 1
        rows[++count] = row
    }
    # A fraction is one of whole weights, so that it lies a little beside the one asked for.
    value[row, sprintf("%.4f", cells[at["fraction"]])] = sprintf("%.3f (%.3f to %.3f); %.3f", cells[at["accuracy"]], \
        cells[at["low"]], cells[at["high"]], cells[at["accuracy_mean_weights"]])
}

END {
    if (failed)
        exit failed
    header = "| data | criterion"
    rule = "|---|---"
    for (i = 1; i <= shown; i++) {
        header = header " | " (fractions[i] == 0 ? "unpruned" : 100 * fractions[i] " % removed")
        rule = rule "|---"
    }
    print header " |"
    print rule "|"
    for (r = 1; r <= count; r++) {
        line = "| " rows[r]
        for (i = 1; i <= shown; i++)
            line = line " | " value[rows[r], sprintf("%.4f", fractions[i])]
        print line " |"
    }
    print_sources()
}
