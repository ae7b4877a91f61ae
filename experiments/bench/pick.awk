# experiments/bench/pick.awk: the columns `wanted` (comma-separated) of a table, as lines of CSV; without the table's header
# unless `header` is set. A column that the table lacks is empty. A step's `ms_per_step` is its `ms`.

BEGIN {
    count = split(wanted, column, ",")
}
NR == 1 {
    csv_header($0, names, index_of)
    if ("ms_per_step" in index_of)
        index_of["ms"] = index_of["ms_per_step"]
    if (header != "")
        print wanted
    next
}
{
    csv_split($0, cells)
    line = ""
    for (i = 1; i <= count; i++)
        line = line (i > 1 ? "," : "") (column[i] in index_of ? cells[index_of[column[i]]] : "")
    print line
    rows++
}
END {
    if (failed || !rows)
        exit 3
}
