# plots/split.awk: cuts one table into a figure's series, so that gnuplot need not search in it.
#
#   table        the table's name, which begins the names of all variables below
#   order        the column along the x axis; the columns left of it, except `dataset`, and `run` distinguish series; "-":
#                each row is a series of its own, of which the arrays have all columns, and there are no files
#   dataset      only rows of this data set; "": of all, and `dataset`, if it is a column, distinguishes series too
#   each, chosen rows with this value in column `each` only ("" takes all)
#   pooled       1: the seeds of a config are one series of their means; its files have for each number COLUMN also COLUMN_low and
#                COLUMN_high, the least and the greatest of the seeds. Points are matched by their place in each run's rows.
#   directory    where the series' files go: the table's own header and rows, sorted by `order`; $series_directory in the
#                environment comes before it
#
# A table with the column `pixels` has a picture in each series. Its file is of the pixels: columns x, y (upwards), red, green,
# blue, from 0 to 255.
#
# Prints gnuplot assignments: TABLE_count; TABLE_columns (" COLUMN COLUMN ": all that the table has); and arrays of that length:
# TABLE_file, TABLE_lacks (" COLUMN COLUMN ": those without a value in any of the series' rows), TABLE_seeds (how many are
# pooled), and one TABLE_COLUMN for each column that distinguishes series. A table without the column run may hold two
# indistinguishable runs: when a value of `order` is repeated, another series begins, since one line through both would
# be a zigzag.
#
# With the columns dataset and method, also
#
#   TABLE_config       the run without its seed: the same for all seeds of a config; DATASET_METHOD without a column run
#   TABLE_variant      what distinguishes the config from others of its method: "" for DATASET_METHOD itself,
#                      "prior_sigma=0.1" for DATASET_METHOD_prior_sigma=0.1, "lenet_5" for DATASET_lenet_5_METHOD, "A" and
#                      "A, prior_sigma=0.1" for these with the label A (lib/results/labelled.h), else its whole name
#   TABLE_run_rank     the config's place among those of its method and data set: first the variant "", then in order of
#                      their names, numbers in them by value. Series are sorted by method (in the table's order) and rank.
#   TABLE_run_count    how many configs the method has
#   TABLE_method_runs  how many runs it has, seeds among them

BEGIN {
    if ("series_directory" in ENVIRON)
        directory = ENVIRON["series_directory"]
}
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
        if ((names[i] != "dataset" || dataset == "") && !(pooled && (names[i] == "seed" || names[i] == "run")))
            keys[++key_count] = i
    if (order != "-" && !pooled && ("run" in index_of) && index_of["run"] > key_end)
        keys[++key_count] = index_of["run"]
    # Rows of other data sets, most of a large table, are skipped early.
    other_dataset = dataset != "" && names[1] == "dataset" ? "^[^,\"]+," : ""
    has_pixels = order != "-" && ("pixels" in index_of)
    next
}
other_dataset != "" && $0 ~ other_dataset && substr($0, 1, length(dataset) + 1) != dataset "," {
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
    if (pooled)
        key = key config_of_row()
    else if (order == "-" || !("run" in index_of))
        key = key (++repeats[key, x])
    if (!(key in series_of)) {
        series_of[key] = ++series
        for (i = 1; i <= key_count; i++)
            label[series, i] = cells[keys[i]]
        note_config()
    }
    s = series_of[key]
    if (pooled) {
        pool(s)
    } else {
        line[s, ++length_of[s]] = has_pixels ? cells[index_of["pixels"]] : $0
        x_of[s, length_of[s]] = has_pixels && order == "pixels" ? 0 : x + 0
    }
    if (has_pixels && length_of[s] == 1) {
        height[s] = cells[index_of["height"]] + 0
        width[s] = cells[index_of["width"]] + 0
        channels[s] = cells[index_of["channels"]] + 0
    }
    for (i = 1; i <= columns; i++)
        if (cells[i] != "")
            measured[s, i] = 1
}
END {
    if (failed)
        exit failed
    sort_series()
    for (s = 1; s <= series && order != "-"; s++)
        write_series(s)
    print_variables()
}

# The run of a row without its seed.
function config_of_row(    name) {
    name = "run" in index_of ? cells[index_of["run"]] : cells[index_of["dataset"]] "_" cells[index_of["method"]]
    sub(/_seed[0-9]+$/, "", name)
    return name
}

