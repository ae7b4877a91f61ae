# plots/surface.gp: one weight vector or many: the training loss over planes through three weight vectors of a real network.
# Left, two plain trainings from one start, which differ only in the order of their batches, with their paths projected onto the
# plane; right, their ends next to vi's mean and weight vectors drawn from its posterior. For the first run that has each plane.

load "series.gp"

# A place in each table, 0 if it has none.
first_of(plane) = (found = 0, sum [i = 1:surface_count] (found = found == 0 && surface_plane[i] eq plane ? i : found, 0), found)
points_of(i, kind) = (found = 0, i == 0 ? 0 : (sum [j = 1:surface_points_count] (found = found == 0 && surface_points_kind[j] eq kind \
    && surface_points_run[j] eq surface_run[i] && surface_points_plane[j] eq surface_plane[i] ? j : found, 0), found))
paths = first_of("start")
cloud = first_of("mean")
panels = (paths > 0) + (cloud > 0)
title_paths = paths == 0 ? "" : sprintf("two trainings, one weight vector each (%s, seed %s)", short_method(surface_method[paths]), surface_seed[paths])
title_cloud = cloud == 0 ? "" : sprintf("a posterior (%s, seed %s): many", short_method(surface_method[cloud]), surface_seed[cloud])
color_a = "#D55E00"
color_b = "#E69F00"
color_sample = "#5BE3AE"
key_room = 6
load "key.gp"
n = key_add("training A", color_a, 7, 1)
n = key_add("training B, from the same start", color_b, 7, 1)
if (paths > 0) { n = key_add("start", talk_color, 6, 0) }
if (cloud > 0) {
    n = key_add("drawn from the posterior", color_sample, 7, 0)
    n = key_add("its mean", talk_color, 2, 0)
}

set datafile separator comma
set datafile columnheaders
# One scale of colours: the decades of both.
lowest = 1e300
highest = 0
do for [i in sprintf("%s %s", paths ? sprintf("%d", paths) : "", cloud ? sprintf("%d", cloud) : "")] {
    stats surface_file[int(i)] using (column("nll")) name "bound" nooutput
    lowest = bound_min < lowest ? bound_min : lowest
    highest = bound_max > highest ? bound_max : highest
}
lowest = lowest > 0 ? lowest : 1e-12
mean_nll = 0
if (cloud > 0) {
    stats surface_points_file[points_of(cloud, "mean")] using (column("nll")) name "bound" nooutput
    mean_nll = bound_max
}
note = "Colours and lines: mean negative log likelihood (nats) of the training items, on the plane. Paths are projected onto it"
if (cloud > 0) {
    stats surface_points_file[points_of(cloud, "sample")] using (column("distance")):(column("nll")) name "sample" nooutput
    note = note.sprintf(", as are samples: they are %.3g from it on average, and their own values are %.2g on average; %.2g at the mean.", \
        sample_mean_x, sample_mean_y, mean_nll)
} else { note = note."." }
load "page.gp"
page_panels = panels
page_columns = 2
page_most = panels > 1 ? 960 : 560
page_tall = 320
page_right = 84 # the colour box
page_between = 62
page_widest_title = panels > 1 || cloud == 0 ? title_paths : title_cloud
page_notes = note
eval page_grid
page_tall = smaller(page_tall, panel_wide(1))
eval page_measure
load "style.gp"

set palette defined (0 "#00334F", 0.35 "#2C7FB0", 0.7 "#A9D3EA", 1 "#FFFFFF")
set cbrange [lowest:highest]
set logscale cb
set format cb "%g"
# An axis of less than a decade may have no power of ten.
if (highest < 10 * lowest) {
    set cbtics ("" lowest)
    do for [e = -12:6] { do for [step = 1:9] { set cbtics add (sprintf("%g", step * 10.**e) step * 10.**e) } }
}
set border 15
unset grid
set tics font tic_font
set xrange [*:*] noextend
set yrange [*:*] noextend
# A few tics, for the panel's plane.
choose_tics = 'stats surface_file[i] using (column("x")):(column("y")) name "plane" nooutput; ' \
    .'set xtics tic_step((plane_max_x - plane_min_x) / (panel_wide(1) < 260 ? 2.2 : 4)); set ytics tic_step((plane_max_y - plane_min_y) / 4)'
