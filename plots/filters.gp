# plots/filters.gp: the first layer's first filters, each a tile: posterior means, what is left of them when 90 % of all weights
# are removed, and the sigmas of a method that has them. Items with three channels have a column of panels for each.

load "series.gp"
load "page.gp"
first = 1
do for [i = filters_count:1:-1] { if (with_sigma(filters_method[i])) { first = i } }
three = strstrt(filters_columns, " weight3 ") > 0 && strstrt(filters_lacks[first], " weight3 ") == 0
has_sigma = strstrt(filters_columns, " sigma ") > 0 && strstrt(filters_lacks[first], " sigma ") == 0
kinds = has_sigma ? 3 : 2
set datafile separator comma
set datafile columnheaders

run = filters_run[first]
whole = ""
pruned = ""
do for [i = 1:filters_count] {
    if (filters_run[i] eq run) { if (filters_fraction[i] + 0 == 0) { whole = whole." ".i } else { pruned = pruned." ".i } }
}
filters = words(whole)
weight_column(c) = c == 1 ? "weight" : sprintf("weight%d", c)
sigma_column(c) = c == 1 ? "sigma" : sprintf("sigma%d", c)
channels = three ? 3 : 1
largest = 1e-9
widest = 1e-9
do for [i in whole] {
    do for [c = 1:channels] {
        stats filters_file[int(i)] using (abs(column(weight_column(c)))) name "filter" nooutput
        largest = filter_max > largest ? filter_max : largest
        if (has_sigma) {
            stats filters_file[int(i)] using (column(sigma_column(c))) name "filter" nooutput
            widest = filter_max > widest ? filter_max : widest
        }
    }
}
stats filters_file[first] using (column("row")) name "filter" nooutput
height = int(filter_max) + 1
stats filters_file[first] using (column("column")) name "filter" nooutput
width = int(filter_max) + 1

title_of(p) = (kind = 1 + (p - 1) / channels, (kind == 1 ? "posterior means, as trained" : kind == 2 ? "means that stay at 90 %" \
    : "σ, as trained").(three ? ", ".word("red green blue", 1 + (p - 1) % channels) : ""))
page_panels = kinds * channels
page_columns = three ? 3 : kinds
page_left = 16
page_between = 18
page_right = 16
page_least = three ? 84 : 200
page_axis = 12
page_widest_title = title_of(1).(three ? "xx" : "")
page_notes = "Only what stays when 90 % of all weights are removed is coloured there. ".of_run(filters_method[first], run, filters_method_runs[first])
eval page_grid
# The tiles fill a panel of a given height: as many across as makes them largest, with square pixels.
panel_height = three ? 190 : 230
tile_lines(n) = (filters + n - 1) / n
unit_of(n) = (across_unit = 1. * panel_wide(1) / (n * (width + 1) - 1), down_unit = 1. * panel_height / (tile_lines(n) * (height + 1) - 1), \
    across_unit < down_unit ? across_unit : down_unit)
across = 1
do for [n = 2:filters] { if (unit_of(n) > unit_of(across)) { across = n } }
pixel = unit_of(across)
grid_width = pixel * (across * (width + 1) - 1)
page_tall = pixel * (tile_lines(across) * (height + 1) - 1)
# The scales below: σ's on a separate line if it does not fit next to the means'.
bar_wide = 4.
small = 0.65 * text_size(9) # a character's width
sigma_left = 30 + 20 * bar_wide + 28 * small
two_lines = has_sigma && sigma_left + 28 * bar_wide + 8 * small > page_wide
page_foot = two_lines ? 52 : 30
eval page_measure
load "style.gp"
tile_x(k) = ((k - 1) % across) * (width + 1)
tile_y(k) = -((k - 1) / across) * (height + 1.)

mix(a, b, share) = int(a + (b - a) * share + 0.5)
blend(from, to, share) = (t = share < 0 ? 0 : share > 1 ? 1 : share, \
    65536 * mix(from / 65536, to / 65536, t) + 256 * mix((from / 256) % 256, (to / 256) % 256, t) + mix(from % 256, to % 256, t))
mean_color(w) = w < 0 ? blend(0xFFFFFF, 0x0072B2, -w / largest) : blend(0xFFFFFF, 0xD55E00, w / largest)
removed_color = 0xC8C8C8
# A mean of exactly 0 was removed by pruning.
kept_color(w) = w == 0 ? removed_color : mean_color(w)
sigma_color(s) = blend(0xFFFFFF, 0x5E3C99, s / widest)

unset key
unset grid
unset tics
unset xlabel
unset ylabel
set border 0
set style fill solid noborder
# A scale from `from` to `to`, at `left`, `foot`: twenty steps of color.
bar_step = 'set object tag + j rectangle from screen sx(left + bar_wide * j), screen sy(foot) to screen sx(left + bar_wide * (j + 1)), ' \
    .'screen sy(foot + 10) fillcolor rgb step_color fillstyle solid noborder'
foot = page_foot_begin + 6
left = 12 + 9 * small
set label 10 sprintf("μ %.2g", -largest) at screen sx(left - 5), screen sy(foot + 5) right font font_of(9)
set label 11 sprintf("%.2g", largest) at screen sx(left + 20 * bar_wide + 5), screen sy(foot + 5) left font font_of(9)
tag = 100
do for [j = 0:19] { step_color = mean_color(largest * (2 * (j + 0.5) / 20 - 1)); eval bar_step }
left = left + 20 * bar_wide + 8 * small
set object 90 rectangle from screen sx(left), screen sy(foot) to screen sx(left + 12), screen sy(foot + 10) fillcolor rgb removed_color \
    fillstyle solid noborder
set label 12 "removed" at screen sx(left + 18), screen sy(foot + 5) left font font_of(9)
if (has_sigma) {
    left = two_lines ? 12 + 9 * small : sigma_left + 5 * small
    foot = foot + (two_lines ? 22 : 0)
    set label 13 "σ 0" at screen sx(left - 5), screen sy(foot + 5) right font font_of(9)
    set label 14 sprintf("%.2g", widest) at screen sx(left + 20 * bar_wide + 5), screen sy(foot + 5) left font font_of(9)
    tag = 130
    do for [j = 0:19] { step_color = sigma_color(widest * (j + 0.5) / 20); eval bar_step }
}
set multiplot
do for [panel = 1:page_panels] {
    kind = 1 + (panel - 1) / channels
    c = 1 + (panel - 1) % channels
    list = kind == 2 ? pruned : whole
    title = title_of(panel)
    eval panel_place
    set rmargin at screen sx(panel_x(panel) + grid_width)
    set xrange [-0.5:across * (width + 1) - 1.5]
    set yrange [-tile_lines(across) * (height + 1) + 1.5:0.5]
    values = kind == 3 ? sigma_column(c) : weight_column(c)
    # A line around each tile, for white ones.
    do for [k = 1:words(list)] {
        set object 200 + k rectangle from tile_x(k) - 0.5, tile_y(k) + 0.5 to tile_x(k) + width - 0.5, tile_y(k) - height + 0.5 \
            front fillstyle empty border linecolor rgb "#888888" linewidth 0.5
    }
    plot for [k = 1:words(list)] filters_file[int(word(list, k))] using (tile_x(k) + column("column")):(tile_y(k) - column("row")) \
        :(0.5):(0.5):(kind == 1 ? mean_color(column(values)) : kind == 2 ? kept_color(column(values)) : sigma_color(column(values))) \
        with boxxyerror fillcolor rgb variable fillstyle solid noborder
    do for [j = 10:14] { unset label j }
    do for [j = 90:160] { unset object j }
}
unset multiplot
