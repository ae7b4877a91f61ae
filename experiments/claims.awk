# experiments/claims.awk: claims.csv as the table of README.md. After plots/csv.awk and sources.awk.

# Three digits behind the point, or what is left of them: 0.985, 12.3.
function short(number) {
    if (number == "")
        return ""
    number += 0 # what was read is text, and compares as text
    return sprintf(number >= 10 || number <= -10 ? "%.1f" : "%.3f", number)
}

NR == 1 {
    csv_header($0, names, at)
    print "| claim | data | the talk | measured | 95 % interval | |"
    print "|---|---|---|---|---|---|"
    next
}

{
    csv_split($0, cells)
    note_source(cells[at["dataset"]], cells[at["data_source"]])
    low = short(cells[at["low"]])
    printf "| %s | %s | %s | %s | %s | %s |\n", cells[at["claim"]], cells[at["dataset"]], cells[at["talk"]], \
        short(cells[at["measured"]]), low == "" ? "" : low " to " short(cells[at["high"]]), cells[at["holds"]]
}

END {
    print_sources()
}
