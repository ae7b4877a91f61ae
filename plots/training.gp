# plots/training.gp: what the loss is made of, accuracy, and the posterior's sigmas, epoch by epoch.
#
# Likelihood and KL stand apart, because their sum hides which of the two is learning. One line for each seed, in its
# method's colour. The fan shows that the VI objective moves the sigmas by itself.

figure_size = "960 720"
load "style.gp"

color(i) = method_color(train_method[i], 1)
first_of_method(i) = (sum [j = 1:i] (train_method[j] eq train_method[i])) == 1
label(i) = first_of_method(i) ? short_method(train_method[i]) : ""
with_kl = ""
do for [i = 1:train_count] { if (has(train_lacks[i], "kl")) { with_kl = with_kl." ".i } }

set xrange [*:*] noextend
set xlabel "epoch"
set key at screen 0.54, screen 0.025 center center horizontal Left reverse samplen 3 font ",10"

# Decades of a logarithmic axis that hold less than one decade of values would be empty for the most part.
least = 1e300
greatest = 0
do for [i = 1:train_count] {
    stats train_file[i] using (column("nll")) nooutput
    least = STATS_min < least ? STATS_min : least
    greatest = STATS_max > greatest ? STATS_max : greatest
}

set multiplot layout 2, 2 margins screen 0.10, screen 0.98, screen 0.13, screen 0.89 spacing screen 0.11, screen 0.15
set label 4 "likelihood part of the loss: negative log likelihood" at graph 0, graph 1.06 left font panel_font
set ylabel "nats per item"
if (greatest > 10 * least) { set logscale y } else { set yrange [0:*] }
plot for [i = 1:train_count] train_file[i] using (column("epoch")):(column("nll")) \
         with lines linecolor rgb color(i) linewidth line_width title label(i)

unset label 1
unset label 2
set label 4 "prior part of the loss: KL or penalty of all weights"
set ylabel "nats"
set yrange [*:*]
set logscale y
set format y "%.0s %c"
if (words(with_kl) > 0) {
    plot for [i in with_kl] train_file[int(i)] using (column("epoch")):(column("kl")) \
             with lines linecolor rgb color(int(i)) linewidth line_width
} else {
    set multiplot next
}
set format y "%g"
unset logscale y

set label 4 "accuracy"
set ylabel "accuracy"
set yrange [*:*<1]
set key inside right bottom vertical
plot for [i = 1:train_count] train_file[i] using (column("epoch")):(column("accuracy_train")) \
         with lines linecolor rgb color(i) linewidth 0.8 * line_width dashtype 3, \
     for [i = 1:train_count] train_file[i] using (column("epoch")):(column("accuracy_val")) \
         with lines linecolor rgb color(i) linewidth line_width, \
     keyentry with lines linecolor rgb faint linewidth 0.8 * line_width dashtype 3 title "training", \
     keyentry with lines linecolor rgb faint linewidth line_width title "validation"

if (sigma_count > 0) {
    set label 4 "σ of ".short_method(sigma_method[1]).", seed ".sigma_seed[1]
    set ylabel "standard deviation of a weight"
    set yrange [*:*]
    set logscale y
    fan = method_color(sigma_method[1], 1)
    plot sigma_file[1] using (column("epoch")):(column("q05")):(column("q95")) \
             with filledcurves fillcolor rgb fan title "5 to 95 %", \
         sigma_file[1] using (column("epoch")):(column("q25")):(column("q75")) \
             with filledcurves fillcolor rgb fan fillstyle transparent solid 0.35 noborder title "25 to 75 %", \
         sigma_file[1] using (column("epoch")):(column("q50")) \
             with lines linecolor rgb fan linewidth line_width title "median"
}
unset multiplot
