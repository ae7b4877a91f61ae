# plots/distinct.awk: the distinct values of column `wanted`, in order of appearance, one a line, of rows of `dataset`
# ("" takes every data set). A table without the column has none.

FNR == 1 {
    split("", index_of)
    csv_header($0, names, index_of)
    next
}
(wanted in index_of) && ("dataset" in index_of) {
    csv_split($0, cells)
    value = cells[index_of[wanted]]
    if ((dataset == "" || cells[index_of["dataset"]] == dataset) && value != "" && !(value in seen)) {
        seen[value] = 1
        print value
    }
}
