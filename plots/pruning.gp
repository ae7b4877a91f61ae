# plots/pruning.gp: accuracy against the share of weights that are removed.
#
# First each config by its usual criterion (SNR where there is a sigma, else magnitude; where neither was run, the first that was), with 95 % intervals, beside the
# talk's own curve. Then every criterion of every config, and the talk's thresholds on log p(0) as points: in one panel, by
# dashes, or, where there are many configs, in a panel for each criterion.
# The x axis is logarithmic in the weights that are kept, because everything happens beyond 80 %.

load "series.gp"

kept(column_name) = 1 - column(column_name)
curve(i) = prune_band_grid[i] eq "fraction"
of_config(j, i) = curve(j) && prune_band_run[j] eq prune_band_run[i] && prune_band_method[j] eq prune_band_method[i]
has(i, criterion) = (sum [j = 1:prune_band_count] (of_config(j, i) && prune_band_criterion[j] eq criterion)) > 0
is_first(i) = (sum [j = 1:i] of_config(j, i)) == 1
leading(i) = !curve(i) ? 0 : has(i, "snr") ? prune_band_criterion[i] eq "snr" \
             : has(i, "magnitude") ? prune_band_criterion[i] eq "magnitude" : is_first(i)
label(i) = with_variant(short_method(prune_band_method[i]).", ".named("criterion", prune_band_criterion[i]), \
                        prune_band_variant[i], prune_band_run_count[i])
color(i) = method_color(prune_band_method[i], prune_band_run_rank[i])
marker(i) = method_marker(prune_band_method[i], prune_band_run_rank[i])

usual = ""
curves = ""
points = ""
criteria = ""
largest_rank = 0
do for [i = 1:prune_band_count] {
    if (leading(i)) { usual = usual." ".i }
    if (curve(i)) { curves = curves." ".i } else { points = points." ".i }
    if (curve(i) && strstrt(criteria." ", " ".prune_band_criterion[i]." ") == 0) { criteria = criteria." ".prune_band_criterion[i] }
    if (prune_band_run_rank[i] > largest_rank) { largest_rank = prune_band_run_rank[i] }
}
at(list, k) = int(word(list, k))
# A config's dashes are free to tell it from others only where criteria have panels of their own.
crowded = words(usual) >= many_series || largest_rank > 3
dashes(i) = crowded ? method_dashes(prune_band_method[i], prune_band_run_rank[i]) : criterion_dashes(prune_band_criterion[i])

key_room = words(usual) + 1
load "key.gp"
do for [k = 1:words(usual)] { n = key_add(label(at(usual, k)), color(at(usual, k)), marker(at(usual, k)), dashes(at(usual, k))) }
if (talk_pruning) { n = key_add("the talk *", talk_color, 0, -1) }
key_width = 870
if (!crowded) { key_most = 1 }
eval key_measure

if (crowded) {
    panel_count = 1 + words(criteria)
    panel_wish = 0
    panel_base = 660.
    panel_bottom = 0.15
    panel_between = 0.045
    panel_more = key_height
} else {
    panel_count = 2
    panel_wish = 2
    panel_base = 480.
    panel_bottom = 0.37
    panel_between = 0.08
    panel_more = key_rows > 6 ? (key_rows - 6) * key_pitch : 0
}
load "panels.gp"
load "style.gp"
set style fill transparent solid band_density(words(usual)) noborder

# Wide panels, as the talk has them.
if (!crowded) {
    panel_width = 0.41
    panel_left(p) = p == 1 ? 0.08 : 0.57
}
key_left = 82
key_top = crowded ? 36 + key_height - key_pitch : 112 + panel_more

set xrange [*:*] reverse noextend
if (crowded) { set yrange [*:*<1.02] } else { set yrange [0:*<1.02] }
set logscale x
set ytics 0.1
# A hair off .005, where the default fractions end: 1 - .995 is not quite that in binary.
if (crowded) {
    set xtics ("0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99.5" .0050001, "99.9" .001, "99.99" .0001)
} else {
    set xtics ("0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99" .01, "99.5" .0050001, "99.9" .001, "99.99" .0001)
}
if (talk_pruning) {
    set label 3 "* digitised from its slides: the share is a mean over tensors, and about 4/5 of its 350 items had been trained on" \
        at screen 0.01, screen 9.6 / figure_height left font note_font textcolor rgb faint
}
talk_curve = ', reference."/talk_pruning.csv" using (strcol("dataset") eq dataset ? kept("prune_ratio") : NaN)' \
             .':(column("accuracy")) with lines linecolor rgb talk_color linewidth line_width dashtype "-"'
