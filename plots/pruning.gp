# plots/pruning.gp: accuracy against the share of weights removed.
#
# First each config by its method's usual criterion (if that was not run, by |μ|; if neither was, by the first that was),
# with 95 % intervals, beside the talk's own curve: as accuracy, and as error on a logarithmic axis, which tells apart what is
# near to 1. Then a panel for each criterion, with the talk's thresholds on log p(0) as crosses.
# The x axis is logarithmic in the weights that are kept, because everything happens beyond 80 %.

load "series.gp"

kept(column_name) = 1 - column(column_name)
curve(i) = prune_band_grid[i] eq "fraction"
of_config(j, i) = curve(j) && prune_band_run[j] eq prune_band_run[i] && prune_band_method[j] eq prune_band_method[i]
has(i, criterion) = (sum [j = 1:prune_band_count] (of_config(j, i) && prune_band_criterion[j] eq criterion)) > 0
is_first_curve(i) = (sum [j = 1:i] of_config(j, i)) == 1
usual_of(i) = lookup("usual_".prune_band_method[i], "magnitude")
leading(i) = !curve(i) ? 0 : has(i, usual_of(i)) ? prune_band_criterion[i] eq usual_of(i) \
             : has(i, "magnitude") ? prune_band_criterion[i] eq "magnitude" : is_first_curve(i)
label(i) = with_variant(short_method(prune_band_method[i]).", ".by_criterion(prune_band_criterion[i]), \
                        prune_band_variant[i], prune_band_run_count[i])
color(i) = method_color(prune_band_method[i], prune_band_run_rank[i])
marker(i) = method_marker(prune_band_method[i], prune_band_run_rank[i])
dashes(i) = method_dashes(prune_band_method[i], prune_band_run_rank[i])
at(list, k) = int(word(list, k))

set datafile separator comma
set datafile columnheaders
usual = ""
criteria = ""
with_points = 0
greatest = 0
least_greatest = 1
least_error = 1.
no_error = 0
array sort_score[prune_band_count]
array reaches[prune_band_count]
do for [i = 1:prune_band_count] {
    sort_score[i] = 0
    reaches[i] = 0
    if (curve(i)) {
        stats prune_band_file[i] using (column("accuracy")) nooutput
        sort_score[i] = STATS_mean
        no_error = leading(i) && STATS_max >= 1 ? 1 : no_error
        stats prune_band_file[i] using (column("accuracy") < 1 ? 1 - column("accuracy") : 1) nooutput
        if (leading(i) && STATS_min < least_error) { least_error = STATS_min }
        stats prune_band_file[i] using (column("fraction")) nooutput
        reaches[i] = STATS_max
        greatest = reaches[i] > greatest ? reaches[i] : greatest
        if (strstrt(criteria." ", " ".prune_band_criterion[i]." ") == 0) { criteria = criteria." ".prune_band_criterion[i] }
    } else {
        with_points = 1
    }
    if (leading(i)) { usual = usual." ".i }
}
if (talk_pruning) {
    stats reference."/talk_pruning.csv" using (strcol("dataset") eq dataset && column("accuracy") < 1 ? 1 - column("accuracy") : 1) nooutput
    least_error = STATS_min < least_error ? STATS_min : least_error
    stats reference."/talk_pruning.csv" using (strcol("dataset") eq dataset ? column("accuracy") : 0) nooutput
    no_error = STATS_max >= 1 ? 1 : no_error
}
sort_list = usual
eval sort_by_score
usual = sorted
# Configs whose curves end before the others, as for methods with fewer networks side by side.
shorter = ""
do for [i in usual] {
    if (reaches[int(i)] < 0.999 * greatest) {
        shorter = shorter.(shorter eq "" ? "" : ", ").short_method(prune_band_method[int(i)])." up to ".sprintf("%.4g", 100 * reaches[int(i)])." %"
    }
}

key_room = words(usual) + 2
load "key.gp"
do for [i in usual] { n = key_add(label(int(i)), color(int(i)), marker(int(i)), dashes(int(i))) }
if (talk_pruning) { n = key_add("the talk *", talk_color, 0, -1) }
if (with_points) { n = key_add("the talk's thresholds", talk_color, 2, 0) }

load "page.gp"
page_panels = 2 + words(criteria)
page_first = 2
page_columns = words(criteria) == 5 ? 3 : 4 # not four and one
page_first_tall = 250
page_tall = 190
page_between = 18
page_least = 180
page_widest_title = "accuracy, each method by its usual criterion"
eval page_grid
page_notes = "Bands: 95 % intervals. The criteria's panels have each method's colour and marker.".(shorter eq "" ? "" \
    : " Measured: ".shorter.".").(talk_pruning ? " * Digitised from its slides: the share is a mean over tensors, and about 4/5 of its 350 " \
    ."items had been trained on." : "")
