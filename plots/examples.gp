# plots/examples.gp: items of the test file as they are, by class: pictures in a row for each class, series in a column for each,
# all on one scale.

pictures = "examples"
a_series = int(examples_height[1]) == 1
most = a_series ? 3 : 8
# Which of its class each one is, and which class.
array in_class[examples_count]
array class_of[examples_count]
classes = 0
do for [i = 1:examples_count] {
    same = i > 1 ? (examples_label[i] eq examples_label[i - 1]) : 0
    classes = classes + !same
    class_of[i] = classes
    in_class[i] = same ? in_class[i - 1] + 1 : 1
}
box_width = a_series ? (880 - 24 * (classes - 1)) / classes : 64
box_height = a_series ? 110 : 64
figure_size = a_series ? sprintf("960 %d", 90 + most * (box_height + 12) + 44) : sprintf("720 %d", 70 + classes * 71 + 14)
load "style.gp"
load "pictures.gp"

unset key
unset grid
unset tics
unset xlabel
unset border
if (is_series) {
    set label 5 "sample" at screen 0.5, screen canvas_y(word(figure_size, 2) - 14) center font ",10"
    set label 6 series_unit at screen canvas_x(14), screen canvas_y(90 + 1.5 * (box_height + 12)) center rotate font ",10"
}
set multiplot
do for [p = 1:examples_count] {
    if (in_class[p] <= most) {
        across = a_series ? class_of[p] : in_class[p]
        down = a_series ? in_class[p] : class_of[p]
        box_left = a_series ? 66 + (across - 1) * (box_width + 24) : 140 + (across - 1) * 71
        box_top = a_series ? 90 + (down - 1) * (box_height + 12) : 66 + (down - 1) * 71
        eval picture_box
        if (in_class[p] == 1) {
            if (a_series) {
                set label 4 examples_label[p] at screen canvas_x(box_left + box_width / 2), screen canvas_y(76) center font ",11"
            } else {
                set label 4 examples_label[p] at screen canvas_x(128), screen canvas_y(box_top + box_height / 2) right font ",12"
            }
        }
        is_left = across == 1
        is_lowest = p == examples_count || in_class[p] == most || class_of[p] != class_of[p + 1]
        if (a_series) { eval series_axes }
        plot @picture_plot
        do for [j = 1:6] { unset label j }
    }
}
unset multiplot
