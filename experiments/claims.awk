# experiments/claims.awk: claims.csv as the tables of README.md: how many claims hold; and a row for each, a column for each data
# set, under the slide that it is on. After plots/csv.awk and sources.awk.

BEGIN {
    verdict_count = split("holds,does not hold,not decidable", verdicts, ",")
}

# A text in a cell of a table.
function in_cell(text) {
    gsub(/[|]/, "\\\\|", text)
    return text
}

# Three digits after the point, or what is left of them: 0.985, 12.3.
function short(number) {
    number += 0 # what was read is text, and compares as text
    return sprintf(number >= 10 || number <= -10 ? "%.1f" : "%.3f", number)
}

# "" where the table is older than the column.
function of_column(cells, name) {
    return name in at ? cells[at[name]] : ""
}

# "holds: 0.982 (0.978 to 0.985); the talk: 0.95", or why there is no number; and what asking all claims at once leaves of it,
# where that is another verdict, and whether a difference is within one point.
function finding(cells,    text, adjusted, equivalence) {
    text = "**" cells[at["holds"]] "**: "
    if (cells[at["measured"]] == "")
        return text in_cell(cells[at["detail"]])
    text = text short(cells[at["measured"]])
    if (cells[at["low"]] != "")
        text = text " (" short(cells[at["low"]]) " to " short(cells[at["high"]]) ")"
    if (cells[at["talk"]] != "")
        text = text "; the talk: " cells[at["talk"]]
    adjusted = of_column(cells, "adjusted")
    equivalence = of_column(cells, "equivalence")
    if (adjusted != "" && adjusted != cells[at["holds"]])
        text = text "; adjusted: *" adjusted "*"
    return text (equivalence ~ /point$/ ? "; " equivalence : "")
}

# Which parts each data set is asked of: those that are asked of the same ones together.
function note_parts(claim, dataset, parts) {
    if (parts == "")
        return
    gsub(/ /, ", ", parts)
    if (!((claim, parts) in sets_of_parts))
        parts_of[claim, ++part_count[claim]] = parts
    sets_of_parts[claim, parts] = sets_of_parts[claim, parts] (sets_of_parts[claim, parts] == "" ? "" : ", ") dataset
}

# "; noise, rotation, warp (mnist, cifar10); noise, time_shift (ecg5000)", without the data sets where they are all alike.
function all_parts(claim,    p, text) {
    for (p = 1; p <= part_count[claim]; p++)
        text = text "; " parts_of[claim, p] (part_count[claim] > 1 ? " (" sets_of_parts[claim, parts_of[claim, p]] ")" : "")
    return text
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
        rule[claim] = in_cell(cells[at["how"]]) " " cells[at["rule"]]
        slide_of[claim] = of_column(cells, "where")
        if (!(slide_of[claim] in slide_seen))
            slides[++slide_count] = slide_of[claim]
        slide_seen[slide_of[claim]] = 1
    }
    note_parts(claim, dataset, of_column(cells, "parts"))
    found[claim, dataset] = finding(cells)
    verdicts_of[dataset, cells[at["holds"]]]++
    adjusted_of[dataset, of_column(cells, "adjusted")]++
    profile = of_column(cells, "profile")
    if (profile != "" && !(profile in profile_seen))
        profiles = profiles (profiles == "" ? "" : ", ") profile
    profile_seen[profile] = 1
}

# A table's head: its first cells, and a column for each data set.
function print_head(first,    d, line) {
    line = "| " first " |"
    for (d = 1; d <= data_count; d++)
        line = line " " data_sets[d] " |"
    print line
    gsub(/[^|]+/, "---", line)
    print line
}

# How many claims have which verdict, and how many keep it when all are asked at once.
function print_counts(    v, d, line) {
    print_head("how many claims (adjusted: when all are asked at once)")
    for (v = 1; v <= verdict_count; v++) {
        line = "| " verdicts[v] " |"
        for (d = 1; d <= data_count; d++) {
            line = line " " (verdicts_of[data_sets[d], verdicts[v]] + 0)
            if ("adjusted" in at)
                line = line " (adjusted: " (adjusted_of[data_sets[d], verdicts[v]] + 0) ")"
            line = line " |"
        }
        print line
    }
    print ""
}

function print_claim(claim,    d, line) {
    line = "| " in_cell(claim) "<br>*" rule[claim] all_parts(claim) "* |"
    for (d = 1; d <= data_count; d++)
        line = line " " found[claim, data_sets[d]] " |"
    print line
}

END {
    if (failed)
        exit failed
    print_counts()
    print_head("claim, and what is asked of it")
    for (s = 1; s <= slide_count; s++) {
        if (slides[s] != "") {
            line = "| **" in_cell(slides[s]) "** |"
            for (d = 1; d <= data_count; d++)
                line = line " |"
            print line
        }
        for (c = 1; c <= count; c++)
            if (slide_of[claims[c]] == slides[s])
                print_claim(claims[c])
    }
    print_sources()
    if (profiles != "")
        print "\nProfile: " profiles "."
}
