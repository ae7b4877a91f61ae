# plots/predictive.gp: four test items with their predictive distributions by one run. Their entropies, shown above the
# items, are spread evenly from the surest to the least sure prediction.

pictures = "predictive_items"
load "series.gp"
load "page.gp"

# The rows of one run: the first with sigmas (vi), else the first.
first = 1
do for [i = predictive_count:1:-1] { if (with_sigma(predictive_method[i])) { first = i } }
list = ""
do for [i = 1:predictive_count] { if (predictive_run[i] eq predictive_run[first]) { list = list." ".i } }
series(k) = int(word(list, k))
title_of(k) = sprintf("%c)  it is: %s", 96 + k, predictive_label[series(k)])
color = method_color(predictive_method[first], 1)
set datafile separator comma
set datafile columnheaders
longest = 0
classes = 0
do for [i in list] {
    stats predictive_file[int(i)] using (strlen(strcol("name"))) name "name" nooutput
    longest = at_least(longest, name_max)
    classes = at_least(classes, name_records)
}
has_items = predictive_items_count > 0
picture_high = 112
picture_room = has_items ? picture_high + 40 : 0
name_high = 1.5 * text_size(9)

page_panels = words(list)
page_columns = 4
# The classes' names are only at the left.
page_left = 20 + 0.65 * text_size(9) * at_least(longest, 6)
page_between = 22
page_least = 90
page_tall = picture_room + name_high * classes
do for [k = 1:page_panels] { if (strlen(title_of(k)) > strlen(page_widest_title)) { page_widest_title = title_of(k) } }
page_notes = of_run(predictive_method[first], predictive_run[first], predictive_method_runs[first])
eval page_grid
page_sub_lines = lines_of(wrapped("entropy 0.00 nats", panel_chars(1, 9)))
eval page_measure
load "style.gp"
if (has_items) {
    load "pictures.gp"
    picture_run(i) = predictive_items_run[i]
    item_of(k) = (sum [i = 1:pictures_count] (picture_item(i) eq predictive_item[series(k)] && picture_run(i) eq predictive_run[first] ? i : 0))
}

set style fill solid 0.8 noborder
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
        unset xlabel
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
        # The page's own parts are drawn once.
        eval page_clear
        unset label 4
        unset label 5
        set lmargin at screen sx(panel_x(panel))
        set rmargin at screen sx(panel_x(panel) + panel_wide(panel))
        set bmargin at screen sy(panel_y(panel) + page_tall)
        set tmargin at screen sy(panel_y(panel) + picture_room)
    }
    set format "%g"
    set grid
    set border 3 linecolor rgb faint linewidth 0.8
    set xrange [0:1]
    set yrange [classes - 0.4:-0.6]
    set xtics 0.5 nomirror scale 0.5 offset 0, 0 font tic_font
    set ytics nomirror scale 0 offset 0, 0 font tic_font
    set xlabel panel_is_lowest(panel) ? "probability" : ""
    if (!panel_is_left(panel)) { set format y "" }
    eval 'plot predictive_file[series(panel)] using (column("probability") / 2):(column("class")):(column("probability") / 2):(0.4)' \
        .(panel_is_left(panel) ? ':yticlabels(strcol("name"))' : "").' with boxxyerror fillcolor rgb color'
}
unset multiplot
