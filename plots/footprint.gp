# plots/footprint.gp: accuracy against the memory and multiply-adds left by pruning: means over the seeds of each config, with
# bands from the least to the greatest of them.

load "series.gp"

color(i) = method_color(footprint_method[i], footprint_run_rank[i])
marker(i) = method_marker(footprint_method[i], footprint_run_rank[i])
dashes(i) = method_dashes(footprint_method[i], footprint_run_rank[i])
set datafile separator comma
set datafile columnheaders
array sort_score[footprint_count]
several = 0
array least[2] = [1e300, 1e300]
array greatest[2] = [0, 0]
do for [i = 1:footprint_count] {
    several = footprint_seeds[i] > several ? footprint_seeds[i] : several
    stats footprint_file[i] using (column("kib_sparse") > 0 ? column("kib_sparse") : NaN):(column("accuracy")) nooutput
    sort_score[i] = STATS_mean_y
    least[1] = STATS_min_x < least[1] ? STATS_min_x : least[1]
    stats footprint_file[i] using (column("kib_sparse")):(column("kib_dense")) nooutput
    greatest[1] = STATS_max_x > greatest[1] ? STATS_max_x : greatest[1]
    greatest[1] = STATS_max_y > greatest[1] ? STATS_max_y : greatest[1]
    stats footprint_file[i] using (column("multiply_adds") > 0 ? column("multiply_adds") : NaN) nooutput
    least[2] = STATS_min < least[2] ? STATS_min : least[2]
    greatest[2] = STATS_max > greatest[2] ? STATS_max : greatest[2]
}
sort_list = every_one(footprint_count)
eval sort_by_score

key_room = footprint_count + 1
load "key.gp"
do for [i in sorted] {
    n = key_add(with_variant(short_method(footprint_method[int(i)]).", ".by_criterion(footprint_criterion[int(i)]), \
        footprint_variant[int(i)], footprint_run_count[int(i)]), color(int(i)), marker(int(i)), dashes(int(i)))
}
n = key_add("the whole network, 32-bit values", faint, 2, 0)
load "page.gp"
page_panels = 2
page_columns = 2
page_tall = 300
page_between = 80
page_notes = "Memory of a pruned network: 32-bit values with 16-bit places; biases stay. Multiply-adds of an ensemble: by all members." \
    .(several > 1 ? " Lines: means over the seeds; bands: from the least to the greatest accuracy of them." : "")
eval page_grid
eval page_measure
load "style.gp"
set style fill transparent solid band_density(footprint_count) noborder

set yrange [0:1.03]
set ytics 0.2
log_axis = "x"
x_range = 'log_least = least[panel]; log_greatest = greatest[panel]; set xtics autofreq; eval log_tics; ' \
    .'set xrange [least[panel] / 1.15:greatest[panel] * 1.15]; set logscale x'
look = 'with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) pointtype marker(int(i)) pointsize 0.5'
band = several > 1 ? 'for [i in sorted] footprint_file[int(i)] using (column(measure)):(column("accuracy_low")):(column("accuracy_high")) ' \
    .'with filledcurves fillcolor rgb color(int(i)), ' : ""
curves = 'for [i in sorted] footprint_file[int(i)] using (column(measure)):(column("accuracy")) '.look
set multiplot
unset key
panel = 1
title = "memory"
eval panel_place
eval x_range
measure = "kib_sparse"
set xlabel fitting("memory of the pruned network (KiB, log scale)", "memory (KiB, log scale)")
set ylabel "test accuracy"
eval 'plot '.band.curves.', for [i in sorted] footprint_file[int(i)] using (column("kib_dense")):(column("accuracy")) every ::0::0 ' \
    .'with points linecolor rgb color(int(i)) pointtype 2 pointsize 0.9'
panel = 2
title = "computation"
eval panel_place
eval x_range
measure = "multiply_adds"
set xlabel fitting("multiply-adds for one item (log scale)", "multiply-adds (log scale)")
eval 'plot '.band.curves
unset multiplot
