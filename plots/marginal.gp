# plots/marginal.gp: approximations of the posterior of a real network: along three weights, all others at VI's mean, with the
# likelihood of a tenth of the training items and of all. A point says nothing about its surroundings, nor do two spikes,
# whose places and shares do not change with the amount of data. For the first run that has rows.
#
# Another approximation of the same lines is one more row `style_KIND`.

load "series.gp"

color_of_kind = "posterior #000000 mean_field #777777 prior #999999 vi ".word(color_vi, 1)." mle ".word(color_mle, 1)." map ".word(color_map, 1)." dropout ".word(color_dropout, 1)." hmc #00513B"
dashes_of_kind = "posterior 1 mean_field 2 prior 3 vi 1 hmc 4"
after(list, kind) = (found = "", sum [k = 1:words(list)] (found = word(list, k) eq kind && found eq "" ? word(list, k + 1) : found, 0), found)
kind_color(kind) = (its_color = after(color_of_kind, kind), its_color eq "" ? "#777777" : its_color)
kind_dashes(kind) = int("0".after(dashes_of_kind, kind))

weights = ""
all_kinds = ""
do for [i = 1:marginal_count] {
    if (marginal_run[i] eq marginal_run[1]) {
        if (strstrt(weights." ", " ".marginal_weight[i]." ") == 0) { weights = weights." ".marginal_weight[i] }
        if (strstrt(all_kinds." ", " ".marginal_kind[i]." ") == 0) { all_kinds = all_kinds." ".marginal_kind[i] }
    }
}
set datafile separator comma # as in style.gp, which needs the size
set datafile columnheaders
stats marginal_file[1] using (column("prior_sigma")) name "prior" nooutput
target = 0
do for [i = 1:marginal_count] { if (marginal_run[i] eq marginal_run[1] && marginal_kind[i] eq "mean_field") { target = i } }
temperature = 1
if (target > 0) {
    stats marginal_file[target] using (column("temperature")) name "bound" nooutput
    temperature = bound_max
}
title_posterior = "posterior: temperature 1, the others at VI's mean"
title_mean_field = sprintf("what VI approximates: temperature %g, others averaged", temperature)
title_prior = sprintf("prior, σ = %g", prior_max)
title_vi = "VI's Gaussian"
key_room = words(all_kinds) + 3
load "key.gp"
do for [k in all_kinds] { n = key_add(lookup("title_".k, k), kind_color(k), 0, kind_dashes(k)) }
n = key_add("MLE on the line", kind_color("mle"), 9, 1)
n = key_add("MAP on the line", kind_color("map"), 5, 1)
n = key_add("dropout's two spikes, by their shares", kind_color("dropout"), 11, 1)
load "page.gp"
page_panels = 2 * words(weights)
page_columns = words(weights)
page_between = 56
page_notes = "Densities along one weight of the last layer by so many undisturbed training items, the others being where training on all has " \
    ."brought them. Points have no width.".(marginal_method_runs[1] > 1 ? " ".not_shown(marginal_method_runs[1] - 1, "run")."." : "")
title_surest = "the surest"
title_median = "the median"
title_least = "the least sure"
data_sets = "tenth all"
# Ordered by data from the top if all weights are side by side; otherwise weight by weight.
by_data = 1
weight_of(p) = word(weights, by_data ? 1 + (p - 1) % words(weights) : (p + 1) / 2)
data_of(p) = word(data_sets, by_data ? 1 + (p - 1) / words(weights) : 1 + (p - 1) % 2)
array shown_items[page_panels]
title_of(p) = sprintf("%s (%s), %g items", lookup("title_".weight_of(p), weight_of(p)), marginal_tensor[curve_of(p)], shown_items[p])
curve_of(p) = (found = 0, sum [i = 1:marginal_count] (found = found == 0 && marginal_run[i] eq marginal_run[1] \
    && marginal_weight[i] eq weight_of(p) && marginal_data[i] eq data_of(p) ? i : found, 0), found)
eval page_grid
by_data = columns_after == words(weights)
columns_after = by_data ? columns_after : smaller(2, columns_after)
lines_after = (page_panels + columns_after - 1) / columns_after
do for [panel = 1:page_panels] {
    stats marginal_file[curve_of(panel)] using (column("items")) name "bound" nooutput
    shown_items[panel] = bound_max
    if (strlen(title_of(panel)) > strlen(page_widest_title)) { page_widest_title = title_of(panel) }
}
eval page_measure
load "style.gp"

unset key
set tics font tic_font
set multiplot
do for [panel = 1:page_panels] {
    w = weight_of(panel)
    d = data_of(panel)
    curves = ""
    points = ""
    do for [i = 1:marginal_count] {
        if (marginal_run[i] eq marginal_run[1] && marginal_weight[i] eq w && marginal_data[i] eq d) { curves = curves." ".i }
    }
    do for [i = 1:marginal_points_count] {
        if (marginal_points_run[i] eq marginal_run[1] && marginal_points_weight[i] eq w && marginal_points_data[i] eq d) { points = points." ".i }
    }
    highest = 0
    set xrange [*:*]
    set yrange [*:*]
    first = int(word(curves, 1))
    do for [i in curves] {
        stats marginal_file[int(i)] using (column("density")) name "bound" nooutput
        highest = bound_max > highest ? bound_max : highest
    }
    stats marginal_file[first] using (column("value")) name "bound" nooutput
    low = bound_min
    high = bound_max
    title = title_of(panel)
    eval panel_place
    has_mle = 0
    # gnuplot would iterate once over an empty list.
    if (words(points) > 0) { do for [i in points] { if (marginal_points_kind[int(i)] eq "mle") { has_mle = 1 } } }
    set label 6 has_mle ? "" : "MLE: beyond the line" at graph 0.03, graph 0.94 left font note_font textcolor rgb "#A34700"
    set xrange [low:high]
    set xtics tic_step((high - low) / 3)
    set yrange [0:1.12 * highest]
    set xlabel panel_is_lowest(panel) ? "weight" : ""
    set ylabel panel_is_left(panel) ? "density" : ""
    spikes = words(points) == 0 ? "" : ', for [i in points] marginal_points_file[int(i)] using (column("value")):(column("mass") * highest) ' \
        .'with impulses linecolor rgb kind_color(marginal_points_kind[int(i)]) linewidth 1.6, ' \
        .'for [i in points] marginal_points_file[int(i)] using (column("value")):(column("mass") * highest) ' \
        .'with points linecolor rgb kind_color(marginal_points_kind[int(i)]) pointsize 0.8 ' \
        .'pointtype method_marker(marginal_points_kind[int(i)], 1)'
    eval 'plot for [i in curves] marginal_file[int(i)] using (column("value")):(marginal_kind[int(i)] eq "posterior" ? column("density") : NaN) ' \
        .'with filledcurves y1=0 fillcolor rgb "#000000", ' \
        .'for [i in curves] marginal_file[int(i)] using (column("value")):(column("density")) with lines ' \
        .'linecolor rgb kind_color(marginal_kind[int(i)]) dashtype kind_dashes(marginal_kind[int(i)]) linewidth line_width'.spikes
}
unset multiplot
