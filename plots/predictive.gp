# plots/predictive.gp: four test items with their predictive distributions by one run. Their entropies, which stand in the
# foot, are spread evenly from the surest to the least sure prediction.

pictures = "predictive_items"
figure_size = "960 500"
load "style.gp"

# The rows of one run: the first that has sigmas (vi), else the first there is.
first = 1
do for [i = predictive_count:1:-1] { if (predictive_method[i] eq "vi") { first = i } }
note = not_shown(predictive_method_runs[first] - 1, "run")
list = ""
do for [i = 1:predictive_count] { if (predictive_run[i] eq predictive_run[first]) { list = list." ".i } }
series(k) = int(word(list, k))
color = method_color(predictive_method[first], 1)
longest = 0
do for [i in list] {
    stats predictive_file[int(i)] using (strlen(strcol("name"))) name "name" nooutput
    longest = name_max > longest ? name_max : longest
}
set yrange [0:1]
set style fill solid 0.8 noborder
set boxwidth 0.8
has_items = predictive_items_count > 0
if (has_items) {
    load "pictures.gp"
    picture_run(i) = predictive_items_run[i]
    item_of(k) = (sum [i = 1:pictures_count] (picture_item(i) eq predictive_item[series(k)] && picture_run(i) eq predictive_run[first] ? i : 0))
}
set label 3 short_method(predictive_method[first])." (".predictive_run[first].")" at screen 0.98, screen 0.02 right \
    font note_font textcolor rgb faint
set label 6 note at screen 0.01, screen 0.02 left font note_font textcolor rgb faint
column_left(k) = 70 + (k - 1) * 222
set multiplot
do for [k = 1:words(list)] {
    if (has_items) {
        p = item_of(k)
        box_width = is_series ? 200 : 112
        box_height = 112
        box_left = column_left(k) + (is_series ? 0 : 44)
        box_top = 92
        eval picture_box
        set label 4 sprintf("%c)  it is: %s", 96 + k, predictive_label[series(k)]) at screen (1. * column_left(k) / 960), screen canvas_y(76) left font panel_font
        unset xtics
        unset ytics
        unset ylabel
        unset grid
        unset border
        if (is_series) {
            set xrange [0:picture_width - 1]
            set yrange [series_low - series_margin:series_high + series_margin]
            is_left = k == 1
            is_lowest = 1
            eval series_axes
        } else {
            set xrange [-0.5:picture_width - 0.5]
            set yrange [-0.5:picture_height - 0.5]
        }
        if (p > 0) { plot @picture_plot } else { plot -1000 }
        do for [j = 1:6] { unset label j }
    } else {
        set label 4 sprintf("%c)  it is: %s", 96 + k, predictive_label[series(k)]) at graph 0, graph 1.08 left font panel_font
    }
    set format "%g"
    set grid
    set border 3 linecolor rgb faint linewidth 0.8
    set lmargin at screen column_left(k) / 960.
    set rmargin at screen (column_left(k) + 200) / 960.
    set tmargin at screen 1 - (has_items ? 244 : 100) / 500.
    set bmargin at screen 1 - 380 / 500.
    set xrange [*:*]
    set yrange [0:1]
    # Names end at their class, so that none runs out of the picture or into the next panel; digits need no slope.
    if (longest > 2) { set xtics nomirror scale 0.5 offset 0, 0 font ",8" rotate by 40 right } else { set xtics nomirror scale 0.5 offset 0, 0 font ",9" norotate }
    set ytics 0.5 nomirror scale 0.5 offset 0, 0 font ",9"
    if (k == 1) { set ylabel "probability" } else { unset ylabel; set format y "" }
    set label 5 sprintf("entropy %.2f nats", predictive_entropy[series(k)] + 0) at screen (column_left(k) + 100) / 960., screen 0.085 center font panel_font
    plot predictive_file[series(k)] using (column("class")):(column("probability")):xticlabels(strcol("name")) \
        with boxes fillcolor rgb color
    do for [j = 1:6] { unset label j }
}
unset multiplot
