# plots/bench_scaling.gp: a training step's speed as threads, batch and filters vary; scaling.csv has what is held fixed.

load "series.gp"
set datafile separator comma
set datafile columnheaders

# Data sets are not methods, but a bench has few of both, and no figure has both.
colors = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00"
markers = "7 9 5 11 13"
names = ""
# Unmeasured parts have no panel.
parts = ""
array members[3] = ["", "", ""]
all_parts = "threads batch filters"
do for [k = 1:3] { do for [i = 1:scaling_count] {
    if (strstrt(names." ", " ".scaling_dataset[i]." ") == 0) { names = names." ".scaling_dataset[i] }
    if (scaling_varied[i] eq word(all_parts, k)) { members[k] = members[k]." ".i }
}
if (words(members[k]) > 0) { parts = parts." ".k } }
place(i) = int(sum [j = 1:words(names)] (word(names, j) eq scaling_dataset[i] ? j : 0))
color(i) = by_turns(colors, place(i) - 1)
marker(i) = int(by_turns(markers, place(i) - 1))

# What a panel holds fixed, in its series' first row.
filters_fixed = 0
batch_fixed = 0
if (words(members[2]) > 0) {
    stats scaling_file[word(members[2], 1) + 0] using "filters" nooutput
    filters_fixed = STATS_min
}
if (words(members[3]) > 0) {
    stats scaling_file[word(members[3], 1) + 0] using "batch" nooutput
    batch_fixed = STATS_min
}

key_room = words(names) + 2
load "key.gp"
do for [j = 1:words(names)] { n = key_add(named("dataset", word(names, j)), by_turns(colors, j - 1), int(by_turns(markers, j - 1)), 1) }
if (words(members[1]) > 0) { n = key_add("as many times as threads", faint, 0, 3) }
if (words(members[3]) > 0) { n = key_add("sgemm, in the data set's colour", faint, 0, 4) }
load "page.gp"
page_panels = words(parts)
page_columns = 3
page_between = 84
page_widest_title = sprintf("by filters, batch %d", batch_fixed)
eval page_grid
eval page_measure
load "style.gp"

look = 'with linespoints linecolor rgb color(int(i)) linewidth line_width pointtype marker(int(i)) pointsize 0.8'
curve(name) = 'for [i in members[part]] scaling_file[int(i)] using (column("value")):(column("'.name.'")) '
set yrange [0:*]
set multiplot
unset key
do for [panel = 1:page_panels] {
    part = int(word(parts, panel))
    title = part == 1 ? "by threads" : part == 2 ? sprintf("by batch, %d filters", filters_fixed) : sprintf("by filters, batch %d", batch_fixed)
    eval panel_place
    set xlabel part == 1 ? "threads" : part == 2 ? "items of a batch" : "filters"
    set ylabel part == 1 ? "times one thread's items per second" : part == 2 ? "items per second" : "GFLOP/s, direct convolution"
    if (part == 1) {
        set xtics 1
        set xrange [0.8:*] extend
        eval 'plot '.curve("speedup").look.', '.curve("value").'with lines linecolor rgb faint dashtype 3'
    } else {
        set xtics autofreq
        set xrange [*:*] noextend
        set logscale x 2
        eval 'plot '.curve(part == 2 ? "items_per_second" : "gflops").look \
            .(part == 2 ? "" : ', '.curve("sgemm_gflops").'with lines linecolor rgb color(int(i)) dashtype 4 linewidth 1')
    }
}
unset multiplot
