# plots/surviving.gp: in which layers the weights stay: each layer's surviving share against the share that is removed of the
# whole network, a panel for each criterion, and a line of panels for each config where there are several (an ablation's).
# Bands are 95 % over seeds. On the diagonal every layer loses alike.

load "series.gp"

criteria = ""
configs = ""
layers = ""
do for [i = 1:surviving_band_count] {
    if (strstrt(criteria." ", " ".surviving_band_criterion[i]." ") == 0) { criteria = criteria." ".surviving_band_criterion[i] }
    if (strstrt(configs." ", " ".surviving_band_run[i]." ") == 0) { configs = configs." ".surviving_band_run[i] }
    if (strstrt(layers." ", " ".surviving_band_layer[i]." ") == 0) { layers = layers." ".surviving_band_layer[i] }
}
panel_count = words(criteria) * words(configs)
panel_wish = words(configs) > 1 ? words(criteria) : 0
panel_base = 620.
panel_bottom = 0.20
panel_between = 0.03
panel_more = 0
load "panels.gp"
panel_criterion(p) = word(criteria, 1 + (p - 1) % words(criteria))
panel_config(p) = word(configs, 1 + (p - 1) / words(criteria))
load "style.gp"

rank_of(layer) = (sum [k = 1:words(layers)] (word(layers, k) eq layer ? k : 0))
color(i) = layer_color(rank_of(surviving_band_layer[i]))

title_of(i) = with_variant(by_criterion(surviving_band_criterion[i]), surviving_band_variant[i], \
    surviving_band_run_count[i])
panel_longest = 0
panel_rise = 0.6
do for [i = 1:surviving_band_count] { if (strlen(title_of(i)) > panel_longest) { panel_longest = strlen(title_of(i)) } }
kept(column_name) = 1 - column(column_name)
set xrange [1:0.004]
set logscale x
least = 0.0004
set yrange [least:1.2]
# A band goes on below the axis where its end is 0, which has no logarithm.
end(column_name) = column(column_name) > least ? column(column_name) : least
set logscale y
set xtics ("0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99" .01, "99.5" .0050001)
set multiplot
do for [panel = 1:panel_count] {
    @panel_place
    members = ""
    banded = ""
    do for [i = 1:surviving_band_count] {
        if (surviving_band_criterion[i] eq panel_criterion(panel) && surviving_band_run[i] eq panel_config(panel)) {
            members = members." ".i
            if (has(surviving_band_lacks[i], "low")) { banded = banded." ".i }
        }
    }
    title = words(members) > 0 ? title_of(int(word(members, 1))) : ""
    eval panel_title
    set xlabel panel_is_lowest(panel) ? (panel_columns < 3 ? removed_axis : "weights removed (%)") : ""
    set ylabel panel_column(panel) == 0 ? "left of the layer (%)" : ""
    if (panel_column(panel) == 0) {
        set ytics ("100" 1, "10" .1, "1" .01, "0.1" .001)
    } else {
        set ytics ("" 1, "" .1, "" .01, "" .001)
    }
    # With one seed there is no band, and gnuplot would go once through a list of none.
    bands = words(banded) == 0 ? "" : 'for [i in banded] surviving_band_file[int(i)] using (kept("fraction")):(end("low"))' \
        .':(end("high")) with filledcurves fillcolor rgb color(int(i)), '
    if (words(members) > 0) { eval 'plot x with lines linecolor rgb faint linewidth 0.8 dashtype 2, '.bands \
        .'for [i in members] surviving_band_file[int(i)] using (kept("fraction")):(column("surviving"))' \
        .' with linespoints linecolor rgb color(int(i)) linewidth line_width pointtype 7 pointsize 0.4' }
    unset label 1
    unset label 2
}
set lmargin at screen 0.09
set rmargin at screen 0.98
set bmargin at screen 0.01 * panel_base / figure_height
set tmargin at screen 0.10 * panel_base / figure_height
unset label 4
unset border
unset tics
unset grid
unset xlabel
unset ylabel
unset logscale
set yrange [0:1]
set key at screen 0.53, screen 0.05 * panel_base / figure_height center center horizontal Left reverse samplen 3 font ",10" maxrows 1
plot for [k = 1:words(layers)] keyentry with lines linecolor rgb layer_color(k) linewidth 2 title word(layers, k), \
     keyentry with lines linecolor rgb faint dashtype 2 title "every layer alike", NaN notitle
unset multiplot
