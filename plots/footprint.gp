# plots/footprint.gp: accuracy against the memory and the multiply-adds that pruning leaves.

load "series.gp"
key_room = footprint_count
load "key.gp"

color(i) = method_color(footprint_method[i], footprint_run_rank[i])
marker(i) = method_marker(footprint_method[i], footprint_run_rank[i])
dashes(i) = method_dashes(footprint_method[i], footprint_run_rank[i])
first_of_config(i) = (sum [j = 1:i] (footprint_config[j] eq footprint_config[i])) == 1
do for [i = 1:footprint_count] {
    if (first_of_config(i)) {
        n = key_add(with_variant(short_method(footprint_method[i]).", by ".named("criterion", footprint_criterion[i]), \
            footprint_variant[i], footprint_run_count[i]), color(i), marker(i), dashes(i))
    }
}
several_seeds = key_count < footprint_count
crowded = key_count >= many_series
key_width = 920
if (!crowded) { key_most = 3 }
eval key_measure
more = key_rows > 2 ? key_height - 2 * key_pitch : 0
height = 480. + more + (crowded ? 120 : 0)
figure_size = sprintf("960 %d", height)
load "style.gp"

set logscale x
set xrange [*:*] noextend
# Many curves through each other are followed more easily when they are thin.
curve_width = crowded && several_seeds ? 1 : line_width
if (crowded) { set yrange [*:*<1.02] } else { set yrange [0:*<1.02] }
unset key
key_middle = 509
key_top = 71 + more
eval key_draw
set ylabel "test accuracy"
set label 3 "memory: 32-bit values with 16-bit places; biases stay. Crosses: the whole network as 32-bit values. " \
    ."Multiply-adds of an ensemble: by all members.".(several_seeds ? " A curve for each seed." : "") \
    at screen 0.01, screen 12 / height left font note_font textcolor rgb faint
set multiplot layout 1, 2 margins screen 0.08, screen 0.98, screen (149 + more) / height, 1 - 77 / height spacing screen 0.09
set label 4 "memory" at graph 0, graph 1 offset 0, 0.8 left font panel_font
set xlabel "memory of the pruned network (KiB, log scale)"
plot for [i = 1:footprint_count] footprint_file[i] using (column("kib_sparse")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth curve_width dashtype dashes(i) pointtype marker(i) pointsize 0.5, \
     for [i = 1:footprint_count] footprint_file[i] using (column("kib_dense")):(column("accuracy")) every ::0::0 \
         with points linecolor rgb color(i) pointtype 2 pointsize 0.9
unset label 1
unset label 2
unset label 3
eval key_clear
unset ylabel
set label 4 "speed"
set xlabel "multiply-adds for one item (log scale)"
set format x "%.0s %c"
plot for [i = 1:footprint_count] footprint_file[i] using (column("multiply_adds")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth curve_width dashtype dashes(i) pointtype marker(i) pointsize 0.5
unset multiplot
