# experiments/slides.awk: docs/slides.tsv against the registries: its page, or what a run has to have drawn. After plots/csv.awk.
#
#   awk -f plots/csv.awk -f experiments/slides.awk -v mode=MODE FILE...
#
# FILE: lib/data/dataset.def, lib/run/table.def, lib/results/claim.def, plots/figures.tsv, docs/slides.tsv, and for mode `page` also
# claims.csv, for mode `expected` summary.csv (of the data sets of a run). MODE:
#
#   page      the Markdown of docs/slides.md; a claims.csv without the column `adjusted` is of older rules, and is not shown
#   expected  for each figure and table that is named: line, KIND NAME, and a pattern that a file's name has to match, by tabs
#
# What no registry has, and a claim on a slide that no row names, is said on standard error, and the exit code is 1.

BEGIN {
    FS = "\t"
}

function wrong(text) {
    print "docs/slides.tsv:" text > "/dev/stderr"
    found_wrong = 1
}

# The words between the parentheses of a macro: "CLAIM(a, b" gives a and b.
function macro_words(line, words) {
    sub(/^[A-Z_]*\(/, "", line)
    return split(line, words, /[,)] */)
}

FILENAME ~ /\.def$/ && !/^[A-Z_]*\(/ { next }
/^DATASET\(/ {
    macro_words($0, words)
    dataset_names[++dataset_count] = words[1]
    next
}
/^TABLE(_COMPUTED|_APART)?\(/ {
    macro_words($0, words)
    is_table[words[1]] = 1
    next
}
/^CLAIM\(/ { # of its name and its data sets
    macro_words($0, words)
    gsub(/"/, "", words[2])
    for (c = 1; c <= split(words[2], each_of, " "); c++)
        add_claim(words[1] "_" each_of[c], each_of[c], $0 ~ /"not in the talk"/)
    next
}
FILENAME ~ /\.def$/ { next }

function add_claim(id, dataset, beyond) {
    claim_ids[++claim_count] = id
    claim_dataset[id] = dataset
    claim_beyond[id] = beyond
}

FILENAME ~ /figures\.tsv$/ {
    if ($0 !~ /^#/ && NF >= 6) {
        figure_datasets[$1] = $3
        figure_each[$1] = $4
        figure_formats[$1] = $7 == "" ? "svg,png" : $7
    }
    next
}

FILENAME ~ /slides\.tsv$/ {
    if ($0 ~ /^#/)
        next
    if (NF != 7)
        wrong(FNR ": " NF " columns, not 7; columns are separated by tabs, and \"-\" is none")
    else if ($3 != "have" && $3 != "later")
        wrong(FNR ": state \"" $3 "\" is neither \"have\" nor \"later\"")
    row_line[++row_count] = FNR
    row_slide[row_count] = $1
    row_shows[row_count] = $2
    row_state[row_count] = $3
    row_figures[row_count] = $4
    row_tables[row_count] = $5
    row_claims[row_count] = $6
    row_where[row_count] = $7
    next
}

FNR == 1 {
    csv_header($0, names, at)
    with_verdicts = "adjusted" in at
    next
}
{
    csv_split($0, cells)
    of_run[cells[at["dataset"]]] = 1
    if (with_verdicts) {
        verdict[cells[at["id"]]] = cells[at["holds"]]
        if (cells[at["profile"]] != "")
            profiles[cells[at["profile"]]] = 1
    }
}

# The entries of a cell: names[1..], and optional[NAME] of those with "?"; returns their number.
function entries(cell, names, optional,    count, i) {
    split("", optional)
    if (cell == "-")
        return 0
    count = split(cell, names, ",")
    for (i = 1; i <= count; i++)
        if (sub(/\?$/, "", names[i]))
            optional[names[i]] = 1
    return count
}

# The row of figures.tsv that an entry is of: the longest name that it is, or begins with. "": none.
function figure_of(entry,    name, best) {
    best = ""
    for (name in figure_datasets)
        if ((entry == name || index(entry, name "_") == 1) && length(name) > length(best))
            best = name
    return best
}

# The data set that an entry ends with; "": it is of all.
function dataset_of(entry, figure,    d) {
    for (d = 1; d <= dataset_count; d++)
        if (entry != figure && entry ~ "_" dataset_names[d] "$")
            return dataset_names[d]
    return ""
}

function has_dataset(figure, dataset,    list) {
    list = "," figure_datasets[figure] ","
    return !index(list, ",-" dataset ",") && (index(list, ",all,") || index(list, "," dataset ","))
}

# Whether an entry of the column claims asks for this id.
function asks(entry, id) {
    return id == entry || id == entry "_" claim_dataset[id]
}

function check_row(r,    list, optional, count, i, c, found, figure, dataset) {
    if (row_state[r] == "later" && row_where[r] == "-")
        wrong(row_line[r] ": what comes later is not named")
    count = entries(row_figures[r], list, optional)
    for (i = 1; i <= count; i++) {
        figure = figure_of(list[i])
        dataset = dataset_of(list[i], figure)
        if (figure == "")
            wrong(row_line[r] ": plots/figures.tsv has no figure \"" list[i] "\"")
        else if (dataset != "" && !has_dataset(figure, dataset))
            wrong(row_line[r] ": figure " figure " is not drawn of " dataset)
        else if (list[i] != figure && figure_each[figure] == "-" && list[i] != figure "_" dataset)
            wrong(row_line[r] ": figure " figure " has no values, so there is no \"" list[i] "\"")
    }
    count = entries(row_tables[r], list, optional)
    for (i = 1; i <= count; i++)
        if (!(list[i] in is_table))
            wrong(row_line[r] ": lib/run/table.def has no table \"" list[i] "\"")
    count = entries(row_claims[r], list, optional)
    for (i = 1; i <= count; i++) {
        found = 0
        for (c = 1; c <= claim_count; c++)
            if (asks(list[i], claim_ids[c]))
                found = named[claim_ids[c]] = 1
        if (!found)
            wrong(row_line[r] ": lib/results/claim.def has no claim \"" list[i] "\"")
    }
}

function expect(r, kind, entry, pattern) {
    if (!(pattern in expected)) # another row asked for it
        print row_line[r] "\t" kind " " entry "\t" pattern
    expected[pattern] = 1
}

# What a run of these data sets has to have drawn for an entry of the column figures.
function expect_figure(r, entry,    figure, dataset, formats, f, d, middle) {
    figure = figure_of(entry)
    dataset = dataset_of(entry, figure)
    for (f = split(figure_formats[figure], formats, ","); f > 0; f--) {
        if (figure_datasets[figure] == "-" || dataset in of_run)
            expect(r, "figure", entry, "figures/" entry "." formats[f])
        else if (dataset == "" && entry != figure)
            expect(r, "figure", entry, "figures/" entry "_*." formats[f])
        else if (dataset == "") {
            middle = figure_each[figure] == "-" ? "_" : "_*_"
            for (d = 1; d <= dataset_count; d++)
                if (dataset_names[d] in of_run && has_dataset(figure, dataset_names[d]))
                    expect(r, "figure", entry, "figures/" figure middle dataset_names[d] "." formats[f])
        }
    }
}

function expect_row(r,    list, optional, count, i) {
    count = entries(row_figures[r], list, optional)
    for (i = 1; i <= count; i++)
        if (!(list[i] in optional))
            expect_figure(r, list[i])
    count = entries(row_tables[r], list, optional)
    for (i = 1; i <= count; i++)
        if (!(list[i] in optional))
            expect(r, "table", list[i], "tables/" list[i] ".csv")
}

# A cell's entries as code; of what another command makes, with a mark.
function as_code(cell,    list, optional, count, i, text) {
    count = entries(cell, list, optional)
    for (i = 1; i <= count; i++)
        text = text (i > 1 ? ", " : "") "`" list[i] "`" (list[i] in optional ? " \\*" : "")
    return text
}

# "`any_nll`: **holds** mnist, cifar10; **not decidable** ecg5000"
function as_verdicts(cell,    list, optional, count, i, c, v, sets, text, of, entry) {
    count = entries(cell, list, optional)
    for (i = 1; i <= count; i++) {
        entry = ""
        for (v = 1; v <= split("holds,does not hold,not decidable", of, ","); v++) {
            sets = ""
            for (c = 1; c <= claim_count; c++)
                if (asks(list[i], claim_ids[c]) && verdict[claim_ids[c]] == of[v])
                    sets = sets (sets == "" ? "" : ", ") claim_dataset[claim_ids[c]]
            if (sets != "")
                entry = entry (entry == "" ? ": " : "; ") "**" of[v] "** " sets
        }
        text = text (i > 1 ? "<br>" : "") "`" list[i] "`" (entry == "" && with_verdicts ? ": not asked" : entry)
    }
    return text
}

function print_page(    r, p, have, of) {
    for (r = 1; r <= row_count; r++)
        have += row_state[r] == "have"
    for (p in profiles)
        of = of (of == "" ? "" : ", ") p
    print "# The talk, slide by slide\n"
    print "Written by `experiments/slides.sh` from `docs/slides.tsv`: change that one. Figures are named as in `plots/figures.tsv`,"
    print "of all data sets, or as their files are; tables as in `tenth table --list`; claims as in `lib/results/claim.def`, without the data"
    print "set where all of its data sets are meant. \\*: another command than `run_all.sh` draws it.\n"
    print have " of " row_count " are there; what comes later says so. " (with_verdicts ? \
        "Verdicts are those of `" shown(ENVIRON["VERDICTS_OF"]) "`, profile " of ": each claim by itself (its `tables/claims.csv` also has those that stay when all are asked at once)." : \
        "`experiments/slides.sh DIR` prints this page with the verdicts of the results in DIR.") "\n"
    print "| slide | what it shows | figures | tables | claims" (with_verdicts ? ", and their verdicts" : "") " | where else |"
    print "|---|---|---|---|---|---|"
    for (r = 1; r <= row_count; r++)
        print "| " row_slide[r] (row_state[r] == "later" ? " (**later**)" : "") " | " row_shows[r] " | " as_code(row_figures[r]) " | " \
            as_code(row_tables[r]) " | " as_verdicts(row_claims[r]) " | " (row_where[r] == "-" ? "" : row_where[r]) " |"
}

END {
    if (failed)
        exit failed
    for (r = 1; r <= row_count; r++)
        check_row(r)
    for (c = 1; c <= claim_count; c++)
        if (!claim_beyond[claim_ids[c]] && !(claim_ids[c] in named))
            wrong(" no row has claim " claim_ids[c])
    if (found_wrong)
        exit 1
    if (mode == "page")
        print_page()
    else
        for (r = 1; r <= row_count; r++)
            expect_row(r)
}
