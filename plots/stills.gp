# plots/stills.gp: the animation for print: up to six items (across), each of a different class if there are enough, at six
# strengths (down) from the least to the largest; on a narrow page, the first of the items.

pictures = "stills"
predictions = "stills_predicted"
load "series.gp"
load "pictures.gp"
load "predicted.gp"
key_room = 2
load "key.gp"
load "page.gp"
rows = smaller(6, strengths_count)
key_point_size = 0.8
n = key_add("right", verdict_color(1), 7, 0)
n = key_add("wrong, with the true class below", verdict_color(0), 2, 0)
page_columns = smaller(6, items_count)
page_panels = rows * page_columns
page_most = 780
page_left = 16 + 0.65 * text_size(9) * 10
page_between = 31
page_least = 84
page_title_lines = 1
page_axis = 26 + 2.9 * text_size(9)
page_foot = 30
page_right = 36
eval page_grid
page_panels = rows * columns_after
lines_after = rows
page_tall = smaller(84, panel_wide(1))
strength_unit = unit eq "" ? "" : " (".unit[2:*].")"
page_notes = of_run(row_method(at_least(1, shown)), shown_run, shown == 0 ? 1 : row_method_runs(shown)) \
    ."Down: strength".strength_unit.". Frames: the darker, the less sure; black where all classes are as likely." \
    .(is_series ? sprintf(" Series: samples 0 to %d, %s.", picture_width - 1, series_unit) : "")
eval page_measure
load "style.gp"

strength_at(r) = word(strengths, rows < 2 ? 1 : 1 + int(floor((r - 1) * (strengths_count - 1.) / (rows - 1) + 0.5)))
unset key
unset grid
unset tics
unset xlabel
unset border
legend_left = 20 + 0.65 * text_size(9) * strlen(legend_least)
legend_top = page_foot_begin + 8
legend_marks = 0
eval frame_legend
set label 6 "strength" at screen sx(12), screen sy(panel_y(1) - 15) left font font_of(9) textcolor rgb faint
set multiplot
do for [panel = 1:page_panels] {
    r = 1 + panel_line(panel)
    k = 1 + panel_column(panel)
    p = picture_of(word(items, k), strength_at(r))
    eval panel_place
    box_width = panel_wide(panel)
    box_height = page_tall
    if (!is_series) { box_width = page_tall }
    box_left = panel_x(panel)
    box_top = panel_y(panel)
    eval picture_box
    frame_color = shade(entropy(p))
    eval frame_draw
    mark_left = box_left - 7
    mark_top = box_top - 15
    mark_tag = 10
    mark_right = is_right(p)
    mark_text = predicted(p)
    eval mark_draw
    set label 12 sprintf("%.2f nats%s", entropy(p), mark_right ? "" : "\nis ".truth(p)) at screen sx(box_left - 7), \
        screen sy(box_top + box_height + 8 + 0.8 * text_size(9)) left font font_of(9) textcolor rgb "black"
    if (k == 1) {
        set label 13 sprintf("%.3g", strength_at(r) + 0) at screen sx(12), screen sy(box_top + box_height / 2.) left font font_of(11)
    } else { unset label 13 }
    eval picture_axes
    if (is_series) { is_left = k == 1; is_lowest = 0; eval series_axes; unset border; unset xtics }
    plot @picture_plot
    unset label 6
    eval frame_legend_clear
}
unset multiplot
