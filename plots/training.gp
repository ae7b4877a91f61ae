# plots/training.gp: what the loss is made of, accuracy, and the posterior's sigmas, epoch by epoch.
#
# Likelihood and KL stand apart, because their sum hides which of the two is learning. One line for each seed, in its
# config's colour, and with its markers where a method has more configs than shades. The fan shows that the VI
# objective moves the sigmas by itself.

load "series.gp"
key_room = train_count
load "key.gp"

color(i) = method_color(train_method[i], train_run_rank[i])
first_of_config(i) = i == 1 || train_config[i] ne train_config[i - 1]
largest_rank = 0
do for [i = 1:train_count] { if (train_run_rank[i] > largest_rank) { largest_rank = train_run_rank[i] } }
# Dashes say what was measured on the training items, so that markers have to do.
marked = largest_rank > 3
marker(i) = marked ? method_marker(train_method[i], train_run_rank[i]) : 0
do for [i = 1:train_count] {
    if (first_of_config(i)) {
        n = key_add(with_variant(short_method(train_method[i]), train_variant[i], train_run_count[i]), color(i), marker(i), 1)
    }
}
key_width = key_count > 5 ? 900 : 440
eval key_measure
more = key_rows > 2 ? key_height - 2 * key_pitch : 0
height = 720. + more
figure_size = sprintf("960 %.0f", height)
load "style.gp"

with_kl = ""
# A logarithmic axis has no place for a prior's part that is 0, as of mle.
do for [i = 1:train_count] {
    if (has(train_lacks[i], "kl")) {
        stats train_file[i] using (column("kl")) nooutput
        if (STATS_max > 0) { with_kl = with_kl." ".i }
    }
}

set xrange [*:*] noextend
set xlabel "epoch"
unset key
key_middle = 518
key_top = 26 + more
eval key_draw

# Decades of a logarithmic axis that hold less than one decade of values would be empty for the most part.
least = 1e300
epochs = 1
greatest = 0
do for [i = 1:train_count] {
    stats train_file[i] using (column("nll")) nooutput
    least = STATS_min < least ? STATS_min : least
    greatest = STATS_max > greatest ? STATS_max : greatest
    epochs = STATS_records > epochs ? STATS_records : epochs
}

# Eight markers on a line, or none: an interval of more than all points would still mark the first.
every = (epochs + 7) / 8
# Many noisy epochs are a tangle: of these, the lines are means of several, and the epochs themselves are drawn faint.
window = epochs > 100 ? (epochs + 59) / 60 : 1
noisy = window > 1
if (noisy) {
    every = (every + window - 1) / window
    set xrange [1:epochs] # a mean stands in the middle of its epochs
}
middle(epoch) = noisy ? (floor((epoch - 1) / window) + 0.5) * window + 0.5 : epoch
faint_of(color) = "#C8".color[2:7]
means = noisy ? "smooth unique" : ""
style = marked ? 'linespoints pointtype marker(int(i)) pointsize 0.6 pointinterval every' : 'lines'
curve_width = key_count >= many_series && train_count > key_count ? 1 : line_width

set label 3 noisy ? sprintf("lines: means of %d epochs; faint: each epoch", window) : "" \
    at screen 0.01, screen 10 / height left font note_font textcolor rgb faint
set multiplot layout 2, 2 margins screen 0.10, screen 0.98, screen (94 + more) / height, \
    1 - 79 / height spacing screen 0.11, screen 108 / height
set label 4 "likelihood part of the loss: negative log likelihood" at graph 0, graph 1.06 left font panel_font
set ylabel "nats per item"
if (greatest > 10 * least) { set logscale y } else { set yrange [0:*] }
# faint_epochs(LOOP, COLUMN): the epochs themselves, where the lines are means; to go before these.
faint_epochs(loop, name) = noisy ? 'for ['.loop.'] train_file[int(i)] using (column("epoch")):(column("'.name.'")) ' \
    .'noautoscale with lines linecolor rgb faint_of(color(int(i))) linewidth 0.6, ' : ""
every_run = 'i = 1:train_count'
eval 'plot '.faint_epochs(every_run, "nll").'for [i = 1:train_count] train_file[i] using (middle(column("epoch"))):(column("nll")) ' \
    .means.' with '.style.' linecolor rgb color(i) linewidth curve_width'

unset label 1
unset label 2
unset label 3
eval key_clear
set label 4 "prior part of the loss: KL or penalty of all weights"
set ylabel "nats"
set yrange [*:*]
set logscale y
set format y "%.0s %c"
if (words(with_kl) > 0) {
    plot for [i in with_kl] train_file[int(i)] using (column("epoch")):(column("kl")) \
             with @style linecolor rgb color(int(i)) linewidth curve_width
} else {
    set multiplot next
}
set format y "%g"
unset logscale y

set label 4 "accuracy"
set ylabel "accuracy"
set yrange [*:*<1]
set key inside right bottom vertical Left reverse samplen 3 font ",10"
eval 'plot '.faint_epochs(every_run, "accuracy_val") \
    .'for [i = 1:train_count] train_file[i] using (middle(column("epoch"))):(column("accuracy_train")) '.means \
    .' with lines linecolor rgb color(i) linewidth 0.8 * curve_width dashtype 3, ' \
    .'for [i = 1:train_count] train_file[i] using (middle(column("epoch"))):(column("accuracy_val")) '.means \
    .' with '.style.' linecolor rgb color(i) linewidth curve_width, ' \
    .'keyentry with lines linecolor rgb faint linewidth 0.8 * line_width dashtype 3 title "training", ' \
    .'keyentry with lines linecolor rgb faint linewidth line_width title "validation"'

if (sigma_count > 0) {
    set label 4 "σ of ".short_method(sigma_method[1]).(sigma_run_count[1] > 1 ? " (".sigma_config[1].")" : "").", seed ".sigma_seed[1]
    set label 5 sigma_count > 1 ? sprintf("one of %d; the figure sigma_%s has every config", sigma_count, dataset) : "" \
        at graph 0.02, graph 0.95 left font note_font textcolor rgb faint
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
