# plots/pruning.gp: accuracy against the share of weights that are removed.
#
# Left: each method by its usual criterion (SNR where there is a sigma, else magnitude), with 95 % intervals, beside the
# talk's own curve. Right: every criterion of every method, and the talk's thresholds on log p(0) as points.
# The x axis is logarithmic in the weights that are kept, because everything happens beyond 80 %.

figure_size = "960 480"
load "style.gp"

kept(column_name) = 1 - column(column_name)
curve(i) = prune_band_grid[i] eq "fraction"
method_has_snr(i) = (sum [j = 1:prune_band_count] (curve(j) && prune_band_run[j] eq prune_band_run[i] \
                     && prune_band_method[j] eq prune_band_method[i] && prune_band_criterion[j] eq "snr")) > 0
leading(i) = curve(i) && prune_band_criterion[i] eq (method_has_snr(i) ? "snr" : "magnitude")
label(i) = with_run(short_method(prune_band_method[i]).", ".named("criterion", prune_band_criterion[i]), \
                    prune_band_run[i], prune_band_run_count[i])
color(i) = method_color(prune_band_method[i], prune_band_run_rank[i] + 0)
marker(i) = method_marker(prune_band_method[i])
dashes(i) = criterion_dashes(prune_band_criterion[i])

left = ""
right = ""
points = ""
do for [i = 1:prune_band_count] {
    if (leading(i)) { left = left." ".i }
    if (curve(i)) { right = right." ".i } else { points = points." ".i }
}
at(list, k) = int(word(list, k))

criteria = ""
do for [k = 1:words(right)] {
    if (strstrt(criteria." ", " ".prune_band_criterion[at(right, k)]." ") == 0) {
        criteria = criteria." ".prune_band_criterion[at(right, k)]
    }
}

set xrange [*:*] reverse noextend
set yrange [0:*<1.02]
set logscale x
set ytics 0.1
# A hair off .005, where the default fractions end: 1 - .995 is not quite that in binary.
set xtics ("0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99" .01, "99.5" .0050001, "99.9" .001, "99.99" .0001)
set xlabel "weights removed (%)"
set ylabel "test accuracy"
if (talk_pruning) {
    set label 3 "* digitised from its slides: the share is a mean over tensors, and about 4/5 of its 350 items had been trained on" \
        at screen 0.01, screen 0.02 left font note_font textcolor rgb faint
}
talk_curve = ', reference."/talk_pruning.csv" using (strcol("dataset") eq dataset ? kept("prune_ratio") : NaN)' \
             .':(column("accuracy")) with lines linecolor rgb talk_color linewidth line_width dashtype "-" title "the talk *"'
if (!talk_pruning) { talk_curve = "" }

set multiplot layout 1, 2 margins screen 0.08, screen 0.98, screen 0.37, screen 0.84 spacing screen 0.08
set key at screen 0.08, screen 0.25 left top Left reverse samplen 4 spacing 1.1 font ",10"
set label 4 "each method by its usual criterion, with 95 % intervals" at graph 0, graph 1.06 left font panel_font
plot for [k = 1:words(left)] prune_band_file[at(left, k)] using (kept("fraction")):(column("low")):(column("high")) \
         with filledcurves fillcolor rgb color(at(left, k)), \
     for [k = 1:words(left)] prune_band_file[at(left, k)] using (kept("fraction")):(column("accuracy")) \
         with linespoints linecolor rgb color(at(left, k)) linewidth line_width dashtype dashes(at(left, k)) \
         pointtype marker(at(left, k)) pointsize 0.5 title label(at(left, k)) @talk_curve

unset label 1
unset label 2
unset label 3
set key at screen 0.57, screen 0.25
set label 4 "all criteria, in the methods' colours"
unset ylabel
set yrange [0:GPVAL_Y_MAX]
# The talk's thresholds reach where nothing is left; the panels share the range of the curves.
set xrange [GPVAL_X_MIN > GPVAL_X_MAX ? GPVAL_X_MIN : GPVAL_X_MAX:GPVAL_X_MIN > GPVAL_X_MAX ? GPVAL_X_MAX : GPVAL_X_MIN] noreverse
talk_thresholds = words(points) == 0 ? "" : ', for [k = 1:words(points)] prune_band_file[at(points, k)] ' \
    .'using (kept("fraction")):(column("accuracy")) with points linecolor rgb color(at(points, k)) pointtype 6 ' \
    .'pointsize 0.6 title k == 1 ? "the talk\047s thresholds on ".named("criterion", "log_p0") : ""'
plot for [k = 1:words(right)] prune_band_file[at(right, k)] using (kept("fraction")):(column("accuracy")) \
         with lines linecolor rgb color(at(right, k)) linewidth line_width dashtype dashes(at(right, k)), \
     for [name in criteria] keyentry with lines linecolor rgb faint linewidth line_width \
         dashtype criterion_dashes(name) title named("criterion", name) @talk_thresholds
unset multiplot
