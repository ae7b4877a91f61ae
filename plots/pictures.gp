# plots/pictures.gp: pictures of a table with the column `pixels`. Loaded after series.gp; `pictures` is the table's name.
# Drawing needs style.gp too.
#
#   pictures_count, picture_item(i), picture_label(i)   of picture i, from split.awk
#   is_series, picture_height, picture_width            of the first one: all are the same
#   picture_plot       what a script plots for picture p: in pixels from 0, or as value over sample
#   picture_axes       sets the ranges for it: square pixels without a margin, or all series on one scale with one
#   picture_box        sets the margins: from the script's box_left and box_top, in pixels of the canvas from the left and from
#                      the top, box_width and box_height
#   series_axes        sets the axes of a series: numbers if the script's is_left and is_lowest are 1; series_unit: of y
#   shade(e), frame_draw, frame_legend   entropy as a frame's shade, see below
#   mark_draw          the prediction, right or wrong by sign, words and colour, see below

eval sprintf("pictures_count = %s_count", pictures)
eval sprintf("picture_file(i) = %s_file[i]", pictures)
eval sprintf("picture_item(i) = %s_item[i]", pictures)
eval sprintf("picture_low(i) = %s_low[i] + 0", pictures)
eval sprintf("picture_high(i) = %s_high[i] + 0", pictures)
eval sprintf("picture_height = int(%s_height[1])", pictures)
eval sprintf("picture_width = int(%s_width[1])", pictures)
eval sprintf("picture_channels = int(%s_channels[1])", pictures)
is_series = picture_height == 1

# All series of a figure on one scale, with a margin.
series_low = picture_low(1)
series_high = picture_high(1)
do for [i = 1:pictures_count] {
    series_low = picture_low(i) < series_low ? picture_low(i) : series_low
    series_high = picture_high(i) > series_high ? picture_high(i) : series_high
}
series_step = series_high - series_low > 12 ? 5 : 2
series_margin = 0.06 * (series_high - series_low)

# A GIF packs few colours best: this many levels of red, green and gray, and one less of blue, which is seen least. 0: all.
picture_levels = 0
level(v, n) = n < 2 ? v : int(floor(v / 255. * (n - 1) + 0.5)) * 255 / (n - 1)
picture_plot = is_series ? "picture_file(p) using (column('x')):(picture_low(p) + (picture_high(p) - picture_low(p)) * column('red') / 255.) " \
    ."with lines linecolor rgb '#0072B2' linewidth 1.2" : "picture_file(p) using 1:2:3:4:5 with rgbimage"
if (!is_series && terminal_name eq "gif") {
    picture_plot = "picture_file(p) using 1:2:(level($3, picture_levels)):(level($4, picture_levels)):" \
        ."(level($5, picture_levels - (picture_channels == 3))) with rgbimage"
}
picture_axes = is_series ? 'set xrange [0:picture_width - 1]; set yrange [series_low - series_margin:series_high + series_margin]' \
    : 'set xrange [-0.5:picture_width - 0.5]; set yrange [-0.5:picture_height - 0.5]'
eval picture_axes
# The meaning of a series' values.
series_unit_ecg5000 = "the series' own standard deviations"
series_unit = lookup("series_unit_".dataset, "value")
canvas_x(pixels) = 1. * pixels / word(figure_size, 1)
canvas_y(pixels) = 1 - 1. * pixels / word(figure_size, 2)
picture_box = 'set lmargin at screen canvas_x(box_left); set rmargin at screen canvas_x(box_left + box_width); ' \
    .'set tmargin at screen canvas_y(box_top); set bmargin at screen canvas_y(box_top + box_height)'

# The axes of a series, only along the grid's outer sides (is_left, is_lowest): all panels have the same.
series_axes = 'set border 15 linecolor rgb "#BBBBBB" linewidth 0.6; ' \
    .'set xtics 0, 50 font note_font offset 0, -0.2 scale 0 textcolor rgb "black"; ' \
    .'set ytics series_step font note_font offset -0.6, 0 scale 0 textcolor rgb "black"; ' \
    .'if (is_left) { set format y "%g" } else { set format y "" }; ' \
    .'if (is_lowest) { set format x "%g" } else { set format x "" }'