eval page_measure
load "style.gp"
set style fill transparent solid band_density(words(usual)) noborder

set xrange [1:1 - (greatest < 1 ? greatest : 0.999)]
set logscale x
# Slightly off .005, where the default fractions end: 1 - .995 is not quite that in binary.
all_removed = '"0" 1, "50" .5, "80" .2, "90" .1, "95" .05, "98" .02, "99" .01, "99.5" .0050001, "99.9" .001, "99.99" .0001'
few_removed = '"0" 1, "" .5, "" .2, "90" .1, "" .05, "" .02, "99" .01, "" .0050001, "99.9" .001, "99.99" .0001'
some_removed = '"0" 1, "50" .5, "80" .2, "90" .1, "" .05, "98" .02, "" .01, "99.5" .0050001, "99.9" .001, "99.99" .0001'
x_tics = 'eval "set xtics (".(panel_wide(panel) < 260 * text_size(11) / 11. ? few_removed ' \
    .': panel_wide(panel) < 400 * text_size(11) / 11. ? some_removed : all_removed).")"'
x_title = 'set xlabel !panel_is_lowest(panel) ? "" : fitting(removed_axis, "weights removed (%)")'
# A logarithmic axis has no place for an error of 0: it goes to the bottom, half of the least measured error.
lowest_error = least_error / 2
error_of(accuracy) = 1 - accuracy > lowest_error ? 1 - accuracy : lowest_error
talk_x = 'reference."/talk_pruning.csv" using (strcol("dataset") eq dataset ? kept("prune_ratio") : NaN)'
talk_look = ' with lines linecolor rgb talk_color linewidth line_width dashtype "-"'
talk_accuracy = talk_pruning ? ', '.talk_x.':(column("accuracy"))'.talk_look : ""
talk_error = talk_pruning ? ', '.talk_x.':(error_of(column("accuracy")))'.talk_look : ""

set multiplot
unset key
panel = 1
title = "accuracy, each method by its usual criterion"
eval panel_place
@x_tics
@x_title
set ylabel "test accuracy"
set yrange [0:1.03]
set ytics 0.2
plot for [i in usual] prune_band_file[int(i)] using (kept("fraction")):(column("low")):(column("high")) \
         with filledcurves fillcolor rgb color(int(i)), \
     for [i in usual] prune_band_file[int(i)] using (kept("fraction")):(column("accuracy")) \
         with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) \
         pointtype marker(int(i)) pointsize 0.5 @talk_accuracy

panel = 2
title = "the same as error, log scale"
eval panel_place
@x_tics
@x_title
set ylabel "test error (%)"
set yrange [lowest_error:1.1]
set logscale y
log_axis = "y"
log_above = no_error ? 1.9 * lowest_error : 0
log_least = lowest_error
log_greatest = 1
log_name(mantissa, n) = percent(mantissa * 10.**n)
eval log_tics
if (no_error) { set ytics add ("none" lowest_error) }
plot for [i in usual] prune_band_file[int(i)] using (kept("fraction")):(error_of(column("high"))):(error_of(column("low"))) \
         with filledcurves fillcolor rgb color(int(i)), \
     for [i in usual] prune_band_file[int(i)] using (kept("fraction")):(error_of(column("accuracy"))) \
         with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) \
         pointtype marker(int(i)) pointsize 0.5 @talk_error
unset logscale y
set yrange [0:1.03]
set ytics 0.2

do for [panel = 3:page_panels] {
    criterion = word(criteria, panel - 2)
    title = by_criterion(criterion)
    eval panel_place
    @x_tics
    @x_title
    set ylabel panel_is_left(panel) ? "test accuracy" : ""
    set format y panel_is_left(panel) ? "%g" : ""
    members = ""
    crosses = ""
    do for [i = 1:prune_band_count] {
        if (curve(i) && prune_band_criterion[i] eq criterion) { members = members." ".i }
        if (!curve(i) && prune_band_criterion[i] eq criterion) { crosses = crosses." ".i }
    }
    # gnuplot would iterate once over an empty list.
    points = words(crosses) == 0 ? "" : ', for [i in crosses] prune_band_file[int(i)] using (kept("fraction")):(column("accuracy")) ' \
        .'with points linecolor rgb talk_color pointtype 2 pointsize 0.7'
    eval 'plot for [i in members] prune_band_file[int(i)] using (kept("fraction")):(column("accuracy")) ' \
        .'with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) ' \
        .'pointtype marker(int(i)) pointsize 0.4'.points
}
unset multiplot
