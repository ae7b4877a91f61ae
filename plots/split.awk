# plots/split.awk: cuts one table into the series that a figure draws, so that gnuplot need not search in it.
#
#   table        the table's name, which begins the names of all variables below
#   order        the column along the x axis; the columns left of it, save `dataset`, and `run` tell one series from another;
#                "-": each row is a series of its own, of which the arrays have all columns, and there are no files
#   dataset      rows of this data set only; "": of all, and `dataset`, where it is a column, tells series apart as well
#   each, chosen rows with this value in column `each` only ("" takes all)
#   directory    where the series' files go: the table's own header and rows, sorted by `order`
#
# Prints gnuplot assignments: TABLE_count, and arrays of that length: TABLE_file, TABLE_lacks (" COLUMN COLUMN ": those
# without a value in any of the series' rows), one TABLE_COLUMN for each column that tells series apart, and, where there
# are the columns run and method, TABLE_run_rank (the run's place among those of its method) and TABLE_run_count. A table without that column may hold two runs that nothing tells apart: where a value of
# `order` comes again, another series begins, for one line through both would be a zigzag.

NR == 1 {
    columns = csv_header($0, names, index_of)
    header = $0
    if (order != "-" && !(order in index_of))
        fail("no column " order)
    if (dataset != "" && !("dataset" in index_of))
        fail("no column dataset")
    if (each != "" && !(each in index_of))
        fail("no column " each)
    key_end = order == "-" ? columns + 1 : index_of[order]
    for (i = 1; i < key_end; i++)
        if (names[i] != "dataset" || dataset == "")
            keys[++key_count] = i
    if (order != "-" && ("run" in index_of) && index_of["run"] > key_end)
        keys[++key_count] = index_of["run"]
    next
}
{
    if (csv_split($0, cells) != columns)
        fail("line " NR " has not the header's number of cells")
    if ((dataset != "" && cells[index_of["dataset"]] != dataset) || (each != "" && cells[index_of[each]] != chosen))
        next
    key = ""
    for (i = 1; i <= key_count; i++)
        key = key cells[keys[i]] SUBSEP
    x = order == "-" ? NR : cells[index_of[order]]
    if (order == "-" || !("run" in index_of))
        key = key (++repeats[key, x])
    if (!(key in series_of)) {
        series_of[key] = ++series
        for (i = 1; i <= key_count; i++)
            label[series, i] = cells[keys[i]]
        rank_run()
    }
    s = series_of[key]
    line[s, ++length_of[s]] = $0
    x_of[s, length_of[s]] = x + 0
    for (i = 1; i <= columns; i++)
        if (cells[i] != "")
            measured[s, i] = 1
}
END {
    if (failed)
        exit failed
    for (s = 1; s <= series && order != "-"; s++)
        write_series(s)
    print_variables()
}

function rank_run(    method, run) {
    if (!("run" in index_of) || !("method" in index_of))
        return
    method = cells[index_of["method"]]
    run = cells[index_of["run"]]
    if (!((method, run) in rank_of))
        rank_of[method, run] = ++runs_of[method]
    series_method[series] = method
    series_rank[series] = rank_of[method, run]
}

# Insertion sort: stable, and the rows come almost sorted.
function write_series(s,    path, n, i, j, k, place) {
    path = directory "/" table "." s ".csv"
    print header > path
    n = length_of[s]
    for (i = 1; i <= n; i++) {
        for (j = i - 1; j >= 1 && x_of[s, place[j]] > x_of[s, i]; j--)
            place[j + 1] = place[j]
        place[j + 1] = i
    }
    for (k = 1; k <= n; k++)
        print line[s, place[k]] > path
    close(path)
    file[s] = path
    lacks[s] = " "
    for (i = 1; i <= columns; i++)
        if (!((s, i) in measured))
            lacks[s] = lacks[s] names[i] " "
}

function print_array(name, values,    s, text) {
    text = ""
    for (s = 1; s <= series; s++)
        text = text (s > 1 ? ", " : "") gnuplot_quote(values[s])
    print "array " table "_" name "[" (series ? series : 1) "] = [" (series ? text : gnuplot_quote("")) "]"
}

function print_variables(    i, s, values) {
    printf "%s_count = %d\n", table, series
    if (order != "-") {
        print_array("file", file)
        print_array("lacks", lacks)
    }
    for (i = 1; i <= key_count; i++) {
        for (s = 1; s <= series; s++)
            values[s] = label[s, i]
        print_array(names[keys[i]], values)
    }
    if (("run" in index_of) && ("method" in index_of)) {
        print_array("run_rank", series_rank)
        for (s = 1; s <= series; s++)
            values[s] = runs_of[series_method[s]]
        print_array("run_count", values)
    }
}
