# plots/plane.gp: for each method, above the probability of one class over the plane, below the prediction's entropy, with
# the training items. A network that knows when it does not know is unsure far from all items too, not only between them.

panels = ""
do for [i = 1:plane_count] { if (words(panels) < 5) { panels = panels." ".i } }
figure_size = sprintf("%d 620", 120 + 270 * (words(panels) > 2 ? words(panels) : 2))
load "style.gp"

unset key
unset grid
unset xlabel
set tics font ",8"
set border 15
set colorbox
set label 3 "points: the training items; the posterior's mean over 64 sampled networks" at screen 0.01, screen 0.015 left font note_font textcolor rgb faint
set multiplot layout 2, words(panels) margins screen 0.06, screen 0.91, screen 0.08, screen 0.84 spacing screen 0.03, screen 0.09
set xrange [*:*] noextend
set yrange [*:*] noextend
do for [row = 1:2] {
    do for [k = 1:words(panels)] {
        i = int(word(panels, k))
        set label 4 row == 1 ? short_method(plane_method[i]).": probability" : short_method(plane_method[i]).": entropy (nats)" \
            at graph 0, graph 1.06 left font panel_font
        if (row == 1) { set palette defined (0 "#0072B2", 0.5 "#FFFFFF", 1 "#D55E00"); set cbrange [0:1] } \
            else { set palette defined (0 "#FFFFFF", 0.5 "#999999", 1 "#111111"); set cbrange [0:log(2)] }
        if (k == words(panels)) { set colorbox } else { unset colorbox }
        plot plane_file[i] using (column("x")):(column("y")):(row == 1 ? column("probability") : column("entropy")) with image, \
             for [j = 1:plane_items_count] plane_items_file[j] using (plane_items_run[j] eq plane_run[i] ? column("x") : NaN) \
                 :(column("y")) with points pointtype 7 pointsize 0.28 \
                 linecolor rgb plane_items_label[j] eq plane_items_label[1] ? "#003A5C" : "#7A3600"
        unset label 1
        unset label 2
        unset label 3
    }
}
unset multiplot
