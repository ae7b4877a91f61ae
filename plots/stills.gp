# plots/stills.gp: the animation's frames for print: six items (across) at six strengths (down).

figure_size = "760 860"
load "style.gp"
load "pictures.gp"
load "predicted.gp"

columns = items_count < 6 ? items_count : 6
rows = strengths_count < 6 ? strengths_count : 6
strength_at(r) = word(strengths, rows < 2 ? 1 : 1 + int(floor((r - 1) * (strengths_count - 1.) / (rows - 1) + 0.5)))
unset key
unset grid
unset tics
unset xlabel
unset border
frame_width = 4
unit = lookup("unit_perturbation_".chosen, "")
set label 3 sprintf("%s (%s)\nFrame: the darker, the larger the entropy (black: %.2f nats). Title: the prediction, green when right, red when wrong.", \
    shown_method, shown_run, largest_entropy).(note eq "" ? "" : "\n".note) \
    at screen 0.5, screen (note eq "" ? 0.022 : 0.03) center font note_font textcolor rgb faint
set multiplot layout rows, columns margins screen 0.1, screen 0.98, screen 0.04, screen 0.9 spacing screen 0.025, screen 0.032
do for [r = 1:rows] {
    do for [k = 1:columns] {
        p = picture_of(word(items, k), strength_at(r))
        @frame_set
        if (is_series) { set autoscale } else { set xrange [-1.5:picture_width + 0.5]; set yrange [-1.5:picture_height + 0.5] }
        set label 4 predicted(p) at graph 0.5, graph 1.1 center font ",9" textcolor rgb verdict_color(p)
        if (k == 1) { set label 5 strength_at(r) at graph -0.12, graph 0.5 right font ",10" } else { unset label 5 }
        if (k == 1 && r == 1) { set label 6 unit eq "1" ? "strength" : unit at screen 0.01, screen 0.93 left font ",9" textcolor rgb faint } else { unset label 6 }
        plot @picture_plot
        unset label 1
        unset label 2
        unset label 3
    }
}
unset multiplot
