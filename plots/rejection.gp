# plots/rejection.gp: the gain from referring the least certain items to a human: the error on the remaining items, with 95 %
# intervals, on a logarithmic axis, since errors near 0 would be one line otherwise. The area is the mean accuracy over all
# possible shares.

load "series.gp"

color(i) = method_color(rejection_band_method[i], rejection_band_run_rank[i])
marker(i) = method_marker(rejection_band_method[i], rejection_band_run_rank[i])
dashes(i) = method_dashes(rejection_band_method[i], rejection_band_run_rank[i])
set datafile separator comma
set datafile columnheaders
array sort_score[rejection_band_count]
array area_text[rejection_band_count]
least_error = 1
most_error = 0
reaches_none = 0
last_error = 0
do for [i = 1:rejection_band_count] {
    stats rejection_band_file[i] using (column("area")) nooutput
    sort_score[i] = -STATS_mean
    area_text[i] = sprintf("area %.4f", STATS_mean)
    if (has_column(rejection_band_columns, "area_low") && has(rejection_band_lacks[i], "area_low")) {
        stats rejection_band_file[i] using (column("area_low")):(column("area_high")) nooutput
        area_text[i] = area_text[i].sprintf(" (%.4f to %.4f)", STATS_mean_x, STATS_mean_y)
    }
    stats rejection_band_file[i] using (column("accuracy") < 1 ? 1 - column("accuracy") : 1):(1 - column("accuracy")) nooutput
    least_error = STATS_min_x < least_error ? STATS_min_x : least_error
    most_error = STATS_max_y > most_error ? STATS_max_y : most_error
    reaches_none = STATS_min_y <= 0 ? 1 : reaches_none
    stats rejection_band_file[i] using (column("accuracy") < 1 ? column("fraction") : 0) nooutput
    last_error = STATS_max > last_error ? STATS_max : last_error
}
# Beyond the last share with an error there is nothing to see.
end = most_error > 0 && 100 * last_error + 6 < 80 ? 100 * last_error + 6 : 96
# The bottom, half of the least measured error, stands for no error, which has no logarithm.
if (most_error == 0) { most_error = 1; least_error = 0.01 } # no method has an error: any range will do
least_error = least_error > 0.5 * most_error ? 0.1 * most_error : least_error
lowest = least_error / 2

key_room = rejection_band_count
load "key.gp"
sort_list = every_one(rejection_band_count)
eval sort_by_score
do for [i in sorted] {
    n = key_add(with_variant(short_method(rejection_band_method[int(i)]), rejection_band_variant[int(i)], \
        rejection_band_run_count[int(i)]).", ".area_text[int(i)], color(int(i)), marker(int(i)), dashes(int(i)))
}
load "page.gp"
page_panels = 1
page_most = 820
page_tall = 340
page_left = 80
page_title_lines = 0
page_notes = "Bands: 95 % intervals. Area: mean of the accuracy over all shares that can be referred" \
    .(has_column(rejection_band_columns, "area_low") ? ", with its interval over seeds." : ".") \
    .(reaches_none ? " On the lowest line: no error at all." : "") \
    .(end < 96 ? sprintf(" Beyond %g %% no method has an error.", 100 * last_error) : "")
eval page_grid
eval page_measure
load "style.gp"
set style fill transparent solid band_density(rejection_band_count) noborder

# Without an error, an interval would be a wall down to the lowest line.
banded(value) = column("accuracy") < 1 ? value : NaN
error_of(accuracy) = 1 - accuracy > lowest ? 1 - accuracy : lowest
set xrange [0:end]
set logscale y
set yrange [lowest:smaller(1, 1.6 * most_error)]
log_axis = "y"
log_above = reaches_none ? 1.9 * lowest : 0
log_least = least_error
log_greatest = smaller(1, 1.6 * most_error)
log_name(mantissa, n) = percent(mantissa * 10.**n)
eval log_tics
if (reaches_none) { set ytics add ("none" lowest) }
set ylabel "error on the others (%), log scale"
set multiplot
unset key
panel = 1
eval panel_place
set xlabel fitting("items referred to a human, highest entropy first (%)", "items referred to a human (%)")
plot for [i in sorted] rejection_band_file[int(i)] \
         using (100 * column("fraction")):(banded(error_of(column("high")))):(error_of(column("low"))) \
         with filledcurves fillcolor rgb color(int(i)), \
     for [i in sorted] rejection_band_file[int(i)] using (100 * column("fraction")):(error_of(column("accuracy"))) \
         with linespoints linecolor rgb color(int(i)) linewidth line_width dashtype dashes(int(i)) pointtype marker(int(i)) pointsize 0.6
unset multiplot