# Adds a row to its series' point with the same index within its run.
function pool(s,    run, p, i, value) {
    run = ("run" in index_of ? cells[index_of["run"]] : "") SUBSEP ("seed" in index_of ? cells[index_of["seed"]] : "")
    if (!((s, run) in rows_of))
        seeds[s]++
    p = ++rows_of[s, run]
    if (p > length_of[s])
        length_of[s] = p
    for (i = 1; i <= columns; i++) {
        value = cells[i]
        if (value !~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/) {
            if (!((s, p, i) in text_at))
                text_at[s, p, i] = value
            continue
        }
        if (number_at[s, p, i]++ == 0)
            least_at[s, p, i] = greatest_at[s, p, i] = value + 0
        sum_at[s, p, i] += value
        least_at[s, p, i] = value + 0 < least_at[s, p, i] ? value + 0 : least_at[s, p, i]
        greatest_at[s, p, i] = value + 0 > greatest_at[s, p, i] ? value + 0 : greatest_at[s, p, i]
    }
}

# The means of point p, with their least and greatest, as a line of the series' file.
function pooled_line(s, p,    i, means, ends, n, text) {
    for (i = 1; i <= columns; i++) {
        n = number_at[s, p, i]
        text = text_at[s, p, i]
        if (text ~ /[",]/) {
            gsub(/"/, "\"\"", text)
            text = "\"" text "\""
        }
        means = means (i > 1 ? "," : "") (n ? sprintf("%.9g", sum_at[s, p, i] / n) : text)
        ends = ends "," (n ? sprintf("%.9g,%.9g", least_at[s, p, i], greatest_at[s, p, i]) : ",")
    }
    return means ends
}

function pooled_header(    i, ends) {
    for (i = 1; i <= columns; i++)
        ends = ends "," names[i] "_low," names[i] "_high"
    return header ends
}

function has_configs() {
    return ("dataset" in index_of) && ("method" in index_of)
}

# What a config's name says besides data set and method: nothing in DATASET_METHOD, NETWORK in DATASET_NETWORK_METHOD, and what
# follows after these; all of a name of another form. A label comes first.
function variant_of(name, dataset, method,    label, rest, at) {
    at = match(name, /:[^:]+$/)
    label = at ? substr(name, at + 1) : ""
    name = at ? substr(name, 1, at - 1) : name
    rest = substr(name, length(dataset) + 1) "_"
    at = index(name, dataset "_") == 1 ? index(rest, "_" method "_") : 0
    if (at)
        name = substr(rest, 2, at - 2) ", " substr(rest, at + length(method) + 2)
    name = label ", " name
    gsub(/^[, ]+|_$|_?[, ]+$/, "", name)
    gsub(/(, )+/, ", ", name)
    return name
}

# The config of the series that just began, and that config's group: method and data set.
function note_config(    c, name, group) {
    if (!has_configs()) {
        place_of[series] = series
        return
    }
    name = config_of_row()
    group = cells[index_of["dataset"]] SUBSEP cells[index_of["method"]]
    if (!((group, name) in config_at)) {
        c = config_at[group, name] = ++configs
        if (!(group in group_at))
            group_at[group] = ++groups
        group_of[c] = group_at[group]
        configs_in[group_of[c]]++
        config_name[c] = name
        config_variant[c] = variant_of(name, cells[index_of["dataset"]], cells[index_of["method"]])
    }
    if (("run" in index_of) && !((group, cells[index_of["run"]]) in run_known)) {
        run_known[group, cells[index_of["run"]]] = 1
        runs_in[group_at[group]]++
    }
    c = config_at[group, name]
    member[c, ++members[c]] = series
}

# Whether variant a comes before b: number by number and text by text, so that 3 comes before 10.
function before(a, b,    part_a, part_b) {
    while (a != "" && b != "") {
        part_a = leading(a)
        part_b = leading(b)
        if (part_a ~ /^[0-9]/ && part_b ~ /^[0-9]/ && part_a + 0 != part_b + 0)
            return part_a + 0 < part_b + 0
        if (part_a != part_b)
            return (part_a "") < (part_b "")
        a = substr(a, length(part_a) + 1)
        b = substr(b, length(part_b) + 1)
    }
    return a == "" && b != ""
}

# The number or text at the start of a name.
function leading(text) {
    if (match(text, /^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/))
        return substr(text, 1, RLENGTH)
    match(text, /^[^0-9]+/)
    return substr(text, 1, RLENGTH)
}

# place_of[k]: the series that comes k-th.
function sort_series(    i, j, k, c, last, s) {
    for (i = 1; i <= configs; i++) {
        for (j = i - 1; j >= 1 && config_before(i, order_of[j]); j--)
            order_of[j + 1] = order_of[j]
        order_of[j + 1] = i
    }
    k = 0
    for (i = 1; i <= configs; i++) {
        c = order_of[i]
        config_rank[c] = i > 1 && group_of[c] == group_of[last] ? config_rank[last] + 1 : 1
        last = c
        for (j = 1; j <= members[c]; j++) {
            s = member[c, j]
            place_of[++k] = s
            config[s] = config_name[c]
            variant[s] = config_variant[c]
            rank[s] = config_rank[c]
            count[s] = configs_in[group_of[c]]
            runs[s] = runs_in[group_of[c]] + 0
        }
    }
}

function config_before(c, d) {
    if (group_of[c] != group_of[d])
        return group_of[c] < group_of[d]
    return before(config_variant[c], config_variant[d])
}

# Insertion sort: stable, and the rows come almost sorted.
function write_series(s,    path, n, i, j, k, place) {
    path = directory "/" table "." s ".csv"
    print pooled ? pooled_header() : has_pixels ? "x,y,red,green,blue" : header > path
    n = length_of[s]
    if (pooled) {
        for (k = 1; k <= n; k++) {
            line[s, k] = pooled_line(s, k)
            x_of[s, k] = number_at[s, k, index_of[order]] ? sum_at[s, k, index_of[order]] / number_at[s, k, index_of[order]] : 0
        }
    }
    for (i = 1; i <= n; i++) {
        for (j = i - 1; j >= 1 && x_of[s, place[j]] > x_of[s, i]; j--)
            place[j + 1] = place[j]
        place[j + 1] = i
    }
    if (has_pixels)
        write_pixels(s, path, n, place)
    for (k = 1; k <= n && !has_pixels; k++)
        print line[s, place[k]] > path
    close(path)
    file[s] = path
    lacks[s] = " "
    for (i = 1; i <= columns; i++)
        if (!((s, i) in measured))
            lacks[s] = lacks[s] names[i] " "
}

# The rows' pixels, a picture line by line, as rows of numbers from 0 to 255. Lines count downwards in a picture and upwards
# in a plot. A single channel is repeated three times, so that all are drawn alike.
function write_pixels(s, path, n, place,    text, k, x, y, at, step) {
    if (!("ff" in byte_of))
        for (k = 0; k < 256; k++)
            byte_of[sprintf("%02x", k)] = k
    text = ""
    for (k = 1; k <= n; k++)
        text = text line[s, place[k]]
    step = 2 * channels[s]
    if (length(text) != step * width[s] * height[s] || step <= 0 || text !~ /^[0-9a-f]+$/)
        fail("the pixels of a picture are not height x width x channels bytes in hexadecimal digits")
    at = 1
    for (y = height[s] - 1; y >= 0; y--)
        for (x = 0; x < width[s]; x++) {
            k = byte_of[substr(text, at, 2)]
            if (channels[s] == 3)
                print x "," y "," k "," byte_of[substr(text, at + 2, 2)] "," byte_of[substr(text, at + 4, 2)] > path
            else
                print x "," y "," k "," k "," k > path
            at += step
        }
}

function print_array(name, values,    s, text) {
    text = ""
    for (s = 1; s <= series; s++)
        text = text (s > 1 ? ", " : "") gnuplot_quote(values[place_of[s]])
    print "array " table "_" name "[" (series ? series : 1) "] = [" (series ? text : gnuplot_quote("")) "]"
}

function print_variables(    i, s, values, column_text) {
    printf "%s_count = %d\n", table, series
    column_text = " "
    for (i = 1; i <= columns; i++)
        column_text = column_text names[i] " "
    printf "%s_columns = %s\n", table, gnuplot_quote(column_text)
    if (order != "-") {
        print_array("file", file)
        print_array("lacks", lacks)
        if (pooled)
            print_array("seeds", seeds)
    }
    for (i = 1; i <= key_count; i++) {
        for (s = 1; s <= series; s++)
            values[s] = label[s, i]
        print_array(names[keys[i]], values)
    }
    if (has_configs()) {
        print_array("config", config)
        print_array("variant", variant)
        print_array("run_rank", rank)
        print_array("run_count", count)
        print_array("method_runs", runs)
    }
}
