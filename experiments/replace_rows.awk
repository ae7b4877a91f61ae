# experiments/replace_rows.awk: a kept table with the rows of some data sets made anew.
#
#   awk -f plots/csv.awk -f experiments/replace_rows.awk -v datasets='NAME ...' NEW.csv KEPT.csv
#
# Prints KEPT with its rows of these data sets replaced, one by one and in order, by NEW's; what NEW has more of comes last. Stops
# with 1 when the tables' columns differ: then every data set must be made anew.
BEGIN {
    count = split(datasets, wanted, " ")
    for (i = 1; i <= count; i++)
        anew[wanted[i]] = 1
}

FNR == 1 {
    if (NR > 1 && $0 != header) {
        print FILENAME ": its columns are not those of the new table; make every data set anew" >"/dev/stderr"
        failed = 1
        exit 1
    }
    header = $0
    csv_header($0, names, index_of)
    if (NR > 1)
        print
    next
}

{
    csv_split($0, cells)
    dataset = cells[index_of["dataset"]]
}

NR == FNR {
    row[dataset, ++rows[dataset]] = $0
    next
}

!(dataset in anew) {
    print
    next
}

used[dataset] < rows[dataset] {
    print row[dataset, ++used[dataset]]
}

END {
    if (!failed)
        for (i = 1; i <= count; i++)
            while (used[wanted[i]] < rows[wanted[i]])
                print row[wanted[i], ++used[wanted[i]]]
}
