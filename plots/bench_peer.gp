# plots/bench_peer.gp: PyTorch's time over ours, for each measurement of `make bench`, and the peak memory of both.
#
# A bar is the median of the rounds, its whisker the least and the greatest of them; the mean's whisker spans the cells. A
# diamond: PyTorch with memory that glibc keeps.

figure_size = "960 560"
load "style.gp"

file = peer_file[1]
stats file using 0 nooutput
rows = STATS_records
bar = 0.36
color_of(method) = method eq "" ? "#777777" : method_color(method, 1)
is_method(wanted) = strcol("method") eq wanted
times(x) = sprintf("%.1f", x)

set yrange [rows - 0.4 : -0.6]
set ytics scale 0
set key at graph 1, graph -0.155 right top horizontal Left reverse samplen 1.5 font ",10"
set grid noytics xtics

set multiplot layout 1, 2 margins screen 0.20, screen 0.97, screen 0.19, screen 0.86 spacing screen 0.05
set label 4 "time of PyTorch over ours" at graph 0, graph 1.04 left font panel_font
set xlabel "times faster"
set xrange [0:*]
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb faint dashtype 3 linewidth 1
plot for [method in "vi mle"] file using (is_method(method) ? column("ratio") / 2 : NaN):0:(column("ratio") / 2):(bar):ytic(1) \
         with boxxyerror fillstyle solid 0.75 noborder fillcolor rgb color_of(method) title short_method(method), \
     file using (is_method("") ? column("ratio") / 2 : NaN):0:(column("ratio") / 2):(bar) \
         with boxxyerror fillstyle solid 0.75 noborder fillcolor rgb color_of("") title "mean", \
     file using "ratio":0:"ratio_min":"ratio_max" with xerrorbars pointtype 0 linecolor rgb "black" linewidth 1, \
     file using "kept_ratio":0 with points pointtype 13 pointsize 1.1 linecolor rgb "black" title "with memory kept", \
     file using (column("ratio_max")):0:(times(column("ratio"))) with labels left offset 0.6, 0 font ",10"

unset label 1
unset label 2
unset arrow 1
set label 4 "peak memory"
set xlabel "MiB"
set format y ""
plot file using (column("ours_mib") / 2):($0 - bar / 2):(column("ours_mib") / 2):(bar / 2) \
         with boxxyerror fillstyle solid 0.9 noborder fillcolor rgb "#444444" title "tenth", \
     file using (column("peer_mib") / 2):($0 + bar / 2):(column("peer_mib") / 2):(bar / 2) \
         with boxxyerror fillstyle solid 0.9 noborder fillcolor rgb "#BBBBBB" title "PyTorch"
unset multiplot
