# plots/filters.gp: the first layer's first filters, each a tile: blue below 0, white 0, red above; colours where the items
# have three channels (gray is 0).

figure_size = "960 330"
load "style.gp"

first = 1
do for [i = filters_count:1:-1] { if (filters_method[i] eq "vi") { first = i } }
run = filters_run[first]
note = not_shown(filters_method_runs[first] - 1, "run")
whole = ""
pruned = ""
do for [i = 1:filters_count] {
    if (filters_run[i] eq run) { if (filters_fraction[i] + 0 == 0) { whole = whole." ".i } else { pruned = pruned." ".i } }
}
three = has(filters_lacks[first], "weight3")
largest = 1e-9
do for [i in whole] {
    stats filters_file[int(i)] using (abs(column("weight"))) name "filter" nooutput
    largest = filter_max > largest ? filter_max : largest
}
stats filters_file[first] using (column("row")) name "filter" nooutput
height = filter_max + 1
stats filters_file[first] using (column("column")) name "filter" nooutput
width = filter_max + 1
across = 8
tile_x(k) = ((k - 1) % across) * (width + 1)
tile_y(k) = -floor((k - 1) / across) * (height + 1.)
channel(w) = int(255 * (0.5 + 0.5 * (w > largest ? 1 : w < -largest ? -1 : w / largest)))
set palette defined (-1 "#0072B2", 0 "white", 1 "#D55E00")
set cbrange [-largest:largest]
unset key
unset grid
unset tics
unset xlabel
unset colorbox
set border 0
set label 3 short_method(filters_method[first])." (".run.")".(three ? "" : sprintf(", colours from %.2g (blue) to %.2g (red)", -largest, largest)) \
    at screen 0.98, screen 0.02 right font note_font textcolor rgb faint
set label 5 note at screen 0.98, screen 0.07 right font note_font textcolor rgb faint
if (height == width) { set size ratio -1 }
set multiplot layout 1, 2 margins screen 0.03, screen 0.97, screen 0.09, screen 0.75 spacing screen 0.04
do for [half = 1:2] {
    list = half == 1 ? whole : pruned
    set label 4 half == 1 ? "as trained" : "90 % of all weights removed" at graph 0, graph 1.06 left font panel_font
    set xrange [-1:across * (width + 1)]
    set yrange [tile_y(words(list)) - height:1]
    set object 1 rectangle from graph 0, 0 to graph 1, 1 fillcolor rgb "#CCCCCC" fillstyle solid noborder behind
    if (three) {
        plot for [k = 1:words(list)] filters_file[int(word(list, k))] using (tile_x(k) + column("column")):(tile_y(k) - column("row")) \
            :(channel(column("weight"))):(channel(column("weight2"))):(channel(column("weight3"))) with rgbimage
    } else {
        plot for [k = 1:words(list)] filters_file[int(word(list, k))] using (tile_x(k) + column("column")):(tile_y(k) - column("row")) \
            :(0.5):(0.5):(column("weight")) with boxxyerror fillcolor palette fillstyle solid noborder
    }
    unset label 1
    unset label 2
    unset label 3
    unset label 5
}
unset multiplot
