# plots/plane.gp: for each config's first seed, above the probability of one class over the plane, below the prediction's
# entropy, with the training items. A network that knows when it does not know is unsure far from all items too, not only
# between them. Up to five stand beside each other; more go below, in as many lines as it takes.

load "series.gp"

panels = ""
longest = 0
title_of(i) = with_variant(short_method(plane_method[i]), plane_variant[i], plane_run_count[i])
do for [i = 1:plane_count] {
    if (i == 1 || plane_config[i] ne plane_config[i - 1]) { panels = panels." ".i }
    if (strlen(title_of(i)) > longest) { longest = strlen(title_of(i)) }
}
note = not_shown(plane_count - words(panels), "seed")
# As many in each line, not five and one.
lines = (words(panels) + 4) / 5
columns = (words(panels) + lines - 1) / lines
height = 149. + 2 * lines * 208 + (2 * lines - 1) * 56 + (note eq "" ? 0 : 14)
figure_size = sprintf("%d %.0f", 120 + 270 * (columns > 2 ? columns : 2), height)
load "style.gp"

unset key
unset grid
unset xlabel
# The colour boxes take the fill style too: were they transparent, their colours would not be those of the panels.
set style fill solid 1 noborder
# The figure is wide, and made smaller on a page.
wide = columns > 3
tic_font = wide ? ",10" : ",8"
set tics font tic_font
set border 15
set colorbox
set label 3 "points: the training items; the posterior's mean over 64 sampled networks".(note eq "" ? "" : "\n".note) \
    at screen 0.01, screen (note eq "" ? 9 : 23) / height left font (wide ? ",11" : note_font) textcolor rgb faint
set multiplot layout 2 * lines, columns margins screen 0.06, screen 0.91, screen (50 + (note eq "" ? 0 : 14)) / height, \
    screen 1 - 99 / height spacing screen 0.03, screen 56 / height
set xrange [*:*] noextend
set yrange [*:*] noextend
do for [row = 1:2 * lines] {
    is_upper = row % 2 == 1
    do for [place = 1:columns] {
        k = ((row - 1) / 2) * columns + place
        if (k > words(panels)) {
            set multiplot next
        } else {
            i = int(word(panels, k))
            title = title_of(i).(is_upper ? ": probability" : ": entropy (nats)")
            set label 4 wrapped(title, 42) at graph 0, graph 1.06 offset 0, strlen(title) > 42 ? 0.7 : 0 \
                left font (longest > 16 ? ",8" : wide ? ",13" : panel_font)
            if (is_upper) {
                set palette defined (0 "#0072B2", 0.5 "#FFFFFF", 1 "#D55E00")
                set cbrange [0:1]
            } else {
                set palette defined (0 "#FFFFFF", 0.5 "#999999", 1 "#111111")
                set cbrange [0:log(2)]
            }
            if (place == columns || k == words(panels)) { set colorbox } else { unset colorbox }
            plot plane_file[i] using (column("x")):(column("y")):(is_upper ? column("probability") : column("entropy")) with image, \
                 for [j = 1:plane_items_count] plane_items_file[j] using (plane_items_run[j] eq plane_run[i] ? column("x") : NaN) \
                     :(column("y")) with points pointtype 7 pointsize 0.28 \
                     linecolor rgb plane_items_label[j] eq plane_items_label[1] ? "#003A5C" : "#7A3600"
            unset label 1
            unset label 2
            unset label 3
        }
    }
}
unset multiplot
