# plots/footprint.gp: accuracy against the memory and the multiply-adds that pruning leaves.

figure_size = "960 480"
load "style.gp"

color(i) = method_color(footprint_method[i], footprint_run_rank[i] + 0)
marker(i) = method_marker(footprint_method[i])
first_of_method(i) = (sum [j = 1:i] (footprint_method[j] eq footprint_method[i])) == 1
label(i) = first_of_method(i) ? short_method(footprint_method[i]).", by ".named("criterion", footprint_criterion[i]) : ""
set logscale x
set xrange [*:*] noextend
set yrange [0:*<1.02]
set key at screen 0.53, screen 0.16 center top horizontal Left reverse samplen 3 font ",10" maxrows 2
set ylabel "test accuracy"
several_runs = (sum [i = 1:footprint_count] footprint_run_rank[i] - 1) > 0
set label 3 "memory: 32-bit values with 16-bit places; biases stay. Crosses: the whole network as 32-bit values." \
    .(several_runs ? " A curve for each seed, in shades of the method's colour" : "") at screen 0.01, screen 0.025 left font note_font textcolor rgb faint
set multiplot layout 1, 2 margins screen 0.08, screen 0.98, screen 0.31, screen 0.84 spacing screen 0.09
set label 4 "memory" at graph 0, graph 1.06 left font panel_font
set xlabel "KiB of the pruned network"
plot for [i = 1:footprint_count] footprint_file[i] using (column("kib_sparse")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width pointtype marker(i) pointsize 0.5 title label(i), \
     for [i = 1:footprint_count] footprint_file[i] using (column("kib_dense")):(column("accuracy")) every ::0::0 \
         with points linecolor rgb color(i) pointtype 2 pointsize 0.9
unset label 1
unset label 2
unset label 3
unset key
unset ylabel
set label 4 "speed"
set xlabel "multiply-adds for one item (an ensemble: by all members)"
set format x "%.0s %c"
plot for [i = 1:footprint_count] footprint_file[i] using (column("multiply_adds")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width pointtype marker(i) pointsize 0.5
unset multiplot
