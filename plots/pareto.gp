# plots/pareto.gp: what is left of the accuracy in less memory and less time.
#
# Left: accuracy against the bytes of the model file; right: against the milliseconds of one prediction with one thread.
# A line is one method, pruned further and further, stored as int8; points are the other numbers, and the posteriors that
# know their uncertainty. The dashed lines are the dense networks, as fp32. Nearer to the upper left is better.

figure_size = "960 480"
load "style.gp"

is_line(i) = export_number[i] eq "int8" && export_posterior[i] eq "mean"
is_first(i) = (sum [j = 1:i] (is_line(j) && export_method[j] eq export_method[i])) == 1
color(i) = method_color(export_method[i], 1)
marker(i) = export_posterior[i] eq "variance" ? 12 : export_posterior[i] eq "samples" ? 10 : 6
title_of(i) = export_posterior[i] eq "variance" ? "means and variances" : \
              export_posterior[i] eq "samples" ? export_networks[i]." networks" : "mean"

lines = ""
points = ""
do for [i = 1:export_count] {
    if (is_line(i)) { lines = lines." ".i } else { points = points." ".i }
}
at(list, k) = int(word(list, k))

# The range of accuracies that matter: from where a network is half as good as the best.
best = 0
dense_bytes = 0
dense_ms = 0
do for [k = 1:words(lines)] {
    stats export_file[at(lines, k)] using (column("accuracy")) nooutput name "found"
    if (found_max > best) { best = found_max }
    stats export_file[at(lines, k)] using (column("bytes_dense")) nooutput name "found"
    dense_bytes = found_max
    stats export_file[at(lines, k)] using (column("ms_dense")) nooutput name "found"
    dense_ms = found_median
}
shown(accuracy) = accuracy >= 0.5 * best ? accuracy : NaN

set yrange [0.5 * best:*<1.005]
set logscale x
set ylabel "test accuracy"
set key at screen 0.08, screen 0.20 left top Left reverse samplen 3 font ",10" maxrows 3
set multiplot layout 1, 2 margins screen 0.08, screen 0.97, screen 0.35, screen 0.84 spacing screen 0.07

set label 4 "file" at graph 0, graph 1.06 left font panel_font
set xlabel "bytes of the model file"
set xtics ("1 KB" 1e3, "2" 2e3, "5" 5e3, "10 KB" 1e4, "20" 2e4, "50" 5e4, "100 KB" 1e5, "200" 2e5, "500" 5e5, "1 MB" 1e6, "2" 2e6)
set arrow 1 from dense_bytes, graph 0 to dense_bytes, graph 1 nohead linecolor rgb faint dashtype 2
set label 5 "dense, fp32" at dense_bytes, graph 0.04 right offset -0.5, 0 font note_font textcolor rgb faint
plot for [k = 1:words(lines)] export_file[at(lines, k)] using (column("bytes")):(shown(column("accuracy"))) \
         with linespoints linecolor rgb color(at(lines, k)) linewidth line_width pointtype method_marker(export_method[at(lines, k)]) \
         pointsize 0.5 title short_method(export_method[at(lines, k)]).", int8", \
     for [k = 1:words(points)] export_file[at(points, k)] using (column("bytes")):(shown(column("accuracy"))) \
         with points linecolor rgb color(at(points, k)) pointtype marker(at(points, k)) pointsize 1.1 \
         title short_method(export_method[at(points, k)]).", ".export_number[at(points, k)].", ".title_of(at(points, k))

unset label 1
unset label 2
unset ylabel
set key off
set label 4 "time"
set xlabel "ms of one prediction, one thread"
set xtics autofreq
set xtics add ("" 1)
set xtics ("0.005" .005, "0.01" .01, "0.02" .02, "0.05" .05, "0.1" .1, "0.2" .2, "0.5" .5, "1" 1, "2" 2, "5" 5)
set arrow 1 from dense_ms, graph 0 to dense_ms, graph 1 nohead linecolor rgb faint dashtype 2
set label 5 "dense" at dense_ms, graph 0.04 right offset -0.5, 0
plot for [k = 1:words(lines)] export_file[at(lines, k)] using (column("ms")):(shown(column("accuracy"))) \
         with linespoints linecolor rgb color(at(lines, k)) linewidth line_width pointtype method_marker(export_method[at(lines, k)]) \
         pointsize 0.5, \
     for [k = 1:words(points)] export_file[at(points, k)] using (column("ms")):(shown(column("accuracy"))) \
         with points linecolor rgb color(at(points, k)) pointtype marker(at(points, k)) pointsize 1.1
unset multiplot
