# plots/bench_scaling.gp: a training step's speed as threads, batch and filters vary; scaling.csv has what is held fixed.

figure_size = "1080 420"
load "style.gp"

colors = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00"
markers = "7 9 5 11 13"
names = ""
by_threads = ""
by_batch = ""
by_filters = ""
do for [i = 1:scaling_count] {
    if (strstrt(names." ", " ".scaling_dataset[i]." ") == 0) { names = names." ".scaling_dataset[i] }
    if (scaling_varied[i] eq "threads") { by_threads = by_threads." ".i }
    if (scaling_varied[i] eq "batch") { by_batch = by_batch." ".i }
    if (scaling_varied[i] eq "filters") { by_filters = by_filters." ".i }
}
# A data set keeps its colour and its marker in all panels, and is named below them.
place(i) = int(sum [j = 1:words(names)] (word(names, j) eq scaling_dataset[i] ? j : 0))
color(i) = word(colors, 1 + (place(i) - 1) % words(colors))
marker(i) = word(markers, 1 + (place(i) - 1) % words(markers)) + 0

do for [i = 1:words(names)] {
    set label (10 + i) named("dataset", word(names, i)) at screen (0.5 + 0.15 * (i - (words(names) + 1) / 2.0)), screen 0.045 \
        left point pointtype int(word(markers, i)) linecolor rgb word(colors, i) offset 1, 0
}
# What one panel holds fixed, in its series' first row.
filters_fixed = 0
batch_fixed = 0
if (words(by_batch) > 0) {
    stats scaling_file[word(by_batch, 1) + 0] using "filters" nooutput
    filters_fixed = STATS_min
}
if (words(by_filters) > 0) {
    stats scaling_file[word(by_filters, 1) + 0] using "batch" nooutput
    batch_fixed = STATS_min
}

# Parts that were not measured have no panel.
panels = (words(by_threads) > 0) + (words(by_batch) > 0) + (words(by_filters) > 0)
set multiplot layout 1, panels margins screen 0.085, screen 0.985, screen 0.24, screen 0.81 spacing screen 0.09
set label 4 "by threads (dotted: as many times)" at graph 0, graph 1.06 left font panel_font
set xlabel "threads"
set ylabel "items per second (one thread: 1)"
set xtics 1
set xrange [0.8:*] extend
set yrange [0:*]
if (words(by_threads) > 0) {
    plot for [i in by_threads] scaling_file[int(i)] using (column("value")):(column("speedup")) \
             with linespoints linecolor rgb color(int(i)) linewidth line_width pointtype marker(int(i)) pointsize 0.8, \
         for [i in by_threads] scaling_file[int(i)] using (column("value")):(column("value")) \
             with lines linecolor rgb faint dashtype 3
    unset label 1
    unset label 2
    do for [j = 1:words(names)] { unset label (10 + j) }
}

set label 4 sprintf("by batch, %d filters", filters_fixed)
set xlabel "items of a batch"
set ylabel "items per second"
set xtics autofreq
set xrange [*:*] noextend
set logscale x 2
set yrange [0:*]
if (words(by_batch) > 0) {
    plot for [i in by_batch] scaling_file[int(i)] using (column("value")):(column("items_per_second")) \
             with linespoints linecolor rgb color(int(i)) linewidth line_width pointtype marker(int(i)) pointsize 0.8
    unset label 1
    unset label 2
    do for [j = 1:words(names)] { unset label (10 + j) }
}

set label 4 sprintf("by filters, batch %d (dotted: sgemm)", batch_fixed)
set xlabel "filters"
set ylabel "GFLOP/s of the direct convolution"
if (words(by_filters) > 0) {
    plot for [i in by_filters] scaling_file[int(i)] using (column("value")):(column("gflops")) \
             with linespoints linecolor rgb color(int(i)) linewidth line_width pointtype marker(int(i)) pointsize 0.8, \
         for [i in by_filters] scaling_file[int(i)] using (column("value")):(column("sgemm_gflops")) \
             with lines linecolor rgb color(int(i)) dashtype 3 linewidth 1
}
unset multiplot