# The entropy of a prediction as the shade of a frame around its picture, with white between, so that it shows next to a
# black picture: light if the network is sure, black if all classes are equally likely. shade_most is the entropy of black;
# a script sets it from the number of classes.
shade(e) = (g = int(232 * (1 - (e < 0 ? 0 : e > shade_most ? 1 : e / shade_most))), sprintf("#%02X%02X%02X", g, g, g))
frame_gap = 3
frame_width = 4
# As four filled bars: a border's width depends on the terminal, and its corners are open.
frame_bar(k, x0, y0, x1, y1) = sprintf('set object %d rectangle from screen %.6f, screen %.6f to screen %.6f, screen %.6f ', \
    k, canvas_x(x0), canvas_y(y0), canvas_x(x1), canvas_y(y1)).'front fillcolor rgb frame_color fillstyle solid noborder'
frame_draw = 'frame_x0 = box_left - frame_gap - frame_width; frame_x1 = box_left + box_width + frame_gap + frame_width; ' \
    .'frame_y0 = box_top - frame_gap - frame_width; frame_y1 = box_top + box_height + frame_gap + frame_width; ' \
    .'eval frame_bar(101, frame_x0, frame_y0, frame_x1, frame_y0 + frame_width); ' \
    .'eval frame_bar(102, frame_x0, frame_y1 - frame_width, frame_x1, frame_y1); ' \
    .'eval frame_bar(103, frame_x0, frame_y0, frame_x0 + frame_width, frame_y1); ' \
    .'eval frame_bar(104, frame_x1 - frame_width, frame_y0, frame_x1, frame_y1)'
# The scale of the shades at legend_left and legend_top, in pixels; with legend_marks, also the marks of right and
# wrong.
legend_steps = 24
legend_marks = 1
legend_least = "frame: entropy 0"
frame_legend = 'do for [k = 0:legend_steps - 1] { frame_color = shade(shade_most * (k + 0.5) / legend_steps); ' \
    .'eval frame_bar(201 + k, legend_left + 5 * k, legend_top, legend_left + 5 * k + 5, legend_top + 9) }; ' \
    .'set label 201 legend_least at screen canvas_x(legend_left - 6), screen canvas_y(legend_top + 5) right font font_of(9); ' \
    .'set label 202 sprintf("%.2f nats%s", shade_most, legend_marks ? " (all classes alike)" : "") ' \
    .'at screen canvas_x(legend_left + 5 * legend_steps + 6), screen canvas_y(legend_top + 5) left font font_of(9); ' \
    .'if (legend_marks) { ' \
    .'mark_left = legend_left - 96; mark_top = legend_top + 24; mark_right = 1; mark_text = "right"; mark_tag = 210; eval mark_draw; ' \
    .'mark_left = legend_left - 30; mark_right = 0; mark_text = "wrong, with the true class and the entropy below"; mark_tag = 220; eval mark_draw }'
frame_legend_clear = 'do for [k = 201:201 + legend_steps] { unset object k }; ' \
    .'unset label 201; unset label 202; unset label 210; unset label 211; unset label 220; unset label 221'

# Right is a dot and wrong a cross, whatever glyphs the font has. At mark_left, mark_top: pixels to the text's left middle.
verdict_color(right) = right ? "#00703C" : "#C00000"
mark_draw = 'set label mark_tag "" at screen canvas_x(mark_left + 4), screen canvas_y(mark_top) ' \
    .'point pointtype (mark_right ? 7 : 2) pointsize (mark_right ? 0.5 : 0.7) linewidth 2 linecolor rgb verdict_color(mark_right); ' \
    .'set label mark_tag + 1 mark_text at screen canvas_x(mark_left + 13), screen canvas_y(mark_top) left ' \
    .'font font_of(9) textcolor rgb verdict_color(mark_right)'
