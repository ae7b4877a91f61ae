# plots/bench_roofline.gp: the shares of a training step's time, and the time of the products of the direct convolution.
#
# The mark is the limit of a program that multiplies as much as the direct convolution, at the rate of sgemm: a bar that
# ends left of its mark is faster than such a program can be.

figure_size = "960 560"
load "style.gp"

file = roofline_file[1]
stats file using 0 nooutput
rows = STATS_records
bar = 0.36
shares = "share_gemm share_im2col share_sampling share_optimizer share_other"
array share_title[5] = ["products", "transforms, bias, SELU", "sampling", "update", "other, waiting"]
array share_color[5] = ["#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#BBBBBB"]
# Where the share's part of the bar begins and ends, in the time of the whole step.
before(i) = i > 1 ? sum [j = 1:i - 1] column(word(shares, j)) : 0
middle(i) = before(i) + column(word(shares, i)) / 2

set yrange [rows - 0.4 : -0.6]
set ytics scale 0
set xrange [0:*]
set xlabel "share of the step's time (the time of the whole step stands beside it)"
set grid noytics xtics
set key at screen 0.53, screen 0.105 center top horizontal Left reverse samplen 1.5 width -2 font ",10"
set lmargin at screen 0.17
set rmargin at screen 0.91
set bmargin at screen 0.22
set tmargin at screen 0.89
set label 1 offset 0, -1.1
plot for [i = 1:5] file using (middle(i)):0:(column(word(shares, i)) / 2):(bar):ytic(1) \
         with boxxyerror fillstyle solid 0.85 noborder fillcolor rgb share_color[i] title share_title[i], \
     file using (column("limit_over_ms")):($0 - bar):(0):(2 * bar) with vectors nohead linecolor rgb "black" linewidth 2.5 \
         title "limit (direct, sgemm)", \
     file using (column("limit_over_ms") > 1 ? column("limit_over_ms") : 1):0:(sprintf("%.3g ms", column("ms_per_step"))) \
         with labels left offset 1, 0 font ",10"
