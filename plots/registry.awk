# plots/registry.awk: the table `registry` as what a script finds (draw.sh): title_KIND_NAME and unit_KIND_NAME of every row; color_NAME,
# marker_NAME, usual_NAME and with_sigma_NAME of a method, dashes_NAME of a criterion; names_KIND, all rows of a kind in their order.
# After csv.awk.

NR == 1 {
    count = csv_header($0, names, index_of)
    next
}
{
    if (csv_split($0, cells) != count)
        fail("line " NR " has not the header's number of cells")
    kind = name_in("kind", cells[index_of["kind"]])
    name = name_in("name", cells[index_of["name"]])
    names_of[kind] = names_of[kind] (kind in names_of ? " " : "") name
    assign("title_" kind "_" name, "title")
    assign("unit_" kind "_" name, "unit")
    if (kind == "method") {
        assign("color_" name, "colours")
        assign("marker_" name, "markers")
        assign("usual_" name, "usual")
        print "with_sigma_" name " = " (cells[index_of["sigma"]] == "yes" ? 1 : 0)
    } else if (kind == "criterion")
        assign("dashes_" name, "dashes")
}

END {
    for (kind in names_of)
        print "names_" kind " = " gnuplot_quote(names_of[kind])
}

function assign(variable, column) {
    if (cells[index_of[column]] != "")
        print variable " = " gnuplot_quote(cells[index_of[column]])
}
