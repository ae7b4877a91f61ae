# plots/look.awk: looks through one whole table, so that draw.sh knows what it has, and that it is whole. Prints, in order of
# appearance and each once, with tabs between
#
#   dataset DATASET               of a row
#   source DATASET TEXT           what column data_source says of the data set
#   value COLUMN DATASET VALUE    of each of `columns` (comma-separated)
#
# and last `rows N`, for a table that can be read to its end.

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
    for (i = 1; i <= wanted_count; i++)
        if (wanted[i] in index_of && cells[index_of[wanted[i]]] != "")
            tell("value\t" wanted[i] "\t" dataset "\t" name_in(wanted[i], cells[index_of[wanted[i]]]))
}
END {
    if (failed)
        exit failed
    if (NR == 0)
        fail("it is empty, without even a header")
    print "rows\t" NR - 1
}

function tell(text) {
    if (!(text in told)) {
        told[text] = 1
        print text
    }
}

# What the names of figures are made of.
function name_in(column, text) {
    if (!is_name(text))
        fail("line " NR ": \"" substr(text, 1, 60) "\" in column " column ", but a name has a-z, 0-9 and _ only")
    return text
}
