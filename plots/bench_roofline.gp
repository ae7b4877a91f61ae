# plots/bench_roofline.gp: the shares of a training step's time, and the time of the products of the direct convolution.
#
# The mark is the limit of a program with the multiplications of the direct convolution, at the rate of sgemm: a bar
# that ends left of its mark is faster than any such program.

load "series.gp"
set datafile separator comma
set datafile columnheaders
file = roofline_file[1]
stats file using 0 nooutput
rows = STATS_records
stats file using (column("limit_over_ms")) name "limit" nooutput
greatest = limit_max > 1 ? limit_max : 1
shares = "share_gemm share_im2col share_sampling share_optimizer share_other"
array share_title[5] = ["products", "transforms, bias, SELU", "sampling", "update", "other, waiting"]
array share_color[5] = ["#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#BBBBBB"]

key_room = 6
load "key.gp"
key_point_size = 1.2
do for [i = 1:5] { n = key_add(share_title[i], share_color[i], 5, 0) }
n = key_add("limit (direct, sgemm)", "#000000", 0, 1)
load "page.gp"
page_tall = 34 * rows < 120 ? 120 : 34 * rows
page_left = 163
page_right = 0.65 * text_size(10) * 9
page_title_lines = 0
page_notes = "The time of the whole step stands beside its bar."
eval page_grid
eval page_measure
load "style.gp"

bar = 0.36
# The start and end of the share's part of the bar, in the time of the whole step.
before(i) = i > 1 ? sum [j = 1:i - 1] column(word(shares, j)) : 0
middle(i) = before(i) + column(word(shares, i)) / 2
set yrange [rows - 0.4 : -0.6]
set ytics scale 0
set xrange [0:1.02 * greatest]
set xtics tic_step(greatest / 2.5)
set grid noytics xtics
unset key
set multiplot
panel = 1
eval panel_place
set xlabel fitting("share of the step's time", "share of the time")
plot for [i = 1:5] file using (middle(i)):0:(column(word(shares, i)) / 2):(bar):ytic(1) \
         with boxxyerror fillstyle solid 0.85 noborder fillcolor rgb share_color[i], \
     file using (column("limit_over_ms")):($0 - bar):(0):(2 * bar) with vectors nohead linecolor rgb "black" linewidth 2.5, \
     file using (column("limit_over_ms") > 1 ? column("limit_over_ms") : 1):0:(sprintf("%.3g ms", column("ms_per_step"))) \
         with labels left offset 1, 0 font font_of(10)
unset multiplot