if (!talk_pruning) { talk_curve = "" }

set multiplot
unset key
eval key_draw
panel = 1
eval panel_place
set label 4 crowded ? "by the usual criterion, 95 % intervals" : "each method by its usual criterion, with 95 % intervals" \
    at graph 0, graph 1 offset 0, 0.8 left font panel_font
set xlabel !crowded ? removed_axis : panel_is_lowest(panel) ? "weights removed (%)" : ""
set ylabel "test accuracy"
plot for [k = 1:words(usual)] prune_band_file[at(usual, k)] using (kept("fraction")):(column("low")):(column("high")) \
         with filledcurves fillcolor rgb color(at(usual, k)), \
     for [k = 1:words(usual)] prune_band_file[at(usual, k)] using (kept("fraction")):(column("accuracy")) \
         with linespoints linecolor rgb color(at(usual, k)) linewidth line_width dashtype dashes(at(usual, k)) \
         pointtype marker(at(usual, k)) pointsize 0.5 @talk_curve

unset label 1
unset label 2
unset label 3
eval key_clear
# The talk's thresholds reach where nothing is left; the panels share the range of the curves.
set yrange [GPVAL_Y_MIN:GPVAL_Y_MAX]
set xrange [GPVAL_X_MIN > GPVAL_X_MAX ? GPVAL_X_MIN : GPVAL_X_MAX:GPVAL_X_MIN > GPVAL_X_MAX ? GPVAL_X_MAX : GPVAL_X_MIN] noreverse
talk_thresholds = words(points) == 0 ? "" : ', for [k = 1:words(points)] prune_band_file[at(points, k)] ' \
    .'using (kept("fraction")):(column("accuracy")) with points linecolor rgb color(at(points, k)) pointtype crowded ? 2 : 6 pointsize 0.6'
thresholds_name = "the talk's thresholds on ".named("criterion", "log_p0")
if (crowded) {
    do for [panel = 2:panel_count] {
        eval panel_place
        criterion = word(criteria, panel - 1)
        has_points = criterion eq "log_p0" && words(points) > 0
        set label 4 by_criterion(criterion)
        set label 5 has_points ? "crosses: the talk's thresholds" : "" at graph 0.03, graph 0.06 left font note_font textcolor rgb faint
        set xlabel panel_is_lowest(panel) ? "weights removed (%)" : ""
        set ylabel panel_column(panel) == 0 ? "test accuracy" : ""
        set format y panel_column(panel) == 0 ? "%g" : ""
        members = ""
        do for [k = 1:words(curves)] {
            if (prune_band_criterion[at(curves, k)] eq criterion) { members = members." ".at(curves, k) }
        }
        talk_points = has_points ? talk_thresholds : ""
        eval 'plot for [i in members] prune_band_file[int(i)] using (kept("fraction")):(column("accuracy")) ' \
            .'with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) ' \
            .'pointtype marker(int(i)) pointsize 0.5'.talk_points
    }
} else {
    panel = 2
    eval panel_place
    set key at screen 0.57, screen 0.25 left top Left reverse samplen 4 spacing 1.1 font ",10"
    set label 4 "all criteria, in the methods' colours"
    unset ylabel
    talk_points = talk_thresholds eq "" ? "" : talk_thresholds.' title k == 1 ? thresholds_name : ""'
    eval 'plot for [k = 1:words(curves)] prune_band_file[at(curves, k)] using (kept("fraction")):(column("accuracy")) ' \
        .'with lines linecolor rgb color(at(curves, k)) linewidth line_width dashtype dashes(at(curves, k)), ' \
        .'for [name in criteria] keyentry with lines linecolor rgb faint linewidth line_width ' \
        .'dashtype criterion_dashes(name) title named("criterion", name)'.talk_points
}
unset multiplot
