# plots/reliability.gp: is the network right as often as it says? Accuracy against confidence, in the bins of the calibration
# error, with 95 % intervals; below it how many of the test items each bin has.
# What is right among fewer than ten items says nothing and is left out.

load "series.gp"
key_room = reliability_band_count + 1
load "key.gp"

color(i) = method_color(reliability_band_method[i], reliability_band_run_rank[i])
marker(i) = method_marker(reliability_band_method[i], reliability_band_run_rank[i])
dashes(i) = method_dashes(reliability_band_method[i], reliability_band_run_rank[i])
n = key_add("as often as it says", faint, 0, 2)
do for [i = 1:reliability_band_count] {
    n = key_add(with_variant(short_method(reliability_band_method[i]), reliability_band_variant[i], \
        reliability_band_run_count[i]), color(i), marker(i), dashes(i))
}
# The key stands to the right: long names make the figure wider, many names make it higher.
key_most = 1
eval key_measure
wider = key_cell > 255 ? key_cell - 255 : 0
width = 960. + wider
higher = key_height > 440 ? key_height - 440 : 0
height = 560. + higher
figure_size = sprintf("%.0f %.0f", width, height)
load "style.gp"

told(column_name) = column("items") < 10 ? NaN : column(column_name)

set xrange [0:1]
set multiplot
set lmargin at screen 86 / width
set rmargin at screen 691 / width
set tmargin at screen 1 - 67 / height
set bmargin at screen (213 + higher / 2) / height
unset key
key_left = 727
key_top = height - 93
eval key_draw
set yrange [0:1.02]
set xtics format ""
set ylabel "test accuracy"
set label 3 "bins of at least ten items" at screen 727 / width, screen 1 - 56 / height left font note_font textcolor rgb faint
plot x with lines linecolor rgb faint dashtype 2, \
     for [i = 1:reliability_band_count] reliability_band_file[i] \
         using (told("confidence")):(told("accuracy")):(told("low")):(told("high")) \
         with yerrorbars linecolor rgb color(i) linewidth 0.8 pointtype 0, \
     for [i = 1:reliability_band_count] reliability_band_file[i] using (told("confidence")):(told("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width dashtype dashes(i) pointtype marker(i) pointsize 0.7

unset label 1
unset label 2
unset label 3
eval key_clear
set tmargin at screen (185 + higher / 2) / height
set bmargin at screen 62 / height
set xtics format "%g"
set xlabel "confidence: probability of the predicted class"
set ylabel "items in the bin"
set logscale y
set yrange [0.8:*]
plot for [i = 1:reliability_band_count] reliability_band_file[i] \
         using (column("bin")):(column("items") > 0 ? column("items") : NaN) \
         with linespoints linecolor rgb color(i) linewidth line_width dashtype dashes(i) pointtype marker(i) pointsize 0.5
unset multiplot
