# plots/look.awk: reads one whole table, so that draw.sh knows its contents, and that it is whole. Prints, tab-separated, in
# order of appearance and each once,
#
#   dataset DATASET               of a row
#   source DATASET TEXT           column data_source for the data set
#   value COLUMN DATASET VALUE    of each of `columns` (comma-separated)
#   profile DATASET NAME          of a run, by the table of provenance
#   evaluate DATASET NAME         and which items it was measured on
#
# and last, for a table that can be read to its end, for each data set
#
#   seeds DATASET LEAST GREATEST  seeds per row; LEAST is 0 if rows are of one seed each, of GREATEST in all
#   items DATASET N               the greatest number of items that a row is of
#
# and `rows N`.

BEGIN {
    wanted_count = split(columns, wanted, ",")
}
NR == 1 {
    count = csv_header($0, names, index_of)
    next
}
{
    if (csv_split($0, cells) != count)
        fail("line " NR " has not the header's number of cells")
    dataset = "dataset" in index_of ? cells[index_of["dataset"]] : ""
    if (dataset != "")
        tell("dataset\t" name_in("dataset", dataset))
    if (dataset != "" && "data_source" in index_of && cells[index_of["data_source"]] != "")
        tell("source\t" dataset "\t" cells[index_of["data_source"]])
    if ("key" in index_of && "value" in index_of) {
        if (cells[index_of["key"]] == "config run.profile")
            tell("profile\t" dataset "\t" cells[index_of["value"]])
        else if (cells[index_of["key"]] == "config data.evaluate")
            tell("evaluate\t" dataset "\t" cells[index_of["value"]])
    }
    count_seeds()
    for (i = 1; i <= wanted_count; i++)
        if (wanted[i] in index_of && cells[index_of[wanted[i]]] != "")
            tell("value\t" wanted[i] "\t" dataset "\t" name_in(wanted[i], cells[index_of[wanted[i]]]))
}
END {
    if (failed)
        exit failed
    if (NR == 0)
        fail("it is empty, without even a header")
    for (dataset in greatest_seeds)
        print "seeds\t" dataset "\t" least_seeds[dataset] + 0 "\t" greatest_seeds[dataset]
    for (dataset in greatest_items)
        print "items\t" dataset "\t" greatest_items[dataset]
    print "rows\t" NR - 1
}

# Into least_seeds, greatest_seeds and greatest_items of the row's data set.
function count_seeds(    seeds, items) {
    seeds = "seeds" in index_of ? cells[index_of["seeds"]] : ""
    if (seeds ~ /^[0-9]+$/) {
        if (!(dataset in greatest_seeds) || seeds + 0 < least_seeds[dataset])
            least_seeds[dataset] = seeds + 0
        if (!(dataset in greatest_seeds) || seeds + 0 > greatest_seeds[dataset])
            greatest_seeds[dataset] = seeds + 0
    } else if ("seed" in index_of && !((dataset, cells[index_of["seed"]]) in seed_known)) {
        seed_known[dataset, cells[index_of["seed"]]] = 1
        greatest_seeds[dataset]++
    }
    items = "items" in index_of ? cells[index_of["items"]] : ""
    if (items ~ /^[0-9]+$/ && items + 0 > greatest_items[dataset])
        greatest_items[dataset] = items + 0
}

function tell(text) {
    if (!(text in told)) {
        told[text] = 1
        print text
    }
}
