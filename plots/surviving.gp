# plots/surviving.gp: in which layers the weights stay: the share that stays in each layer against the share removed from the
# whole network, a panel for each criterion, and a line of panels for each config if there are several (an ablation). Bands
# are 95 % over seeds. On the dashed line every layer loses the same share.

load "series.gp"

criteria = ""
configs = ""
layers = ""
banded_any = 0
do for [i = 1:surviving_band_count] {
    if (strstrt(criteria." ", " ".surviving_band_criterion[i]." ") == 0) { criteria = criteria." ".surviving_band_criterion[i] }
    if (strstrt(configs." ", " ".surviving_band_run[i]." ") == 0) { configs = configs." ".surviving_band_run[i] }
    if (strstrt(layers." ", " ".surviving_band_layer[i]." ") == 0) { layers = layers." ".surviving_band_layer[i] }
    if (has(surviving_band_lacks[i], "low")) { banded_any = 1 }
}
rank_of(layer) = (sum [k = 1:words(layers)] (word(layers, k) eq layer ? k : 0))
color(i) = layer_color(rank_of(surviving_band_layer[i]))
shape(i) = layer_marker(rank_of(surviving_band_layer[i]))
title_of(i) = with_variant(by_criterion(surviving_band_criterion[i]), surviving_band_variant[i], \
    surviving_band_run_count[i])
widest_title = ""
do for [i = 1:surviving_band_count] { if (strlen(title_of(i)) > strlen(widest_title)) { widest_title = title_of(i) } }

set datafile separator comma
set datafile columnheaders
least = 1
greatest = 0
none_left = 0
do for [i = 1:surviving_band_count] {
    stats surviving_band_file[i] using (column("surviving") > 0 ? column("surviving") : 1):(column("fraction")) nooutput
    least = STATS_min_x < least ? STATS_min_x : least
    greatest = STATS_max_y > greatest ? STATS_max_y : greatest
    stats surviving_band_file[i] using (column("surviving")) nooutput
    none_left = STATS_min <= 0 ? 1 : none_left
}
least = least < 1e-5 ? 1e-5 : least

key_room = words(layers) + 1
load "key.gp"
do for [k = 1:words(layers)] { n = key_add(word(layers, k), layer_color(k), layer_marker(k), 1) }
n = key_add("every layer alike", faint, 0, 2)
load "page.gp"
page_panels = words(criteria) * words(configs)
# Several configs have separate lines.
page_columns = words(configs) > 1 && words(criteria) > 1 ? smaller(5, words(criteria)) : words(criteria) == 4 ? 2 : 3
page_tall = page_columns == 2 ? 230 : 200
page_least = page_columns == 5 ? 150 : page_columns == 4 ? 180 : 200
eval page_grid
page_title_lines = lines_of(wrapped(widest_title, panel_chars(page_panels, 11)))
page_notes = (banded_any ? "Bands: 95 % intervals over seeds. " : "") \
    .(none_left ? "\"None\": nothing is left of the layer, which an axis of logarithms has no place for." : "")
eval page_measure
load "style.gp"
panel_criterion(p) = word(criteria, 1 + (p - 1) % words(criteria))
panel_config(p) = word(configs, 1 + (p - 1) / words(criteria))

kept(column_name) = 1 - column(column_name)
set xrange [1:1 - (greatest < 1 ? greatest : 0.999)]
set logscale x
lowest = none_left ? least / 3 : least / 1.2
set yrange [lowest:1.2]
# What is 0 is at the bottom; so is a band's end.
at_bottom(value) = value > lowest ? value : lowest
set logscale y
if (panel_wide(1) < 330) {
    set xtics ("0" 1, "50" .5, "" .2, "90" .1, "" .05, "98" .02, "" .01, "99.5" .0050001, "99.9" .001)
} else {
    set xtics ("0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99" .01, "99.5" .0050001, "99.9" .001)
}
log_axis = "y"
log_above = none_left ? 1.9 * lowest : 0
log_least = least
log_greatest = 1
log_name(mantissa, n) = percent(mantissa * 10.**n)
set multiplot
unset key
do for [panel = 1:page_panels] {
    members = ""
    banded = ""
    do for [i = 1:surviving_band_count] {
        if (surviving_band_criterion[i] eq panel_criterion(panel) && surviving_band_run[i] eq panel_config(panel)) {
            members = members." ".i
            if (has(surviving_band_lacks[i], "low")) { banded = banded." ".i }
        }
    }
    title = words(members) > 0 ? title_of(int(word(members, 1))) : ""
    eval panel_place
    if (words(members) == 0) { continue }
    set xlabel panel_is_lowest(panel) ? (fitting(removed_axis, "weights removed (%)")) : ""
    set ylabel panel_is_left(panel) ? "stays of the layer (%)" : ""
    log_name(mantissa, n) = panel_is_left(panel) ? percent(mantissa * 10.**n) : ""
    eval log_tics
    if (none_left && panel_is_left(panel)) { set ytics add ("none" lowest) }
    # With one seed there is no band, and gnuplot would iterate once over an empty list.
    bands = words(banded) == 0 ? "" : 'for [i in banded] surviving_band_file[int(i)] using (kept("fraction")):(at_bottom(column("low")))' \
        .':(at_bottom(column("high"))) with filledcurves fillcolor rgb color(int(i)), '
    eval 'plot [1:1 - greatest] x with lines linecolor rgb faint linewidth 0.8 dashtype 2, '.bands \
        .'for [i in members] surviving_band_file[int(i)] using (kept("fraction")):(at_bottom(column("surviving")))' \
        .' with linespoints linecolor rgb color(int(i)) linewidth line_width pointtype shape(int(i)) pointsize 0.5'
}
unset multiplot
