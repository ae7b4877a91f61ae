# plots/animation.gp: the items in a grid, more disturbed in each frame; above each the prediction, right or wrong, below it the
# entropy, which is also the frame's shade. The line under the title has the strength and the means over the items shown.

pictures = "frames"
predictions = "frames"
# A picture's pixel is a square of whole canvas pixels: fewer in a GIF, whose size depends on them.
a_series = int(frames_height[1]) == 1
panel_scale = int((terminal_name eq "gif" ? 84 : 112) / int(frames_width[1]))
panel_scale = panel_scale < 1 ? 1 : panel_scale
box_width = a_series ? 120 : panel_scale * int(frames_width[1])
box_height = a_series ? 90 : panel_scale * int(frames_height[1])
left_margin = a_series ? 44 : 30
column_pitch = box_width + 30 < 124 ? 124 : box_width + 30
row_pitch = box_height + 70
figure_size = sprintf("%d %d", left_margin + 4 * column_pitch, 78 + 3 * row_pitch + 62)
# Six seconds, whatever the number of frames, but no frame uncomfortably short or long.
frames_shown = frames_count / 12 > 1 ? frames_count / 12 : 1
frame_delay = 600 / frames_shown < 6 ? 6 : 600 / frames_shown > 60 ? 60 : 600 / frames_shown
load "style.gp"
load "pictures.gp"
load "predicted.gp"

levels_most = picture_channels == 3 ? 4 : 16
levels_few = picture_channels == 3 ? 3 : 6
# Color k of the pictures: of those with the most levels, then of those with few.
cube(k, n, m) = 65536 * level(255. * (k / (n * m)) / (n - 1), n) + 256 * level(255. * ((k / m) % n) / (n - 1), n) + level(255. * (k % m) / (m - 1), m)
colors_of_levels(n) = picture_channels == 3 ? n * n * (n - 1) : n
color_of_levels(k, n) = picture_channels == 3 ? cube(k, n, n - 1) : 65793 * level(255. * k / (n - 1), n)
picture_colors = colors_of_levels(levels_most) + colors_of_levels(levels_few)
picture_color(k) = sprintf("#%06X", k < colors_of_levels(levels_most) ? color_of_levels(k, levels_most) : color_of_levels(k - colors_of_levels(levels_most), levels_few))

unset key
unset grid
unset tics
unset xlabel
unset border
mean_entropy(list) = (sum [j = 1:items_count] entropy(picture_of(word(items, j), list))) / items_count
how_many_right(list) = int(sum [j = 1:items_count] is_right(picture_of(word(items, j), list)))
do for [s = 1:strengths_count] {
    strength = word(strengths, s)
    # Noisy pictures need fewer colours, and take too many bytes with all of them.
    picture_levels = chosen eq "noise" && s > 0.4 * strengths_count ? levels_few : levels_most
    if (terminal_name eq "frames") { set output sprintf("%s/%04d.png", output_file, s) }
    set label 1 head_line at screen 0.5, screen 1 offset 0, -1.1 center font head_font textcolor rgb head_color
    set label 2 sprintf("strength %.3g%s: %d of %d right, mean entropy %.2f nats", strength + 0, unit, how_many_right(strength), items_count, \
        mean_entropy(strength)) at screen 0.5, screen canvas_y(38) center font ",10" textcolor rgb "black"
    set label 3 source_line.(source_line eq "" || note eq "" ? "" : "\n").note at screen 0.5, screen canvas_y(word(figure_size, 2) - (source_line eq "" || note eq "" ? 12 : 20)) \
        center font note_font textcolor rgb head_color
    legend_left = word(figure_size, 1) / 2 - 90
    legend_top = word(figure_size, 2) - 68
    eval frame_legend
    # An animation has only the first frame's colours: this draws the pictures' colours, under white that hides them.
    if (s == 1 && terminal_name eq "gif" && !is_series) {
        do for [k = 0:picture_colors - 1] {
            set object 300 + k rectangle from screen 0, screen 0 to screen 0.01, screen 0.01 behind fillcolor rgb picture_color(k) fillstyle solid noborder
        }
        set object 300 + picture_colors rectangle from screen 0, screen 0 to screen 0.02, screen 0.02 behind fillcolor rgb "white" fillstyle solid noborder
    }
    set multiplot
    do for [k = 1:items_count] {
        p = picture_of(word(items, k), strength)
        box_left = left_margin + ((k - 1) % 4) * column_pitch
        box_top = 84 + ((k - 1) / 4) * row_pitch
        eval picture_box
        frame_color = shade(entropy(p))
        eval frame_draw
        mark_left = box_left - 7
        mark_top = box_top - 17
        mark_tag = 10
        mark_right = is_right(p)
        mark_text = predicted(p)
        eval mark_draw
        set label 12 sprintf("%.2f nats%s", entropy(p), mark_right ? "" : "\nis ".truth(p)) at screen canvas_x(box_left - 7), \
            screen canvas_y(box_top + box_height + 18) left font ",9" textcolor rgb "black"
        if (is_series) { is_left = (k - 1) % 4 == 0; is_lowest = 0; eval series_axes; unset xtics; unset border }
        plot @picture_plot
        unset label 1
        unset label 2
        unset label 3
        eval frame_legend_clear
        do for [j = 300:300 + picture_colors] { unset object j }
    }
    unset multiplot
}
