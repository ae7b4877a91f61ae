# plots/rejection.gp: what is gained by referring the least certain items to a human: accuracy on the items that stay. The area
# is the mean of the accuracy over all shares that can be referred. 95 % intervals of all methods would hide the lines, so that
# VI and MLE, the two ends, stand for them; where neither is there, the first series does.

load "series.gp"
key_room = rejection_band_count
load "key.gp"

set datafile separator comma
set datafile columnheaders
color(i) = method_color(rejection_band_method[i], rejection_band_run_rank[i])
marker(i) = method_marker(rejection_band_method[i], rejection_band_run_rank[i])
dashes(i) = method_dashes(rejection_band_method[i], rejection_band_run_rank[i])
do for [i = 1:rejection_band_count] {
    stats rejection_band_file[i] using (column("area")) name "A" nooutput
    n = key_add(with_variant(short_method(rejection_band_method[i]), rejection_band_variant[i], \
        rejection_band_run_count[i]).sprintf(", area %.4f", A_mean), color(i), marker(i), dashes(i))
}
banded = ""
do for [i = 1:rejection_band_count] {
    if (rejection_band_method[i] eq "vi" || rejection_band_method[i] eq "mle") { banded = banded." ".i }
}
if (words(banded) == 0) { banded = " 1" }
# The key stands to the right: long names make the figure wider, many names make it higher.
key_most = 1
eval key_measure
wider = key_cell > 252 ? key_cell - 252 : 0
width = 960. + wider
height = key_height > 380 ? 100. + key_height : 480.
figure_size = sprintf("%.0f %.0f", width, height)
load "style.gp"
set style fill transparent solid band_density(words(banded)) noborder

set xrange [0:95]
set yrange [*:1]
set xlabel "test items referred to a human, highest entropy first (%)"
set ylabel "accuracy on the others"
set lmargin at screen 96 / width
set rmargin at screen 672 / width
set tmargin at screen 1 - 67 / height
set bmargin at screen 62 / height
unset key
key_left = 708
key_top = height - 92
eval key_draw
band_names = ""
do for [i in banded] {
    band_name = short_method(rejection_band_method[int(i)])
    if (strstrt(band_names, band_name) == 0) { band_names = band_names.(band_names eq "" ? "" : " and ").band_name }
}
set label 3 "bands: 95 % intervals of ".band_names at screen 708. / width, screen 1 - 70 / height left font note_font \
    textcolor rgb faint
plot for [i in banded] rejection_band_file[int(i)] \
         using (100 * column("fraction")):(column("low")):(column("high")) \
         with filledcurves fillcolor rgb color(int(i)), \
     for [i = 1:rejection_band_count] rejection_band_file[i] using (100 * column("fraction")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width dashtype dashes(i) pointtype marker(i) pointsize 0.6
