# plots/rejection.gp: what is gained by referring the least certain items to a human: accuracy on the items that stay, with
# 95 % intervals. The area is the mean of the accuracy over all shares that can be referred.

figure_size = "960 480"
load "style.gp"

label(i) = with_run(short_method(rejection_band_method[i]), rejection_band_run[i], rejection_band_run_count[i])
color(i) = method_color(rejection_band_method[i], rejection_band_run_rank[i] + 0)
marker(i) = method_marker(rejection_band_method[i])
area(i) = word(areas, i)

areas = ""
do for [i = 1:rejection_band_count] {
    stats rejection_band_file[i] using (column("area")) name "A" nooutput
    areas = areas.sprintf(" %.4f", A_mean)
}

set xrange [0:95]
set yrange [*:1]
set xlabel "test items referred to a human, highest entropy first (%)"
set ylabel "accuracy on the others"
set lmargin at screen 0.10
set rmargin at screen 0.70
set tmargin at screen 0.86
set bmargin at screen 0.13
set key at screen 0.73, screen 0.83 left top Left reverse samplen 3 spacing 1.3 font ",10"
plot for [i = 1:rejection_band_count] rejection_band_file[i] \
         using (100 * column("fraction")):(column("low")):(column("high")) \
         with filledcurves fillcolor rgb color(i), \
     for [i = 1:rejection_band_count] rejection_band_file[i] using (100 * column("fraction")):(column("accuracy")) \
         with linespoints linecolor rgb color(i) linewidth line_width pointtype marker(i) pointsize 0.6 \
         title label(i).", area ".area(i)
