# plots/stills.gp: the animation for print: six items (across), each of a class of its own where there are so many, at six
# strengths (down) from the least to the largest.

pictures = "stills"
predictions = "stills_predicted"
box_width = 84
box_height = 84
known = ""
do for [i = 1:stills_count] { if (strstrt(known." ", " ".stills_strength[i]." ") == 0) { known = known." ".stills_strength[i] } }
rows = words(known) < 6 ? words(known) : 6
figure_size = sprintf("780 %d", 118 + rows * 142 + 76)
load "style.gp"
load "pictures.gp"
load "predicted.gp"

columns = items_count < 6 ? items_count : 6
strength_at(r) = word(strengths, rows < 2 ? 1 : 1 + int(floor((r - 1) * (strengths_count - 1.) / (rows - 1) + 0.5)))
unset key
unset grid
unset tics
unset xlabel
unset border
set label 3 shown_method.(shown_run eq "" ? "" : " (".shown_run.")").(note eq "" ? "" : "\n".note) \
    at screen 0.98, screen canvas_y(word(figure_size, 2) - (note eq "" ? 16 : 20)) right font note_font textcolor rgb faint
set label 4 "strength".(unit eq "" ? "" : " (".unit[2:*].")") at screen canvas_x(12), screen canvas_y(78) left font ",9" textcolor rgb faint
if (is_series) {
    set label 5 sprintf("x: sample 0 to %d, y: %s", picture_width - 1, series_unit) at screen canvas_x(12), screen canvas_y(word(figure_size, 2) - 16) left font note_font textcolor rgb faint
}
legend_left = 300
legend_top = word(figure_size, 2) - 68
eval frame_legend
set multiplot
do for [r = 1:rows] {
    do for [k = 1:columns] {
        p = picture_of(word(items, k), strength_at(r))
        box_left = 92 + (k - 1) * 115
        box_top = 118 + (r - 1) * 142
        eval picture_box
        frame_color = shade(entropy(p))
        eval frame_draw
        mark_left = box_left - 7
        mark_top = box_top - 15
        mark_tag = 10
        mark_right = is_right(p)
        mark_text = predicted(p)
        eval mark_draw
        set label 12 sprintf("%.2f nats%s", entropy(p), mark_right ? "" : "\nis ".truth(p)) at screen canvas_x(box_left - 7), \
            screen canvas_y(box_top + box_height + 15) left font ",9" textcolor rgb "black"
        if (k == 1) {
            set label 13 sprintf("%.3g", strength_at(r) + 0) at screen canvas_x(12), screen canvas_y(box_top + box_height / 2) left font ",11"
        } else { unset label 13 }
        if (is_series) { is_left = k == 1; is_lowest = r == rows; eval series_axes; unset border; unset xtics }
        plot @picture_plot
        do for [j = 1:5] { unset label j }
        eval frame_legend_clear
    }
}
unset multiplot
