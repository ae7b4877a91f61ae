# plots/csv.awk: what the awk programs of draw.sh share. Loaded before them: awk -f csv.awk -f PROGRAM.awk.

# Splits a line of CSV (RFC 4180, no newline within a cell) into cells[1..]; returns their number.
function csv_split(line, cells,    count, cell, c, i, quoted) {
    sub(/\r$/, "", line)
    if (index(line, "\"") == 0)
        return split(line, cells, ",")
    count = 0
    cell = ""
    quoted = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (quoted && c == "\"" && substr(line, i + 1, 1) == "\"") {
            cell = cell c
            i++
        } else if (c == "\"") {
            quoted = !quoted
        } else if (c == "," && !quoted) {
            cells[++count] = cell
            cell = ""
        } else {
            cell = cell c
        }
    }
    cells[++count] = cell
    return count
}

# Reads the header: names[1..] and index_of[name]; returns the number of columns.
function csv_header(line, names, index_of,    count, i) {
    count = csv_split(line, names)
    for (i = 1; i <= count; i++)
        index_of[names[i]] = i
    return count
}

# A string as gnuplot reads it: single quotes take everything literally, save themselves.
function gnuplot_quote(text) {
    gsub(/'/, "''", text)
    return "'" text "'"
}

function fail(message) {
    print "plots: " FILENAME ": " message > "/dev/stderr"
    failed = 3
    exit failed
}
