# plots/examples.gp: undisturbed items of the test file, by class: pictures in a row for each class, as many as fit on the page;
# series in a column for each, all on one scale.

pictures = "examples"
load "series.gp"
load "page.gp"
a_series = int(examples_height[1]) == 1
most = a_series ? 3 : 8
# Each one's number in its class, and its class.
array in_class[examples_count]
array class_of[examples_count]
array class_first[examples_count]
classes = 0
longest = 0
do for [i = 1:examples_count] {
    same = i > 1 ? (examples_label[i] eq examples_label[i - 1]) : 0
    classes = classes + !same
    class_of[i] = classes
    in_class[i] = same ? in_class[i - 1] + 1 : 1
    if (!same) { class_first[classes] = i }
    longest = at_least(longest, strlen(examples_label[i]))
    if (strlen(examples_label[i]) > strlen(page_widest_title)) { page_widest_title = examples_label[i] }
}
box_height = a_series ? 110 : 64
if (a_series) {
    page_panels = classes
    page_columns = 5
    page_left = 62
    page_least = 110
    page_tall = most * box_height + (most - 1) * 12
    page_axis = 44
    page_between = 24
} else {
    page_panels = classes * most
    page_columns = most
    page_left = 24 + 0.65 * text_size(12) * longest
    page_most = page_left + most * 71 + 17
    page_least = page_width < 500 ? 40 : 64 # smaller ones in a paper's column, to fit more than two
    page_tall = 64
    page_axis = 1
    page_between = 7
    page_title_lines = 0
    page_widest_title = ""
}
eval page_grid
if (!a_series) {
    most = columns_after
    page_panels = classes * most
    lines_after = classes
    box_height = panel_wide(1)
    page_tall = box_height
}
eval page_measure
load "style.gp"
load "pictures.gp"

unset key
unset grid
unset tics
unset xlabel
unset border
set multiplot
do for [panel = 1:page_panels] {
    class = a_series ? panel : 1 + (panel - 1) / most
    title = a_series ? examples_label[class_first[class]] : ""
    eval panel_place
    if (!a_series && panel_is_left(panel)) {
        set label 6 examples_label[class_first[class]] at screen sx(page_left - 12), screen sy(panel_y(panel) + box_height / 2.) right font font_of(12)
    }
    do for [j = 1:(a_series ? most : 1)] {
        p = class_first[class] + (a_series ? j - 1 : (panel - 1) % most)
        # A class with fewer items leaves a place empty.
        if (p <= examples_count) { if (class_of[p] == class) {
            box_width = panel_wide(panel)
            box_left = panel_x(panel)
            box_top = panel_y(panel) + (j - 1) * (box_height + 12)
            eval picture_box
            eval picture_axes
            if (a_series) {
                is_left = panel_is_left(panel)
                is_lowest = j == most || p == examples_count || class_of[p] != class_of[smaller(p + 1, examples_count)]
                eval series_axes
                set xlabel is_lowest && panel_is_lowest(panel) ? "sample" : ""
                if (j == 1 && is_left) {
                    set label 6 series_unit at screen sx(14), screen sy(panel_y(panel) + page_tall / 2.) center rotate font font_of(10)
                }
            }
            plot @picture_plot
            eval page_clear
            unset label 4
            unset label 6
        } }
    }
}
unset multiplot
