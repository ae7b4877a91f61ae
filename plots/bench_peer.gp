# plots/bench_peer.gp: PyTorch's time over ours, for each measurement of `make bench`, and the peak memory of both.
#
# A bar is the median of the rounds, its whisker the least and the greatest of them; the mean's whisker spans the cells. A
# diamond: PyTorch with glibc keeping freed memory.

load "series.gp"
set datafile separator comma
set datafile columnheaders
file = peer_file[1]
stats file using 0 nooutput
rows = STATS_records

key_room = 6
load "key.gp"
color_of(method) = method eq "" ? "#777777" : method_color(method, 1)
do for [method in "vi mle"] { n = key_add(short_method(method), color_of(method), 5, 0) }
n = key_add("mean", color_of(""), 5, 0)
n = key_add("with memory kept", "#000000", 13, 0)
n = key_add("tenth", "#444444", 5, 0)
n = key_add("PyTorch", "#BBBBBB", 5, 0)
key_point_size = 1.2
load "page.gp"
page_panels = 2
page_columns = 2
page_left = 190
page_between = 48
page_tall = 24 * rows < 120 ? 120 : 24 * rows
page_notes = "Bars: medians of the rounds; whiskers: the least and the greatest, the mean's: those of the measurements."
eval page_grid
eval page_measure
load "style.gp"

bar = 0.36
is_method(wanted) = strcol("method") eq wanted
times(x) = sprintf("%.1f", x)
set yrange [rows - 0.4 : -0.6]
set ytics scale 0
set grid noytics xtics
unset key
set multiplot
panel = 1
title = "time of PyTorch over ours"
eval panel_place
set xlabel "times faster"
stats [*:*][*:*] file using (column("ratio_max")) nooutput
set xrange [0:1.15 * STATS_max]
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb faint dashtype 3 linewidth 1
plot for [method in "vi mle"] file using (is_method(method) ? column("ratio") / 2 : NaN):0:(column("ratio") / 2):(bar):ytic(1) \
         with boxxyerror fillstyle solid 0.75 noborder fillcolor rgb color_of(method), \
     file using (is_method("") ? column("ratio") / 2 : NaN):0:(column("ratio") / 2):(bar) \
         with boxxyerror fillstyle solid 0.75 noborder fillcolor rgb color_of(""), \
     file using "ratio":0:"ratio_min":"ratio_max" with xerrorbars pointtype 0 linecolor rgb "black" linewidth 1, \
     file using "kept_ratio":0 with points pointtype 13 pointsize 1.1 linecolor rgb "black", \
     file using (column("ratio_max")):0:(times(column("ratio"))) with labels left offset 0.6, 0 font font_of(10)
panel = 2
title = "peak memory"
eval panel_place
unset arrow 1
set xlabel "MiB"
set xrange [0:*]
if (panel_is_left(panel)) { set format y "%g" } else { set format y "" }
plot file using (column("ours_mib") / 2):($0 - bar / 2):(column("ours_mib") / 2):(bar / 2) \
         with boxxyerror fillstyle solid 0.9 noborder fillcolor rgb "#444444", \
     file using (column("peer_mib") / 2):($0 + bar / 2):(column("peer_mib") / 2):(bar / 2) \
         with boxxyerror fillstyle solid 0.9 noborder fillcolor rgb "#BBBBBB"
unset multiplot