set style fill solid 1 noborder # the colour box takes it too
unset key
# Next to the last panel of its line.
set colorbox user origin screen sx(page_wide - page_right + 16), graph 0 size screen sx(16), graph 1

# contour_lines: of the panel's surface, at 1, 2, 5 times powers of ten, as a block of lines.
contour_lines = 'set table $rows; plot surface_file[i] using (column("x")):(column("y")):(column("nll")) with table; unset table; ' \
    .'side = int(sqrt(|$rows|) + 0.5); set print $grid; do for [k = 1:|$rows|] { print $rows[k]; ' \
    .'if (k % side == 0) { print "" } }; unset print; ' \
    .'set datafile nocolumnheaders; set datafile separator whitespace; set contour base; unset surface; unset logscale cb; ' \
    .'set cntrparam levels discrete 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50; set table $contours; ' \
    .'splot $grid using 1:2:3; unset table; unset contour; set surface; set logscale cb; ' \
    .'set datafile columnheaders; set datafile separator comma; set print $lines; print "x,y"; do for [k = 1:|$contours|] { ' \
    .'print words($contours[k]) < 3 || word($contours[k], 1) eq "#" ? "" : word($contours[k], 1).",".word($contours[k], 2) }; ' \
    .'print ""; print "0,0"; unset print' # a single point draws nothing, and no points at all cause a warning
panel = 0
set multiplot
if (paths > 0) {
    i = paths
    eval contour_lines
    eval choose_tics
    panel = panel + 1
    title = title_paths
    eval panel_place
    set xlabel panel_is_lowest(panel) ? "distance along the plane" : ""
    if (columns_after > 1) { unset colorbox }
    stats surface_points_file[points_of(i, "path_a")] using (column("step")) name "bound" nooutput
    last_step = bound_max
    plot surface_file[i] using (column("x")):(column("y")):(column("nll")) with image, \
         $lines using 1:2 with lines linecolor rgb "#80003A5C" linewidth 0.6, \
         surface_points_file[points_of(i, "path_a")] using (column("x")):(column("y")) \
             with lines linecolor rgb color_a linewidth line_width, \
         surface_points_file[points_of(i, "path_b")] using (column("x")):(column("y")) \
             with lines linecolor rgb color_b linewidth line_width, \
         surface_points_file[points_of(i, "path_a")] using (column("x")):(column("y")) every ::0::0 \
             with points pointtype 6 pointsize 1.1 linecolor rgb "#000000", \
         for [p in "path_a path_b"] surface_points_file[points_of(i, p)] \
             using (column("step") == last_step ? column("x") : NaN):(column("y")) \
             with points pointtype 7 pointsize 1.1 linecolor rgb (p eq "path_a" ? color_a : color_b)
}
if (cloud > 0) {
    i = cloud
    eval contour_lines
    eval choose_tics
    panel = panel + 1
    title = title_cloud
    eval panel_place
    set xlabel "distance along the plane"
    set colorbox
    samples = points_of(i, "sample")
    plot surface_file[i] using (column("x")):(column("y")):(column("nll")) with image, \
         $lines using 1:2 with lines linecolor rgb "#80003A5C" linewidth 0.6, \
         surface_points_file[samples] using (column("x")):(column("y")) \
             with points pointtype 7 pointsize 0.45 linecolor rgb color_sample, \
         surface_points_file[points_of(i, "mean")] using (column("x")):(column("y")) \
             with points pointtype 2 pointsize 1.2 linewidth 2 linecolor rgb "#000000", \
         surface_points_file[points_of(i, "path_a")] using (column("x")):(column("y")) \
             with points pointtype 7 pointsize 1.1 linecolor rgb color_a, \
         surface_points_file[points_of(i, "path_b")] using (column("x")):(column("y")) \
             with points pointtype 7 pointsize 1.1 linecolor rgb color_b
}
unset multiplot
