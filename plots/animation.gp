# plots/animation.gp: the items in a grid, more disturbed in each frame. The frame around an item is the darker the larger
# the entropy of its prediction; the title is what is predicted, green when right and red when wrong.

figure_size = "640 560"
load "style.gp"
load "pictures.gp"
load "predicted.gp"

unset key
unset grid
unset tics
unset xlabel
unset border
frame_width = 5
unit = lookup("unit_perturbation_".chosen, "")
do for [s = 1:strengths_count] {
    strength = word(strengths, s)
    set label 2 sprintf("strength %s%s, %s", strength, unit eq "1" ? "" : " ".unit, shown_run) at screen 0.5, screen 0.905 center \
        font ",9" textcolor rgb "black"
    set label 3 source_line.(note eq "" ? "" : "\n".note) at screen 0.5, screen (note eq "" ? 0.02 : 0.034) center \
        font note_font textcolor rgb head_color
    set multiplot layout 3, 4 margins screen 0.03, screen 0.97, screen 0.05, screen 0.81 spacing screen 0.04, screen 0.06
    do for [k = 1:items_count] {
        p = picture_of(word(items, k), strength)
        @frame_set
        if (is_series) { set autoscale } else { set xrange [-1.5:picture_width + 0.5]; set yrange [-1.5:picture_height + 0.5] }
        set label 4 predicted(p) at graph 0.5, graph 1.09 center font ",10" textcolor rgb verdict_color(p)
        plot @picture_plot
        unset label 1
        unset label 2
        unset label 3
    }
    unset multiplot
    set label 1 head_line at screen 0.5, screen 1 offset 0, -1.1 center font head_font textcolor rgb head_color
}
