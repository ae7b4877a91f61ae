# experiments/claims.awk: claims.csv as the table of README.md: a row for each claim, a column for each data set. After
# plots/csv.awk and sources.awk.

# Three digits behind the point, or what is left of them: 0.985, 12.3.
function short(number) {
    number += 0 # what was read is text, and compares as text
    return sprintf(number >= 10 || number <= -10 ? "%.1f" : "%.3f", number)
}

# "holds: 0.982 (0.978 to 0.985); the talk: 0.95", or why there is no number.
function finding(cells, at,    text) {
    text = "**" cells[at["holds"]] "**: "
    if (cells[at["measured"]] == "")
        return text cells[at["detail"]]
    text = text short(cells[at["measured"]])
    if (cells[at["low"]] != "")
        text = text " (" short(cells[at["low"]]) " to " short(cells[at["high"]]) ")"
    return text (cells[at["talk"]] == "" ? "" : "; the talk: " cells[at["talk"]])
}

NR == 1 {
    csv_header($0, names, at)
    next
}

{
    csv_split($0, cells)
    dataset = cells[at["dataset"]]
    note_source(dataset, cells[at["data_source"]])
    claim = cells[at["claim"]]
    if (!(claim in rule)) {
        claims[++count] = claim
        rule[claim] = cells[at["how"]] " " cells[at["rule"]]
    }
    found[claim, dataset] = finding(cells, at)
}

END {
    if (failed)
        exit failed
    line = "| claim, and what is asked of it |"
    for (d = 1; d <= data_count; d++)
        line = line " " data_sets[d] " |"
    print line
    gsub(/[^|]+/, "---", line)
    print line
    for (c = 1; c <= count; c++) {
        line = "| " claims[c] "<br>*" rule[claims[c]] "* |"
        for (d = 1; d <= data_count; d++)
            line = line " " found[claims[c], data_sets[d]] " |"
        print line
    }
    print_sources()
}
