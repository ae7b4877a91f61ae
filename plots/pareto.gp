# plots/pareto.gp: the accuracy that is left with less memory and less time.
#
# Left: accuracy against the bytes of the model file; right: against the milliseconds of one prediction with one thread.
# A line is one run, pruned further and further, stored as int8; points are the other number formats, and the posteriors
# that know their uncertainty. The dashed lines are the dense networks, as fp32. Nearer to the upper left is better.

load "series.gp"
key_room = export_count
load "key.gp"
set datafile separator comma
set datafile columnheaders

is_line(i) = export_number[i] eq "int8" && export_posterior[i] eq "mean"
color(i) = method_color(export_method[i], export_run_rank[i])
line_marker(i) = method_marker(export_method[i], export_run_rank[i])
dashes(i) = method_dashes(export_method[i], export_run_rank[i])
# Open, or filled if a config has taken another's colour.
marker(i) = (export_posterior[i] eq "variance" ? 12 : export_posterior[i] eq "samples" ? 10 : 6) \
            + turn(export_method[i], export_run_rank[i]) % 2
size(i) = export_number[i] eq "int8" ? 1.3 : export_number[i] eq "fp16" ? 0.9 : 0.5
name_of(i) = with_variant(short_method(export_method[i]), export_variant[i], export_run_count[i])
title_of(i) = export_posterior[i] eq "variance" ? "means and variances" : \
              export_posterior[i] eq "samples" ? export_networks[i]." networks" : "mean"

lines = ""
points = ""
do for [i = 1:export_count] {
    if (is_line(i)) { lines = lines." ".i } else { points = points." ".i }
}
at(list, k) = int(word(list, k))
# Every seed of a config looks alike.
named_already = "|"
do for [i in lines." ".points] {
    text = name_of(int(i)).", ".export_number[int(i)].(is_line(int(i)) ? "" : ", ".title_of(int(i)))
    if (strstrt(named_already, "|".text."|") == 0) {
        named_already = named_already.text."|"
        n = is_line(int(i)) ? key_add(text, color(int(i)), line_marker(int(i)), dashes(int(i))) : \
            key_add(text, color(int(i)), marker(int(i)), 0)
    }
}
# The relevant range of accuracies, and the dense network's cost.
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
key_point_size = 0.8
load "page.gp"
page_panels = 2
page_columns = 2
page_tall = 280
page_between = 56
page_notes = "Lines: means stored as int8, pruned further and further. Nearer to the upper left is better."
eval page_grid
eval page_measure
load "style.gp"

least = best - 0.15
shown(accuracy) = accuracy >= least ? accuracy : NaN

# gnuplot still parses an empty loop.
points_by_bytes = words(points) == 0 ? "" : ', for [k = 1:words(points)] export_file[at(points, k)] ' \
    .'using (column("bytes")):(shown(column("accuracy"))) with points linecolor rgb color(at(points, k)) ' \
    .'pointtype marker(at(points, k)) pointsize size(at(points, k))'
points_by_ms = words(points) == 0 ? "" : ', for [k = 1:words(points)] export_file[at(points, k)] ' \
    .'using (column("ms")):(shown(column("accuracy"))) with points linecolor rgb color(at(points, k)) ' \
    .'pointtype marker(at(points, k)) pointsize size(at(points, k))'

set yrange [least:*<1.005]
set logscale x
unset key
set multiplot
panel = 1
title = "file"
eval panel_place
set ylabel "test accuracy"
set xlabel "bytes of the model file"
set xtics ("1 KB" 1e3, "3" 3e3, "10 KB" 1e4, "30" 3e4, "100 KB" 1e5, "300" 3e5, "1 MB" 1e6, "3" 3e6)
set xrange [*:1.2 * dense_bytes]
set arrow 1 from dense_bytes, graph 0 to dense_bytes, graph 1 nohead linecolor rgb faint dashtype 2
set label 6 "dense, fp32" at dense_bytes, graph 0.04 right offset -0.5, 0 font note_font textcolor rgb faint
plot for [k = 1:words(lines)] export_file[at(lines, k)] using (column("bytes")):(shown(column("accuracy"))) \
         with linespoints linecolor rgb color(at(lines, k)) linewidth line_width dashtype dashes(at(lines, k)) \
         pointtype line_marker(at(lines, k)) pointsize 0.5 @points_by_bytes

panel = 2
title = "time"
eval panel_place
set ylabel panel_is_left(panel) ? "test accuracy" : ""
set xlabel "ms of one prediction, one thread"
set xrange [*:*]
set xtics ("0.005" .005, "0.01" .01, "0.02" .02, "0.05" .05, "0.1" .1, "0.2" .2, "0.5" .5, "1" 1, "2" 2, "5" 5)
set arrow 1 from dense_ms, graph 0 to dense_ms, graph 1 nohead linecolor rgb faint dashtype 2
set label 6 "dense" at dense_ms, graph 0.04 right offset -0.5, 0
plot for [k = 1:words(lines)] export_file[at(lines, k)] using (column("ms")):(shown(column("accuracy"))) \
         with linespoints linecolor rgb color(at(lines, k)) linewidth line_width dashtype dashes(at(lines, k)) \
         pointtype line_marker(at(lines, k)) pointsize 0.5 @points_by_ms
unset multiplot
