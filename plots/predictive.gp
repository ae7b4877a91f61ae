# plots/predictive.gp: four test items with their predictive distributions by one run. Their entropies, which stand above the
# items, are spread evenly from the surest to the least sure prediction.

pictures = "predictive_items"
load "series.gp"
load "page.gp"

# The rows of one run: the first that has sigmas (vi), else the first there is.
first = 1
do for [i = predictive_count:1:-1] { if (predictive_method[i] eq "vi") { first = i } }
list = ""
do for [i = 1:predictive_count] { if (predictive_run[i] eq predictive_run[first]) { list = list." ".i } }
series(k) = int(word(list, k))
title_of(k) = sprintf("%c)  it is: %s", 96 + k, predictive_label[series(k)])
color = method_color(predictive_method[first], 1)
set datafile separator comma
set datafile columnheaders
longest = 0
do for [i in list] {
    stats predictive_file[int(i)] using (strlen(strcol("name"))) name "name" nooutput
    longest = name_max > longest ? name_max : longest
}
# Names are written aslant, so that none runs into the next; digits need no slope.
is_aslant = longest > 2
has_items = predictive_items_count > 0
picture_high = 112
picture_room = has_items ? picture_high + 38 : 0

page_panels = words(list)
page_columns = 4
page_left = 66
page_between = 22
page_least = 110
page_tall = picture_room + 140
page_axis = is_aslant ? 26 + 0.5 * text_size(8) * longest : 30
page_sub_lines = 1
do for [k = 1:page_panels] { if (strlen(title_of(k)) > strlen(page_widest_title)) { page_widest_title = title_of(k) } }
page_notes = of_run(predictive_method[first], predictive_run[first], predictive_method_runs[first])
eval page_grid
eval page_measure
load "style.gp"
if (has_items) {
    load "pictures.gp"
    picture_run(i) = predictive_items_run[i]
    item_of(k) = (sum [i = 1:pictures_count] (picture_item(i) eq predictive_item[series(k)] && picture_run(i) eq predictive_run[first] ? i : 0))
}

set style fill solid 0.8 noborder
set boxwidth 0.8
unset key
set multiplot
do for [panel = 1:page_panels] {
    title = title_of(panel)
    subtitle = sprintf("entropy %.2f nats", predictive_entropy[series(panel)] + 0)
    eval panel_place
    if (has_items) {
        p = item_of(panel)
        box_width = is_series ? panel_wide(panel) : smaller(picture_high, panel_wide(panel))
        box_height = is_series ? picture_high : box_width
        box_left = panel_x(panel) + (panel_wide(panel) - box_width) / 2
        box_top = panel_y(panel)
        eval picture_box
        unset tics
        unset ylabel
        unset grid
        unset border
        if (is_series) {
            is_left = panel_is_left(panel)
            is_lowest = 1
            eval series_axes
        }
        eval picture_axes
        if (p > 0) { plot @picture_plot } else { plot -1000 }
        # What stands on the page is drawn once.
        eval page_clear
        unset label 4
        unset label 5
        title = ""
        subtitle = ""
        eval panel_place
        set tmargin at screen sy(panel_y(panel) + picture_room)
    }
    set format "%g"
    set grid
    set border 3 linecolor rgb faint linewidth 0.8
    set xrange [*:*]
    set yrange [0:1]
    if (is_aslant) { set xtics nomirror scale 0.5 offset 0, 0 font font_of(8) rotate by 40 right } \
    else { set xtics nomirror scale 0.5 offset 0, 0 font font_of(9) norotate }
    set ytics 0.5 nomirror scale 0.5 offset 0, 0 font font_of(9)
    if (panel_is_left(panel)) { set ylabel "probability" } else { unset ylabel; set format y "" }
    plot predictive_file[series(panel)] using (column("class")):(column("probability")):xticlabels(strcol("name")) \
        with boxes fillcolor rgb color
}
unset multiplot
