# plots/pruned_ece.gp: the calibration error as weights are removed, each method by each criterion.

load "series.gp"

curve(i) = prune_band_grid[i] eq "fraction"
color(i) = method_color(prune_band_method[i], prune_band_run_rank[i])
marker(i) = method_marker(prune_band_method[i], prune_band_run_rank[i])
dashes(i) = criterion_dashes(prune_band_criterion[i])
curves = ""
do for [i = 1:prune_band_count] { if (curve(i)) { curves = curves." ".i } }

key_room = words(curves)
load "key.gp"
do for [i in curves] {
    n = key_add(with_variant(short_method(prune_band_method[int(i)]).", ".by_criterion(prune_band_criterion[int(i)]), \
        prune_band_variant[int(i)], prune_band_run_count[int(i)]), color(int(i)), marker(int(i)), dashes(int(i)))
}
load "page.gp"
page_panels = 1
page_most = 760
page_tall = 290
page_title_lines = 0
eval page_grid
eval page_measure
load "style.gp"

set datafile separator comma
set datafile columnheaders
set xrange [0:100]
set yrange [0:*]
set ylabel "calibration error"
set multiplot
unset key
panel = 1
eval panel_place
set xlabel "weights removed (%)"
plot for [i in curves] prune_band_file[int(i)] using (100 * column("fraction")):(column("ece")) \
    with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) pointtype marker(int(i)) pointsize 0.6
unset multiplot
