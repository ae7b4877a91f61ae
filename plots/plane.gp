# plots/plane.gp: for each config's first seed, the probability of one class over the plane, and the prediction's entropy, with
# the training items. A network that knows when it does not know is unsure far from all items too, not only between them: the
# panels extend beyond the items by their width.

load "series.gp"
load "page.gp"

panels = ""
title_of(i) = with_variant(short_method(plane_method[i]), plane_variant[i], plane_run_count[i])
widest_title = ""
do for [i = 1:plane_count] {
    if (i == 1 || plane_config[i] ne plane_config[i - 1]) { panels = panels." ".i }
    if (strlen(title_of(i)) > strlen(widest_title)) { widest_title = title_of(i) }
}
note = not_shown(plane_count - words(panels), "seed")

set datafile separator comma
set datafile columnheaders
low_x = 1e300; high_x = -1e300; low_y = 1e300; high_y = -1e300
do for [j = 1:plane_items_count] {
    stats plane_items_file[j] using (column("x")) nooutput
    low_x = STATS_min < low_x ? STATS_min : low_x; high_x = STATS_max > high_x ? STATS_max : high_x
    stats plane_items_file[j] using (column("y")) nooutput
    low_y = STATS_min < low_y ? STATS_min : low_y; high_y = STATS_max > high_y ? STATS_max : high_y
}
grid_low_x = 1e300; grid_high_x = -1e300; grid_low_y = 1e300; grid_high_y = -1e300
do for [i in panels] {
    stats plane_file[int(i)] using (column("x")) nooutput
    grid_low_x = smaller(STATS_min, grid_low_x); grid_high_x = -smaller(-STATS_max, -grid_high_x)
    stats plane_file[int(i)] using (column("y")) nooutput
    grid_low_y = smaller(STATS_min, grid_low_y); grid_high_y = -smaller(-STATS_max, -grid_high_y)
}
beyond = 0.6
reach_x = high_x > low_x ? beyond * (high_x - low_x) : 1e300
reach_y = high_y > low_y ? beyond * (high_y - low_y) : 1e300
low_x = at_least(grid_low_x, low_x - reach_x); high_x = smaller(grid_high_x, high_x + reach_x)
low_y = at_least(grid_low_y, low_y - reach_y); high_y = smaller(grid_high_y, high_y + reach_y)

# Two colour boxes at the right: one for each kind of panel. The same number of configs in each line, not five and one.
page_panels = 2 * words(panels)
lines = (words(panels) + 4) / 5
page_columns = (words(panels) + lines - 1) / lines
page_between = 12
page_least = 140
page_right = 76
page_axis = 56
eval page_grid
# A line of probabilities, then a line of entropies, of as many configs as fit.
across = smaller(columns_after, words(panels))
columns_after = across
lines_after = 2 * ((words(panels) + across - 1) / across)
page_tall = smaller(240, 1.15 * panel_wide(1))
# panel p of the page: config number config_at(p); probability if is_upper(p).
is_upper(p) = (panel_line(p) % 2) == 0
config_at(p) = (panel_line(p) / 2) * across + panel_column(p) + 1
panel_is_lowest(p) = 1
# The table has the probability of the data set's last class.
shown_class = dataset eq "moons" ? "lower" : "the last class"
page_title_lines = lines_of(wrapped(widest_title.": probability", panel_chars(1, 11)))
page_notes = "Upper panels: the probability of the class \"".shown_class."\". Lower ones: the entropy of the prediction, in nats. " \
    ."Points: training items, those of that class orange. The posterior's mean over 64 sampled networks.".(note eq "" ? "" : " ".note.".")
eval page_measure
load "style.gp"

unset key
unset grid
# The colour boxes use the fill style too: if transparent, their colours would differ from the panels'.
set style fill solid 1 noborder
set border 15
set xrange [low_x:high_x] noextend
set yrange [low_y:high_y] noextend
set xtics 2
set ytics 1
# The items of a config's first seed; a white rim keeps them visible on any colour.
items = 'for [j = 1:plane_items_count] plane_items_file[j] using (plane_items_run[j] eq plane_run[i] ? column("x") : NaN):(column("y")) '
rims = items.'with points pointtype 7 pointsize 0.46 linecolor rgb "#FFFFFF", '
dots = items.'with points pointtype 7 pointsize 0.3 linecolor rgb plane_items_label[j] eq shown_class ? "#A03C00" : "#0A3A66"'
set multiplot
do for [panel = 1:across * lines_after] {
    k = config_at(panel)
    if (k > words(panels)) { continue }
    i = int(word(panels, k))
    title = title_of(i).(is_upper(panel) ? ": probability" : ": entropy")
    eval panel_place
    set xlabel "x"
    set ylabel panel_is_left(panel) ? "y" : ""
    set format y panel_is_left(panel) ? "%g" : ""
    if (is_upper(panel)) {
        set palette defined (0 "#0072B2", 0.5 "#FFFFFF", 1 "#D55E00")
        set cbrange [0:1]
    } else {
        set palette defined (0 "#FFFFFF", 0.5 "#999999", 1 "#333333")
        set cbrange [0:log(2)]
    }
    set cbtics 0.2
    if (panel_column(panel) == across - 1 || k == words(panels)) {
        set colorbox user origin screen sx(panel_x(panel) + panel_wide(panel) + 8), screen sy(panel_y(panel) + panel_high(panel)) \
            size screen 12. / page_wide, screen 1. * panel_high(panel) / page_high
    } else {
        unset colorbox
    }
    eval 'plot plane_file[i] using (column("x")):(column("y")):(is_upper(panel) ? column("probability") : column("entropy")) with image, ' \
        .rims.dots
}
unset multiplot
