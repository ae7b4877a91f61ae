# plots/reliability.gp: is the network right as often as it says? Accuracy against confidence, in the bins of the calibration
# error, with 95 % intervals; below it how many of the test items each bin has.
# What is right among fewer than ten items says nothing and is left out.

figure_size = "960 560"
load "style.gp"

label(i) = with_run(short_method(reliability_band_method[i]), reliability_band_run[i], reliability_band_run_count[i])
color(i) = method_color(reliability_band_method[i], reliability_band_run_rank[i] + 0)
marker(i) = method_marker(reliability_band_method[i])

told(column_name) = column("items") < 10 ? NaN : column(column_name)

set xrange [0:1]
set multiplot
set lmargin at screen 0.09
set rmargin at screen 0.72
set tmargin at screen 0.88
set bmargin at screen 0.38
set key at screen 0.75, screen 0.85 left top Left reverse samplen 3 spacing 1.2 font ",10"
set yrange [0:1.02]
set xtics format ""
set ylabel "test accuracy"
set label 3 "bins of at least ten items" at screen 0.75, screen 0.90 left font note_font textcolor rgb faint
plot x with lines linecolor rgb faint dashtype 2 title "as often as it says", \
     for [i = 1:reliability_band_count] reliability_band_file[i] \
         using (told("confidence")):(told("accuracy")):(told("low")):(told("high")) \
         with yerrorbars linecolor rgb color(i) linewidth 0.8 pointtype 0, \
     for [i = 1:reliability_band_count] reliability_band_file[i] using (told("confidence")):(told("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width pointtype marker(i) pointsize 0.7 title label(i)

unset label 1
unset label 2
unset label 3
set tmargin at screen 0.33
set bmargin at screen 0.11
unset key
set xtics format "%g"
set xlabel "confidence: probability of the predicted class"
set ylabel "items in the bin"
set logscale y
set yrange [0.8:*]
plot for [i = 1:reliability_band_count] reliability_band_file[i] \
         using (column("bin")):(column("items") > 0 ? column("items") : NaN) \
         with linespoints linecolor rgb color(i) linewidth line_width pointtype marker(i) pointsize 0.5
unset multiplot
