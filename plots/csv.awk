# plots/csv.awk: shared by the awk programs of draw.sh. Loaded before them: awk -f csv.awk -f PROGRAM.awk.

# Splits a line of CSV (RFC 4180, no newline within a cell) into cells[1..]; returns their number.
function csv_split(line, cells,    count, cell, c, i, quoted) {
    sub(/\r$/, "", line)
    if (index(line, "\r") > 0)
        fail("line " FNR " has a carriage return within it; lines end with a newline")
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
    if (quoted)
        fail("line " FNR " has a quote without an end; no cell has more than one line")
    cells[++count] = cell
    return count
}

# Whether a text can be the name of a column or a table, like csv_is_name in lib/io/csv.c: names become file names and
# gnuplot variables.
function is_name(text) {
    return text ~ /^[abcdefghijklmnopqrstuvwxyz0123456789_]+$/
}

# Reads the header, skipping a spreadsheet's byte order mark: names[1..] and index_of[name]; returns the number of
# columns.
function csv_header(line, names, index_of,    count, i) {
    sub(/^\357\273\277/, "", line)
    count = csv_split(line, names)
    for (i = 1; i <= count; i++) {
        if (!is_name(names[i]))
            fail("a column is called \"" substr(names[i], 1, 60) "\", but names of tables and columns have a-z, 0-9 and _ only; " \
                "rename it")
        if (names[i] in index_of)
            fail("two columns are called \"" names[i] "\"; rename or remove one")
        index_of[names[i]] = i
    }
    return count
}

# A string as gnuplot reads it, in double quotes: its versions differ in reading '' in single ones. Characters that it would
# interpret there become \NNN: quotes, backslashes, backquotes (it runs what is between them), macros, control characters. It
# reads four digits if the first is 0, else three. set_text in draw.sh does the same.
function gnuplot_quote(text,    i, c, quoted) {
    if (text !~ /[\001-\037"\\`@{}\177]/)
        return "\"" text "\""
    for (i = 1; i < 128; i++)
        if (i < 32 || i == 127 || index("\"\\`@{}", sprintf("%c", i)))
            octal_of[sprintf("%c", i)] = sprintf(i < 64 ? "\\%04o" : "\\%03o", i)
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        quoted = quoted (c in octal_of ? octal_of[c] : c)
    }
    return "\"" quoted "\""
}

# What the names of figures are made of: the names of registries, and those that users give their data, with capitals.
function name_in(column, text) {
    if (!is_name(tolower(text)))
        fail("line " NR ": \"" substr(text, 1, 60) "\" in column " column ", but a name has a-z, A-Z, 0-9 and _ only")
    return text
}

# For a terminal.
function shown(text) {
    gsub(/[\001-\037\177]/, "?", text)
    return text
}

function fail(message) {
    print "plots: " shown(FILENAME ": " message) > "/dev/stderr"
    failed = 3
    exit failed
}
