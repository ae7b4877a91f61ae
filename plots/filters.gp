# plots/filters.gp: the first layer's first filters, each a tile: posterior means, what stays of them when 90 % of all weights are
# removed, and the sigmas of a method that has them. Items with three channels have a column of panels for each.

first = 1
do for [i = filters_count:1:-1] { if (filters_method[i] eq "vi") { first = i } }
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

# The tiles fill a panel of panel_width x panel_height: as many across as make them the largest, square pixels.
panel_width = has_sigma || three ? 290 : 450
panel_height = three ? 190 : 230
lines_of(n) = (filters + n - 1) / n
unit_of(n) = (across_unit = 1. * panel_width / (n * (width + 1) - 1), down_unit = 1. * panel_height / (lines_of(n) * (height + 1) - 1), \
    across_unit < down_unit ? across_unit : down_unit)
across = 1
do for [n = 2:filters] { if (unit_of(n) > unit_of(across)) { across = n } }
pixel = unit_of(across)
grid_width = pixel * (across * (width + 1) - 1)
grid_height = pixel * (lines_of(across) * (height + 1) - 1)
panels_across = three ? 3 : kinds
panels_down = three ? kinds : 1
figure_size = sprintf("960 %d", 64 + panels_down * (grid_height + 40) + 54)
load "style.gp"
note = not_shown(filters_method_runs[first] - 1, "run")
tile_x(k) = ((k - 1) % across) * (width + 1)
tile_y(k) = -((k - 1) / across) * (height + 1.)

mix(a, b, share) = int(a + (b - a) * share + 0.5)
blend(from, to, share) = (t = share < 0 ? 0 : share > 1 ? 1 : share, \
    65536 * mix(from / 65536, to / 65536, t) + 256 * mix((from / 256) % 256, (to / 256) % 256, t) + mix(from % 256, to % 256, t))
mean_color(w) = w < 0 ? blend(0xFFFFFF, 0x0072B2, -w / largest) : blend(0xFFFFFF, 0xD55E00, w / largest)
removed_color = 0xC8C8C8
# A mean of just 0 is one that pruning has removed.
kept_color(w) = w == 0 ? removed_color : mean_color(w)
sigma_color(s) = blend(0xFFFFFF, 0x5E3C99, s / widest)
canvas_x(pixels) = 1. * pixels / word(figure_size, 1)
canvas_y(pixels) = 1 - 1. * pixels / word(figure_size, 2)

unset key
unset grid
unset tics
unset xlabel
unset ylabel
set border 0
set style fill solid noborder
foot = word(figure_size, 2) - 38
# A scale from `from` to `to`, at `left`: twenty steps of color.
bar_step = 'set object tag + j rectangle from screen canvas_x(left + 5 * j), screen canvas_y(foot) to screen canvas_x(left + 5 * j + 5), screen canvas_y(foot + 10) ' \
    .'fillcolor rgb step_color fillstyle solid noborder'
set label 10 sprintf("mean %.2g", -largest) at screen canvas_x(140), screen canvas_y(foot + 5) right font ",9"
set label 11 sprintf("%.2g", largest) at screen canvas_x(250), screen canvas_y(foot + 5) left font ",9"
tag = 100
left = 145
do for [j = 0:19] { step_color = mean_color(largest * (2 * (j + 0.5) / 20 - 1)); eval bar_step }
set object 90 rectangle from screen canvas_x(320), screen canvas_y(foot) to screen canvas_x(332), screen canvas_y(foot + 10) fillcolor rgb removed_color \
    fillstyle solid noborder
set label 12 "removed" at screen canvas_x(338), screen canvas_y(foot + 5) left font ",9"
if (has_sigma) {
    set label 13 "σ 0" at screen canvas_x(450), screen canvas_y(foot + 5) right font ",9"
    set label 14 sprintf("%.2g", widest) at screen canvas_x(560), screen canvas_y(foot + 5) left font ",9"
    tag = 130
    left = 455
    do for [j = 0:19] { step_color = sigma_color(widest * (j + 0.5) / 20); eval bar_step }
}
set label 3 short_method(filters_method[first])." (".run.")" at screen 0.98, screen canvas_y(foot + 5) right font note_font textcolor rgb faint
set label 5 note at screen 0.98, screen canvas_y(foot + 22) right font note_font textcolor rgb faint
names = "red green blue"
title_of(kind) = kind == 1 ? "posterior means, as trained" : kind == 2 ? "means that stay at 90 %" : "σ, as trained"
set multiplot
do for [kind = 1:kinds] {
    do for [c = 1:channels] {
        list = kind == 2 ? pruned : whole
        column_number = three ? c : kind
        line_number = three ? kind : 1
        x0 = 24 + (column_number - 1) * (936. / panels_across)
        y0 = 96 + (line_number - 1) * (grid_height + 40)
        set label 4 title_of(kind).(three ? ", ".word(names, c) : "") at screen canvas_x(x0), screen canvas_y(y0 - 12) left font panel_font
        set lmargin at screen canvas_x(x0)
        set rmargin at screen canvas_x(x0 + grid_width)
        set tmargin at screen canvas_y(y0)
        set bmargin at screen canvas_y(y0 + grid_height)
        set xrange [-0.5:across * (width + 1) - 1.5]
        set yrange [-lines_of(across) * (height + 1) + 1.5:0.5]
        values = kind == 3 ? sigma_column(c) : weight_column(c)
        # A line around each tile, for white ones.
        do for [k = 1:words(list)] {
            set object 200 + k rectangle from tile_x(k) - 0.5, tile_y(k) + 0.5 to tile_x(k) + width - 0.5, tile_y(k) - height + 0.5 \
                front fillstyle empty border linecolor rgb "#888888" linewidth 0.5
        }
        plot for [k = 1:words(list)] filters_file[int(word(list, k))] using (tile_x(k) + column("column")):(tile_y(k) - column("row")) \
            :(0.5):(0.5):(kind == 1 ? mean_color(column(values)) : kind == 2 ? kept_color(column(values)) : sigma_color(column(values))) \
            with boxxyerror fillcolor rgb variable fillstyle solid noborder
        do for [j = 1:14] { unset label j }
        do for [j = 90:160] { unset object j }
    }
}
unset multiplot
